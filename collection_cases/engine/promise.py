"""Promises to pay: kept, partly kept or broken, judged by the day the money came (value date).

Money that came for an item counts for the promises on that item; money that is matched with nothing
yet counts for any promise of its currency, because the debtor did pay. Each amount counts once: for
the earliest promise it was in time for, so every instalment of a plan is judged on its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Tolerance:
    """What a company still calls kept: so many days late, so many percent short."""

    days: int = 0
    percent: Decimal = ZERO


@dataclass(frozen=True)
class Promised:
    """A promise.

    :param key: the caller's identifier
    :param amount: in `currency`
    :param date: promised for
    :param made_on: money that came before this day is not its keeping
    :param items: keys of the items it is about
    :param was_missed: it was judged broken or partly kept before; only money that came in time changes that
    :param tolerance: what counted as kept when it was made
    :param branch: the branch whose debt it is about; None for the customer as a whole
    :param known_until: what came is known up to this day (a foreign ledger sends files); None for today
    """

    key: int
    amount: Decimal
    date: date
    made_on: date
    items: frozenset[int]
    currency: str
    was_missed: bool = False
    tolerance: Tolerance = Tolerance()
    branch: int | None = None
    known_until: date | None = None


@dataclass(frozen=True)
class Receipt:
    """Money that came: for an item, or matched with nothing yet (`item` is None); `date` is its value date.

    `branch` says whose money it is when that is known; it counts for no other branch.
    """

    item: int | None
    currency: str
    date: date
    amount: Decimal
    branch: int | None = None


@dataclass
class Judgement:
    """What became of a promise.

    :param state: open, kept, partly_kept, broken, or void when nothing is left that could be paid
    :param received: what counts for it, never more than what was promised
    :param decided_on: the day from which this is so; None while open
    """

    state: str
    received: Decimal
    decided_on: date | None


@dataclass
class _Progress:
    promise: Promised
    deadline: date
    received: Decimal = ZERO
    dates: list[tuple[date, Decimal]] = field(default_factory=list)


def judge(
    promises: Iterable[Promised],
    receipts: Iterable[Receipt],
    left: dict[int, Decimal],
    today: date,
) -> dict[int, Judgement]:
    """Return {promise key: Judgement} for the promises of one case.

    :param left: what is still open per item; a promise is about no more than what came, in time or late,
        plus what is left, so a credit note for the rest does not break it
    :param today: a promise is broken after its date plus the tolerance's days, not on it

    >>> day = date(2026, 3, 10)
    >>> made, about = date(2026, 3, 1), frozenset({7})
    >>> def promise(key, amount, due, rule=Tolerance()):
    ...     return Promised(key, Decimal(amount), due, made, about, "EUR", tolerance=rule)
    >>> paid = [Receipt(7, "EUR", date(2026, 3, 4), Decimal(100))]
    >>> judge([promise(1, 100, date(2026, 3, 5))], paid, {7: Decimal(20)}, day)[1]
    Judgement(state='kept', received=Decimal('100'), decided_on=datetime.date(2026, 3, 4))

    Every instalment on its own, the earliest first:

    >>> both = [promise(1, 100, date(2026, 3, 5)), promise(2, 100, date(2026, 3, 9))]
    >>> {key: found.state for key, found in judge(both, paid, {7: Decimal(100)}, day).items()}
    {1: 'kept', 2: 'broken'}

    Two days late, with and without tolerance:

    >>> late = [Receipt(7, "EUR", date(2026, 3, 7), Decimal(99))]
    >>> [judge([promise(1, 100, date(2026, 3, 5), rule)], late, {7: Decimal(1)}, day)[1].state
    ...  for rule in (Tolerance(), Tolerance(days=2), Tolerance(days=2, percent=Decimal(1)))]
    ['broken', 'partly_kept', 'kept']
    """
    running = sorted(
        (_Progress(promise, promise.date + timedelta(days=promise.tolerance.days)) for promise in promises),
        key=lambda progress: (progress.promise.date, progress.promise.key),
    )
    payable = _allocate(running, receipts, left)
    return {progress.promise.key: _judge_one(progress, payable, today) for progress in running}


def _allocate(running: list[_Progress], receipts: Iterable[Receipt], left: dict[int, Decimal]) -> dict[int, Decimal]:
    """Let each receipt count for the earliest promises it was in time for, what is matched first.

    :returns: what is left of each item, and what came for it without counting
    """
    payable = {item: max(ZERO, amount) for item, amount in left.items()}
    for receipt in sorted(receipts, key=lambda row: (row.date, row.item is None, row.item or 0)):
        unused = receipt.amount
        for progress in running:
            promise = progress.promise
            if receipt.currency != promise.currency or not promise.made_on <= receipt.date <= progress.deadline:
                continue
            if receipt.item is not None and receipt.item not in promise.items:
                continue
            if receipt.branch is not None and receipt.branch != promise.branch:
                continue
            used = min(unused, promise.amount - progress.received)
            if used <= 0:
                continue
            progress.received += used
            progress.dates.append((receipt.date, progress.received))
            unused -= used
        if receipt.item is not None:
            payable[receipt.item] = payable.get(receipt.item, ZERO) + unused
    return payable


def _judge_one(progress: _Progress, payable: dict[int, Decimal], today: date) -> Judgement:
    promise = progress.promise
    known = min(today, promise.known_until or today)
    is_past = promise.was_missed or known > progress.deadline
    owed = progress.received
    for item in sorted(promise.items):
        share = min(promise.amount - owed, payable.get(item, ZERO))
        owed += share
        if not is_past:
            # What one running promise is still about, the next one on the same item is not.
            payable[item] = payable.get(item, ZERO) - share
    if promise.was_missed:
        owed = promise.amount
    if owed <= 0:
        return Judgement("void", ZERO, today)
    enough = owed * (100 - promise.tolerance.percent) / 100
    reached = next((day for day, received in progress.dates if received >= enough), None)
    if reached:
        return Judgement("kept", progress.received, reached)
    if not is_past:
        return Judgement("open", progress.received, None)
    state = "partly_kept" if progress.received else "broken"
    return Judgement(state, progress.received, progress.deadline + timedelta(days=1))
