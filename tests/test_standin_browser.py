"""The chat page of `tocsin demo` in a real Chromium, with the real bot behind it."""

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
ANSWER_MS = 60_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[str]:
    """Run `tocsin demo`, and yield its address."""
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
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), START_SECONDS)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_visitor_subscribes_by_typing_and_by_button(
    tmp_path: Path, size: dict[str, int]
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install Chromium to run this test"
    async with demonstration(tmp_path) as url, playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport=size)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        if not await page.locator("#composer, #start").first.is_visible():
            await page.locator("#chats button, #chats li").first.click()
        if await page.locator("#start").is_visible():
            await page.locator("#start").click()
        messages = page.locator("#log article")
        await messages.filter(has_text="Tocsin").first.wait_for(timeout=ANSWER_MS)
        await page.locator("#text").fill("/subscribe Kherson")
        await page.keyboard.press("Enter")
        answer = messages.filter(has_text="Kherson").filter(has=page.locator("button"))
        await answer.last.wait_for(timeout=ANSWER_MS)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], "the page scrolls sideways"
        assert errors == []
        await browser.close()
