"""Live-blog diff: new entries of a page that is polled again and again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.adapters.feeds.liveblog import Liveblog, LiveblogSettings
from bot.sources.adapters.feeds.liveblog_diff import SeenLines, diff_lines
from bot.sources.http.client import HttpClient, SourceSession, open_session
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

PAGE = "Second\nIts text.\nAlone.\nFirst\nThe oldest text."


@dataclass
class LiveblogDriver:
    """Driver that polls one file again and again."""

    path: Path
    session: SourceSession
    now: datetime = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    cursor: Cursor | None = None

    async def poll(self, text: str, elapsed: timedelta = timedelta(seconds=30)) -> list[Bulletin]:
        self.path.write_text(text)
        self.now += elapsed
        settings = LiveblogSettings(kind="liveblog", name="blog", path=self.path)
        # A new source each time: its memory is in the cursor alone.
        source = Liveblog(settings, HttpClient(self.session, lambda: self.now), lambda: self.now)
        batch = await source.fetch(self.cursor)
        assert batch.is_baseline == (self.cursor is None)
        self.cursor = batch.cursor
        return list(batch.bulletins)

    async def poll_titles(self, text: str, elapsed: timedelta = timedelta(seconds=30)) -> list[str]:
        return [item.title or item.text for item in await self.poll(text, elapsed)]


@pytest.fixture
async def driver(tmp_path: Path) -> AsyncIterator[LiveblogDriver]:
    async with open_session() as session:
        yield LiveblogDriver(tmp_path / "blog.txt", session)


async def test_the_first_poll_returns_the_complete_page_oldest_first(
    driver: LiveblogDriver,
) -> None:
    assert await driver.poll_titles(PAGE) == ["First", "Alone.", "Second"]


async def test_an_unchanged_page_has_nothing_new(driver: LiveblogDriver) -> None:
    await driver.poll(PAGE)

    assert await driver.poll_titles(PAGE) == []


async def test_entries_on_top_are_new_and_returned_oldest_first(
    driver: LiveblogDriver,
) -> None:
    await driver.poll(PAGE)

    assert await driver.poll_titles(f"Fourth\nText.\nThird\nText!\n{PAGE}") == ["Third", "Fourth"]


@pytest.mark.parametrize("added", ["A headline", "A sentence."])
async def test_a_line_on_top_of_a_lone_paragraph_does_not_make_it_new(
    driver: LiveblogDriver, added: str
) -> None:
    page = f"Alone on top.\n{PAGE}"
    await driver.poll(page)

    (new,) = await driver.poll(f"{added}\n{page}")

    assert (new.title or new.text) == added
    assert "Alone" not in new.text


async def test_a_text_added_under_its_headline_is_returned_with_it(
    driver: LiveblogDriver,
) -> None:
    await driver.poll(PAGE)
    await driver.poll(f"Third\n{PAGE}")

    (new,) = await driver.poll(f"Third\nNow with a text.\n{PAGE}")

    assert (new.title, new.text) == ("Third", "Now with a text.")


async def test_a_page_that_flaps_has_nothing_new(driver: LiveblogDriver) -> None:
    await driver.poll(PAGE)
    await driver.poll(f"Third\n{PAGE}")
    await driver.poll(PAGE)
    await driver.poll("Maintenance")

    assert await driver.poll_titles(f"Third\n{PAGE}", timedelta(minutes=58)) == []


async def test_a_sentence_that_was_missing_for_long_is_new_again(
    driver: LiveblogDriver,
) -> None:
    await driver.poll(PAGE)
    (first,) = await driver.poll(f"Air alert throughout Ukraine\n{PAGE}")
    await driver.poll(PAGE)

    (second,) = await driver.poll(f"Air alert throughout Ukraine\n{PAGE}", timedelta(hours=24))

    assert first.title == second.title
    assert first.key != second.key


async def test_a_second_copy_of_a_sentence_is_new(
    driver: LiveblogDriver,
) -> None:
    page = f"Air alert throughout Ukraine\n{PAGE}"
    await driver.poll(page)

    assert await driver.poll_titles(f"Air alert throughout Ukraine\nCalm again\n{page}") == [
        "Calm again",
        "Air alert throughout Ukraine",
    ]


async def test_two_equal_entries_of_a_page_have_different_keys(driver: LiveblogDriver) -> None:
    await driver.poll(PAGE)

    first, second = await driver.poll(f"Sirens\nAgain.\nSirens\nAgain.\n{PAGE}")

    assert (first.title, first.text) == (second.title, second.text)
    assert first.key != second.key


async def test_a_hidden_character_does_not_make_a_line_new(driver: LiveblogDriver) -> None:
    await driver.poll(PAGE)

    assert await driver.poll_titles(PAGE.replace("Second", "Se\u200bcond  ")) == []


async def test_another_page_under_the_same_name_is_a_first_poll(
    driver: LiveblogDriver, tmp_path: Path
) -> None:
    await driver.poll(PAGE)
    settings = LiveblogSettings(kind="liveblog", name="blog", path=tmp_path / "other.txt")
    (tmp_path / "other.txt").write_text("Something else")

    source = Liveblog(settings, HttpClient(driver.session, lambda: driver.now), lambda: driver.now)
    batch = await source.fetch(driver.cursor)

    assert batch.is_baseline


LINES = st.lists(
    st.sampled_from(["Sirens", "All clear", "A text.", "Another one.", ""]), max_size=8
)


@given(pages=st.lists(LINES, min_size=1, max_size=6))
def test_a_page_seen_within_the_hour_is_never_new(pages: list[list[str]]) -> None:
    now = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    seen: SeenLines = {}
    for page in pages:
        now += timedelta(minutes=1)
        _, seen = diff_lines(page, seen, now)

    for page in pages:
        assert diff_lines(page, seen, now + timedelta(minutes=1))[0] == frozenset()


@given(old=LINES, added=LINES)
def test_exactly_the_lines_on_top_are_new(old: list[str], added: list[str]) -> None:
    now = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    _, seen = diff_lines(old, {}, now)

    new, _ = diff_lines(added + old, seen, now)

    # Equal lines cannot be distinguished: the upper ones count as new.
    assert sorted((added + old)[number] for number in new) == sorted(filter(None, added))
