"""Operator precedence: groups the operands of one level of parentheses into a query. Pure.

NOT binds tightest; then a list (Kyiv, Lviv), AND (also a space), and OR. Between places everything
but an operator in capitals makes a list, which means any of its places. Between words, topics or
sources a comma, a semicolon or the end of a line does, and then also the `and` of its last item.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from matching.query.ast import (
    And,
    NearTerm,
    Not,
    Or,
    PlaceTerm,
    PropertyTerm,
    Query,
    SourceTerm,
)


class Joiner(Enum):
    """Separator or operator between two operands."""

    SPACE = auto()
    SEPARATOR = auto()
    AND = auto()  # in capitals
    OR = auto()  # in capitals
    AND_WORD = auto()
    OR_WORD = auto()


class OperandKind(Enum):
    """Kind of an operand: only operands of one kind make a list."""

    PLACE = auto()
    SOURCE = auto()
    SUBJECT = auto()
    PROPERTY = auto()  # also after a comma a further condition, no alternative
    NEGATED = auto()


_NEVER_LISTED = frozenset((OperandKind.NEGATED, OperandKind.PROPERTY))


@dataclass(frozen=True, slots=True)
class Operand:
    """Operand with the operators before it."""

    joiner: Joiner  # SPACE for the first operand
    query: Query
    kind: OperandKind
    place: Query | None = None  # what a word is in a list of places


class _Relation(Enum):
    SAME_RUN = auto()  # adjacent items of a list block
    NEXT_ITEM = auto()  # the next item of a list
    NEXT_FACTOR = auto()  # AND
    NEXT_ALTERNATIVE = auto()  # OR


@dataclass(slots=True)
class _Block:
    """Adjacent operands of one kind: the items of a list, each a conjunction."""

    kind: OperandKind
    items: list[list[Query]] = field(default_factory=list)

    @property
    def query(self) -> Query:
        return join(Or, dict.fromkeys(join(And, item) for item in self.items))


def find_kind(query: Query) -> OperandKind:
    """Return the kind of an operand. A group is a place, or a property, if all its parts are."""
    match query:
        case Not():
            return OperandKind.NEGATED
        case PlaceTerm() | NearTerm():
            return OperandKind.PLACE
        case PropertyTerm():
            return OperandKind.PROPERTY
        case SourceTerm():
            return OperandKind.SOURCE
        case And(parts) | Or(parts):
            kinds = {*map(find_kind, parts)}
            is_uniform = kinds in ({OperandKind.PLACE}, {OperandKind.PROPERTY})
            return kinds.pop() if is_uniform else OperandKind.SUBJECT
        case _:
            return OperandKind.SUBJECT


def combine(operands: Sequence[Operand]) -> Query:
    """Return the query of one or more operands."""
    alternatives: list[list[_Block]] = []
    for operand in operands:
        blocks = alternatives[-1] if alternatives else []
        relation = _relate(blocks, operand) if blocks else _Relation.NEXT_ALTERNATIVE
        if relation is _Relation.NEXT_ALTERNATIVE:
            alternatives.append([_Block(operand.kind, [[operand.query]])])
        elif relation is _Relation.NEXT_FACTOR:
            blocks.append(_Block(operand.kind, [[operand.query]]))
        elif relation is _Relation.NEXT_ITEM:
            blocks[-1].items.append([operand.query])
        else:
            blocks[-1].items[-1].append(operand.query)
    return join(Or, [join(And, [block.query for block in blocks]) for blocks in alternatives])


def join(kind: type[And] | type[Or], parts: Iterable[Query]) -> Query:
    """Join parts with an operator; nested operators of the same kind become one."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _relate(blocks: Sequence[_Block], operand: Operand) -> _Relation:
    """Relate an operand to the blocks before it in the same alternative."""
    block, joiner = blocks[-1], operand.joiner
    if joiner is Joiner.OR:
        return _Relation.NEXT_ALTERNATIVE
    if joiner is Joiner.AND:
        return _Relation.NEXT_FACTOR
    if operand.kind is block.kind and operand.kind not in _NEVER_LISTED:
        return _relate_same_kind(block, joiner)
    is_next = joiner is Joiner.SEPARATOR and _is_complete(blocks, operand)
    if joiner is Joiner.OR_WORD or is_next:
        return _Relation.NEXT_ALTERNATIVE
    return _Relation.NEXT_FACTOR


def _relate_same_kind(block: _Block, joiner: Joiner) -> _Relation:
    """Relate an operand to the block of its kind. AND and OR in capitals are handled before."""
    is_list = len(block.items) > 1 and joiner is not Joiner.SPACE
    if block.kind is OperandKind.PLACE or joiner is Joiner.SEPARATOR or is_list:
        return _Relation.NEXT_ITEM
    return _Relation.NEXT_ALTERNATIVE if joiner is Joiner.OR_WORD else _Relation.SAME_RUN


def _is_complete(blocks: Sequence[_Block], operand: Operand) -> bool:
    """Return whether the blocks have a place and a subject already: #drone Kyiv, #missile Lviv."""
    kinds = {block.kind for block in blocks}
    has_subject = not kinds.isdisjoint((OperandKind.SUBJECT, OperandKind.PROPERTY))
    is_new_item = operand.kind in (OperandKind.PLACE, OperandKind.SUBJECT)
    return OperandKind.PLACE in kinds and has_subject and is_new_item
