"""Why nothing may be sent about an item: reasons that add up (rule I6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HELD = "held"
DISPUTED = "disputed"
PROMISED = "promised"
CHEQUE = "cheque"
COLLECTED = "collected"
EXCLUDED = "excluded"
SETTLED = "settled"
NOT_OVERDUE = "not_overdue"
COVERED = "covered"
COMPLETED = "completed"


@dataclass(frozen=True)
class Block:
    """One reason.

    :param code: one of the constants here, or an addon's own
    :param until: the last day it holds; None while its cause lasts
    :param amount: the part of the item it keeps back, in the item's currency; None means all of it
    :param source: (model, id) of the record that is the cause; None for facts of the item itself
    """

    code: str
    until: date | None = None
    amount: Decimal | None = None
    source: tuple[str, int] | None = None


def free(residual: Decimal, blocks: Iterable[Block]) -> Decimal:
    """Return the part of an item that may be asked for.

    >>> free(Decimal(100), [Block(DISPUTED, amount=Decimal(30)), Block(DISPUTED, amount=Decimal(20))])
    Decimal('50')
    >>> free(Decimal(100), [Block(HELD)]), free(Decimal(-5), [])
    (Decimal('0'), Decimal('0'))
    """
    left = max(Decimal(0), residual)
    for block in blocks:
        if block.amount is None:
            return Decimal(0)
        left -= max(Decimal(0), block.amount)
    return max(Decimal(0), left)
