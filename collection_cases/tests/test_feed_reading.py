import base64

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon

HEADER = "Kundennr;Kundenname;Belegnummer;Belegdatum;Fällig am;Währung;Betrag;Offen"


class FeedCommon(CollectionCommon):
    """A feed of the company, and files written by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id.active = True
        cls.code = cls.company.currency_id.name
        cls.feed = cls._feed()

    @classmethod
    def _feed(cls, **vals):
        return cls.env["collection.feed"].create({"name": "ERP", "company_id": cls.company.id, **vals})

    def _row(self, number, customer="K1", residual="100,00", amount=None, **cells):
        cells = {
            "name": f"Debtor {customer}",
            "date": "01.01.2026",
            "due": "31.01.2026",
            "currency": self.code,
            **cells,
        }
        return (
            f"{customer};{cells['name']};{number};{cells['date']};{cells['due']};{cells['currency']}"
            f";{amount or residual};{residual}"
        )

    def _read(self, *rows, feed=None, mode=None, header=HEADER, encoding="utf-8"):
        """Read rows of text and return the run."""
        content = "\r\n".join([header, *rows]).encode(encoding)
        answer = (feed or self.feed).load_file("items.csv", base64.b64encode(content).decode(), mode=mode)
        return self.env["collection.feed.run"].browse(answer["run_id"])

    def _entries(self, feed=None):
        """Return {document: residual} of a feed."""
        entries = self.env["collection.feed.entry"].search([("feed_id", "=", (feed or self.feed).id)])
        return {entry.name: entry.residual for entry in entries}

    def _everything(self, feed=None):
        """Return all that is stored of a feed's entries, to compare before and after."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT * FROM collection_feed_entry WHERE feed_id = %s ORDER BY id", [(feed or self.feed).id]
        )
        entries = self.env.cr.fetchall()
        self.env.cr.execute(
            """SELECT movement.* FROM collection_feed_movement movement
                 JOIN collection_feed_entry entry ON entry.id = movement.entry_id
                WHERE entry.feed_id = %s ORDER BY movement.id""",
            [(feed or self.feed).id],
        )
        return entries, self.env.cr.fetchall()

    def assertCounts(self, run, **counts):
        names = ("rows_read", "rows_good", "rows_bad", "rows_ignored")
        names += ("entries_new", "entries_changed", "entries_settled")
        found = {name: run[name] for name in names if run[name]}
        self.assertEqual(found, {name: value for name, value in counts.items() if value}, run.reason)
        self.assertEqual(run.rows_read, run.rows_good + run.rows_bad + run.rows_ignored)
        self.assertTrue(run.is_proven, run.sum_ids.read())


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestFeedReading(FeedCommon):
    def test_file_becomes_entries_and_customers(self):
        run = self._read(self._row("R1", residual="60,50", amount="1.100,00"), self._row("R2", "K2"))
        self.assertEqual(run.state, "done")
        self.assertCounts(run, rows_read=2, rows_good=2, entries_new=2)
        entry = self.env["collection.feed.entry"].search([("feed_id", "=", self.feed.id), ("name", "=", "R1")])
        self.assertEqual((entry.amount, entry.residual, entry.residual_company), (1100.0, 60.5, 60.5))
        self.assertEqual((str(entry.date), str(entry.due_date)), ("2026-01-01", "2026-01-31"))
        self.assertEqual((entry.first_run_id, entry.last_run_id), (run, run))
        self.assertEqual(entry.partner_id.name, "Debtor K1")
        self.assertEqual(entry.partner_id.ref, "K1")
        self.assertEqual(entry.partner_id.with_company(self.company).collection_participation, "yes")
        self.assertFalse(entry.movement_ids, "a new entry is no movement")

    def test_same_file_twice_changes_nothing_and_says_so(self):
        rows = (self._row("R1"), self._row("R2", "K2"))
        self._read(*rows)
        before = self._everything()
        again = self._read(*rows)
        self.assertCounts(again, rows_read=2, rows_good=2)
        self.assertEqual(again.entries_unchanged, 2)
        self.assertIn("was read before", again.reason)
        self.assertEqual(self._everything(), before)

    def test_payment_is_a_movement(self):
        self._read(self._row("R1", residual="100,00"))
        run = self._read(self._row("R1", residual="40,00", amount="100,00"))
        self.assertCounts(run, rows_read=1, rows_good=1, entries_changed=1)
        movement = self.env["collection.feed.movement"].search([("run_id", "=", run.id)])
        self.assertEqual((movement.amount, str(movement.date)), (60.0, TODAY))

    def test_what_is_missing_in_a_snapshot_is_settled_and_in_changes_it_stays(self):
        self._read(self._row("R1"), self._row("R2"))
        self._read(self._row("R1"), mode="changes")
        self.assertEqual(self._entries(), {"R1": 100.0, "R2": 100.0})
        run = self._read(self._row("R1"))
        self.assertCounts(run, rows_read=1, rows_good=1, entries_settled=1)
        self.assertEqual(self._entries(), {"R1": 100.0, "R2": 0.0})
        movement = self.env["collection.feed.movement"].search([("run_id", "=", run.id)])
        self.assertEqual((movement.entry_id.name, movement.amount), ("R2", 100.0))

    def test_bad_rows_are_reported_and_do_not_stop_the_good_ones(self):
        run = self._read(
            self._row("R1"),
            self._row("R2", due="30.02.2026"),
            self._row("R3", residual="12,3x", amount="100,00"),
            self._row("", customer=""),
            self._row("R4", residual="200,00", amount="100,00"),
            self._row("R5", currency="XYZ"),
        )
        self.assertCounts(run, rows_read=6, rows_good=1, rows_bad=5, entries_new=1)
        problems = {problem.line: problem for problem in run.problem_ids}
        self.assertEqual((problems[3].column, problems[3].value), ("Fällig am", "30.02.2026"))
        self.assertEqual((problems[4].column, problems[4].value), ("Offen", "12,3x"))
        self.assertEqual(problems[5].column, "Kundennr")
        self.assertIn("More is open", problems[6].message)
        self.assertIn("knows no currency", problems[7].message)

    def test_file_with_bad_rows_only_takes_nothing_and_settles_nothing(self):
        self._read(self._row("R1"))
        run = self._read(self._row("R2", due="x"))
        self.assertEqual((run.state, run.rows_bad), ("failed", 1))
        self.assertIn("No row", run.reason)
        self.assertEqual(self._entries(), {"R1": 100.0})

    def test_what_a_bad_row_is_about_is_not_settled_as_missing(self):
        self._read(self._row("R1"), self._row("R2"), self._row("R3"))
        run = self._read(self._row("R1"), self._row("R2", due="31.02.2026"))
        self.assertCounts(run, rows_read=2, rows_good=1, rows_bad=1, entries_settled=1)
        self.assertEqual(self._entries(), {"R1": 100.0, "R2": 100.0, "R3": 0.0})

    def test_undo_restores_every_entry_exactly(self):
        self._read(self._row("R1"), self._row("R2"), self._row("R3"))
        before = self._everything()
        run = self._read(self._row("R1", residual="1,00", amount="100,00"), self._row("R2"), self._row("R9"))
        self.assertCounts(run, rows_read=3, rows_good=3, entries_new=1, entries_changed=1, entries_settled=1)
        run.action_undo()
        self.assertEqual(run.state, "undone")
        self.assertEqual(self._everything(), before)

    def test_only_the_latest_reading_can_be_undone(self):
        first = self._read(self._row("R1"))
        second = self._read(self._row("R1"), self._row("R2"))
        before = self._everything()
        with self.assertRaisesRegex(UserError, "read later"):
            first.action_undo()
        self.assertEqual(self._everything(), before)
        second.action_undo()
        first.action_undo()
        self.assertEqual(self._entries(), {})

    def test_cut_off_file_waits_for_a_person(self):
        self._read(*[self._row(f"R{number}") for number in range(30)])
        before = self._everything()
        run = self._read(self._row("R1"), self._row("R2"))
        self.assertEqual(run.state, "draft")
        self.assertIn("28 of 30", run.reason)
        self.assertEqual(self._everything(), before)
        run.action_apply_anyway()
        self.assertEqual(run.state, "done")
        self.assertCounts(run, rows_read=2, rows_good=2, entries_settled=28)

    def test_waiting_file_is_not_applied_over_a_later_one(self):
        self._read(*[self._row(f"R{number}") for number in range(30)])
        waiting = self._read(self._row("R1"))
        self._read(*[self._row(f"R{number}") for number in range(31)])
        before = self._everything()
        with self.assertRaisesRegex(UserError, "after this one"):
            waiting.action_apply_anyway()
        self.assertEqual(self._everything(), before)

    def test_empty_file_settles_nothing(self):
        self._read(self._row("R1"))
        for content in (b"", b"\r\n\r\n", HEADER.encode()):
            answer = self.feed.load_file("empty.csv", base64.b64encode(content).decode())
            self.assertEqual(answer["state"], "failed")
            self.assertIn("empty", answer["reason"])
        self.assertEqual(self._entries(), {"R1": 100.0})

    def test_repeated_rows_count_once_and_contradictions_not_at_all(self):
        run = self._read(
            self._row("R1"), self._row("R1"), self._row("R2"), self._row("R2", residual="5,00"), self._row("R3")
        )
        self.assertCounts(run, rows_read=5, rows_good=2, rows_bad=2, rows_ignored=1, entries_new=2)
        self.assertEqual(self._entries(), {"R1": 100.0, "R3": 100.0})

    def test_totals_are_no_debts(self):
        run = self._read(self._row("R1"), self._row("R2"), "Summe;;;;;;200,00;200,00", ";;;;;;;200,00", ";;;;;;;")
        self.assertCounts(run, rows_read=5, rows_good=2, rows_ignored=3, entries_new=2)

    def test_credit_is_negative(self):
        run = self._read(self._row("R1"), self._row("G1", residual="-30,00"))
        self.assertCounts(run, rows_read=2, rows_good=2, entries_new=2)
        self.assertEqual(self._entries()["G1"], -30.0)

    def test_only_managers_read_files(self):
        content = base64.b64encode(HEADER.encode()).decode()
        for user in (self.collector, self.sales):
            feed = self.feed.with_user(user)
            with self.assertRaises(AccessError):
                feed.load_file("items.csv", content)
            with self.assertRaises(AccessError):
                feed.load([])
            with self.assertRaises(AccessError):
                feed.read(["name"])
        self.assertFalse(self.feed.run_ids)

    def test_rows_over_the_api(self):
        answer = self.feed.load(
            [
                {"customer_number": "K1", "document_number": "R1", "due_date": "2026-01-31", "residual": 10.10},
                {"customer_number": "K1", "document_number": "R2", "due_date": "2026-01-32", "residual": "10.10"},
            ]
        )
        self.assertEqual((answer["state"], answer["rows_good"], answer["rows_bad"]), ("done", 1, 1))
        self.assertEqual((answer["problems"][0]["line"], answer["problems"][0]["column"]), (2, "due_date"))
        self.assertEqual(self._entries(), {"R1": 10.10})

    def test_encodings_and_other_formats(self):
        for encoding in ("utf-8-sig", "utf-16", "cp1252"):
            feed = self._feed(name=encoding)
            run = self._read(self._row("R1", "Ä1", name="Müller Straßenbau"), feed=feed, encoding=encoding)
            self.assertEqual(run.state, "done", run.reason)
            self.assertEqual(feed.customer_ids.partner_id.name, "Müller Straßenbau")
