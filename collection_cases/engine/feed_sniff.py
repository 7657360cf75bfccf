"""What a foreign ledger's file looks like: format, encoding, delimiter, header, decimals, dates.

Everything that a person has set counts; the rest is found out from the file. Where the file cannot
tell (all days up to 12, no decimals at all), the usual is assumed, and `Findings.notes` says so.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import islice

from . import feed_encoding, feed_mapping
from .feed_parse import MONEY_SIGNS, NAMED, NUMBERS, SIGNS, SPACES
from .feed_reader import FeedError, Layout, read, sheet_names, unpacked_once

DELIMITERS = (";", ",", "\t", "|")
HEADER_WITHIN = 60
"""Lines in which the header is looked for: exports begin with titles and dates."""

SAMPLE = 1 << 18
ENOUGH_ROWS = 500
AMOUNTS = ("residual", "amount", "debit", "credit")
DATES = ("due_date", "document_date", "paid_date")
DATEV = ("EXTF", "DTVF")


@dataclass(frozen=True)
class Given:
    """What a person has set, empty where it is to be found out; and what is usual at the company.

    :param header_row: number of the line with the names, 0 to find out
    :param mapping: {target: header or headers}, empty to propose it
    :param usual_decimal: `point` or `comma`, for files that do not tell
    :param usual_date: `dmy` or `mdy`, for files that do not tell
    :param usual_encoding: of the company's country
    """

    file_format: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal_style: str = ""
    date_style: str = ""
    sheet: str = ""
    header_row: int = 0
    mapping: dict = field(default_factory=dict)
    usual_decimal: str = "point"
    usual_date: str = "dmy"
    usual_encoding: str = ""


@dataclass(frozen=True)
class Findings:
    """How to read a file.

    :param headers: names of the columns; empty ones and repeated ones are made distinct
    :param mapping: {target: list of headers}
    :param year: of dates without one (DATEV), or None
    :param notes: codes of what was assumed and not proved by the file
    """

    layout: Layout
    header_row: int
    headers: tuple[str, ...]
    mapping: dict[str, list[str]]
    decimal_style: str
    date_style: str
    year: int | None
    notes: tuple[str, ...]


def sniff(opener, given: Given | None = None) -> Findings:
    """Find out how a file is to be read.

    :param opener: opens the file anew, at its beginning
    :raises FeedError: it is empty, damaged, or no table with a header

    >>> import io
    >>> text = "Offene Posten\\nKundennr;Beleg;Fällig am;Saldo\\n007;R1;31.12.2026;1.234,50\\n".encode("cp1252")
    >>> found = sniff(lambda: io.BytesIO(text))
    >>> found.layout.encoding, found.layout.delimiter, found.header_row, found.decimal_style, found.date_style
    ('cp1252', ';', 2, 'comma', 'dmy')
    >>> found.mapping["residual"], found.notes
    (['Saldo'], ('encoding_guessed',))
    """
    given = given or Given()
    notes: list[str] = []
    with unpacked_once(opener) as file:
        layout = _layout(file, given, notes)
        header_row, cells, year = _header(file, layout, given)
        headers = distinct(cells)
        mapping = {target: _listed(names) for target, names in given.mapping.items()} or {
            target: [name] for target, name in feed_mapping.propose(headers).items()
        }
        decimal_style, date_style = _styles(file, layout, header_row, headers, mapping, given, notes)
        return Findings(layout, header_row, headers, mapping, decimal_style, date_style, year, tuple(notes))


def _listed(names):
    return [names] if isinstance(names, str) else list(names)


def distinct(cells) -> tuple[str, ...]:
    """Return the names of a header, each once and none empty.

    >>> distinct(["No", "", "Date", "Date", None])
    ('No', 'Column 2', 'Date', 'Date (2)', 'Column 5')
    """
    seen: Counter = Counter()
    names = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(str("" if cell is None else cell).replace("\x00", "").split())[:200] or f"Column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


# === FORMAT === #


def _layout(opener, given, notes):
    with opener() as stream:
        first = stream.read(SAMPLE)
    if not first.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n;,"):
        raise FeedError("empty")
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise FeedError("old_excel")
    if first.startswith(b"%PDF"):
        raise FeedError("pdf")
    file_format = given.file_format or _format(first)
    if file_format == "xlsx":
        sheet = given.sheet
        if not sheet:
            names = sheet_names(opener)
            sheet = _best_sheet(opener, names)
            if len(names) > 1:
                notes.append("sheet_chosen")
        return Layout("xlsx", sheet=sheet)
    encoding = given.encoding
    if not encoding:
        with opener() as stream:
            encoding, proved = feed_encoding.detect(iter(lambda: stream.read(1 << 20), b""), given.usual_encoding)
        if not proved:
            notes.append("encoding_guessed")
    if file_format == "json":
        return Layout("json", encoding)
    return Layout("csv", encoding, given.delimiter or _delimiter(first, encoding))


def _format(first):
    if first.startswith(b"PK\x03\x04"):
        return "xlsx"
    begin = first.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1]
    return "json" if begin in (b"[", b"{") else "csv"


def _best_sheet(opener, names):
    """Return the sheet whose header says most; the first one of equals."""

    def told(name):
        rows = islice(read(opener, Layout("xlsx", sheet=name)), HEADER_WITHIN)
        return max((feed_mapping.recognised(cells) for _line, cells, _fault in rows), default=0)

    return max(names, key=told) if len(names) > 1 else (names or [""])[0]


def _delimiter(first, encoding):
    """Return the delimiter that gives the most known names in one row, else the most even rows."""
    try:
        text = first.decode(encoding, errors="replace")
    except LookupError:
        raise FeedError("unknown_encoding", encoding=encoding) from None
    lines = text.splitlines()[: HEADER_WITHIN + 1]
    if len(first) == SAMPLE and len(lines) > 1:
        lines.pop()

    def worth(delimiter):
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            rows = [line.split(delimiter) for line in lines]
        known = max((feed_mapping.recognised(row) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        even = max(widths.values(), default=0) / (len(rows) or 1)
        return known, round(even, 2), max(widths, default=0)

    return max(DELIMITERS, key=worth)


# === HEADER === #


def _header(opener, layout, given):
    """Return (line number, cells, year) of the header.

    :raises FeedError: there is none
    """
    lines = [line for line in islice(read(opener, layout), max(HEADER_WITHIN, given.header_row)) if any(line[1])]
    year = _datev_year(lines[0][1]) if lines and lines[0][1][0] in DATEV else None
    if layout.file_format == "json":
        if not lines:
            raise FeedError("empty")
        return 0, lines[0][1], year
    if given.header_row:
        for number, cells, _fault in lines:
            if number == given.header_row:
                return number, cells, year
        raise FeedError("no_header_row", row=given.header_row)
    best = max(lines, key=lambda line: feed_mapping.recognised(line[1]), default=None)
    if best is None:
        raise FeedError("empty")
    wanted = {header for headers in given.mapping.values() for header in _listed(headers)}
    for number, cells, _fault in lines:
        if wanted and wanted <= set(distinct(cells)):
            return number, cells, year
    if feed_mapping.recognised(best[1]) >= 2:
        return best[0], best[1], year
    width = Counter(len(cells) for _number, cells, _fault in lines).most_common(1)[0][0]
    return next((number, cells, year) for number, cells, _fault in lines if len(cells) == width)


def _datev_year(cells):
    """Return the year in which DATEV's business year begins; dates in the file have none."""
    days = [str(cell) for cell in cells if len(str(cell)) == 8 and str(cell).isdigit()]
    return next((int(day[:4]) for day in days if 1990 <= int(day[:4]) <= 2100), None)


# === DECIMALS AND DATES === #


def _styles(opener, layout, header_row, headers, mapping, given, notes):
    """Return (decimal style, date style), read from as much of the file as it takes."""
    place = {name: column for column, name in enumerate(headers)}

    def columns(targets):
        return [place[name] for target in targets for name in mapping.get(target, ()) if name in place]

    amounts, dates = columns(AMOUNTS), columns(DATES)
    seen_decimals: Counter = Counter()
    seen_dates: Counter = Counter()
    for row, (number, cells, fault) in enumerate(read(opener, layout)):
        if number <= header_row or fault:
            continue
        width = len(cells)
        for column in amounts:
            if column < width and (cell := cells[column]):
                seen_decimals[decimal_evidence(cell) if isinstance(cell, str) else "typed"] += 1
        for column in dates:
            if column < width and (cell := cells[column]):
                seen_dates[date_evidence(cell) if isinstance(cell, str) else "typed"] += 1
        if row > ENOUGH_ROWS and _told(seen_decimals, ("point", "comma")) and _told(seen_dates, ("dmy", "mdy", "ymd")):
            break
    usual = given.usual_decimal
    if layout.file_format == "json":
        usual = "point"
    elif layout.delimiter == ";":
        usual = "comma"
    decimal_style = given.decimal_style or _decided(seen_decimals, ("point", "comma"), usual, "decimal", notes)
    if given.decimal_style and any(
        seen_decimals[style] for style in ("point", "comma") if style != given.decimal_style
    ):
        notes.append("decimal_mixed")
    seen_dates["dmy"] += seen_dates.pop("dotted", 0)
    return decimal_style, given.date_style or _date_style(seen_dates, given.usual_date, notes)


def _told(seen, styles):
    return any(seen[style] for style in styles) or (seen["typed"] and not seen[None])


def _decided(seen, styles, usual, what, notes):
    first, second = sorted(styles, key=lambda style: -seen[style])[:2]
    if not seen[first]:
        if seen[None]:
            notes.append(f"{what}_assumed")
        return usual
    if seen[second]:
        notes.append(f"{what}_mixed")
    return first


def _date_style(seen, usual, notes):
    if not seen["dmy"] and not seen["mdy"] and not seen[None]:
        return "ymd" if seen["ymd"] else usual
    return _decided(seen, ("dmy", "mdy"), usual, "date", notes)


@lru_cache(maxsize=50_000)
def decimal_evidence(text: str) -> str | None:
    """Return the decimal style that an amount proves, or None.

    >>> [decimal_evidence(text) for text in ("1.234,56", "1,234.56", "12,5", "1.234.567", "0.125", "12345.678")]
    ['comma', 'point', 'comma', 'comma', 'point', 'point']
    >>> [decimal_evidence(text) for text in ("1.234", "1,234", "77", "")]
    [None, None, 'none', 'none']
    """
    text = MONEY_SIGNS.sub("", SIGNS.sub("-", text.strip())).translate(SPACES).strip("()+-")
    points, commas = text.count("."), text.count(",")
    if not points and not commas:
        return "none"
    if points and commas:
        return "point" if text.rfind(".") > text.rfind(",") else "comma"
    mark, own, other = (".", "point", "comma") if points else (",", "comma", "point")
    if points + commas > 1:
        return other
    head, tail = text.split(mark)
    if len(tail) != 3 or head in ("", "0") or len(head) > 3:
        return own
    return None


@lru_cache(maxsize=50_000)
def date_evidence(text: str) -> str | None:
    """Return the date style that a text proves, `dotted` for what is written with points, or None.

    >>> [date_evidence(text) for text in ("31/12/2026", "12/31/2026", "2026-01-02", "20260102", "01/02/2026")]
    ['dmy', 'mdy', 'ymd', 'ymd', None]
    >>> date_evidence("01.02.2026"), date_evidence("1-Feb-2026"), date_evidence("n/a")
    ('dotted', 'named', 'none')
    """
    head = text.strip().split("T")[0].split(" ")[0].removesuffix(".0")
    if head.isdigit():
        return "ymd" if len(head) in (8, 14) and head[:2] in ("19", "20") else ("none" if len(head) < 8 else None)
    if found := NUMBERS.fullmatch(head):
        if len(found[1]) == 4:
            return "ymd"
        first, second = int(found[1]), int(found[3])
        if first > 12 or second > 12:
            return "dmy" if first > 12 else "mdy"
        return "dotted" if found[2] == "." else None
    return "named" if NAMED.fullmatch(text.strip()) else "none"


def example_date(style: str) -> str:
    """Return how a day is written in a style, for a person to recognise it.

    >>> example_date("dmy"), example_date("mdy"), example_date("ymd")
    ('31/12/2026', '12/31/2026', '2026-12-31')
    """
    return date(2026, 12, 31).strftime({"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}[style])


def remapped(found: Findings, mapping: dict) -> Findings:
    """Return the findings with another mapping."""
    return replace(found, mapping={target: _listed(names) for target, names in mapping.items()})
