"""Public holidays of a country, with the movable ones; a thin layer over the library `holidays`."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=256)
def _calendar(country: str, subdivision: str | None, language: str | None):
    """Return a country's holidays, or None for a country that the library does not know.

    The calendar of a state is used where the library has one; else the holidays of the whole country.
    """
    known = holidays.list_supported_countries()
    if country not in known:
        return None
    subdivision = subdivision if subdivision in known[country] else None
    spoken = getattr(holidays, country).supported_languages
    return holidays.country_holidays(country, subdiv=subdivision, language=language if language in spoken else None)


def name_of(
    day: date, country: str | None, subdivision: str | None = None, language: str | None = "en_US"
) -> str | None:
    """Return the name of the public holiday that a day is, or None for a day like any other.

    :param country: ISO 3166 code of two letters; unknown ones have no holidays
    :param subdivision: code of the state or region; unknown ones have the country's holidays
    :param language: of the name, where the library has it, else the country's own

    >>> name_of(date(2026, 4, 13), "GR"), name_of(date(2026, 4, 14), "GR"), name_of(date(2026, 4, 13), None)
    ('Easter Monday', None, None)
    >>> name_of(date(2026, 3, 15), "HU") is not None, name_of(date(2026, 6, 4), "DE", "BY") is not None
    (True, True)
    """
    calendar = _calendar(country.upper(), subdivision or None, language) if country else None
    return calendar.get(day) if calendar is not None else None
