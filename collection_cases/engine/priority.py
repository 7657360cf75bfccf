"""Priority: whom to work first, and why.

The score adds parts that a person can read: how much is overdue compared with the company's other
cases, how long, and whether anybody is doing something about it. A part is never hidden in a bare
number: `Priority.reasons` names them, strongest first.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

AMOUNT_POINTS = 50
AGE_POINTS = 35
AGE_FULL_DAYS = 90
NEGLECT_POINTS = 15
STARS = (25, 50, 70)
"""Scores from which a case has one, two, three stars."""


@dataclass(frozen=True)
class Priority:
    """A score from 0 to 100, its stars from 0 to 3, and its parts (code, points), strongest first."""

    score: float
    stars: int
    reasons: tuple[tuple[str, float], ...]


def prioritise(amount_rank: float, days_overdue: int, has_next_step: bool) -> Priority:
    """Return the priority of a case.

    :param amount_rank: share of the company's open cases with a smaller or equal amount, 0 to 1
    :param days_overdue: days since the oldest uncovered item fell due
    :param has_next_step: somebody has planned what to do next

    >>> prioritise(1.0, 120, False)
    Priority(score=100.0, stars=3, reasons=(('amount', 50.0), ('age', 35.0), ('no_next_step', 15.0)))
    >>> prioritise(0.2, 9, True)
    Priority(score=13.5, stars=0, reasons=(('amount', 10.0), ('age', 3.5)))

    A case with nothing overdue waits:

    >>> prioritise(0.9, 0, False).score
    0.0
    """
    if not days_overdue:
        return Priority(0.0, 0, ())
    parts = {
        "amount": round(AMOUNT_POINTS * amount_rank, 1),
        "age": round(AGE_POINTS * min(days_overdue, AGE_FULL_DAYS) / AGE_FULL_DAYS, 1),
        "no_next_step": 0.0 if has_next_step else float(NEGLECT_POINTS),
    }
    score = round(sum(parts.values()), 1)
    reasons = sorted(((code, points) for code, points in parts.items() if points), key=lambda part: -part[1])
    return Priority(score, sum(score >= limit for limit in STARS), tuple(reasons))


def rank(amount: float, sorted_amounts: Sequence[float]) -> float:
    """Return the share of amounts that are smaller or equal, 0 to 1.

    :param sorted_amounts: all amounts, ascending

    >>> rank(20, [10, 20, 30, 40]), rank(5, [10]), rank(1, [])
    (0.5, 0.0, 0.0)
    """
    return bisect_right(sorted_amounts, amount) / len(sorted_amounts) if sorted_amounts else 0.0
