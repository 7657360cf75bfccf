"""Working days of a company: which weekdays it works, less its holidays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Workdays:
    """The working days of a company.

    :param weekdays: worked on, 0 is Monday; none given means every day is worked
    :param holidays: days off

    >>> days = Workdays(frozenset(range(5)), frozenset({date(2026, 12, 25)}))
    >>> days.is_working(date(2026, 12, 25)), days.is_working(date(2026, 12, 28))
    (False, True)
    """

    weekdays: frozenset[int] = frozenset(range(7))
    holidays: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, weekdays: Iterable[int], holidays: Iterable[date] = ()) -> "Workdays":
        """Return the working days; a calendar in which nothing is worked is taken for one without limits."""
        return cls(frozenset(weekdays) or frozenset(range(7)), frozenset(holidays))

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def next(self, day: date) -> date:
        """Return a day, or the first working day after it.

        >>> Workdays(frozenset(range(5))).next(date(2026, 3, 14))
        datetime.date(2026, 3, 16)
        """
        for _tries in range(366):
            if self.is_working(day):
                return day
            day += timedelta(days=1)
        return day

    def add(self, day: date, count: int) -> date:
        """Return the day that is so many working days later (earlier when negative).

        >>> days = Workdays(frozenset(range(5)))
        >>> days.add(date(2026, 3, 13), 1), days.add(date(2026, 3, 16), -1)
        (datetime.date(2026, 3, 16), datetime.date(2026, 3, 13))
        """
        one = timedelta(days=1 if count > 0 else -1)
        left, tries = abs(count), 0
        while left and tries < 366 * 20:
            day, tries = day + one, tries + 1
            left -= self.is_working(day)
        return day
