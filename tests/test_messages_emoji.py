"""Emoji of several code points stay whole; the same characters elsewhere are removed."""

import pytest

from bot.sources.parsing.sanitize import clean_text
from handlers.text import plain_text

EMOJI = {
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "heart on fire": "\u2764\ufe0f\u200d\U0001f525",
    "England": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "firefighter with a skin tone": "\U0001f469\U0001f3fd\u200d\U0001f692",
    "black bird": "\U0001f426\u200d\u2b1b",
    "head shaking": "\U0001f642\u200d\u2194\ufe0f",
    "Ukraine": "\U0001f1fa\U0001f1e6",
    "keycap": "1\ufe0f\u20e3",
}


@pytest.mark.parametrize("emoji", EMOJI.values(), ids=EMOJI)
def test_an_emoji_of_several_parts_stays_one(emoji: str) -> None:
    text = f"Kyiv {emoji} now {emoji}"

    assert plain_text.clean(text) == text
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("Ky\u200div", "Kyiv"),
        ("\U0001f525\u200dKyiv", "\U0001f525Kyiv"),
        ("Kyiv\u200d\U0001f525", "Kyiv\U0001f525"),
        ("a\U000e0068\U000e0069\U000e007fb", "ab"),
        ("\U0001f3f4\U000e0068\U000e0069b", "\U0001f3f4b"),
    ],
)
def test_a_joiner_or_tag_outside_of_an_emoji_is_removed(text: str, visible: str) -> None:
    assert plain_text.clean(text) == visible
    assert clean_text(text) == visible


@pytest.mark.parametrize("emoji", EMOJI.values(), ids=EMOJI)
@pytest.mark.parametrize("limit", range(24, 40))
def test_a_text_is_never_cut_inside_an_emoji(emoji: str, limit: int) -> None:
    head = plain_text.truncate(emoji * 20, limit).removesuffix("…")

    assert head == emoji * (len(head) // len(emoji))
