"""A person and what is known about their chat, through the real process."""

from pathlib import Path

from support.installation import Installation, ask

from bot.standin.server import Standin


async def test_a_chat_is_tested_taken_along_forgotten_and_brought_back(tmp_path: Path) -> None:
    async with Standin() as standin:
        ann = standin.people.person("Ann", language_code="it")
        async with Installation(tmp_path, standin).running():
            assert "Ti avviso subito" in await ask(ann, "/subscribe Kyiv")
            assert (await ask(ann, "/test")).startswith("🧪 TEST · ТЕСТ · PROVA")
            before = len(ann.chat.messages)
            await ann.send("/export")
            *_, kept = await ann.chat.wait(lambda seen: len(seen) == before + 3)
            assert '"written":"Kyiv"' in kept.text
            await ask(ann, "/forget")
            question = ann.chat.messages[-1]
            press = await ann.press(question, "Cancella tutto")
            assert (await press.answered()).text == "Cancellato."
            await ann.chat.wait(lambda seen: seen[-1].text.startswith("Cancellati:"))
            before = len(ann.chat.messages)
            await ann.send("/import", reply_to=kept)
            *_, said = await ann.chat.wait(lambda seen: len(seen) == before + 2)
            assert "Una cosa nuova da seguire" in said.text


async def test_a_report_is_shared_by_way_of_inline_mode(tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    report.write_text(
        '{"id": "1", "title": "Bridge closed in Kyiv", "text": "Until noon <today>."}'
    )
    async with Standin() as standin:
        ann = standin.people.person("Ann")
        installation = Installation(tmp_path, standin)
        async with installation.running():
            await ask(ann, "/start")
            assert (await installation.call("publish", "--format", "jsonl", str(report)))[0] == 0
            (offered,) = await (await ann.ask_inline("kyiv")).answered()
        assert offered["title"] == "Bridge closed in Kyiv"
        assert "Until noon &lt;today&gt;." in offered["input_message_content"]["message_text"]
