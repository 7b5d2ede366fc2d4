"""A person and what is known about their chat, through the real process."""

from pathlib import Path

from installation import Installation, ask

from bot.standin.server import Standin


async def test_a_chat_is_tested_taken_along_forgotten_and_brought_back(tmp_path: Path) -> None:
    async with Standin() as standin:
        ann = standin.people.person("Ann", language_code="it")
        async with Installation(tmp_path, standin).running():
            assert "Ti avviso subito" in await ask(ann, "/subscribe Kyiv")
            assert (await ask(ann, "/test")).startswith("🧪 TEST · ТЕСТ · PROVA")
            before = len(ann.chat.messages)
            await ann.send("/export")
            *_, kept = await ann.chat.wait(lambda seen: len(seen) == before + 3, timeout=30)
            assert '"written":"Kyiv"' in kept.text
            await ask(ann, "/forget")
            question = ann.chat.messages[-1]
            press = await ann.press(question, "Cancella tutto")
            assert (await press.answered()).text == "Cancellato."
            await ann.chat.wait(lambda seen: seen[-1].text.startswith("Cancellato:"), timeout=30)
            before = len(ann.chat.messages)
            await ann.send("/import", reply_to=kept)
            *_, said = await ann.chat.wait(lambda seen: len(seen) == before + 2, timeout=30)
            assert "una cosa da seguire" in said.text
