"""Recent news: a search costs the same however many bulletins are remembered."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.dedup_driver import NOW
from support.shared_resources import reader

from bot.ingest.recent_news import MAX_BULLETINS, MAX_COMPARISONS, RecentBulletin, RecentNews
from matching.events.report import MAX_WORDS, read_report
from matching.near_duplicates import Fingerprint, fingerprint
from storage.inbound.bulletins import StoredBulletin

SYLLABLES = "bar ton mil ker sol dan vor pel rim gat".split()  # noqa: SIM905


def fingerprint_of(text: str) -> Fingerprint:
    result = fingerprint(reader().read("", text, is_alert=False), None, text)
    assert result
    return result


def different_texts() -> Iterator[str]:
    """Yield texts of four invented words, without a place or a number."""
    words = ["".join(pair) for pair in itertools.product(SYLLABLES, repeat=2)]
    for first, second in itertools.product(words, repeat=2):
        yield f"the {first} {second} shop sells {second}{first}"


def equal_but_for_one_word() -> Iterator[str]:
    for syllables in itertools.product(SYLLABLES, repeat=4):
        yield f"the market sells {''.join(syllables)} and bread and wine and cheese"


def remember(news: RecentNews, texts: Iterator[str], count: int) -> None:
    for number, text in enumerate(itertools.islice(texts, count)):
        news.add(RecentBulletin(number, "blog", NOW, fingerprint_of(text)))


@pytest.mark.parametrize("texts", [different_texts, equal_but_for_one_word])
def test_a_search_compares_few_of_5000_bulletins_without_place_or_number(texts) -> None:  # type: ignore[no-untyped-def]
    news = RecentNews()
    remember(news, texts(), MAX_BULLETINS)
    *_, last = itertools.islice(texts(), MAX_BULLETINS)
    bulletin = StoredBulletin(id=9_999, source="press", key="9999", text=last, received_at=NOW)
    match = news.find(bulletin, fingerprint_of(last), has_id=True)
    assert match
    assert match.original == MAX_BULLETINS - 1
    assert news.comparison_count <= MAX_COMPARISONS
    assert news.find(bulletin, fingerprint_of("the market is shut"), has_id=True) is None
    assert news.comparison_count <= 2 * MAX_COMPARISONS


def test_memory_is_bounded_by_bulletins_and_words() -> None:
    news = RecentNews()
    remember(news, different_texts(), MAX_BULLETINS + 10)
    assert len(news) == MAX_BULLETINS
    news.drop_before(NOW + timedelta(seconds=1))
    assert len(news) == 0
    assert not news._numbers_by_key
    long_text = " ".join(itertools.islice(different_texts(), 1_000))
    assert len(read_report(long_text.split()).words) <= MAX_WORDS
