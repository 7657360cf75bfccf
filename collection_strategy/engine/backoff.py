"""When a message is tried again that could not be sent for a reason that passes."""

from datetime import datetime, timedelta

MINUTES = (1, 5, 30, 120, 720)
"""Waits after the first, second, … failure."""


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again, or None when it was tried often enough.

    :param attempts: how often it has failed by now

    >>> next_try(1, datetime(2026, 3, 10, 12, 0)), next_try(6, datetime(2026, 3, 10))
    (datetime.datetime(2026, 3, 10, 12, 1), None)
    """
    return now + timedelta(minutes=MINUTES[attempts - 1]) if attempts <= len(MINUTES) else None
