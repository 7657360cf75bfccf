"""Interest for late payment and flat compensation for the costs of recovery (capability G11).

Interest is simple, counted from the day after the due date up to and including the day of payment, on what was
unpaid each day: principal that was paid late keeps the interest it earned until then. A rate that is not known is an
error and never zero. Days are not rounded, nor what is between two payments: the interest at one rate is, once, at its
end, because that is the line a debtor is shown, and lines add up to their total.

Law: Directive 2011/7/EU, articles 2, 3 and 6 (reference rate of the first day of the half-year + at least 8 points,
EUR 40 for each claim; between companies, and towards authorities, not towards consumers).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

HALF_YEAR, DAILY, AT_START, AT_END = "half_year", "daily", "start", "end"
"""When the reference rate is looked up: on the first day of each half-year (most states), on every day, once on the
first day of the delay (United Kingdom), once on the day of payment (Ireland)."""

DAYS_365, ACTUAL = "365", "actual"
"""A year has 365 days, or those that it has."""

ONE_DAY = timedelta(days=1)


class MissingRate(Exception):
    """There is no reference rate for a day that needs one.

    :param day: the day
    """

    def __init__(self, day: date):
        super().__init__(f"no reference rate for {day}")
        self.day = day


@dataclass(frozen=True)
class Rate:
    """A reference rate that was in force from a day to a day, both included; in percent a year."""

    first: date
    last: date
    percent: Decimal


@dataclass(frozen=True)
class Terms:
    """How interest is counted.

    :param margin: percentage points above the reference rate
    :param rates: of the reference, in any order
    :param fixed: percent a year instead of reference and margin, such as a contract's; None without
    :param fixing: HALF_YEAR, DAILY, AT_START or AT_END
    :param day_count: DAYS_365 or ACTUAL
    """

    margin: Decimal = Decimal(0)
    rates: tuple[Rate, ...] = ()
    fixed: Decimal | None = None
    fixing: str = HALF_YEAR
    day_count: str = DAYS_365


@dataclass(frozen=True)
class Receipt:
    """Money that came for a debt on a day; it earns interest up to and including that day."""

    day: date
    amount: Decimal


@dataclass(frozen=True)
class Period:
    """Days of one rate on one amount.

    :param first: first day
    :param last: last day, included
    :param percent: a year
    :param interest: not rounded
    """

    first: date
    last: date
    base: Decimal
    percent: Decimal
    interest: Decimal

    @property
    def days(self) -> int:
        """Return how many days these are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Flat:
    """Flat compensation for debts from an amount on (included)."""

    amount_from: Decimal
    amount: Decimal


def rate_on(rates: Iterable[Rate], day: date) -> Decimal:
    """Return the reference rate in force on a day.

    :raises MissingRate: none is known; the one before is not taken instead

    >>> ecb = [Rate(date(2023, 1, 1), date(2023, 6, 30), Decimal("2.50"))]
    >>> rate_on(ecb, date(2023, 6, 30))
    Decimal('2.50')
    >>> rate_on(ecb, date(2023, 7, 1))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    MissingRate: no reference rate for 2023-07-01
    """
    for rate in rates:
        if rate.first <= day <= rate.last:
            return rate.percent
    raise MissingRate(day)


def half_year(day: date) -> date:
    """Return the first day of the half-year a day is in.

    >>> half_year(date(2026, 6, 30)), half_year(date(2026, 7, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))
    """
    return day.replace(month=1 if day.month <= 6 else 7, day=1)


def half_year_end(day: date) -> date:
    """Return the last day of the half-year a day is in.

    >>> half_year_end(date(2026, 1, 1)), half_year_end(date(2026, 12, 31))
    (datetime.date(2026, 6, 30), datetime.date(2026, 12, 31))
    """
    return day.replace(month=6, day=30) if day.month <= 6 else day.replace(month=12, day=31)


def periods(
    terms: Terms,
    principal: Decimal,
    receipts: Iterable[Receipt],
    first: date,
    last: date,
    *,
    delay_from: date | None = None,
) -> list[Period]:
    """Return the interest on a debt, in periods of one rate, one amount and one year.

    :param principal: what was owed on the first day, without receipts; zero or less earns nothing
    :param receipts: what came for it, on any day; before `first` it lowers what earns interest from the start
    :param first: first day that earns interest: the day after the due date
    :param last: last day, included
    :param delay_from: first day of the delay, when interest up to `first` has been dealt with; else `first`
    :raises MissingRate: a rate that is needed is not known

    >>> ecb = tuple(
    ...     Rate(date(year, month, 1), half_year_end(date(year, month, 1)), Decimal(percent))
    ...     for year, month, percent in [(2023, 1, "2.50"), (2023, 7, "4.00"), (2024, 1, "4.50")]
    ... )
    >>> late = periods(Terms(Decimal(8), ecb), Decimal(1000), [], date(2023, 1, 1), date(2024, 3, 31))
    >>> [(period.days, period.percent, round(period.interest, 2)) for period in late]  # doctest: +NORMALIZE_WHITESPACE
    [(181, Decimal('10.50'), Decimal('52.07')), (184, Decimal('12.00'), Decimal('60.49')),
     (91, Decimal('12.50'), Decimal('31.16'))]
    >>> total(late, Decimal("0.01"))
    Decimal('143.72')
    """
    came = sorted(receipts, key=lambda receipt: receipt.day)
    cuts = {receipt.day + ONE_DAY for receipt in came}
    found, day = [], first
    while day <= last:
        base = principal - sum((receipt.amount for receipt in came if receipt.day < day), Decimal(0))
        if base <= 0 and not any(receipt.amount < 0 and receipt.day >= day for receipt in came):
            break
        end = min([last, _same_rate_until(terms, day), *(cut - ONE_DAY for cut in cuts if cut > day)])
        if base > 0:
            percent = _percent(terms, day, delay_from or first, last)
            year_days = 366 if terms.day_count == ACTUAL and _is_leap(day.year) else 365
            interest = base * percent * ((end - day).days + 1) / (100 * year_days)
            found.append(Period(day, end, base, percent, interest))
        day = end + ONE_DAY
    return found


def _same_rate_until(terms: Terms, day: date) -> date:
    """Return a day, in the same half-year, up to which the rate and the length of the year are those of a day."""
    end = half_year_end(day)
    if terms.fixed is None and terms.fixing == DAILY:
        for rate in terms.rates:
            if rate.first <= day <= rate.last:
                return min(end, rate.last)
    return end


def _percent(terms: Terms, day: date, start: date, last: date) -> Decimal:
    """Return the yearly percentage of a day; the law's is never below zero."""
    if terms.fixed is not None:
        return terms.fixed
    asked = {HALF_YEAR: half_year(day), DAILY: day, AT_START: start, AT_END: last}[terms.fixing]
    return max(Decimal(0), rate_on(terms.rates, asked) + terms.margin)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def lines(found: Iterable[Period], rounding: Decimal) -> list[tuple[date, date, Decimal, Decimal]]:
    """Return the interest at each rate: first day, last day, percent, amount, rounded once.

    :param found: periods in their order
    :param rounding: smallest amount of the currency, such as 0.01
    """
    runs = []
    for period in found:
        if not runs or runs[-1][0].percent != period.percent:
            runs.append([])
        runs[-1].append(period)
    return [
        (run[0].first, run[-1].last, run[0].percent, round_to(sum(period.interest for period in run), rounding))
        for run in runs
    ]


def total(found: Iterable[Period], rounding: Decimal) -> Decimal:
    """Return the interest of periods: the sum of its `lines`.

    >>> half = Period(date(2026, 1, 1), date(2026, 1, 1), Decimal(1), Decimal(1), Decimal("0.0030"))
    >>> total([half, half], Decimal("0.01")), total([], Decimal("1"))
    (Decimal('0.01'), Decimal('0'))
    """
    return sum((amount for *_line, amount in lines(found, rounding)), Decimal(0))


def round_to(amount: Decimal, rounding: Decimal) -> Decimal:
    """Return an amount rounded half up to a multiple of the smallest amount.

    >>> round_to(Decimal("2.345"), Decimal("0.01")), round_to(Decimal("2.36"), Decimal("0.05"))
    (Decimal('2.35'), Decimal('2.35'))
    """
    return (amount / rounding).quantize(Decimal(1), ROUND_HALF_UP) * rounding


def compensation(table: Iterable[Flat], debt: Decimal) -> Decimal:
    """Return the flat compensation for a debt; zero for an empty table.

    :param debt: what was owed when it fell due, in the table's currency

    >>> uk = [Flat(Decimal(0), Decimal(40)), Flat(Decimal(1000), Decimal(70)), Flat(Decimal(10000), Decimal(100))]
    >>> [compensation(uk, Decimal(debt)) for debt in ("999.99", "1000", "10000", "0")]
    [Decimal('40'), Decimal('70'), Decimal('100'), Decimal('0')]
    """
    if debt <= 0:
        return Decimal(0)
    reached = [step for step in table if step.amount_from <= debt]
    return max(reached, key=lambda step: step.amount_from).amount if reached else Decimal(0)
