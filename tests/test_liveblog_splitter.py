"""Live-blog splitter: headlines, paragraphs and both page layouts."""

from pathlib import Path

import pytest

from bot.sources.adapters.feeds.liveblog_splitter import (
    MAX_HEADLINE_LENGTH,
    is_headline,
    split_entries,
)

DAY_PAGE = Path(__file__).parent / "fixtures" / "liveblog_day.txt"


def split(text: str) -> list[tuple[str, str]]:
    """Return title and text of each entry, in the order of the page; either may be empty."""
    return [(entry.title, entry.text) for entry in split_entries(text.splitlines())]


def test_a_page_of_headlines_and_paragraphs_is_split_into_entries() -> None:
    entries = [
        (title, text.split()[0] if text else "") for title, text in split(DAY_PAGE.read_text())
    ]

    assert entries == [
        ("", "The"),
        ("Air raid alert in Poltava and Sumy", "Sirens"),
        ("Ua: bridge over the Inhulets opened again", "The"),
        ("Wait and see: the harvest of the border villages", ""),
        ("Ministry of Energy: ‘Two reactors are back on the grid’", "The"),
        ("Two fighter jets escorted over the Baltic Sea", "Two"),
        ("Prague, tomorrow the meeting of transport ministers", "Transport"),
        ("", "The"),
        ("The long way home of a circus from Mykolaiv", "A"),
        (
            "Romania confirms: by the end of the month a second ferry will cross the Danube",
            "Romania‘s",
        ),
        ("Dnipro: a new tram for the left bank", "The"),
    ]


def test_nothing_of_a_page_is_lost() -> None:
    lines = DAY_PAGE.read_text().splitlines()

    assert [line for entry in split(DAY_PAGE.read_text()) for line in entry if line] == lines


@pytest.mark.parametrize(
    "line",
    [
        "Air alert throughout Ukraine",
        "Minister: ‘We came by train’",
        "Kyiv, 8 a.m., the first snow",
        "What we know so far (and what not)",
        "Ситуація на Харківщині: що відомо",
    ],
)
def test_a_short_line_without_closing_punctuation_is_a_headline(line: str) -> None:
    assert is_headline(line)


@pytest.mark.parametrize(
    "line",
    [
        "Sirens sound in Sumy.",
        "Who will pay?",
        "All clear!",
        "And then…",
        "He said: “We stay.”",
        "The minister answered that “this depends on the water” .",
        "(The numbers are not confirmed.)",
        "«Ми вдома.»",
        "w" * (MAX_HEADLINE_LENGTH + 1),
    ],
)
def test_a_closed_or_long_line_is_no_headline(line: str) -> None:
    assert not is_headline(line)


def test_an_empty_line_between_headline_and_text_does_not_separate_them() -> None:
    assert split("First\n\nIts text.\n\nSecond\n\nIts text too.\n") == [
        ("First", "Its text."),
        ("Second", "Its text too."),
    ]


def test_a_headline_keeps_all_paragraphs_if_empty_lines_separate_entries() -> None:
    page = (
        "First\nIts text.\nMore of it.\nPhoto: the agency\n\nAlone.\n\nBare\n\nSecond\nIts text.\n"
    )

    assert split(page) == [
        ("First", "Its text.\nMore of it.\nPhoto: the agency"),
        ("", "Alone."),
        ("Bare", ""),
        ("Second", "Its text."),
    ]


def test_a_stray_empty_line_does_not_change_the_entries() -> None:
    lines = DAY_PAGE.read_text().splitlines()
    lines.insert(6, "")

    assert split("\n".join(lines)) == split(DAY_PAGE.read_text())


def test_an_empty_text_has_no_entries() -> None:
    assert split(" \n\n") == []
