"""A foreign ledger's file as rows of cells, one after the other, whatever its size.

CSV, XLSX and JSON come out alike: (line number, cells, fault). The line number is the one a person
sees in the file; `fault` is None, or the code of what is wrong with the line. Nothing here knows what
a column means.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

import openpyxl

FORMATS = ("csv", "xlsx", "json")
Line = tuple[int, list, str | None]
Opener = Callable[[], io.BufferedIOBase]
"""Opens the file anew, at its beginning; the caller of the reader knows where it lies."""

LONGEST_LINE = 1_000_000
"""Characters; a longer one is no line of a ledger but a file of another kind."""

MOST_JOINED = 50
"""Physical lines that one quoted text may go over."""

MOST_UNPACKED = 1_500_000_000
MOST_SHARED_TEXT = 150_000_000
MOST_RATIO = 300
"""What a packed spreadsheet may become, in bytes and in multiples of its size, before it is a bomb."""

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What openpyxl raises on a damaged or protected file: whatever the damage leads to."""

JSON_CHUNK = 1 << 18
BETWEEN = " \t\r\n,"
WRAPPED = re.compile(r'"(?:rows|data|items|value|results)"\s*:\s*\[(?=\s*[{\]])')
LARGEST_OBJECT = 1 << 22
JSON_HEADER_ROWS = 200
"""Objects whose names make the header; a name that comes up later only is not read."""


class FeedError(Exception):
    """A file cannot be read at all. `code` says why, `values` what a sentence about it needs.

    >>> FeedError("no_sheet", sheet="Open items", sheets="A, B").values["sheets"]
    'A, B'
    """

    def __init__(self, code: str, **values):
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Layout:
    """How a file is to be taken apart; `encoding` and `delimiter` count for CSV, `sheet` for XLSX."""

    file_format: str
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""


def read(opener: Opener, layout: Layout) -> Iterator[Line]:
    r"""Yield the lines of a file.

    :raises FeedError: the file is damaged, or not what the layout says

    >>> text = 'No;Name\n1;"Alpha; A"\n2;"two\nlines"\n3;"torn\n4;Delta\n'.encode()
    >>> for line in read(lambda: io.BytesIO(text), Layout("csv", "utf-8", ";")): print(line)
    (1, ['No', 'Name'], None)
    (2, ['1', 'Alpha; A'], None)
    (3, ['2', 'two\nlines'], None)
    (5, ['3', '"torn'], 'broken_quotes')
    (6, ['4', 'Delta'], None)
    >>> text = b'{"rows": [{"no": 1, "open": 10.10}, {"no": 2, "due": "2026-03-04"}]}'
    >>> for line in read(lambda: io.BytesIO(text), Layout("json")): print(line)
    (0, ['no', 'open', 'due'], None)
    (1, [1, Decimal('10.10'), None], None)
    (2, [2, None, '2026-03-04'], None)
    """
    if layout.file_format == "csv":
        return _read_csv(opener, layout.encoding, layout.delimiter)
    if layout.file_format == "xlsx":
        return _read_xlsx(opener, layout.sheet)
    return _read_json(opener, layout.encoding)


# === CSV === #


class _Physical:
    """The physical lines of a text, with the possibility to put some back."""

    def __init__(self, text):
        self._text = text
        self._back = deque()
        self._number = 0

    def take(self):
        if self._back:
            return self._back.popleft()
        line = self._text.readline(LONGEST_LINE)
        if not line:
            return None
        self._number += 1
        if len(line) >= LONGEST_LINE:
            raise FeedError("line_too_long", line=self._number)
        return self._number, line

    def put_back(self, lines):
        self._back.extendleft(reversed(lines))


def _read_csv(opener, encoding, delimiter):
    with opener() as stream:
        try:
            text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
        except LookupError:
            raise FeedError("unknown_encoding", encoding=encoding) from None
        lines = _Physical(text)
        width = 0
        while taken := _take(lines, encoding):
            number, line = taken
            if '"' not in line:
                cells, fault = line.rstrip("\r\n").split(delimiter), None
            else:
                cells, fault = _quoted(line, delimiter, lines, width)
            if fault is None:
                width = len(cells)
            yield number, cells, fault


def _take(lines, encoding):
    try:
        return lines.take()
    except UnicodeError:  # a byte order mark that is none
        raise FeedError("unknown_encoding", encoding=encoding) from None


def _quoted(line, delimiter, lines, width):
    """Return (cells, fault) of a line with quotation marks, joined with those that belong to it.

    A quotation mark that is never closed would swallow the lines that follow: only what makes a row as
    wide as the one before is taken for a text over several lines.
    """
    cells = _strictly(line, delimiter)
    if cells is not None:
        return cells, None
    joined, after = line, []
    while line.count('"') % 2 and len(after) < MOST_JOINED and (more := lines.take()):
        after.append(more)
        joined += more[1]
        if more[1].count('"') % 2:
            cells = _strictly(joined, delimiter)
            if cells is not None and (not width or len(cells) == width):
                return cells, None
            break
    lines.put_back(after)
    return line.rstrip("\r\n").split(delimiter), "broken_quotes"


def _strictly(text, delimiter):
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


# === XLSX === #


def sheet_names(opener: Opener) -> list[str]:
    """Return the names of a spreadsheet's sheets.

    :raises FeedError: it is damaged or too large
    """
    with unpacked_once(opener) as file:
        return file.book().sheetnames


class _Unpacked:
    """An opener that keeps its spreadsheet: unpacking reads all its texts, whatever sheet is wanted."""

    def __init__(self, opener):
        self._opener = opener
        self._stream = self._kept = None

    def __call__(self):
        return self._opener()

    def book(self):
        """Return the spreadsheet; its sheets can be read again and again."""
        if self._kept is None:
            self._stream = self._opener()
            self._kept = _book(self._stream)
        return self._kept

    def close(self):
        for opened in (self._kept, self._stream):
            if opened is not None:
                opened.close()


@contextmanager
def unpacked_once(opener: Opener) -> Iterator[Opener]:
    """Yield an opener of the same file whose spreadsheet is unpacked once, however often it is looked at."""
    if isinstance(opener, _Unpacked):
        yield opener
        return
    kept = _Unpacked(opener)
    try:
        yield kept
    finally:
        kept.close()


def _read_xlsx(opener, sheet):
    with unpacked_once(opener) as file:
        book = file.book()
        try:
            if sheet and sheet not in book.sheetnames:
                raise FeedError("no_sheet", sheet=sheet, sheets=", ".join(book.sheetnames))
            page = book[sheet] if sheet else book.worksheets[0]
            page.reset_dimensions()  # what a file says of its size is often wrong
            for number, row in enumerate(_undamaged(page.iter_rows(values_only=True)), 1):
                yield number, [Decimal(str(cell)) if isinstance(cell, float) else cell for cell in row], None
        except IndexError:
            raise FeedError("empty") from None


def _undamaged(rows):
    try:
        yield from rows
    except DAMAGE:
        raise FeedError("damaged_xlsx") from None


def _book(stream):
    try:
        with zipfile.ZipFile(stream) as packed:
            _check_size(packed)
        stream.seek(0)
        # the values as the spreadsheet program last saw them, never its formulas
        return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except DAMAGE:
        raise FeedError("damaged_xlsx") from None


def _check_size(packed):
    parts = packed.infolist()
    size = sum(part.file_size for part in parts)
    packed_size = sum(part.compress_size for part in parts)
    shared = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    if (
        size > MOST_UNPACKED
        or shared > MOST_SHARED_TEXT
        or (size > 10_000_000 and size > MOST_RATIO * max(packed_size, 1))
    ):
        raise FeedError("unpacks_too_large", megabytes=size // 1_000_000)
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            with packed.open(part) as begin:
                if b"<!DOCTYPE" in begin.read(1000):
                    raise FeedError("damaged_xlsx")


# === JSON === #


def _read_json(opener, encoding):
    names: dict[str, int] = {}
    for _number, record in islice(_objects(opener, encoding), JSON_HEADER_ROWS):
        for name in record if isinstance(record, dict) else ():
            names.setdefault(name, len(names))
    yield 0, [_plain(name) for name in names], None
    for number, record in _objects(opener, encoding):
        if isinstance(record, dict):
            yield number, [_plain(record.get(name)) for name in names], None
        else:
            yield number, [_plain(record)], "no_object"


def _plain(value):
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair is no letter
    return value


def _objects(opener, encoding):
    """Yield (number, value) of a list of objects, of a list inside an object, or of one object a line."""
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=str)
    with opener() as stream:
        try:
            text = io.TextIOWrapper(stream, encoding, errors="replace")
        except LookupError:
            raise FeedError("unknown_encoding", encoding=encoding) from None
        buffer = text.read(JSON_CHUNK)
        position, number, ended = _first_object(buffer), 0, False
        while True:
            while position < len(buffer) and buffer[position] in BETWEEN:
                position += 1
            if position < len(buffer) and buffer[position] == "]":
                return
            try:
                value, end = decoder.raw_decode(buffer, position)
                whole = ended or end < len(buffer)  # a number at the end may go on in the next chunk
            except (json.JSONDecodeError, RecursionError):
                value, end, whole = None, position, False
            if whole:
                number, position = number + 1, end
                yield number, value
                continue
            if ended and position >= len(buffer):
                return
            if ended or len(buffer) - position > LARGEST_OBJECT:
                raise FeedError("damaged_json", number=number + 1)
            chunk = text.read(JSON_CHUNK)
            ended = not chunk
            buffer, position = buffer[position:] + chunk, 0


def _first_object(buffer):
    """Return where the objects begin: behind the bracket of a list, or of the list inside an object."""
    begin = len(buffer) - len(buffer.lstrip("\ufeff \t\r\n"))
    if buffer[begin : begin + 1] == "[":
        return begin + 1
    if found := WRAPPED.search(buffer):
        return found.end()
    return begin
