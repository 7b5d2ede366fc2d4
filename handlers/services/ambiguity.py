"""Buttons for what else an ambiguous name can mean, and what a press of one changes."""

from collections.abc import Sequence

from handlers.telegram.callback_data import carry, number
from handlers.text.i18n import Voice
from handlers.text.query_text import Wording
from matching.query.ast import Phrase, PlaceTerm, Query, Word, replace, terms
from matching.query.parser import Choice
from storage.values.message import Button

PREFIX = "c"
"""`c:SUBSCRIPTION:CHOICE:MEANING`; a meaning is a place's code, or `-` for a plain word."""

Meaning = Word | Phrase | PlaceTerm

_MOST = 12


def buttons(
    subscription: int, query: Query, choices: Sequence[Choice], voice: Voice, wording: Wording
) -> tuple[tuple[Button, ...], ...]:
    """One for each meaning that `query` could have and has not."""
    drawn = []
    for at, choice in enumerate(choices):
        standing = _standing(query, choice)
        for meaning in _meanings(choice):
            if meaning != standing:
                data = carry(f"{PREFIX}:{subscription}:{at}:", _token(meaning))
                drawn.append(Button(_label(meaning, choice, voice, wording), data))
    return tuple((button,) for button in drawn[:_MOST])


def read_press(data: str) -> tuple[int, int, str] | None:
    """Subscription, choice and meaning of what follows the prefix; None for anything else."""
    subscription, _, rest = data.partition(":")
    choice, _, token = rest.partition(":")
    first, second = number(subscription), number(choice)
    return None if first is None or second is None else (first, second, token)


def change(query: Query, choices: Sequence[Choice], at: int, token: str) -> Query | None:
    """The query with that meaning in place; None when it has no such choice any more."""
    if at >= len(choices):
        return None
    choice = choices[at]
    standing = _standing(query, choice)
    wanted = next((each for each in _meanings(choice) if _token(each) == token), None)
    if standing is None or wanted is None:
        return None
    return replace(query, standing, wanted)


def _meanings(choice: Choice) -> tuple[Meaning, ...]:
    return (choice.chosen, *choice.others)


def _standing(query: Query, choice: Choice) -> Meaning | None:
    """Which of the meanings the query has now."""
    there = set(terms(query))
    return next((meaning for meaning in _meanings(choice) if meaning in there), None)


def _token(meaning: Meaning) -> str:
    return meaning.code if isinstance(meaning, PlaceTerm) else "-"


def _label(meaning: Meaning, choice: Choice, voice: Voice, wording: Wording) -> str:
    if isinstance(meaning, PlaceTerm):
        return voice.label("button-place-instead", place=wording.place(meaning.code))
    return voice.label("button-word-instead", word=choice.written.strip('"“”„«»'))
