"""Instalment plans: a schedule of amounts and dates that adds up exactly."""

import calendar
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

EVERY = ("week", "two_weeks", "month", "quarter")
DAYS = {"week": 7, "two_weeks": 14}
MONTHS = {"month": 1, "quarter": 3}
MOST = 120
"""No plan has more instalments: ten years of months."""


def schedule(
    total: Decimal, count: int, first: date, every: str = "month", digits: int = 2, down_payment: Decimal = Decimal(0)
) -> list[tuple[date, Decimal]]:
    """Return the instalments as (date, amount), their sum being exactly the total.

    The amounts are equal; what does not divide is in the first ones, one smallest unit each. A down
    payment comes first, on the first day, and the equal instalments start one period later.

    :param total: above zero, a multiple of the currency's smallest unit
    :param count: how many equal instalments (1 to MOST), the down payment not counted
    :param every: one of EVERY; a month's last day is taken where the first date's day does not exist
    :param digits: decimal places of the currency
    :raises ValueError: with the code of what is wrong: total, count, every, down_payment, too_small

    >>> schedule(Decimal("100.00"), 3, date(2026, 1, 31))  # doctest: +NORMALIZE_WHITESPACE
    [(datetime.date(2026, 1, 31), Decimal('33.34')), (datetime.date(2026, 2, 28), Decimal('33.33')),
     (datetime.date(2026, 3, 31), Decimal('33.33'))]
    >>> schedule(Decimal(100), 2, date(2026, 1, 5), "week", 0, Decimal(30))  # doctest: +NORMALIZE_WHITESPACE
    [(datetime.date(2026, 1, 5), Decimal('30')), (datetime.date(2026, 1, 12), Decimal('35')),
     (datetime.date(2026, 1, 19), Decimal('35'))]
    """
    unit = Decimal(1).scaleb(-digits)
    if total <= 0:
        raise ValueError("total")
    if not 1 <= count <= MOST:
        raise ValueError("count")
    if every not in EVERY:
        raise ValueError("every")
    if not 0 <= down_payment < total:
        raise ValueError("down_payment")
    rest = total - down_payment
    share = (rest / count).quantize(unit, ROUND_DOWN)
    if share <= 0:
        raise ValueError("too_small")
    extra = int((rest - share * count) / unit)
    start = 1 if down_payment else 0
    rows = [(first, down_payment)] if down_payment else []
    rows += [
        (step(first, every, number + start), share + (unit if number < extra else Decimal(0)))
        for number in range(count)
    ]
    return rows


def step(first: date, every: str, number: int) -> date:
    """Return the date so many periods after the first one.

    >>> [step(date(2024, 1, 31), "month", number).isoformat() for number in (1, 2, 13)]
    ['2024-02-29', '2024-03-31', '2025-02-28']
    """
    if every in DAYS:
        return first + timedelta(days=DAYS[every] * number)
    month = first.month - 1 + MONTHS[every] * number
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
