"""What is new on a page that is read again and again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.adapters.feeds.liveblog import Liveblog, LiveblogSettings
from bot.sources.adapters.feeds.liveblog_diff import Seen, compare
from bot.sources.http.client import Fetcher
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

PAGE = "Second\nIts text.\nAlone.\nFirst\nThe oldest text."


@dataclass
class Reader:
    """Reads one file again and again, as a poller would."""

    path: Path
    session: ClientSession
    now: datetime = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    cursor: Cursor | None = None

    async def read(self, page: str, later: timedelta = timedelta(seconds=30)) -> list[Bulletin]:
        self.path.write_text(page)
        self.now += later
        settings = LiveblogSettings(kind="liveblog", name="blog", path=self.path)
        # Made anew each time: what it remembers lives in the cursor alone.
        source = Liveblog(settings, Fetcher(self.session, lambda: self.now), lambda: self.now)
        batch = await source.fetch(self.cursor)
        assert batch.baseline == (self.cursor is None)
        self.cursor = batch.cursor
        return list(batch.bulletins)

    async def titles(self, page: str, later: timedelta = timedelta(seconds=30)) -> list[str]:
        return [one.title or one.text for one in await self.read(page, later)]


@pytest.fixture
async def reader(tmp_path: Path) -> Reader:
    session = ClientSession()
    await session.close()  # a file needs none
    return Reader(tmp_path / "blog.txt", session)


async def test_the_first_look_brings_all_of_a_page_oldest_first(reader: Reader) -> None:
    assert await reader.titles(PAGE) == ["First", "Alone.", "Second"]


async def test_a_page_that_stays_as_it_is_brings_nothing(reader: Reader) -> None:
    await reader.read(PAGE)

    assert await reader.titles(PAGE) == []


async def test_entries_put_on_top_are_the_only_new_ones_and_come_oldest_first(
    reader: Reader,
) -> None:
    await reader.read(PAGE)

    assert await reader.titles(f"Fourth\nText.\nThird\nText!\n{PAGE}") == ["Third", "Fourth"]


@pytest.mark.parametrize("added", ["A headline", "A sentence."])
async def test_a_line_on_top_of_a_lone_paragraph_does_not_announce_it_again(
    reader: Reader, added: str
) -> None:
    page = f"Alone on top.\n{PAGE}"
    await reader.read(page)

    (new,) = await reader.read(f"{added}\n{page}")

    assert (new.title or new.text) == added
    assert "Alone" not in new.text


async def test_a_text_that_comes_after_its_headline_brings_the_headline_with_it(
    reader: Reader,
) -> None:
    await reader.read(PAGE)
    await reader.read(f"Third\n{PAGE}")

    (new,) = await reader.read(f"Third\nNow with a text.\n{PAGE}")

    assert (new.title, new.text) == ("Third", "Now with a text.")


async def test_a_page_that_flaps_announces_nothing_again(reader: Reader) -> None:
    await reader.read(PAGE)
    await reader.read(f"Third\n{PAGE}")
    await reader.read(PAGE)
    await reader.read("Maintenance")

    assert await reader.titles(f"Third\n{PAGE}", timedelta(minutes=58)) == []


async def test_the_same_sentence_rings_again_when_it_has_long_been_gone(reader: Reader) -> None:
    await reader.read(PAGE)
    (first,) = await reader.read(f"Air alert throughout Ukraine\n{PAGE}")
    await reader.read(PAGE)

    (second,) = await reader.read(f"Air alert throughout Ukraine\n{PAGE}", timedelta(hours=24))

    assert first.title == second.title
    assert first.key != second.key


async def test_the_same_sentence_rings_again_while_the_old_one_still_stands(
    reader: Reader,
) -> None:
    page = f"Air alert throughout Ukraine\n{PAGE}"
    await reader.read(page)

    assert await reader.titles(f"Air alert throughout Ukraine\nCalm again\n{page}") == [
        "Calm again",
        "Air alert throughout Ukraine",
    ]


async def test_two_equal_entries_of_one_page_are_two(reader: Reader) -> None:
    await reader.read(PAGE)

    one, other = await reader.read(f"Sirens\nAgain.\nSirens\nAgain.\n{PAGE}")

    assert (one.title, one.text) == (other.title, other.text)
    assert one.key != other.key


async def test_a_hidden_character_makes_no_other_line(reader: Reader) -> None:
    await reader.read(PAGE)

    assert await reader.titles(PAGE.replace("Second", "Se\u200bcond  ")) == []


async def test_another_page_under_the_same_name_is_a_first_look(
    reader: Reader, tmp_path: Path
) -> None:
    await reader.read(PAGE)
    settings = LiveblogSettings(kind="liveblog", name="blog", path=tmp_path / "other.txt")
    (tmp_path / "other.txt").write_text("Something else")

    source = Liveblog(settings, Fetcher(reader.session, lambda: reader.now), lambda: reader.now)
    batch = await source.fetch(reader.cursor)

    assert batch.baseline


LINES = st.lists(
    st.sampled_from(["Sirens", "All clear", "A text.", "Another one.", ""]), max_size=8
)


@given(pages=st.lists(LINES, min_size=1, max_size=6))
def test_a_page_seen_within_the_hour_is_never_news(pages: list[list[str]]) -> None:
    now = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    seen: Seen = {}
    for page in pages:
        now += timedelta(minutes=1)
        _, seen = compare(page, seen, now)

    for page in pages:
        assert compare(page, seen, now + timedelta(minutes=1))[0] == frozenset()


@given(old=LINES, added=LINES)
def test_of_lines_put_on_top_each_is_news_and_no_other(old: list[str], added: list[str]) -> None:
    now = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    _, seen = compare(old, {}, now)

    new, _ = compare(added + old, seen, now)

    # Equal lines cannot be told apart: the upper ones count as the new ones.
    assert sorted((added + old)[number] for number in new) == sorted(filter(None, added))
