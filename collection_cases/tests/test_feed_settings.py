import base64
import csv
import io
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..engine import feed_reader
from ..models import collection_feed_run
from ..services import collection_feed_report
from .common import TODAY
from .test_feed_engine import as_xlsx
from .test_feed_reading import HEADER, FeedCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestFeedSettings(FeedCommon):
    """Mapping, dialog, currencies, limits, problems as a file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.us")  # where the month comes first

    def _dialog(self, content, name="items.csv", feed=None):
        dialog = self.env["collection.feed.read"].with_context(default_feed_id=(feed or self.feed).id).create({})
        dialog.write({"file": base64.b64encode(content), "file_name": name})
        dialog.action_look()
        return dialog

    # === DIALOG === #

    def test_dialog_shows_what_was_understood_and_reads_it(self):
        content = "\n".join([HEADER, self._row("R1", "K1", name="Müller"), self._row("R2", due="x")]).encode("cp1252")
        dialog = self._dialog(content)
        self.assertEqual(dialog.mode, "snapshot")
        self.assertEqual((dialog.encoding, dialog.delimiter, dialog.header_row), ("cp1252", ";", 1))
        self.assertEqual((dialog.decimal_style, dialog.date_style), ("comma", "dmy"))
        self.assertIn("Müller", dialog.preview)
        self.assertIn("This is no date", dialog.preview)
        self.assertFalse(self._entries(), "looking takes nothing")
        self.assertFalse(self.feed.customer_ids)
        action = dialog.action_read()
        run = self.env[action["res_model"]].browse(action["res_id"])
        self.assertCounts(run, rows_read=2, rows_good=1, rows_bad=1, entries_new=1)
        self.assertFalse(self.feed.column_ids, "what was found out is found out again")
        self.assertFalse(self.feed.encoding)

    def test_corrections_in_the_dialog_are_kept(self):
        content = b"Who,What,Until,How much\nK1,R1,01/02/2026,10.50\n"
        dialog = self._dialog(content)
        self.assertIn("No column was recognised", dialog.problem)
        targets = {"Who": "customer_number", "What": "document_number", "Until": "due_date", "How much": "residual"}
        for column in dialog.column_ids:
            column.target = targets[column.header]
        dialog.date_style = "dmy"
        dialog.action_look()
        self.assertFalse(dialog.problem)
        self.assertIn("2026-02-01", dialog.preview)
        dialog.action_read()
        self.assertEqual(self._entries(), {"R1": 10.5})
        self.assertEqual({column.header: column.target for column in self.feed.column_ids}, targets)
        self.assertEqual((self.feed.date_style, self.feed.decimal_style), ("dmy", False))
        answer = self.feed.load_file("next.csv", base64.b64encode(content).decode())
        self.assertEqual(answer["entries_unchanged"], 1)

    def test_delimiter_corrected_in_the_dialog_gives_other_columns(self):
        dialog = self._dialog(b"Customer no|Document no|Due date|Open\nK1|R1|31/01/2026|1.00\n")
        dialog.delimiter = ";"
        dialog.action_look()
        self.assertTrue(dialog.problem)
        dialog.delimiter = "|"
        dialog.action_look()
        self.assertFalse(dialog.problem)
        self.assertEqual(len(dialog.column_ids), 4)

    def test_damaged_file_is_a_sentence(self):
        dialog = self._dialog(b"PK\x03\x04 broken", "items.xlsx")
        self.assertIn("damaged", dialog.problem)
        with self.assertRaisesRegex(UserError, "Look at the file first"):
            dialog.action_read()

    def test_spreadsheet(self):
        dialog = self._dialog(as_xlsx([HEADER.split(";"), ["K1", "A", "R1", None, "31.01.2026", self.code, 5.5, 5.5]]))
        dialog.action_read()
        self.assertEqual(self._entries(), {"R1": 5.5})

    def test_form_of_a_feed(self):
        with Form(self.env["collection.feed"]) as form:
            form.name = "New"
            form.client_name = "Bank"
        self.assertEqual(form.record.participation, "yes")

    # === MAPPING === #

    def test_column_that_a_person_named_and_the_file_lacks(self):
        self.feed.column_ids = [(0, 0, {"target": "customer_number", "header": "Debtor"})]
        run = self._read(self._row("R1"))
        self.assertEqual(run.state, "failed")
        self.assertIn("“Debtor”", run.reason)
        self.assertIn("Kundennr", run.reason)

    def test_two_columns_cannot_be_the_same_thing_but_make_one_key(self):
        with self.assertRaises(ValidationError):
            self.feed.column_ids = [
                (0, 0, {"target": "residual", "header": "A"}),
                (0, 0, {"target": "residual", "header": "B"}),
            ]

    def test_key_of_two_columns_survives_a_new_due_date(self):
        header = "Customer no;Document no;Item;Due date;Open amount"
        self.feed.column_ids = [
            (0, 0, {"target": target, "header": name})
            for target, name in (
                ("customer_number", "Customer no"),
                ("document_number", "Document no"),
                ("key", "Document no"),
                ("key", "Item"),
                ("due_date", "Due date"),
                ("residual", "Open amount"),
            )
        ]
        self._read("K1;R1;1;31.01.2026;10,00", "K1;R1;2;28.02.2026;20,00", header=header)
        run = self._read("K1;R1;1;15.02.2026;10,00", "K1;R1;2;28.02.2026;20,00", header=header)
        self.assertCounts(run, rows_read=2, rows_good=2, entries_changed=1)
        self.assertFalse(self.env["collection.feed.movement"].search([("run_id", "=", run.id)]), "no payment")

    # === CURRENCIES === #

    def test_currencies_are_converted_on_the_documents_day_and_never_added(self):
        foreign = self.setup_other_currency("CAD", rates=[("2026-01-01", 2.0), ("2026-02-01", 4.0)])
        run = self._read(
            self._row("R1", currency="CAD", date="15.01.2026"),
            self._row("R2", currency="CAD", date="15.02.2026"),
            self._row("R3", currency="CAD", date="15.01.2020"),
            self._row("R4"),
        )
        self.assertCounts(run, rows_read=4, rows_good=4, entries_new=4)
        entries = self.env["collection.feed.entry"].search([("feed_id", "=", self.feed.id)])
        for entry in entries:
            expected = entry.currency_id._convert(entry.residual, self.company.currency_id, self.company, entry.date)
            self.assertEqual(entry.residual_company, expected, entry.name)
        sums = {row.currency_code: row.amount_stored for row in run.sum_ids}
        self.assertEqual(sums, {foreign.name: 300.0, self.code: 100.0})

    def test_inactive_currency_and_one_without_rate(self):
        currency = self.env.ref("base.NOK")
        currency.active = False
        run = self._read(self._row("R1", currency="NOK"))
        self.assertIn("Activate it", run.problem_ids.message)
        currency.active = True
        run = self._read(self._row("R1", currency="NOK"))
        self.assertIn("no rate", run.problem_ids.message)
        self.assertFalse(self._entries())

    def test_entry_does_not_change_its_currency(self):
        self.setup_other_currency("CAD", rates=[("2026-01-01", 2.0)])
        self._read(self._row("R1"))
        run = self._read(self._row("R1", currency="CAD"))
        self.assertCounts(run, rows_read=1, rows_bad=1)
        self.assertEqual(self._entries(), {"R1": 100.0})

    # === LIMITS AND PROBLEMS === #

    def test_larger_file_than_the_settings_allow(self):
        self.env["ir.config_parameter"].sudo().set_param("collection_cases.feed_max_mb", "1")
        with self.assertRaisesRegex(UserError, "2 MB, more than the 1 MB"):
            self.feed.load_file("big.csv", base64.b64encode(b"x" * 1_000_001).decode())
        self.assertFalse(self.feed.run_ids)

    def test_all_problems_are_in_the_csv_and_no_formula_runs_in_it(self):
        rows = [self._row(f"R{number}", due="=1+1") for number in range(12)]
        with patch.object(collection_feed_report, "KEPT_PROBLEMS", 5):
            run = self._read(self._row("R"), *rows)
        self.assertEqual((run.rows_bad, len(run.problem_ids)), (12, 5))
        text = run.problem_attachment_id.raw.decode("utf-8-sig")
        found = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(len(found), 12)
        self.assertEqual((found[0]["line"], found[0]["value"]), ("3", "'=1+1"))

    def test_failed_reading_leaves_nothing_half_written(self):
        model = type(self.env["collection.feed.reading"])
        with patch.object(model, "_write", side_effect=UserError("Refused by somebody")):
            run = self._read(self._row("R1", "K9"))
        self.assertEqual((run.state, run.reason), ("failed", "Refused by somebody"))
        self.assertFalse(self._entries())
        self.assertFalse(self.feed.customer_ids)
        self.assertFalse(self.env["res.partner"].search([("ref", "=", "K9")]))

    def test_nonsense_over_the_api_is_a_sentence(self):
        for call in (
            lambda: self.feed.load("rows"),
            lambda: self.feed.load([["K1"]]),
            lambda: self.feed.load([], mode="replace"),
            lambda: self.feed.load_file("x", "not base64!"),
        ):
            with self.assertRaises(UserError):
                call()
        answer = self.feed.load([{"customer": "K1"}])
        self.assertEqual(answer["state"], "failed")
        self.assertFalse(self._entries())

    def test_read_feed_keeps_its_history(self):
        self._read(self._row("R1"))
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.feed.unlink()
        self.assertEqual(self._entries(), {"R1": 100.0})

    def test_old_readings_cannot_be_undone_and_take_no_room(self):
        first = self._read(self._row("R1"))
        second = self._read(self._row("R1", residual="1,00", amount="100,00"))
        third = self._read(self._row("R1", residual="0,50", amount="100,00"))
        with patch.object(collection_feed_run, "KEPT_RUNS", 1):
            self.env["collection.feed.run"].sudo()._forget_old_images()
        self.assertEqual((first | second | third).mapped("is_final"), [True, True, False])
        third.action_undo()
        with self.assertRaisesRegex(UserError, "not kept"):
            second.action_undo()
        self.assertEqual(self._entries(), {"R1": 1.0})

    def test_files_of_readings_that_cannot_be_undone_are_deleted(self):
        failed = self._read(self._row("R9", due="never"))
        first = self._read(self._row("R1"), self._row("R2", due="never"))
        second = self._read(self._row("R1", residual="1,00", amount="100,00"))
        self.assertEqual((failed.state, first.rows_bad), ("failed", 1))
        files = (failed | first).attachment_id | (failed | first).problem_attachment_id
        self.assertEqual(len(files), 4)
        self.env["collection.feed.run"].sudo()._forget_old_images()
        self.assertEqual(files.exists(), files, "30 readings are kept")
        with patch.object(collection_feed_run, "KEPT_RUNS", 1):
            self.env["collection.feed.run"].sudo()._forget_old_images()
        self.assertFalse(files.exists())
        self.assertTrue(second.attachment_id.exists())
        self.assertTrue(first.problem_ids, "what was wrong can still be read")
        second.action_undo()

    def test_spreadsheet_is_unpacked_once_in_a_reading(self):
        book = feed_reader.openpyxl.Workbook()
        book.active.append(["About this file"])
        page = book.create_sheet("Open items")
        for line in (HEADER, self._row("R1"), self._row("R2")):
            page.append(line.split(";"))
        stream = io.BytesIO()
        book.save(stream)
        with patch.object(feed_reader.openpyxl, "load_workbook", wraps=feed_reader.openpyxl.load_workbook) as unpack:
            run = self.feed._start("items.xlsx", stream.getvalue())
        self.assertEqual((run.state, run.entries_new), ("done", 2), run.reason)
        self.assertEqual(unpack.call_count, 1)

    def test_statements_do_not_grow_with_the_file(self):
        def read(count):
            before = self.env.cr.sql_log_count
            self._read(*[self._row(f"R{number}") for number in range(count)])
            return self.env.cr.sql_log_count - before

        read(5)
        few = read(50)
        self.assertLessEqual(read(500), few + 5)
