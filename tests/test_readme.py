"""README and CONTRIBUTING: their commands, tables and file names exist."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bot.cli.main import parser
from bot.config import Config
from bot.sources.registry import KINDS
from handlers.commands.start import decode_payload
from handlers.registry import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("line", LINES)
def test_every_shown_command_line_is_valid(line: str) -> None:
    words = [word for word in shlex.split(line, comments=True) if "=" not in word]
    if words[0] == "make":
        dry_run = subprocess.run(  # noqa: S603 - our own README
            ["make", "--dry-run", *words[1:]],  # noqa: S607 - make is found on the PATH
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert dry_run.returncode == 0, dry_run.stderr
        assert ".venv/bin/" in dry_run.stdout
    else:
        assert words[0] == "tocsin"
        assert callable(parser().parse_args(words[1:]).command)


def test_the_readme_lists_all_bot_commands() -> None:
    names = re.findall(r"^\| `/(\w+)", README, re.MULTILINE)
    assert sorted(names) == sorted(command.name for command in COMMANDS)


def test_the_shown_deep_link_offers_the_shown_query() -> None:
    ((payload, query),) = re.findall(r"\?start=(\S+)` offers .* \(here `(.+)`\)", README)
    assert decode_payload(payload) == query


def test_the_readme_lists_all_configuration_tables_and_source_kinds() -> None:
    tables = re.findall(r"^\| `\[+(\w+)\]+`", README, re.MULTILINE)
    assert sorted(tables) == sorted(Config.model_fields)
    assert all(f"`{kind}`" in README for kind in KINDS)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_named_file_exists(text: str) -> None:
    names = re.findall(r"`((?:bot|handlers|matching|storage|tests|scripts)/[\w./]*\w)`", text)
    names += [name for name in re.findall(r"\]\(([\w./]+)\)", text) if "://" not in name]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
