"""Sound explanation: the rule because of which a chat gets a bulletin without sound."""

from collections.abc import Sequence

from alerts.sound import SoundRule
from handlers.framework.handler_context import HandlerContext
from handlers.services.subscription_entries import level_term, main_mode, matches_neighbour
from handlers.telegram.events import Request
from handlers.text.html import Html
from handlers.text.i18n import Translator
from matching.index.index import MatchMode
from matching.query.ast import load
from matching.query.evaluator import evaluate
from matching.query.properties import LEVELS
from matching.reader import Reading
from storage.engine.database import Transaction
from storage.inbound.bulletins import Bulletin
from storage.outbox.delivery_trace import DeliveryTrace
from storage.subscribers import sound_modes
from storage.subscribers.sound_modes import SoundMode
from storage.subscribers.subscriptions import Subscription


async def explain_silence(
    transaction: Transaction,
    trace: DeliveryTrace,
    bulletin: Bulletin,
    reading: Reading,
    subscribed: Sequence[Subscription],
    context: HandlerContext,
    request: Request,
) -> Html:
    """Return the rule that silences a bulletin by the present settings; empty if none does.

    The rules of the whole chat come first: as long as they hold, no other makes a difference.
    """
    translator = context.translator(request)
    mode = await sound_modes.get(transaction, request.subscriber.number)
    if key := _chat_rule(mode, trace, reading):
        return translator.html(key)
    strongest = _strongest([s for s in subscribed if evaluate(load(s.query), reading)], reading)
    if strongest is not None:
        return _subscription_rule(strongest, bulletin, reading, context.sound_rule, translator)
    is_near = any(matches_neighbour(s, reading, context.gazetteer) for s in subscribed)
    return translator.html("why-silent-neighbour") if is_near else Html()


def _chat_rule(mode: SoundMode, trace: DeliveryTrace, reading: Reading) -> str | None:
    """Return the text key of the rule that holds for the whole chat; None without one."""
    if mode is SoundMode.NOTHING:
        return "why-silent-chat"
    if mode is SoundMode.ALERTS and not reading.is_alert:
        return "why-silent-chat-news"
    if trace.is_silenced_by_quiet:
        return "why-silent-quiet"
    return "why-silent-unplaced" if reading.is_unplaced else None


def _subscription_rule(
    subscription: Subscription,
    bulletin: Bulletin,
    reading: Reading,
    rule: SoundRule,
    translator: Translator,
) -> Html:
    if main_mode(subscription.indexed) is MatchMode.AUDIBLE:
        if rule.has_sound(bulletin, reading):
            return Html()
        return translator.html("why-silent-default", level=LEVELS.index(rule.sound_from))
    if subscription.sound_from is None or not subscription.has_sound:
        return translator.html("why-silent-subscription")
    if (term := level_term(subscription.indexed)) and not evaluate(term, reading):
        return translator.html("why-silent-level", level=LEVELS.index(subscription.sound_from))
    return Html()


def _strongest(matching: Sequence[Subscription], reading: Reading) -> Subscription | None:
    """Return the immediate subscription that comes nearest to sound."""

    def rank(subscription: Subscription) -> tuple[MatchMode, bool]:
        term = level_term(subscription.indexed)
        is_above = term is not None and evaluate(term, reading)
        mode = MatchMode.AUDIBLE_ALWAYS if is_above else main_mode(subscription.indexed)
        return mode, term is None

    immediate = [s for s in matching if s.indexed.is_immediate]
    return min(immediate, key=rank, default=None)
