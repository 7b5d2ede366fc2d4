"""Stand-in for Telegram: parsing of formatted text.

The cases of malformed HTML are Telegram's own (test/message_entities.cpp in github.com/tdlib/td).
"""

import pytest

from bot.standin.autolinks import find_links
from bot.standin.errors import TEXT_TOO_LONG, BadRequest
from bot.standin.parse_html import parse_html
from bot.standin.parse_markdown import parse_markdown, parse_markdown_v2
from bot.standin.texts import format_text
from bot.standin.utf16 import utf16_slice


def spans(text: str, entities: list[dict[str, object]]) -> list[tuple[object, str]]:
    """Return (type, covered text) of each entity."""
    pairs = []
    for entity in entities:
        offset, length = entity["offset"], entity["length"]
        assert isinstance(offset, int)
        assert isinstance(length, int)
        pairs.append((entity["type"], utf16_slice(text, offset, length)))
    return pairs


def shown(source: str, mode: str = "HTML", longest: int = 4096) -> str:
    return format_text(source, mode, None, longest=longest, too_long=TEXT_TOO_LONG)[0]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ("🏟 🏟&lt;<i    aba  =  '&lt;&gt;>", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<b></b></", "Unexpected end tag at byte offset 20"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        (
            "🏟 🏟&lt;<i>a</em   >",
            'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
        ),
        ("&#xDFDF;", "Text contains invalid Unicode characters after decoding HTML entities"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
    ],
)
def test_malformed_html_is_refused_in_telegrams_words(source: str, error: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_html(source)
    assert caught.value.description.startswith(f"Bad Request: can't parse entities: {error}")


def test_offsets_of_html_entities_count_utf16_units() -> None:
    text, entities = parse_html("🔔🔔 <b>Київ 🇺🇦</b> <i>x</i>")
    assert text == "🔔🔔 Київ 🇺🇦 x"
    assert entities == [
        {"type": "bold", "offset": 5, "length": 9},
        {"type": "italic", "offset": 15, "length": 1},
    ]


@pytest.mark.parametrize(
    ("source", "entities"),
    [
        ("<strong>a<em>b</em></strong>", [("bold", "ab"), ("italic", "b")]),
        ("<u>a</u><ins>b</ins>", [("underline", "a"), ("underline", "b")]),
        ("<s>a</s><del>b</del>", [("strikethrough", "a"), ("strikethrough", "b")]),
        ("<tg-spoiler>a</tg-spoiler>", [("spoiler", "a")]),
        ('<span class="tg-spoiler">a</span>', [("spoiler", "a")]),
        ("<code>a</code><pre>b</pre>", [("code", "a"), ("pre", "b")]),
        ("<blockquote>a</blockquote>", [("blockquote", "a")]),
        ("<blockquote expandable>a</blockquote>", [("expandable_blockquote", "a")]),
        ('<a href="https://example.org/?a=1&amp;b">a</a>', [("text_link", "a")]),
        ("<B>a</b  >", [("bold", "a")]),
        ("<b></b>", []),
        ("<a>words</a>", []),
    ],
)
def test_every_tag_of_telegram_becomes_its_entity(
    source: str, entities: list[tuple[object, str]]
) -> None:
    assert spans(*parse_html(source)) == entities


def test_entities_keep_the_address_of_a_link_and_the_language_of_code() -> None:
    _, [link] = parse_html('<a href="https://example.org/?a=1&amp;b">a</a>')
    assert link["url"] == "https://example.org/?a=1&b"
    _, [code] = parse_html('<pre><code class="language-python">a</code></pre>')
    assert code == {"type": "pre", "offset": 0, "length": 1, "language": "python"}


def test_only_four_named_character_references_are_decoded() -> None:
    assert parse_html("&ge;&lt;&gt;&amp;&quot;&#39;&#x2014;&nbsp;")[0] == "&ge;<>&\"'—&nbsp;"


@pytest.mark.parametrize(
    ("source", "types"),
    [
        ("*b* _i_ __u__ ~s~ ||p||", ["bold", "italic", "underline", "strikethrough", "spoiler"]),
        ("*b _i_*", ["bold", "italic"]),
        ("`c` ```py\nx```", ["code", "pre"]),
        ("[a](https://example.org)", ["text_link"]),
        (">quoted\nnot", ["blockquote"]),
        (r"\*no\*", []),
    ],
)
def test_markdown_v2_becomes_the_same_entities(source: str, types: list[str]) -> None:
    assert [entity["type"] for entity in parse_markdown_v2(source)[1]] == types


def test_markdown_v2_refuses_unescaped_characters() -> None:
    with pytest.raises(BadRequest, match=r"Character '\.' is reserved and must be escaped"):
        parse_markdown_v2("a.")
    with pytest.raises(BadRequest, match="Can't find end of Bold entity at byte offset 0"):
        parse_markdown_v2("*a")


def test_legacy_markdown_is_parsed() -> None:
    text, entities = parse_markdown("*b* _i_ `c` a.")
    assert text == "b i c a."
    assert spans(text, entities) == [("bold", "b"), ("italic", "i"), ("code", "c")]
    with pytest.raises(BadRequest, match="Can't find end of the entity starting at byte offset 0"):
        parse_markdown("*a")


def test_links_commands_and_mentions_are_found_but_not_in_code() -> None:
    text = "🔔 /help https://example.org/a, @some_bot #news x@example.org"
    assert spans(text, find_links(text, [])) == [
        ("bot_command", "/help"),
        ("url", "https://example.org/a"),
        ("mention", "@some_bot"),
        ("hashtag", "#news"),
        ("email", "x@example.org"),
    ]
    code = [{"type": "code", "offset": 0, "length": 5}]
    assert find_links("/help", code) == code


def test_the_length_counts_utf16_units_after_parsing() -> None:
    assert len(shown(f"<b>{'a' * 4096}</b>")) == 4096
    assert len(shown("🔔" * 2048)) == 2048
    for too_long in ("a" * 4097, "🔔" * 2048 + "a"):
        with pytest.raises(BadRequest, match="message is too long"):
            shown(too_long)


def test_space_around_a_text_is_stripped_and_entities_move() -> None:
    text, entities = format_text(
        " \n <b> bold </b>  ", "HTML", None, longest=4096, too_long=TEXT_TOO_LONG
    )
    assert text == "bold"
    assert entities == ({"type": "bold", "offset": 0, "length": 4},)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(BadRequest, match="unsupported parse_mode"):
        shown("a", "XML")
