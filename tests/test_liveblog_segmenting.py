"""A live blog's text comes apart as a person would take it apart."""

from pathlib import Path

import pytest

from bot.sources.adapters.feeds.liveblog_splitter import LONGEST_HEADLINE, entries, is_headline

DAY = Path(__file__).parent / "fixtures" / "liveblog_day.txt"


def segment(text: str) -> list[tuple[str, str]]:
    """Title and text of each entry, in the order of the page; either may be empty."""
    return [(entry.title, entry.text) for entry in entries(text.splitlines())]


def test_a_page_of_headlines_and_paragraphs_comes_out_entry_by_entry() -> None:
    found = [(title, text.split()[0] if text else "") for title, text in segment(DAY.read_text())]

    assert found == [
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
    lines = DAY.read_text().splitlines()

    assert [line for entry in segment(DAY.read_text()) for line in entry if line] == lines


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
def test_a_short_line_that_nothing_closes_is_a_headline(line: str) -> None:
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
        "w" * (LONGEST_HEADLINE + 1),
    ],
)
def test_a_closed_or_long_line_is_none(line: str) -> None:
    assert not is_headline(line)


def test_empty_lines_between_a_headline_and_its_text_do_not_part_them() -> None:
    assert segment("First\n\nIts text.\n\nSecond\n\nIts text too.\n") == [
        ("First", "Its text."),
        ("Second", "Its text too."),
    ]


def test_where_empty_lines_part_the_entries_a_headline_keeps_all_its_paragraphs() -> None:
    page = (
        "First\nIts text.\nMore of it.\nPhoto: the agency\n\nAlone.\n\nBare\n\nSecond\nIts text.\n"
    )

    assert segment(page) == [
        ("First", "Its text.\nMore of it.\nPhoto: the agency"),
        ("", "Alone."),
        ("Bare", ""),
        ("Second", "Its text."),
    ]


def test_one_stray_empty_line_does_not_change_how_a_page_is_read() -> None:
    lines = DAY.read_text().splitlines()
    lines.insert(6, "")

    assert segment("\n".join(lines)) == segment(DAY.read_text())


def test_an_empty_text_has_no_entries() -> None:
    assert segment(" \n\n") == []
