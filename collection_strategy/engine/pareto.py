"""Where the large debtors begin: the few that owe most of it (Pareto)."""

from collections.abc import Sequence


def threshold(exposures: Sequence[float], share: float = 0.8) -> float:
    """Return the exposure from which debtors together owe so much of the whole.

    :param exposures: what each owes; zero and less are left out
    :param share: 0 to 1
    :returns: 0 when nobody owes anything

    >>> threshold([1000, 50, 40, 30, 20])
    1000
    >>> threshold([500, 400, 50, 30, 20]), threshold([])
    (400, 0)
    """
    ordered = sorted((amount for amount in exposures if amount > 0), reverse=True)
    whole, reached = sum(ordered), 0.0
    for amount in ordered:
        reached += amount
        if reached >= share * whole:
            return amount
    return 0


def rounded(amount: float) -> float:
    """Return an amount that people would choose: one digit, then zeros.

    >>> rounded(4210), rounded(87), rounded(0)
    (4000, 90, 0)
    """
    if amount <= 0:
        return 0
    unit = 10 ** max(0, len(str(int(amount))) - 1)
    return max(unit, round(amount / unit) * unit)
