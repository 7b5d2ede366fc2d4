"""Stand-in for Telegram: a conversation through python-telegram-bot's own client."""

import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    ChatMemberAdministrator,
    ChatMemberOwner,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Forbidden

from bot.standin.server import Standin

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x02\0\0\0"


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as standin:
        yield standin


@pytest.fixture
async def bot(standin: Standin) -> AsyncIterator[Bot]:
    async with Bot(standin.token, base_url=f"{standin.url}/bot") as bot:
        yield bot


async def updates(bot: Bot) -> list[Update]:
    """Fetch and confirm the pending updates."""
    fetched = await bot.get_updates()
    if fetched:
        await bot.get_updates(offset=fetched[-1].update_id + 1)
    return list(fetched)


async def test_a_written_message_arrives_with_its_command(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", id=77, language_code="uk")
    update_id = await ann.send("/start payload_1")
    [update] = await updates(bot)
    assert update.update_id == update_id
    assert update.message is not None
    assert update.message.text == "/start payload_1"
    assert update.message.parse_entities() == {update.message.entities[0]: "/start"}
    assert update.effective_user is not None
    assert (update.effective_user.id, update.effective_user.language_code) == (77, "uk")
    assert abs(datetime.now(UTC) - update.message.date).total_seconds() < 60


async def test_a_bot_cannot_write_first(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(ann.id, "hello")
    await ann.send("/start")
    await bot.send_message(ann.id, "hello")
    assert ann.chat.texts == ["/start", "hello"]


async def test_a_sent_message_is_returned_and_shown_with_all_its_parts(
    standin: Standin, bot: Bot
) -> None:
    ann = standin.people.person("Ann")
    await ann.send("/start")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go:1")]])
    sent = await bot.send_message(
        ann.id,
        "<b>Bold</b> 🔔 <i>it</i>",
        parse_mode="HTML",
        reply_markup=keyboard,
        reply_to_message_id=ann.chat.messages[0].id,
        disable_notification=True,
    )
    assert sent.text_html == "<b>Bold</b> 🔔 <i>it</i>"
    assert sent.reply_markup == keyboard
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    shown = ann.chat.messages[-1]
    assert (shown.text, shown.silent, shown.reply_to) == ("Bold 🔔 it", True, 1)
    assert [[button.data for button in row] for row in shown.buttons] == [["go:1"]]


async def test_a_callback_query_is_answered_once(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go:1")]])
    await bot.send_message(ann.id, "Choose", reply_markup=keyboard)
    press = await ann.press(ann.chat.messages[-1], "Go")
    [update] = await updates(bot)
    query = update.callback_query
    assert query is not None
    assert query.data == "go:1"
    await query.answer("Done", show_alert=True)
    toast = await press.answered()
    assert (toast.text, toast.alert) == ("Done", True)
    with pytest.raises(BadRequest, match=r"(?i)query is too old and response timeout expired"):
        await query.answer("Again")


async def test_a_missing_button_cannot_be_pressed(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Map", url="https://example.org/")]])
    await bot.send_message(ann.id, "Look", reply_markup=keyboard)
    message = ann.chat.messages[-1]
    with pytest.raises(ValueError, match="no button"):
        await ann.press(message, "Go")
    with pytest.raises(ValueError, match="tells the bot nothing"):
        await ann.press(message, "Map")
    await ann.press_forged(message, "never:made")
    [update] = await updates(bot)
    assert update.callback_query is not None
    assert update.callback_query.data == "never:made"


async def test_edits_and_deletions_are_shown_and_recorded(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    sent = await bot.send_message(ann.id, "one")
    edited = await sent.edit_text("two")
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    assert ann.chat.texts == ["two"]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    await sent.edit_reply_markup(keyboard)
    assert ann.chat.messages[-1].buttons[0][0].text == "Go"
    await sent.delete()
    assert ann.chat.messages == []
    seen = [(change.kind, change.message.text) for change in ann.chat.timeline]
    assert seen == [("sent", "one"), ("edited", "two"), ("edited", "two"), ("deleted", "two")]


async def test_an_edit_that_changes_nothing_is_refused(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    sent = await bot.send_message(ann.id, "<b>same</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified: specified new message"):
        await sent.edit_text("<b>same</b>", parse_mode="HTML")
    await sent.edit_text("same")
    assert ann.chat.messages[0].entities == ()


async def test_a_block_is_an_update_and_refuses_messages_until_the_person_returns(
    standin: Standin, bot: Bot
) -> None:
    ann = standin.people.person("Ann", started=True)
    await ann.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ann.id, "hello")
    await ann.send("/start")
    blocked, unblocked, message = await updates(bot)
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member is not None
    assert unblocked.my_chat_member.new_chat_member.status == "member"
    assert message.message is not None
    await bot.send_message(ann.id, "welcome back")
    assert ann.chat.texts == ["/start", "welcome back"]


async def test_a_deleted_account_is_refused(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    ann.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ann.id, "hello")


async def test_in_a_group_the_bot_sees_only_messages_addressed_to_it(
    standin: Standin, bot: Bot
) -> None:
    ann = standin.people.person("Ann")
    group = standin.people.group("Flat 7", [ann])
    me = bot.username
    assert await ann.send("just talking", chat=group) is None
    assert await ann.send("/help@another_bot", chat=group) is None
    await ann.send("/help", chat=group)
    await ann.send(f"hey @{me}", chat=group)
    await bot.send_message(group.id, "yes?")
    await ann.send("an answer", chat=group, reply_to=group.messages[-1])
    await group.set_bot("administrator", by=ann)
    await ann.send("just talking again", chat=group)
    seen = [update.message.text for update in await updates(bot) if update.message]
    assert seen == ["/help", f"hey @{me}", "an answer", "just talking again"]


async def test_administrators_are_distinguished_from_members(standin: Standin, bot: Bot) -> None:
    ann, bob, eve = (standin.people.person(name) for name in ("Ann", "Bob", "Eve"))
    group = standin.people.group("Flat 7", [eve], [ann, bob], supergroup=True)
    owner, admin = await bot.get_chat_administrators(group.id)
    assert isinstance(owner, ChatMemberOwner)
    assert isinstance(admin, ChatMemberAdministrator)
    assert (owner.user.id, admin.user.id) == (ann.id, bob.id)
    assert (await bot.get_chat_member(group.id, eve.id)).status == "member"
    assert (await bot.get_chat_member(group.id, bot.id)).status == "member"
    assert (await bot.get_chat(group.id)).title == "Flat 7"


async def test_an_anonymous_administrator_writes_as_the_group(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    group = standin.people.group("Flat 7", admins=[ann], supergroup=True)
    await ann.send("/settings", chat=group, anonymous=True)
    [update] = await updates(bot)
    assert update.message is not None
    assert update.message.sender_chat is not None
    assert update.message.sender_chat.id == group.id
    assert update.message.from_user is not None
    assert update.message.from_user.is_bot


async def test_an_upgraded_group_reports_its_new_id(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    group = standin.people.group("Flat 7", admins=[ann])
    supergroup = await group.upgrade(-1_000_000_000_777, by=ann)
    [migrated_to, migrated_from] = await updates(bot)
    assert migrated_to.message is not None
    assert migrated_to.message.migrate_to_chat_id == supergroup.id
    assert migrated_from.message is not None
    assert migrated_from.message.migrate_from_chat_id == group.id
    with pytest.raises(Exception, match=r"(?i)migrated to supergroup. New chat id: -1000000000777"):
        await bot.send_message(group.id, "hello")
    assert (await bot.send_message(supergroup.id, "hello")).chat.id == supergroup.id


async def test_a_forum_accepts_messages_by_forum_topic(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    forum = standin.people.group("Flat 7", admins=[ann], forum=True)
    thread = await forum.open_topic("Alerts", by=ann)
    sent = await bot.send_message(forum.id, "here", message_thread_id=thread)
    assert sent.message_thread_id == thread
    await forum.close_topic(thread, by=ann)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(forum.id, "here", message_thread_id=thread)
    forum.delete_topic(thread)
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await bot.send_message(forum.id, "here", message_thread_id=thread)


async def test_a_bot_posts_to_a_channel_only_as_administrator(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    channel = standin.people.channel("News", [ann], username="news_here")
    post = await bot.send_message("@news_here", "first")
    assert post.sender_chat is not None
    assert post.sender_chat.id == channel.id
    await ann.send("second", chat=channel)
    [update] = await updates(bot)
    assert update.channel_post is not None
    assert update.channel_post.text == "second"
    await channel.set_bot("kicked", by=ann)
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await bot.send_message(channel.id, "third")
    stranger = standin.people.channel("Others", [ann], bot="left")
    with pytest.raises(Forbidden, match="bot is not a member of the channel chat"):
        await bot.send_message(stranger.id, "hello")


async def test_message_ids_repeat_between_supergroups(standin: Standin, bot: Bot) -> None:
    groups = [standin.people.group(name, supergroup=True) for name in ("One", "Two")]
    ids = [(await bot.send_message(group.id, "hello")).message_id for group in groups]
    assert ids == [1, 1]


async def test_a_photo_is_uploaded_once_and_sent_again_by_its_file_id(
    standin: Standin, bot: Bot
) -> None:
    ann = standin.people.person("Ann", started=True)
    first = await bot.send_photo(ann.id, PNG, caption="<b>Map</b>", parse_mode="HTML")
    again = await bot.send_photo(ann.id, first.photo[0].file_id)
    assert (first.photo[0].width, first.photo[0].height) == (640, 480)
    assert first.caption_html == "<b>Map</b>"
    assert again.photo == first.photo
    upload, reuse = standin.journal.of("sendPhoto")
    assert list(upload.files.values()) == [PNG]
    assert reuse.files == {}
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(ann.id, b"no picture")


async def test_a_location_is_requested_and_shared_in_a_private_chat(
    standin: Standin, bot: Bot
) -> None:
    ann = standin.people.person("Ann", started=True)
    button = KeyboardButton("Where I am", request_location=True)
    await bot.send_message(ann.id, "Where?", reply_markup=ReplyKeyboardMarkup([[button]]))
    assert ann.chat.keyboard is not None
    await ann.share_location(46.63, 32.61)
    [update] = await updates(bot)
    assert update.message is not None
    assert update.message.location is not None
    assert (update.message.location.latitude, update.message.location.longitude) == (46.63, 32.61)
    await bot.send_message(ann.id, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert ann.chat.keyboard is None
    group = standin.people.group("Flat 7")
    with pytest.raises(BadRequest, match=r"(?i)location can be requested in private chats only"):
        await bot.send_message(group.id, "Where?", reply_markup=ReplyKeyboardMarkup([[button]]))


async def test_commands_are_stored_by_scope_and_language(standin: Standin, bot: Bot) -> None:
    english, ukrainian = BotCommand("help", "All commands"), BotCommand("help", "Усі команди")
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([english])
    await bot.set_my_commands([ukrainian], language_code="uk")
    assert await bot.get_my_commands() == (english,)
    assert await bot.get_my_commands(language_code="uk") == (ukrainian,)
    assert await bot.get_my_commands(scope=private) == ()
    await bot.delete_my_commands(language_code="uk")
    assert await bot.get_my_commands(language_code="uk") == ()


async def test_the_command_menu_has_its_limits(bot: Bot) -> None:
    many = [BotCommand(f"c{number}", "x") for number in range(100)]
    await bot.set_my_commands(many)
    with pytest.raises(BadRequest, match=r"(?i)bot_commands_too_much"):
        await bot.set_my_commands([*many, BotCommand("more", "x")])
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("No-Capitals", "x")])


async def test_the_bot_describes_itself(bot: Bot) -> None:
    await bot.set_my_name("Bell")
    await bot.set_my_description("Rings.")
    await bot.set_my_short_description("Rings.")
    assert (await bot.get_my_name()).name == "Bell"
    assert (await bot.get_me()).first_name == "Bell"


async def test_an_inline_query_is_answered_once(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    query = await ann.ask_inline("Kherson")
    [update] = await updates(bot)
    assert update.inline_query is not None
    article = InlineQueryResultArticle("1", "Kherson", InputTextMessageContent("calm"))
    await update.inline_query.answer([article])
    assert [result["title"] for result in await query.answered()] == ["Kherson"]
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await update.inline_query.answer([article])


async def test_person_and_bot_can_react(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    sent = await bot.send_message(ann.id, "hello")
    assert await ann.react(ann.chat.messages[0], "👍") is None
    await bot.get_updates(allowed_updates=["message_reaction"])
    await ann.react(ann.chat.messages[0], "👍")
    [update] = await bot.get_updates()
    assert update.message_reaction is not None
    assert update.message_reaction.new_reaction == (ReactionTypeEmoji("👍"),)
    assert await sent.set_reaction("👀")


async def test_a_bot_that_left_a_group_is_no_member(standin: Standin, bot: Bot) -> None:
    group = standin.people.group("Flat 7", supergroup=True)
    await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "hello")


async def test_a_wait_for_messages_ends_when_they_arrive(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann", started=True)
    await bot.send_message(ann.id, "hello")
    messages = await ann.chat.wait(lambda shown: len(shown) == 1)
    assert messages[0].text == "hello"
    with pytest.raises(TimeoutError):
        await ann.chat.wait(lambda shown: len(shown) == 2, timeout=0.01)


async def test_a_chat_with_a_short_history_drops_the_oldest_messages() -> None:
    async with Standin(limits=None, history=2) as standin:
        ann = standin.people.person("Ann")
        for text in ("one", "two", "three"):
            await ann.send(text)
        assert ann.chat.texts == ["two", "three"]
        assert len(ann.chat.timeline) == 2
