"""The README says what is so: its commands are those there are, and they run."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import parser
from bot.config import Config
from bot.sources.registry import KINDS
from handlers.commands.start import read_payload
from handlers.registry import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("line", LINES)
def test_every_command_shown_is_one_that_there_is(line: str) -> None:
    words = [word for word in shlex.split(line, comments=True) if "=" not in word]
    if words[0] == "make":
        done = subprocess.run(  # noqa: S603 - our own README
            ["make", "--dry-run", *words[1:]],  # noqa: S607 - the make of whoever tests
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert ".venv/bin/" in done.stdout
    else:
        assert words[0] == "tocsin"
        assert callable(parser().parse_args(words[1:]).command)


def test_the_commands_of_the_conversation_are_all_told() -> None:
    told = re.findall(r"^\| `/(\w+)", README, re.MULTILINE)
    assert sorted(told) == sorted(command.name for command in COMMANDS)


def test_the_link_that_is_shown_offers_what_is_said_of_it() -> None:
    (payload, query) = re.findall(r"\?start=(\S+)` offers .* \(here `(.+)`\)", README)[0]
    assert read_payload(payload) == query


def test_the_tables_of_the_configuration_are_all_told() -> None:
    told = re.findall(r"^\| `\[+(\w+)\]+`", README, re.MULTILINE)
    assert sorted(told) == sorted(Config.model_fields)
    assert all(f"`{kind}`" in README for kind in KINDS)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_that_is_named_is_there(text: str) -> None:
    names = re.findall(r"`((?:bot|handlers|matching|storage|tests|scripts)/[\w./]*\w)`", text)
    names += [name for name in re.findall(r"\]\(([\w./]+)\)", text) if "://" not in name]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
