import codecs
import csv
import doctest
import io
import json
import zipfile
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import feed_encoding, feed_mapping, feed_parse, feed_reader, feed_rows, feed_sniff

NAMES = ["Customer number", "Name", "Document", "Document date", "Due date", "Currency", "Amount", "Open amount"]
CURRENCIES = {"EUR": 2, "USD": 2, "JPY": 0, "OLD": "currency_inactive", "NEW": "currency_no_rate"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CELL = st.one_of(
    TEXT,
    st.sampled_from(["", "K1", "R1", "EUR", "JPY", "1.234,56", "1,234.56", "-5", "31/12/2026", "2026-02-30", "Total"]),
    st.decimals(-10_000, 10_000, places=2).map(str),
)
MONEY = st.integers(-1_000_000, 1_000_000).map(lambda cents: Decimal(cents) / 100)


def opener(content):
    """Return what opens a file with this content."""
    return lambda: io.BytesIO(content)


def judged(content, **given_settings):
    """Return (findings, verdicts) of a file."""
    found = feed_sniff.sniff(opener(content), feed_sniff.Given(**given_settings))
    judge = feed_rows.Judge(found, CURRENCIES, "EUR")
    rows = [row for row in feed_reader.read(opener(content), found.layout) if row[0] > found.header_row]
    return found, [judge.judge(*row) for row in rows]


def as_csv(rows, delimiter=";", encoding="utf-8"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows, title="Items"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def good(verdicts):
    return [verdict for verdict in verdicts if isinstance(verdict, feed_rows.Good)]


def codes(verdicts):
    return Counter(getattr(verdict, "code", "good") for verdict in verdicts)


@tagged("collection_engine")
class TestFeedEngine(BaseCase):
    def test_examples_in_docstrings_hold(self):
        for module in (feed_encoding, feed_mapping, feed_parse, feed_reader, feed_rows, feed_sniff):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0, module.__name__)
            self.assertEqual(result.failed, 0, module.__name__)

    # === ANY TABLE === #

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.lists(CELL, max_size=9), max_size=12), st.sampled_from(";,\t|"))
    def test_any_table_is_answered_row_by_row(self, rows, delimiter):
        content = as_csv([NAMES, *rows], delimiter)
        found = feed_sniff.sniff(opener(content), feed_sniff.Given(encoding="utf-8", delimiter=delimiter, header_row=1))
        lines = [row for row in feed_reader.read(opener(content), found.layout) if row[0] > 1]
        judge = feed_rows.Judge(found, CURRENCIES, "EUR")
        verdicts = [judge.judge(*line) for line in lines]
        self.assertEqual(len(verdicts), len(lines))
        self.assertTrue(all(isinstance(v, (feed_rows.Good, feed_rows.Bad, feed_rows.Ignored)) for v in verdicts))
        for verdict in good(verdicts):
            self.assertLessEqual(abs(verdict.residual), abs(verdict.amount))
            self.assertTrue(verdict.customer and verdict.key and verdict.name and verdict.due_date)

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=400))
    def test_any_bytes_are_a_table_or_refused(self, content):
        try:
            judged(content)
        except feed_reader.FeedError as error:
            self.assertTrue(error.code)

    @settings(max_examples=100, deadline=None)
    @given(st.lists(MONEY, min_size=1, max_size=30), st.sampled_from(["comma", "point"]), st.booleans())
    def test_sums_are_kept_to_the_cent(self, amounts, style, grouped):
        def written(number):
            text = f"{number:,.2f}" if grouped else f"{number:.2f}"
            return text if style == "point" else text.translate(str.maketrans(",.", ".,"))

        rows = [
            [f"K{n}", f"Debtor {n}", f"R{n}", "01/01/2026", "31/01/2026", "EUR", written(number), written(number)]
            for n, number in enumerate(amounts)
        ]
        found, verdicts = judged(as_csv([NAMES, *rows]))
        self.assertEqual(found.decimal_style, style)
        self.assertEqual(sum(entry.residual for entry in good(verdicts)), sum(amounts))

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(MONEY, st.sampled_from(["EUR", "USD", "OLD", "XXX"]), st.booleans()), max_size=20))
    def test_good_and_bad_rows_together_are_the_file(self, drawn):
        rows = [
            [f"K{n}", "A", f"R{n}", "01/01/2026", "31/01/2026" if dated else "31/02/2026", currency, "", str(number)]
            for n, (number, currency, dated) in enumerate(drawn)
        ]
        _found, verdicts = judged(as_csv([NAMES, *rows], ","), decimal_style="point")
        self.assertEqual(len(verdicts), len(rows))
        total = sum((verdict.residual for verdict in verdicts), Decimal(0))
        self.assertEqual(total, sum((number for number, _currency, _dated in drawn), Decimal(0)))

    @settings(max_examples=200, deadline=None)
    @given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.sampled_from(["dmy", "mdy", "ymd"]))
    def test_dates_are_read_as_they_were_written(self, day, style):
        pattern = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}[style]
        self.assertEqual(feed_parse.parse_date(day.strftime(pattern), style), day)
        self.assertEqual(feed_parse.parse_date(day.strftime("%Y%m%d"), style), day)

    @settings(max_examples=200, deadline=None)
    @given(TEXT)
    def test_no_text_is_half_a_number(self, text):
        for style in feed_parse.DECIMAL_STYLES:
            try:
                number = feed_parse.parse_amount(text, style)
            except ValueError:
                continue
            self.assertEqual(number is None, not text.strip())

    # === WHAT IS FOUND OUT === #

    def test_letters_that_tell_encodings_apart(self):
        texts = {
            "cp1253": "Άγγελος Ώριμος ΑΕ;Έρση",
            "iso8859-7": "Άγγελος Ώριμος ΑΕ;Έρση",
            "cp1250": "Kőszegi Fűtő Kft.;Űrállomás;Łódź;Żabka Świnoujście",
            "iso8859-2": "Świętokrzyska Spółka;Łódź źródło;Žďár",
            "cp1252": "Müller & Söhne;Société Générale à Genève",
        }
        for encoding, text in texts.items():
            content = text.encode(encoding)
            found, proved = feed_encoding.detect([content])
            self.assertEqual(content.decode(found), text, encoding)
            self.assertFalse(proved)

    def test_ambiguous_dates_and_decimals_are_said_to_be_assumed(self):
        row = ["K1", "A", "R1", "01/02/2026", "03/04/2026", "EUR", "1.234", "1.234"]
        found, verdicts = judged(as_csv([NAMES, row]))
        self.assertEqual(set(found.notes), {"decimal_assumed", "date_assumed"})
        self.assertEqual((good(verdicts)[0].residual, good(verdicts)[0].due_date), (1234, date(2026, 4, 3)))
        proof = ["K2", "A", "R2", "01/31/2026", "12/31/2026", "EUR", "1.50", "1.50"]
        found, verdicts = judged(as_csv([NAMES, proof, row[:6] + ["1,234.00"] * 2]))
        self.assertEqual((found.notes, found.date_style, found.decimal_style), ((), "mdy", "point"))
        self.assertEqual(good(verdicts)[1].due_date, date(2026, 3, 4))

    def test_grouping_is_not_taken_for_decimals(self):
        rows = [["K1", "A", "R1", "", "31.01.2026", "EUR", "1.234", "1.234"]]
        rows.append(["K1", "A", "R2", "", "31.01.2026", "EUR", "5,50", "5,50"])
        _found, verdicts = judged(as_csv([NAMES, *rows]))
        self.assertEqual([entry.residual for entry in good(verdicts)], [1234, Decimal("5.50")])

    def test_evidence_late_in_the_file_counts(self):
        rows = [["K1", "A", f"R{n}", "", "01/02/2026", "EUR", "1.234", "1.234"] for n in range(1500)]
        rows.append(["K1", "A", "LAST", "", "12/31/2026", "EUR", "0.50", "0.50"])
        found, _verdicts = judged(as_csv([NAMES, *rows]))
        self.assertEqual((found.date_style, found.decimal_style), ("mdy", "point"))

    def test_titles_before_the_header_and_totals_after(self):
        rows = [
            ["Open items of", "ACME"],
            ["As of 31/12/2026"],
            [],
            NAMES,
            ["K1", "A", "R1", "", "31/01/2026", "EUR", "10.50", "10.50"],
            ["Total for A", "", "", "", "", "", "10.50", "10.50"],
            [],
            NAMES,
            ["K2", "Total Energies", "R2", "", "31/01/2026", "EUR", "20.00", "20.00"],
            ["", "", "", "", "", "", "", "30.50"],
            ["Σύνολο", "", "", "", "", "", "", "30.50"],
        ]
        found, verdicts = judged(as_csv(rows, ","))
        self.assertEqual(found.header_row, 4)
        self.assertEqual(codes(verdicts), {"good": 2, "total": 3, "blank": 1, "header": 1})

    def test_headers_of_other_languages_and_programs(self):
        for header in (
            "Kundennummer;Belegnummer;Fälligkeit;Offener Betrag",
            "Code client;N° facture;Date d'échéance;Reste à payer",
            "Κωδικός πελάτη;Παραστατικό;Λήξη;Υπόλοιπο",
            "Vevőkód;Számlaszám;Fizetési határidő;Hátralék",
            "Nr kontrahenta;Numer faktury;Termin płatności;Do zapłaty",
            "Cod client;Număr factură;Data scadenței;Rest de plată",
            "KUNNR;BELNR;NETDT;DMBTR",
            "Konto;Belegfeld 1;Fälligkeit;Umsatz (ohne Soll/Haben-Kz)",
        ):
            mapping = feed_mapping.propose(header.split(";"))
            self.assertEqual(feed_mapping.missing(mapping), [], header)
            self.assertIn("due_date", mapping, header)

    def test_names_of_the_targets_are_recognised(self):
        self.assertEqual(feed_mapping.propose(feed_mapping.TARGETS), {name: name for name in feed_mapping.TARGETS})

    # === ROWS === #

    def test_signs_sides_and_payables(self):
        names = ["KUNNR", "BELNR", "NETDT", "DMBTR", "SHKZG", "KOART"]
        rows = [
            ["1", "A", "31.01.2026", "10,00", "S", "D"],
            ["1", "B", "31.01.2026", "4,00", "H", "D"],
            ["9", "C", "31.01.2026", "7,00", "H", "K"],
        ]
        _found, verdicts = judged(as_csv([names, *rows]))
        self.assertEqual([entry.residual for entry in good(verdicts)], [10, -4])
        self.assertEqual(codes(verdicts)["payable"], 1)

    def test_debit_and_credit_columns(self):
        names = ["Customer no", "Document no", "Due date", "Debit", "Credit"]
        rows = [
            ["1", "A", "31.01.2026", "10,00", ""],
            ["1", "B", "31.01.2026", "", "4,00"],
            ["1", "C", "31.01.2026", "", ""],
        ]
        _found, verdicts = judged(as_csv([names, *rows]))
        self.assertEqual([entry.residual for entry in good(verdicts)], [10, -4])
        self.assertEqual(codes(verdicts)["no_amount"], 1)

    def test_what_is_wrong_is_named(self):
        row = {
            "c": "K1",
            "n": "A",
            "d": "R1",
            "dd": "01/01/2026",
            "due": "31/01/2026",
            "cur": "EUR",
            "a": "10",
            "o": "5",
        }
        cases = {
            "no_customer": {"c": ""},
            "no_document": {"d": ""},
            "no_due_date": {"due": ""},
            "no_date": {"due": "30/02/2026"},
            "no_amount": {"o": ""},
            "no_number": {"o": "5 pieces"},
            "negative_amount": {"a": "-10"},
            "residual_above_amount": {"o": "11"},
            "currency_unknown": {"cur": "ZZZ"},
            "currency_inactive": {"cur": "OLD"},
            "currency_no_rate": {"cur": "NEW"},
            "too_long": {"d": "R" * 400},
        }
        content = as_csv([NAMES, *[list({**row, **change}.values()) for change in cases.values()]], ",")
        _found, verdicts = judged(content, decimal_style="point", date_style="dmy")
        self.assertEqual([verdict.code for verdict in verdicts], list(cases))

    def test_more_decimals_than_the_currency_are_a_doubt_only_where_the_file_proves_nothing(self):
        names = ["Customer no", "Document no", "Due date", "Open"]
        row = ["1", "A", "31.01.2026", "1.234"]
        _found, verdicts = judged(as_csv([names, row], ","))
        self.assertEqual(codes(verdicts), {"too_precise": 1})
        self.assertEqual(verdicts[0].column, "Open")
        _found, verdicts = judged(as_csv([names, row, ["1", "B", "31.01.2026", "64982.589"]], ","))
        self.assertEqual([entry.residual for entry in good(verdicts)], [Decimal("1.23"), Decimal("64982.59")])
        _found, verdicts = judged(as_csv([names, row, ["1", "B", "31.01.2026", "5,50"]]), decimal_style="point")
        self.assertEqual([verdict.code for verdict in verdicts], ["too_precise", "no_number"], "a person was wrong")

    def test_wrong_encoding_is_a_problem_and_no_damaged_name(self):
        content = as_csv([NAMES, ["K1", "Müller", "R1", "", "31.01.2026", "EUR", "1,00", "1,00"]], encoding="cp1252")
        _found, verdicts = judged(content, encoding="utf-8")
        self.assertEqual(codes(verdicts), {"wrong_encoding": 1})

    def test_lines_with_torn_quotes_or_too_many_cells(self):
        text = (
            ";".join(NAMES)
            + '\nK1;"A";R1;;31.01.2026;EUR;1,00;1,00\nK1;"A;R2;;31.01.2026;EUR;1,00;1,00\n'
            + 'K1;"two\nlines";R3;;31.01.2026;EUR;1,00;1,00\nK1;A;B;R4;;31.01.2026;EUR;1,00;1,00\n'
        )
        _found, verdicts = judged(text.encode())
        self.assertEqual([entry.name for entry in good(verdicts)], ["R1", "R3"])
        self.assertEqual(codes(verdicts), {"good": 2, "broken_quotes": 1, "shifted": 1})
        self.assertIn("R2", verdicts[1].tokens)

    def test_formulas_in_a_text_file_stay_text(self):
        rows = [["K1", "=HYPERLINK(0)", "@R1", "", "31.01.2026", "EUR", "1,00", "1,00"]]
        rows.append(["K1", "A", "R2", "", "31.01.2026", "EUR", "=1+1", "1,00"])
        _found, verdicts = judged(as_csv([NAMES, *rows]))
        self.assertEqual(good(verdicts)[0].name, "@R1")
        self.assertEqual(codes(verdicts)["no_number"], 1)

    # === FORMATS === #

    def test_spreadsheet_with_typed_cells(self):
        rows = [NAMES, [10062, "A", 7001.0, datetime(2026, 1, 1), date(2026, 1, 31), "EUR", 10.1, 10.1]]
        _found, verdicts = judged(as_xlsx(rows))
        entry = good(verdicts)[0]
        self.assertEqual((entry.customer, entry.name, entry.residual), ("10062", "7001", Decimal("10.10")))
        self.assertEqual(entry.due_date, date(2026, 1, 31))

    def test_formula_of_a_spreadsheet_is_never_calculated(self):
        rows = [NAMES, ["K1", "A", "R1", None, date(2026, 1, 31), "EUR", 10, "=5+5"]]
        _found, verdicts = judged(as_xlsx(rows))
        self.assertEqual(codes(verdicts), {"no_amount": 1})

    def test_sheet_is_chosen_by_its_names(self):
        book = openpyxl.Workbook()
        book.active.append(["Read me"])
        book.create_sheet("Items").append(NAMES)
        book["Items"].append(["K1", "A", "R1", None, date(2026, 1, 31), "EUR", 1, 1])
        stream = io.BytesIO()
        book.save(stream)
        found, verdicts = judged(stream.getvalue())
        self.assertEqual((found.layout.sheet, found.notes), ("Items", ("sheet_chosen",)))
        self.assertEqual(len(good(verdicts)), 1)
        with self.assertRaises(feed_reader.FeedError) as caught:
            judged(stream.getvalue(), sheet="Gone")
        self.assertEqual(caught.exception.code, "no_sheet")

    def test_bombs_and_damage_are_refused(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
        content = as_xlsx([NAMES])
        for name, code in (
            (bomb.getvalue(), "unpacks_too_large"),
            (content[: len(content) // 2], "damaged_xlsx"),
            (b"PK\x03\x04 no spreadsheet", "damaged_xlsx"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
            (b"%PDF-1.7", "pdf"),
            (b"", "empty"),
            (codecs.BOM_UTF8, "empty"),
            (b'[{"a": 1}, {"a":', "damaged_json"),
        ):
            with self.assertRaises(feed_reader.FeedError) as caught:
                judged(name)
            self.assertEqual(caught.exception.code, code)

    def test_json_of_all_shapes(self):
        record = {"customer_number": "K1", "document_number": "Ř1", "due_date": "2026-01-31", "residual": 10.10}
        records = [record | {"document_number": f"R{n}"} for n in range(5000)]
        for text in (
            json.dumps(records),
            json.dumps({"count": 2, "rows": records}),
            "\n".join(json.dumps(one) for one in records),
        ):
            _found, verdicts = judged(text.encode())
            self.assertEqual(sum(entry.residual for entry in good(verdicts)), Decimal("50500.00"))

    @settings(max_examples=100, deadline=None)
    @given(
        st.recursive(st.none() | st.booleans() | st.floats() | TEXT, lambda x: st.lists(x) | st.dictionaries(TEXT, x))
    )
    def test_any_json_is_answered(self, value):
        try:
            judged(json.dumps([value, {"customer_number": value}]).encode())
        except feed_reader.FeedError as error:
            self.assertTrue(error.code)
