"""Texts of a foreign ledger's cells as amounts and dates.

Nothing is guessed here: how a file writes decimals and dates was found out before (`feed_sniff`), and
a text that does not fit is refused. 30 February is refused, and so is `1.23` where the point groups
thousands: it is neither 1.23 nor 123 for sure.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

DECIMAL_STYLES = ("point", "comma")
DATE_STYLES = ("dmy", "mdy", "ymd")

SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’\t")
"""What people group digits with, besides point and comma; taken out before reading a number."""

SIGNS = re.compile("[\u2212\u2013\u2014\ufe63\uff0d]")
GROUPED = {
    "point": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?"),
    "comma": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}
PLAIN = {"point": re.compile(r"\d+(?:\.\d*)?|\.\d+"), "comma": re.compile(r"\d+(?:,\d*)?|,\d+")}
MONEY_SIGNS = re.compile(r"^(?:[€$£¥₽₺]|[A-Z]{3}|zł|Ft|lei|Kč)\s*|\s*(?:[€$£¥₽₺]|[A-Z]{3}|zł|Ft|lei|Kč)$")
SIDES = re.compile(r"\s*(S|H|D|C|Dr|Cr|DR|CR)\.?$")
LARGEST = Decimal(10) ** 15
"""An amount from here on is a number of something else, an account for example."""

NUMBERS = re.compile(r"(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})\.?")
NAMED = re.compile(r"(\d{1,2})[-. /]{0,2}([^\W\d_]{3,9})\.?[-. /,]{0,2}(\d{2,4})")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier ianuarie stycznia ιαν januar",
            "feb february februar fevrier février februarie lutego φεβ",
            "mar march märz maerz mrz mars martie marca μαρ",
            "apr april avril aprilie kwietnia απρ",
            "may mai maja μαι μαϊ",
            "jun june juni juin iunie czerwca ιουν",
            "jul july juli juillet iulie lipca ιουλ",
            "aug august août aout sierpnia αυγ",
            "sep sept september septembre septembrie września σεπ",
            "oct october oktober okt octobre octombrie października οκτ",
            "nov november novembre noiembrie listopada νοε",
            "dec december dezember dez décembre decembre decembrie grudnia δεκ",
        ),
        1,
    )
    for name in names.split()
}
FIRST_YEAR, LAST_YEAR = 1950, 2100
PIVOT = 70
"""Two-digit years up to here belong to this century."""


def parse_amount(cell, style: str) -> Decimal | None:
    """Return a cell's amount, or None for an empty one.

    :param cell: text, or a number as a spreadsheet or JSON has it
    :param style: `point` (1,234.56) or `comma` (1.234,56)
    :raises ValueError: it is no number of this style

    >>> parse_amount("1.234,56", "comma"), parse_amount("1,234.56", "point"), parse_amount(" ", "point")
    (Decimal('1234.56'), Decimal('1234.56'), None)
    >>> parse_amount("-50,00", "comma"), parse_amount("50.00-", "point"), parse_amount("(50)", "point")
    (Decimal('-50.00'), Decimal('-50.00'), Decimal('-50'))
    >>> parse_amount("1 234,56 €", "comma"), parse_amount("+31070,11", "comma"), parse_amount("12,50 H", "comma")
    (Decimal('1234.56'), Decimal('31070.11'), Decimal('-12.50'))
    >>> parse_amount("1.23", "comma")
    Traceback (most recent call last):
    ValueError: 1.23
    """
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None
        # the usual case first: it is most of the time of a large file
        if PLAIN[style].fullmatch(text):
            return _sized(Decimal(text if style == "point" else text.replace(",", ".")), cell)
        return _sized(_written(text, style), cell)
    if cell is None:
        return None
    number = Decimal("NaN")
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        number = Decimal(str(cell))
    return _sized(number, cell)


def _sized(number, cell):
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError(cell)
    return number


def _written(text, style):
    shown = text
    text = SIGNS.sub("-", text)
    negative = False
    if side := SIDES.search(text):
        text = text[: side.start()]
        negative = side[1].upper() in ("H", "C", "CR")
    text = MONEY_SIGNS.sub("", text).translate(SPACES)
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], not negative
    if text.endswith("-") or text.startswith("-"):
        negative = not negative
        text = text[:-1] if text.endswith("-") else text[1:]
    elif text.startswith("+") or text.endswith("+"):
        text = text.strip("+")
    text = MONEY_SIGNS.sub("", text)
    if not (PLAIN[style].fullmatch(text) or GROUPED[style].fullmatch(text)) or not text.isascii():
        raise ValueError(shown)
    group, point = (",", ".") if style == "point" else (".", ",")
    number = Decimal(text.replace(group, "").replace(point, "."))
    return -number if negative else number


def parse_date(cell, style: str, year: int | None = None) -> date | None:
    """Return a cell's date, or None for an empty one.

    :param cell: text, or a date as a spreadsheet has it
    :param style: `dmy`, `mdy` or `ymd`: the order in texts that do not begin with a four-digit year
    :param year: the year for dates that have none (DATEV's DDMM)
    :raises ValueError: it is no date, or no possible one

    >>> parse_date("2026-03-04", "dmy"), parse_date("04.03.2026", "dmy"), parse_date("3/4/26", "mdy")
    (datetime.date(2026, 3, 4), datetime.date(2026, 3, 4), datetime.date(2026, 3, 4))
    >>> parse_date("20260304.0", "dmy"), parse_date("2026.03.04.", "dmy"), parse_date("4-Mar-2026", "dmy")
    (datetime.date(2026, 3, 4), datetime.date(2026, 3, 4), datetime.date(2026, 3, 4))
    >>> parse_date("0403", "dmy", 2018), parse_date("00.00.0000", "dmy")
    (datetime.date(2018, 3, 4), None)
    >>> parse_date("30.02.2026", "dmy")
    Traceback (most recent call last):
    ValueError: 30.02.2026
    """
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return _in_range(cell.date(), cell)
    if isinstance(cell, date):
        return _in_range(cell, cell)
    # a time of day, or yes and no, is refused like any other text that is no date
    return _date_of(str(cell).strip(), style, year)


@lru_cache(maxsize=20_000)
def _date_of(text, style, year):
    if not text or not text.strip("0./- "):
        return None
    digits = text.removesuffix(".0")
    if digits.isascii() and digits.isdigit():
        return _of_digits(digits, style, year, text)
    # a time behind the date does not matter
    head = re.split(r"[T ](?=\d{1,2}:\d\d)", text, maxsplit=1)[0].strip().rstrip(",")
    if head.isascii() and (found := NUMBERS.fullmatch(head)):
        first, middle, last = found[1], found[3], found[4]
        if len(first) == 4 or (style == "ymd" and len(last) <= 2):
            parts = (first, middle, last)
        elif len(first) > 2 or style == "ymd":
            raise ValueError(text)
        else:
            parts = (last, middle, first) if style == "dmy" else (last, first, middle)
        return _made(*parts, text)
    if (found := NAMED.fullmatch(head)) and (month := MONTHS.get(found[2].casefold())):
        return _made(found[3], str(month), found[1], text)
    raise ValueError(text)


def _of_digits(digits, style, year, text):
    if len(digits) == 8:
        if digits[:2] in ("19", "20"):
            return _made(digits[:4], digits[4:6], digits[6:], text)
        if style != "ymd":
            day, month = (digits[:2], digits[2:4]) if style == "dmy" else (digits[2:4], digits[:2])
            return _made(digits[4:], month, day, text)
    if len(digits) == 14 and digits[:2] in ("19", "20"):
        return _made(digits[:4], digits[4:6], digits[6:8], text)
    if year and len(digits) in (3, 4):
        digits = digits.rjust(4, "0")
        return _made(str(year), digits[2:], digits[:2], text)
    raise ValueError(text)


def _made(year, month, day, text):
    if len(year) == 2:
        year = ("20" if int(year) < PIVOT else "19") + year
    elif len(year) != 4:
        raise ValueError(text)
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(text) from None
    return _in_range(found, text)


def _in_range(day, cell):
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(cell)
    return day


def parse_text(cell) -> str:
    """Return a cell as one line of text, without what a database cannot keep.

    A number of a spreadsheet is shown without decimals it does not have, so that customer 10062 is not
    customer 10062.0; a formula that a CSV file carries stays what it is, a text.

    >>> parse_text(Decimal("10062.0")), parse_text("  Αlpha\\n GmbH "), parse_text("=1+1"), parse_text(None)
    ('10062', 'Αlpha GmbH', '=1+1', '')
    """
    if isinstance(cell, str):
        if "\x00" in cell:
            cell = cell.replace("\x00", "")
        # most cells have nothing to tidy, and split is slow
        return cell if cell.isalnum() else " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, (float, Decimal)) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)
