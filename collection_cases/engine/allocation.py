"""How an amount is laid on what is open: the oldest first, never more than is open on each."""

from collections.abc import Hashable, Iterable
from decimal import Decimal


def allocate(
    amount: Decimal, open_amounts: Iterable[tuple[Hashable, Decimal]]
) -> tuple[dict[Hashable, Decimal], Decimal]:
    """Lay an amount on open amounts in their order.

    :param amount: what came, or is to come
    :param open_amounts: (key, what is open on it), the oldest first; what is zero or below gets nothing
    :returns: ({key: its part}, what is above all of them)

    >>> allocate(Decimal(70), [("a", Decimal(50)), ("b", Decimal(30))])
    ({'a': Decimal('50'), 'b': Decimal('20')}, Decimal('0'))
    >>> allocate(Decimal(90), [("a", Decimal(50)), ("credit", Decimal(-5)), ("b", Decimal(30))])
    ({'a': Decimal('50'), 'b': Decimal('30')}, Decimal('10'))
    >>> allocate(Decimal(0), [("a", Decimal(50))])
    ({}, Decimal('0'))
    """
    parts: dict[Hashable, Decimal] = {}
    left = max(Decimal(0), amount)
    for key, open_amount in open_amounts:
        part = min(left, open_amount)
        if part > 0:
            parts[key] = part
            left -= part
    return parts, left
