"""End to end: the data of a chat, and inline mode."""

from pathlib import Path

from support.installation import Installation, ask

from bot.standin.server import Standin


async def test_a_chat_is_drilled_exported_erased_and_imported(tmp_path: Path) -> None:
    async with Standin() as standin:
        ann = standin.people.person("Ann", language_code="it")
        async with Installation(tmp_path, standin).running():
            assert "Ti avviso subito" in await ask(ann, "/subscribe Kyiv")
            assert (await ask(ann, "/test")).startswith("🧪 TEST · ТЕСТ · PROVA")
            before = len(ann.chat.messages)
            await ann.send("/export")
            *_, export = await ann.chat.wait(lambda shown: len(shown) == before + 3)
            assert '"written":"Kyiv"' in export.text
            await ask(ann, "/forget")
            question = ann.chat.messages[-1]
            press = await ann.press(question, "Cancella tutto")
            assert (await press.answered()).text == "Cancellato."
            await ann.chat.wait(lambda shown: shown[-1].text.startswith("Cancellati:"))
            before = len(ann.chat.messages)
            await ann.send("/import", reply_to=export)
            *_, reply = await ann.chat.wait(lambda shown: len(shown) == before + 2)
            assert "Una cosa nuova da seguire" in reply.text


async def test_inline_mode_offers_a_bulletin_to_share(tmp_path: Path) -> None:
    bulletins = tmp_path / "bulletins.jsonl"
    bulletins.write_text(
        '{"id": "1", "title": "Bridge closed in Kyiv", "text": "Until noon <today>."}'
    )
    async with Standin() as standin:
        ann = standin.people.person("Ann")
        installation = Installation(tmp_path, standin)
        async with installation.running():
            await ask(ann, "/start")
            assert (await installation.call("publish", "--format", "jsonl", str(bulletins)))[0] == 0
            (result,) = await (await ann.ask_inline("kyiv")).answered()
        assert result["title"] == "Bridge closed in Kyiv"
        assert "Until noon &lt;today&gt;." in result["input_message_content"]["message_text"]
