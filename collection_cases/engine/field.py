"""What a phone says about an entry made in the field, and what of it can be believed."""

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

CLOCK_SLACK = timedelta(minutes=5)
"""Phones and servers never agree to the second."""

OLDEST = timedelta(days=7)
"""An entry that waited longer for a connection is dated by the server."""


def believable(said: datetime | None, now: datetime) -> tuple[datetime, bool]:
    """Return when something was done, and whether the phone's clock was believed.

    >>> now = datetime(2026, 3, 10, 12)
    >>> believable(datetime(2026, 3, 10, 9), now)
    (datetime.datetime(2026, 3, 10, 9, 0), True)
    >>> believable(datetime(2026, 3, 10, 12, 3), now)  # a clock that is a little fast
    (datetime.datetime(2026, 3, 10, 12, 0), True)
    >>> believable(datetime(2031, 1, 1), now), believable(datetime(1970, 1, 1), now), believable(None, now)
    ((datetime.datetime(2026, 3, 10, 12, 0), False), (datetime.datetime(2026, 3, 10, 12, 0), False), \
(datetime.datetime(2026, 3, 10, 12, 0), True))
    """
    if said is None:
        return now, True
    if now < said <= now + CLOCK_SLACK:
        return now, True
    if now - OLDEST <= said <= now:
        return said, True
    return now, False


def amount(said: object, decimals: int) -> Decimal | None:
    """Return the amount somebody typed, or None when it is none: not a number, not above zero, too fine.

    :param decimals: decimal places of the currency

    >>> amount("12.50", 2), amount(7, 2), amount("1e3", 2)
    (Decimal('12.50'), Decimal('7'), Decimal('1E+3'))
    >>> [amount(said, 2) for said in ("", "abc", "-1", "0", "NaN", "Infinity", "1.005", None, True, [1], "1e300")]
    [None, None, None, None, None, None, None, None, None, None, None]
    """
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    try:
        value = Decimal(str(said).strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 < value < Decimal(10) ** 13:
        return None
    return value if value == round(value, decimals) else None


def digest(entry: dict) -> str:
    """Return a fingerprint of an entry: the same identifier with other contents is a mistake.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}), digest({"a": 1}) == digest({"a": 2})
    (True, False)
    """
    return hashlib.sha256(json.dumps(entry, sort_keys=True, default=str).encode()).hexdigest()
