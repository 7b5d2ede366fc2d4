"""Topics file: validation of the tables in topics.toml."""

import pytest

from matching.topics import topics_file
from matching.topics.cues import Cue
from matching.topics.topic import Topic
from matching.topics.topics_file import TopicsFileError

CUE = """
[[cue]]
name = "no"
words = "no, not"
"""
TOPIC = """
[[topic]]
name = "harbour"
title.en = "Harbour"
words = "quay, crane"
"""

CUE_KEYS = "alert_state, excluded, name, negated_after, negated_by, words"
TOPIC_KEYS = "alert_state, excluded, name, negated_after, negated_by, sentence, title, words"
TITLES = "a table of titles: language = string, with en"
WORDS = "words and phrases separated by commas"


def test_a_topics_file_gives_topics_and_cues() -> None:
    text = f'{CUE}\nexcluded = "not only"\n{TOPIC}\nnegated_by = "no"\nalert_state = true\n'
    assert topics_file.parse(text) == (
        [Topic("harbour", titles={"en": "Harbour"}, sentence_rule="#harbour")],
        [
            Cue("no", "no, not", excluded_phrases="not only"),
            Cue("harbour", "quay, crane", negated_by=frozenset(("no",)), is_alert_state=True),
        ],
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            f'{CUE}{TOPIC}query = "quay OR crane"',
            f"topic 'harbour': unknown key 'query'; expected one of {TOPIC_KEYS}",
        ),
        (
            f'{CUE}denied_by = "no"{TOPIC}',
            f"cue 'no': unknown key 'denied_by'; expected one of {CUE_KEYS}",
        ),
        (
            f'{CUE}[[topic]]\nname = "harbour"\nwords = "quay"',
            f"topic 'harbour': missing key 'title'; expected {TITLES}",
        ),
        (
            f"{CUE}{TOPIC}".replace('title.en = "Harbour"', 'title.uk = "Порт"'),
            f"topic 'harbour': key 'title': expected {TITLES}",
        ),
        (
            f"{CUE}{TOPIC}".replace('"Harbour"', "1"),
            f"topic 'harbour': key 'title': expected {TITLES}",
        ),
        (
            f"{CUE}{TOPIC}".replace('words = "quay, crane"', ""),
            "topic 'harbour': no key 'words' and no key 'sentence'; expected at least one of them",
        ),
        (
            f"{CUE}{TOPIC}".replace('words = "quay, crane"', 'words = ["quay"]'),
            f"topic 'harbour': key 'words': expected {WORDS}",
        ),
        (
            f"{CUE}{TOPIC}".replace('name = "harbour"', ""),
            "topic number 1: missing key 'name'; expected a string",
        ),
        (
            f"{CUE}{TOPIC}".replace('words = "no, not"', ""),
            f"cue 'no': missing key 'words'; expected {WORDS}",
        ),
        (CUE, "top level: missing key 'topic'; expected [[topic]] tables"),
        (f"{CUE}{TOPIC}[[sign]]", "top level: unknown key 'sign'; expected one of cue, topic"),
    ],
)
def test_an_invalid_table_raises_an_error_that_names_topic_key_and_expectation(
    text: str, problem: str
) -> None:
    with pytest.raises(TopicsFileError) as caught:
        topics_file.parse(text)
    assert str(caught.value) == f"topics.toml: {problem}"
