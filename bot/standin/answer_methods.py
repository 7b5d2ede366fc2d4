"""Methods answerCallbackQuery and answerInlineQuery."""

from bot.standin.callbacks import Toast
from bot.standin.errors import BadRequest
from bot.standin.params import Params
from bot.standin.utf16 import utf16_length
from bot.standin.world import World

LONGEST_TOAST = 200
MOST_RESULTS = 50


async def answer_callback_query(world: World, params: Params) -> bool:
    """Show a toast to the person who pressed a button."""
    text = params.text("text")
    if utf16_length(text) > LONGEST_TOAST:
        raise BadRequest("MESSAGE_TOO_LONG")
    toast = Toast(text, alert=params.flag("show_alert"), url=params.text("url") or None)
    await world.callbacks.answer(params.text("callback_query_id"), toast)
    return True


async def answer_inline_query(world: World, params: Params) -> bool:
    """Show results to the person who typed an inline query."""
    results = params.get("results")
    if not isinstance(results, list):
        raise BadRequest("can't parse JSON encoded inline query results")
    if len(results) > MOST_RESULTS:
        raise BadRequest("RESULTS_TOO_MUCH")
    ids = [result.get("id") for result in results]
    if len(set(ids)) != len(ids) or not all(isinstance(each, str) and each for each in ids):
        raise BadRequest("RESULT_ID_INVALID")
    await world.inline.answer(params.text("inline_query_id"), results)
    return True
