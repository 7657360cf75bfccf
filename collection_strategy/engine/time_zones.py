"""In which time zone a debtor may be.

Odoo stamps the time zone of whoever types a contact in on the contact, so a customer in New York that a colleague
in Athens made is “in Athens”. A contact's own time zone is therefore believed where it fits its country.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytz

_AMERICA = {
    "US": {
        "New_York": "CT DE DC FL GA KY ME MD MA NH NJ NY NC OH PA RI SC TN VT VA WV",
        "Chicago": "AL AR FL IL IN IA KS KY LA MN MS MO NE ND OK SD TN TX WI",
        "Denver": "AZ CO KS MT NE NV NM ND SD TX UT WY",
        "Los_Angeles": "CA ID NV OR WA",
        "Phoenix": "AZ",
        "Boise": "ID OR",
        "Detroit": "MI",
        "Menominee": "MI",
        "Indiana/Indianapolis": "IN",
        "Anchorage": "AK",
        "Adak": "AK",
    },
    "CA": {
        "St_Johns": "NL",
        "Halifax": "NB NL NS PE QC",
        "Puerto_Rico": "QC",
        "Toronto": "NU ON QC",
        "Atikokan": "NU ON",
        "Winnipeg": "MB NU ON",
        "Regina": "SK",
        "Edmonton": "AB BC NT NU SK",
        "Whitehorse": "BC YT",
        "Vancouver": "BC",
    },
}
"""Zone of America to the states or provinces that are in it, at least with a part."""

_AUSTRALIA = {
    "Sydney": "ACT NSW",
    "Broken_Hill": "NSW",
    "Melbourne": "VIC",
    "Brisbane": "QLD",
    "Lindeman": "QLD",
    "Hobart": "TAS",
    "Adelaide": "SA",
    "Darwin": "NT",
    "Perth": "WA",
    "Eucla": "WA",
}


def _by_state() -> dict[tuple[str, str], tuple[str, ...]]:
    found = {("US", "HI"): ("Pacific/Honolulu",)}
    tables = [(country, "America", table) for country, table in _AMERICA.items()] + [("AU", "Australia", _AUSTRALIA)]
    for country, area, table in tables:
        for zone, states in table.items():
            for state in states.split():
                found[country, state] = (*found.get((country, state), ()), f"{area}/{zone}")
    return found


STATES = _by_state()
"""(country, state) to its zones, for the countries in which a state says more than the country."""


@lru_cache(maxsize=4096)
def of_country(country: str | None, state: str | None = None) -> tuple[str, ...]:
    """Return the zones of a country, or of its state where that says more; none for an unknown country.

    :param country: ISO 3166 code of two letters
    :param state: the state's code as Odoo has it, such as `TX`

    >>> of_country("GR"), of_country("US", "HI"), of_country("US", "TX"), of_country(None)
    (('Europe/Athens',), ('Pacific/Honolulu',), ('America/Chicago', 'America/Denver'), ())
    >>> len(of_country("US")) > 10
    True
    """
    country = (country or "").upper()
    return STATES.get((country, state or "")) or tuple(pytz.country_timezones.get(country, ()))


def of_debtor(tz: str | None, country_zones: Iterable[str], fallback: str, when: datetime) -> tuple[str, ...]:
    """Return the zones that a debtor may be in: what is said to be allowed must be so in all of them.

    :param tz: the contact's own time zone
    :param country_zones: the zones of its country or state
    :param fallback: the company's, for a contact with neither
    :param when: naive UTC; zones are compared around it

    >>> now = datetime(2026, 3, 10)
    >>> of_debtor("America/Chicago", of_country("US"), "UTC", now)
    ('America/Chicago',)
    >>> of_debtor("Europe/Athens", of_country("US", "HI"), "UTC", now)  # whoever made the contact is in Athens
    ('Pacific/Honolulu',)
    >>> of_debtor("US/Eastern", of_country("US"), "UTC", now), of_debtor(None, (), "Europe/Athens", now)
    (('US/Eastern',), ('Europe/Athens',))
    """
    country_zones = tuple(country_zones)
    if tz and (not country_zones or any(_agree(tz, zone, when) for zone in country_zones)):
        return (tz,)
    return country_zones or (fallback or "UTC",)


def _agree(one: str, other: str, when: datetime) -> bool:
    """Tell whether two zones show the same time, now and in each quarter of the year to come."""
    if one == other:
        return True
    moments = [when + timedelta(days=days) for days in (0, 91, 182, 273)]
    return all(offset(one, moment) == offset(other, moment) for moment in moments)


def offset(zone: str, when: datetime) -> timedelta:
    """Return how far a zone is ahead of UTC at a moment (naive UTC).

    >>> offset("Europe/Athens", datetime(2026, 7, 1)), offset("Europe/Athens", datetime(2026, 1, 1))
    (datetime.timedelta(seconds=10800), datetime.timedelta(seconds=7200))
    """
    return local(zone, when) - when


def local(zone: str, when: datetime) -> datetime:
    """Return a moment (naive UTC) as the clocks of a zone show it (naive).

    >>> local("America/New_York", datetime(2026, 3, 10, 12, 0))
    datetime.datetime(2026, 3, 10, 8, 0)
    """
    return when.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def utc(zone: str, wall: datetime) -> datetime:
    """Return the first moment (naive UTC) at which the clocks of a zone show a time or, when they jump over it, more.

    >>> utc("Europe/Athens", datetime(2026, 3, 29, 3, 30))  # the clocks go from 03:00 to 04:00
    datetime.datetime(2026, 3, 29, 1, 0)
    >>> utc("Europe/Athens", datetime(2026, 10, 25, 3, 30))  # shown twice
    datetime.datetime(2026, 10, 25, 0, 30)
    """
    found = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    if local(zone, found) == wall:
        return found
    # Jumped over: the jump is within the hours before, at a full minute.
    while local(zone, found - timedelta(minutes=1)) >= wall:
        found -= timedelta(minutes=1)
    return found
