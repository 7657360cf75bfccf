"""Ageing: how late a debt is, in whole days and in buckets."""

from datetime import date

BUCKETS = (
    ("not_due", None, 0),
    ("b1_30", 1, 30),
    ("b31_60", 31, 60),
    ("b61_90", 61, 90),
    ("b91", 91, None),
)
"""Code, first and last day overdue; the field's usual 30-day steps."""


def days_overdue(due_date: date | None, today: date) -> int:
    """Return the whole days since the due date; 0 on the due date and before it.

    >>> days_overdue(date(2026, 3, 1), date(2026, 3, 4))
    3
    >>> days_overdue(date(2026, 3, 4), date(2026, 3, 4)), days_overdue(None, date(2026, 3, 4))
    (0, 0)
    """
    return max(0, (today - due_date).days) if due_date else 0


def bucket(days: int) -> str:
    """Return the code of the bucket for a number of days overdue.

    >>> [bucket(days) for days in (0, 1, 30, 31, 90, 91, 4000)]
    ['not_due', 'b1_30', 'b1_30', 'b31_60', 'b61_90', 'b91', 'b91']
    """
    for code, _first, last in BUCKETS:
        if last is None or days <= last:
            return code
    raise AssertionError("the last bucket has no end")
