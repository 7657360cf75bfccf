"""How a customer pays, as a grade from A to E, from the ledger's own history.

The grade is a rule of thumb over facts that anyone can check: how many days late the money came
(weighted by amount), how much of it came late, how many promises were kept. It is shown with these
facts and never decides anything alone (GDPR article 22).
"""

from dataclasses import dataclass
from decimal import Decimal

WORSE, SAME, BETTER = "worse", "same", "better"

DRIFT_DAYS = 7
"""Days that recent payments have to be later than the ones before for the trend to be worse."""


@dataclass(frozen=True)
class History:
    """What a customer paid in twelve months; amounts in the company's currency.

    :param paid: all
    :param paid_days: Σ amount × days late (early is 0)
    :param paid_late: what came after its due date
    :param recent, recent_days: the same of the last 90 days
    :param kept, judged: promises
    """

    paid: Decimal
    paid_days: Decimal
    paid_late: Decimal
    recent: Decimal = Decimal(0)
    recent_days: Decimal = Decimal(0)
    kept: int = 0
    judged: int = 0


@dataclass(frozen=True)
class Rating:
    """The grade with the facts it rests on; shares are 0 to 1."""

    grade: str
    score: int
    days_late: float
    share_late: float
    kept_rate: float | None
    trend: str
    drift: float


def rate(history: History) -> Rating | None:
    """Return the rating of a customer; None without payments to judge by.

    The score starts at 100 and loses one point for each day late up to 60, up to 20 points by the share
    that came late, up to 20 by promises that were not kept, and 5 for a worsening trend.

    >>> good = rate(History(Decimal(1000), Decimal(0), Decimal(0)))
    >>> good.grade, good.trend
    ('A', 'same')
    >>> slow = rate(History(Decimal(1000), Decimal(40000), Decimal(900), Decimal(300), Decimal(20000), 1, 4))
    >>> slow.grade, slow.days_late, round(slow.drift), slow.trend
    ('E', 40.0, 38, 'worse')
    >>> rate(History(Decimal(0), Decimal(0), Decimal(0)))
    """
    if history.paid <= 0:
        return None
    days = float(history.paid_days / history.paid)
    share = float(history.paid_late / history.paid)
    kept = history.kept / history.judged if history.judged else None
    before, before_days = history.paid - history.recent, history.paid_days - history.recent_days
    drift = 0.0
    if history.recent > 0 and before > 0:
        drift = float(history.recent_days / history.recent) - float(before_days / before)
    trend = WORSE if drift > DRIFT_DAYS else BETTER if drift < -DRIFT_DAYS else SAME
    score = 100 - min(60.0, days) - 20 * share - (20 * (1 - kept) if kept is not None else 0) - 5 * (trend == WORSE)
    points = max(0, round(score))
    return Rating(_grade(points), points, days, share, kept, trend, drift)


def _grade(points: int) -> str:
    for grade, least in (("A", 85), ("B", 70), ("C", 55), ("D", 40)):
        if points >= least:
            return grade
    return "E"
