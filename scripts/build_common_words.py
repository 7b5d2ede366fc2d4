"""Builds matching/data/common_words.txt.gz: frequent words, which are no misspelt names of places.

    pip install simplemma wordfreq

The words are those of simplemma's dictionaries; wordfreq decides which of them are frequent.
"""

import gzip
from pathlib import Path

from simplemma import is_known
from wordfreq import top_n_list

_LANGUAGES = ("en", "uk", "ru", "it")
_COUNT = 20_000  # most frequent words of a language that are looked up
_NAMES = """putin путін путин lavrov orban орбан trump трамп biden байден zelensky zelenskyy
zelenskiy зеленський зеленский iphone android telegram телеграм телеграмм shahed
shaheds шахед шахеди шахеды geran герань geran-2 himars patriot wagner вагнер nato
нато unesco youtube facebook instagram whatsapp viber signal tesla google apple
microsoft macron merz scholz meloni salvini erdogan netanyahu maduro modi lukashenko
лукашенко лукашенка navalny навальний навальный bayraktar байрактар iskander
іскандер искандер kalibr калібр калибр kinzhal кинджал кинжал oreshnik орешнік
орешник covid ковід ковид bitcoin біткоїн биткоин"""
"""Names in the news that are close to a place."""

_PATH = Path(__file__).parents[1] / "matching" / "data" / "common_words.txt.gz"


def main() -> None:
    """Write the words in order, one a line."""
    words = {
        word.replace("ё", "е")
        for language in _LANGUAGES
        for word in top_n_list(language, _COUNT)
        if word.isalpha() and len(word) > 2 and is_known(word, language)
    }
    words.update(_NAMES.split())
    text = "\n" + "\n".join(sorted(words)) + "\n"
    _PATH.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
