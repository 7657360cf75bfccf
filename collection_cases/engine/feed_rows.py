"""Judge each row of a foreign ledger: a good entry, a problem with its reason, or nothing to take.

No row is dropped in silence: `Judge.judge` answers every line of the file with a `Good`, a `Bad` or an
`Ignored`, so that read = good + bad + ignored, and so do the sums.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .feed_mapping import missing, normalise
from .feed_parse import parse_amount, parse_date, parse_text
from .feed_reader import FeedError
from .feed_sniff import Findings

DETAILS = (
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_street",
    "customer_zip",
    "customer_city",
    "customer_country",
    "customer_vat",
    "customer_language",
)
"""What is known of a customer besides the number; read for new customers only."""

LONGEST_KEY = 300
LONGEST_TEXT = 200
UNREADABLE = "\ufffd"

TOTALS = (
    "total|totals|subtotal|sub total|grand total|sum|summe|gesamt|gesamtsumme|zwischensumme|endsumme|somme"
    "|total general|sous total|συνολο|συνολα|γενικο συνολο|μερικο συνολο|osszesen|mindosszesen|reszosszeg|razem|suma"
    "|ogolem|lacznie|total general|subtotal|insgesamt"
)
PAYABLE = (
    "ap|k|kr|kz|kreditor|kreditoren|vendor|vendors|supplier|suppliers|creditor|creditors|payable|payables|accounts"
    " payable|lieferant|lieferanten|fournisseur|fournisseurs|dostawca|dostawcy|szallito|furnizor|furnizori"
    "|προμηθευτησ|προμηθευτης"
)
CREDIT_SIDE = ("h", "haben", "c", "cr", "credit", "k", "ma", "pistosi", "-", "kovetel")
SYMBOLS = {
    "€": "EUR",
    "EURO": "EUR",
    "£": "GBP",
    "ZŁ": "PLN",
    "ZL": "PLN",
    "FT": "HUF",
    "LEI": "RON",
    "LEU": "RON",
    "KČ": "CZK",
    "US$": "USD",
    "SFR": "CHF",
    "CHF.": "CHF",
}

TOTAL_WORDS = frozenset(normalise(word) for word in TOTALS.split("|"))
PAYABLE_WORDS = frozenset(normalise(word) for word in PAYABLE.split("|"))


class Good(NamedTuple):
    """An entry as the file has it; amounts in `currency` (ISO code), debts positive."""

    line: int
    customer: str
    key: str
    name: str
    date: date | None
    due_date: date
    currency: str
    amount: Decimal
    residual: Decimal
    paid_date: date | None


class Bad(NamedTuple):
    """A row that cannot be taken.

    :param column: the header of the faulty cell, empty when it is the row as a whole
    :param code: what is wrong, see `collection.feed.problem` for the sentences
    :param tokens: texts that may be the entry's key or document number: an entry that has one of them
        is not missing from the file
    :param currency: as in the file, for the sums
    :param residual: what could be read of the open amount, for the sums
    """

    line: int
    column: str
    value: str
    code: str
    tokens: tuple[str, ...]
    currency: str
    residual: Decimal | None


class Ignored(NamedTuple):
    """A row that is no entry: blank, a total, the header again, a payable."""

    line: int
    code: str
    value: str


class _Fault(Exception):
    def __init__(self, column, value, code):
        super().__init__(code)
        self.column, self.value, self.code = column, value, code


class Judge:
    """Judges the rows of one file, in their order.

    :param findings: how the file is to be read
    :param currencies: {ISO code: decimal places}, or the code of why a currency cannot be used
    :param default_currency: ISO code for rows without one
    :param known_customers: numbers whose details are not needed any more
    :raises FeedError: a column is missing without which no row can be read

    >>> from .feed_reader import Layout
    >>> headers = ("No", "Doc", "Due", "Open")
    >>> mapping = {"customer_number": ["No"], "document_number": ["Doc"], "due_date": ["Due"], "residual": ["Open"]}
    >>> found = Findings(Layout("csv"), 1, headers, mapping, "point", "dmy", None, ())
    >>> judge = Judge(found, {"EUR": 2}, "EUR")
    >>> judge.judge(2, ["K1", "R1", "01/02/2026", "10.50"], None).key
    'K1|R1|2026-02-01'
    >>> judge.judge(3, ["K1", "R2", "30/02/2026", "1"], None)[:5]
    (3, 'Due', '30/02/2026', 'no_date', ('R2',))
    >>> judge.judge(4, ["", "", "", "11.50"], None), judge.judge(5, ["Total", "", "", "99"], None).code
    (Ignored(line=4, code='total', value='11.50'), 'total')
    """

    def __init__(
        self,
        findings: Findings,
        currencies: Mapping[str, int | str],
        default_currency: str,
        known_customers=frozenset(),
    ):
        if lacking := missing(findings.mapping):
            raise FeedError("no_target", targets=lacking)
        self.findings = findings
        self.currencies = currencies
        self.default_currency = default_currency
        self.known_customers = known_customers
        self.new_customers: dict[str, tuple] = {}
        self.rounded = 0
        """Rows whose open amount had more decimal places than its currency."""
        self._unsure = bool({"decimal_assumed", "decimal_mixed"} & set(findings.notes))
        self._width = len(findings.headers)
        place = {name: column for column, name in enumerate(findings.headers)}
        columns = {
            target: [place[name] for name in names if name in place] for target, names in findings.mapping.items()
        }
        self._keys = columns.pop("key", [])
        self._columns = {target: found[0] for target, found in columns.items() if found}
        self._details = [self._columns.get(target) for target in DETAILS]
        self._signed = not {"residual", "amount"} & set(self._columns)
        self._due_mapped = "due_date" in self._columns
        self._header = [normalise(name) for name in findings.headers]
        self._sum = self._since = Decimal(0)

    def judge(self, line: int, cells: list, fault: str | None) -> Good | Bad | Ignored:
        """Judge one row.

        :param line: its number in the file
        :param cells: as the reader gives them
        :param fault: the reader's own, or None
        """
        if fault:
            return self._bad_line(line, cells, fault)
        if len(cells) != self._width:
            if any(cells[self._width :]):
                return self._bad_line(line, cells, "shifted")
            cells = cells[: self._width] + [None] * (self._width - len(cells))
        try:
            return self._entry(line, cells)
        except _Fault as found:
            # what is no debt at all is told apart only now: most rows are debts
            if ignored := self._no_entry(line, cells):
                return ignored
            residual = self._seen(cells)
            if residual is not None:
                self._count(residual)
            return Bad(
                line,
                self._name(found.column),
                parse_text(found.value)[:LONGEST_TEXT],
                found.code,
                self._tokens(cells),
                self._currency_text(cells),
                residual,
            )

    def _entry(self, line, cells):
        columns = self._columns
        text = parse_text
        customer = text(cells[columns["customer_number"]])
        if not customer:
            raise _Fault("customer_number", "", "no_customer")
        if "kind" in columns and normalise(cells[columns["kind"]]) in PAYABLE_WORDS:
            return Ignored(line, "payable", text(cells[columns["kind"]]))
        name = text(cells[columns["document_number"]]) if "document_number" in columns else ""
        code = self._currency(cells)
        amount, residual = self._amounts(cells, self.currencies[code])
        document_date = self._date(cells, "document_date")
        paid_date = self._date(cells, "paid_date")
        due_date = self._date(cells, "due_date")
        if due_date is None:
            if document_date is None or (self._due_mapped and residual > 0):
                raise _Fault("due_date" if self._due_mapped else "document_date", "", "no_due_date")
            due_date = document_date
        key = self._key(cells, customer, name, due_date)
        if UNREADABLE in name:
            raise _Fault("document_number", name, "wrong_encoding")
        if customer not in self.known_customers and customer not in self.new_customers:
            self._note_customer(customer, cells)
        self._count(residual)
        return Good(
            line,
            customer,
            key,
            (name or key)[:LONGEST_TEXT],
            document_date,
            due_date,
            code,
            amount,
            residual,
            paid_date,
        )

    def _key(self, cells, customer, name, due_date):
        if self._keys:
            key = "/".join(parse_text(cells[column]) for column in self._keys)
            if not key.strip("/"):
                raise _Fault("key", "", "no_key")
        elif name:
            # instalments of a document differ by their due date only
            key = f"{customer}|{name}|{due_date.isoformat()}"
        else:
            raise _Fault("document_number", "", "no_document")
        if len(key) > LONGEST_KEY:
            raise _Fault("key" if self._keys else "document_number", key, "too_long")
        return key

    # === AMOUNTS === #

    def _amounts(self, cells, digits):
        """Return (amount, residual) with the currency's decimal places, debts positive."""
        if self._signed:
            debit, credit = self._number(cells, "debit"), self._number(cells, "credit")
            if debit is None and credit is None:
                raise _Fault("debit" if "debit" in self._columns else "credit", "", "no_amount")
            amount = residual = (debit or 0) - (credit or 0)
        else:
            amount, residual = self._number(cells, "amount"), self._number(cells, "residual")
        paid = "paid_date" in self._columns and parse_text(cells[self._columns["paid_date"]])
        if residual is None or self._signed:
            if paid and self._date(cells, "paid_date"):
                residual = Decimal(0)
            elif residual is None:
                if "residual" in self._columns or amount is None:
                    column = "residual" if "residual" in self._columns else "amount"
                    raise _Fault(column, "", "no_amount")
                residual = amount
        if amount is None:
            amount = residual
        if "direction" in self._columns and normalise(cells[self._columns["direction"]]) in CREDIT_SIDE:
            amount, residual = -abs(amount), -abs(residual)
        amount, residual = self._rounded(amount, digits, "amount"), self._rounded(residual, digits, "residual")
        if amount < 0 < residual:
            raise _Fault("amount", cells[self._columns["amount"]], "negative_amount")
        if abs(residual) > abs(amount):
            raise _Fault("residual", cells[self._columns["residual"]], "residual_above_amount")
        return amount, residual

    def _number(self, cells, target):
        column = self._columns.get(target)
        if column is None:
            return None
        try:
            return parse_amount(cells[column], self.findings.decimal_style)
        except ValueError:
            raise _Fault(target, cells[column], "no_number") from None

    def _rounded(self, number, digits, target):
        """Return the amount with the currency's decimal places.

        Where the file does not prove how decimals are written, more of them are a sign of a misreading.
        """
        if -number.as_tuple().exponent == digits:
            return number
        rounded = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        if rounded != number:
            if self._unsure:
                shown = next(
                    name for name in (target, "residual", "amount", "debit", "credit") if name in self._columns
                )
                raise _Fault(shown, str(number), "too_precise")
            if target == "residual":
                self.rounded += 1
        return rounded

    def _count(self, residual):
        self._sum += residual
        self._since += residual

    def _seen(self, cells):
        """Return what a bad row says is open, as far as it can be read."""
        for target in ("residual", "amount", "debit", "credit"):
            try:
                number = self._number(cells, target)
            except _Fault:
                number = None
            if number is not None:
                return -number if target == "credit" else number
        return None

    # === CURRENCY, DATE, CUSTOMER === #

    def _currency_text(self, cells):
        column = self._columns.get("currency")
        text = parse_text(cells[column]).upper() if column is not None and column < len(cells) else ""
        return SYMBOLS.get(text, text) or self.default_currency

    def _currency(self, cells):
        code = self._currency_text(cells)
        usable = self.currencies.get(code, "currency_unknown")
        if isinstance(usable, str):
            raise _Fault("currency", code, usable)
        return code

    def _date(self, cells, target):
        column = self._columns.get(target)
        if column is None:
            return None
        cell = cells[column]
        if not cell:
            return None
        try:
            return parse_date(cell, self.findings.date_style, self.findings.year)
        except ValueError:
            raise _Fault(target, cell, "no_date") from None

    def _note_customer(self, customer, cells):
        if normalise(customer) in TOTAL_WORDS:
            raise _Fault("customer_number", customer, "no_customer")
        if UNREADABLE in customer:
            raise _Fault("customer_number", customer, "wrong_encoding")
        details = tuple("" if column is None else parse_text(cells[column])[:LONGEST_TEXT] for column in self._details)
        for target, value in zip(DETAILS, details, strict=True):
            if UNREADABLE in value:
                raise _Fault(target, value, "wrong_encoding")
        if len(customer) > LONGEST_TEXT:
            raise _Fault("customer_number", customer, "too_long")
        self.new_customers[customer] = details

    # === WHAT IS NO ENTRY === #

    def _no_entry(self, line, cells):
        """Return an `Ignored` for a row that was not meant as an entry, else None."""
        texts = [normalise(cell) for cell in cells if isinstance(cell, str)]
        if not any(parse_text(cell) for cell in cells):
            return Ignored(line, "blank", "")
        if texts and len(texts) > 1 and [normalise(cell) for cell in cells] == self._header:
            return Ignored(line, "header", "")
        customer = self._text(cells, "customer_number")
        word = next((text for text in texts if _is_total(text)), None)
        bare = not self._text(cells, "document_number") and not self._text(cells, "due_date")
        if word and (bare or not customer or _is_total(normalise(customer))):
            self._since = Decimal(0)
            return Ignored(line, "total", word)
        seen = None if customer else self._seen(cells)
        if seen is not None and seen in (self._sum, self._since):
            self._since = Decimal(0)
            return Ignored(line, "total", str(seen))
        return None

    def _text(self, cells, target):
        column = self._columns.get(target)
        return "" if column is None else parse_text(cells[column])

    def _tokens(self, cells):
        tokens = [self._text(cells, "document_number")]
        if self._keys:
            tokens.append("/".join(parse_text(cells[column]) for column in self._keys))
        return tuple(token for token in tokens if token.strip("/"))

    def _bad_line(self, line, cells, fault):
        """Return a `Bad` for a line that could not be taken apart: any of its cells may be the key."""
        texts = [parse_text(cell).strip('"') for cell in cells]
        shown = " ".join(text for text in texts if text)[:LONGEST_TEXT]
        tokens = tuple(text for text in texts if text)
        return Bad(line, "", shown, fault, tokens, "", None)

    def _name(self, target):
        if target == "key" and self._keys:
            return self.findings.headers[self._keys[0]]
        column = self._columns.get(target)
        return "" if column is None else self.findings.headers[column]


def _is_total(text):
    return text in TOTAL_WORDS or text.startswith(("total for ", "summe fur ", "total client", "razem dla "))
