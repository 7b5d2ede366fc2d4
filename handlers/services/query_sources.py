"""Known sources: parser of a typed query whose sources must exist."""

from handlers.framework.handler_context import HandlerContext
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QUOTES
from matching.query.parser import SUBSCRIPTION_LIMITS, ParsedQuery, QueryLimits, parse
from matching.query.personal_places import PersonalPlaces
from storage.engine.database import Transaction
from storage.inbound import bulletins


async def parse_with_sources(
    written: str,
    personal: PersonalPlaces,
    transaction: Transaction,
    context: HandlerContext,
    limits: QueryLimits = SUBSCRIPTION_LIMITS,
) -> ParsedQuery:
    """Parse a query whose sources exist: configured, or with a stored bulletin.

    Raises QueryError.
    """
    names = set(context.source_names or ())
    while True:
        try:
            return parse(
                written,
                context.gazetteer,
                context.topics,
                limits,
                personal,
                sources=None if context.source_names is None else names,
            )
        except QueryError as error:
            if error.kind is not ErrorKind.UNKNOWN_SOURCE:
                raise
            name = written[error.start : error.end].partition(":")[2].strip(QUOTES)
            if name in names or not await bulletins.has_source(transaction, name):
                raise
            names.add(name)
