"""End to end: sources of the real process, their recording and the operator's commands."""

import asyncio
import re
from pathlib import Path

from support.http_origin import origin, page
from support.installation import Installation, ask
from support.wait_until import wait_until

from bot.standin.server import Standin


async def test_a_channel_post_is_pushed_once_and_a_recorded_day_is_replayed(tmp_path: Path) -> None:
    async with Standin() as standin, origin() as served:
        served.answer = page(b"First\nText.")
        boss = standin.people.person("Boss")
        ann = standin.people.person("Ann")
        channel = standin.people.channel("Air Force", [boss], username="force_here")
        installation = Installation(
            tmp_path,
            standin,
            f"""
[[source]]
kind = "telegram_channel"
name = "force"
channel = "@force_here"
[[source]]
kind = "liveblog"
name = "blog"
url = "{served.url}"
every = "1s"
record = "{tmp_path / "recorded"}"
[[source]]
kind = "webhook"
name = "press"
secret = "open-sesame-open-sesame"
""",
        )
        table = installation.config.read_text()
        installation.config.write_text(
            table.replace("[storage]", f"admins = [{boss.id}]\n[storage]", 1)
        )
        _, checked, _ = await installation.call("check")
        assert re.search(r"ok    source force +administrator of @force_here", checked)
        assert re.search(r"FAIL  source press +cannot be reached: set http.listen", checked)
        async with installation.running():
            await ask(ann, "/subscribe Odesa")
            await boss.send("Missiles are flying to Odesa from the sea", chat=channel)
            await ann.chat.wait(lambda ms: "Missiles" in ms[-1].text)
            await boss.send("/help", chat=channel)  # a command is not news
            polls = len(served.requests)
            await wait_until(lambda: len(served.requests) >= polls + 2, "a poll starts and ends")
            served.answer = page(b"Second\nA bridge in Odesa is closed.\nFirst\nText.")
            await ann.chat.wait(lambda ms: "bridge in Odesa" in ms[-1].text)
            shown = await ask(boss, "/sources")
            (recording,) = (tmp_path / "recorded").iterdir()
            day = tmp_path / "day.jsonl"
            day.write_bytes(recording.read_bytes())
            code, out, err = await installation.call("replay", "--speed", "1000", str(day))
            await asyncio.sleep(0.5)

        texts = "\n".join(ann.chat.texts)
        assert texts.count("Missiles") == 1
        assert "🟢 blog (liveblog)" in shown
        assert re.search(r"last good .*\d\d:\d\d UTC, \d.* ago · took \d.* s · next in \d", shown)
        assert "🔵 force (telegram_channel)" in shown
        assert (code, err) == (0, "")
        assert re.search(r"blog: new, \d matched: Second", out)
        assert re.search(r"\d+ polls, 1 bulletins\n1 new, 0 repeated", out)
