"""Priority: whom to work first, and why.

The score adds parts that a person can read: how much can be collected compared with the company's
other cases, how long it is overdue, whether a promise was broken or a cheque bounced, and whether
anybody is doing something about it. A case that waits for something (a promise, a dispute, a hold)
counts half. A part is never hidden in a bare number: `Priority.reasons` names them, strongest first.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

AMOUNT_POINTS = 45
AGE_POINTS = 30
AGE_FULL_DAYS = 90
BROKEN_POINTS = 15
BROKEN_EACH = 10
NEGLECT_POINTS = 10
WAITING_SHARE = 0.5
STARS = (25, 50, 70)
"""Scores from which a case has one, two, three stars."""


@dataclass(frozen=True)
class Priority:
    """A score from 0 to 100, its stars from 0 to 3, and its parts (code, points), strongest first."""

    score: float
    stars: int
    reasons: tuple[tuple[str, float], ...]


def prioritise(
    amount_rank: float, days_overdue: int, has_next_step: bool, broken: int = 0, is_waiting: bool = False
) -> Priority:
    """Return the priority of a case.

    :param amount_rank: share of the company's open cases with a smaller or equal amount, 0 to 1
    :param days_overdue: days since the oldest uncovered item fell due
    :param has_next_step: somebody has planned what to do next
    :param broken: broken promises and bounced cheques of the case
    :param is_waiting: all that is overdue is promised, contested or held

    >>> prioritise(1.0, 120, False, 2)  # doctest: +NORMALIZE_WHITESPACE
    Priority(score=100.0, stars=3,
             reasons=(('amount', 45.0), ('age', 30.0), ('broken', 15.0), ('no_next_step', 10.0)))
    >>> prioritise(0.2, 9, True)
    Priority(score=12.0, stars=0, reasons=(('amount', 9.0), ('age', 3.0)))

    A case that waits counts half, and says so; one with nothing overdue is none:

    >>> prioritise(1.0, 90, True, is_waiting=True)
    Priority(score=37.5, stars=1, reasons=(('amount', 45.0), ('waiting', -37.5), ('age', 30.0)))
    >>> prioritise(0.9, 0, False).score
    0.0
    """
    if not days_overdue:
        return Priority(0.0, 0, ())
    parts = {
        "amount": round(AMOUNT_POINTS * amount_rank, 1),
        "age": round(AGE_POINTS * min(days_overdue, AGE_FULL_DAYS) / AGE_FULL_DAYS, 1),
        "broken": float(min(BROKEN_POINTS, BROKEN_EACH * broken)),
        "no_next_step": 0.0 if has_next_step or is_waiting else float(NEGLECT_POINTS),
    }
    if is_waiting:
        parts["waiting"] = -round(sum(parts.values()) * WAITING_SHARE, 1)
    score = round(sum(parts.values()), 1)
    reasons = sorted(((code, points) for code, points in parts.items() if points), key=lambda part: -abs(part[1]))
    return Priority(score, sum(score >= limit for limit in STARS), tuple(reasons))


def rank(amount: float, sorted_amounts: Sequence[float]) -> float:
    """Return the share of amounts that are smaller or equal, 0 to 1.

    :param sorted_amounts: all amounts, ascending

    >>> rank(20, [10, 20, 30, 40]), rank(5, [10]), rank(1, [])
    (0.5, 0.0, 0.0)
    """
    return bisect_right(sorted_amounts, amount) / len(sorted_amounts) if sorted_amounts else 0.0
