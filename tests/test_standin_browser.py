"""Chat page of `tocsin demo` in a real Chromium, with the real bot behind it."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

playwright = pytest.importorskip(
    "playwright.async_api", reason="`make test-all` installs the extra `browser`"
)

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
START_SECONDS = 180
REPLY_MS = 120_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[str]:
    """Run `tocsin demo` and yield its URL."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        yield line.decode().split()[1]
        assert process.returncode is None, "the demo has ended"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), START_SECONDS)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_visitor_subscribes_by_typing_and_by_button(
    tmp_path: Path, size: dict[str, int]
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install Chromium to run this test"
    demo_folder = tmp_path / "demo"
    demo_folder.mkdir()
    async with running_demo(demo_folder) as url, playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport=size)
        page.set_default_timeout(REPLY_MS)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        messages = page.locator("#log article")
        await page.locator("#start").click()
        await messages.filter(has_text="Tocsin").first.wait_for()

        await page.locator("#text").fill("/subscribe Kherson")
        await page.keyboard.press("Enter")
        button = messages.locator(".buttons button", has_text="Kherson Oblast").last
        await button.wait_for()
        await page.screenshot(path=tmp_path / "typed.png")

        await button.click()
        await messages.filter(has_text="about Kherson Oblast").last.wait_for()
        await page.screenshot(path=tmp_path / "pressed.png")

        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], "the page scrolls sideways"
        assert errors == []
        await browser.close()
