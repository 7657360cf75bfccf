import json
import re

from freezegun import freeze_time

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import TODAY
from .test_field import NOW, FieldCommon

PAGE = "/collections/field"


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestFieldPage(FieldCommon, HttpCase):
    """The field collector's page over HTTP: who sees what, and what is answered to a bad entry."""

    def setUp(self):
        super().setUp()
        self.authenticate("kate", "kate")

    def _post(self, entry, *, csrf=True):
        data = {"entry": entry if isinstance(entry, str) else json.dumps(entry)}
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"{PAGE}/entry", data=data)

    def test_the_day_is_one_small_page(self):
        answer = self.url_open(PAGE)
        self.assertEqual(answer.status_code, 200)
        for text in ("Alpha", "Main Street 1, Volos", "openstreetmap.org", "Take payment", self.case.name):
            self.assertIn(text, answer.text)
        self.assertLess(len(answer.content), 30_000)
        self.assertNotIn("web.assets", answer.text)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("default-src 'self'", answer.headers["Content-Security-Policy"])
        outside = re.findall(r'(?:src|href)="(https?://[^"/]+)', answer.text)
        self.assertLessEqual(set(outside), {"https://www.openstreetmap.org"})

    def test_names_are_escaped(self):
        self.customer.name = "<script>alert('x')</script>\" onload=\"y"
        answer = self.url_open(PAGE)
        self.assertNotIn("<script>alert", answer.text)
        self.assertNotIn('" onload="', answer.text)

    def test_payment_is_answered_with_the_receipt(self):
        self.company.collection_cash_journal_id = self.cash
        answer = self._post(self._entry(email="alpha@example.com"))
        self.assertEqual(answer.status_code, 200, answer.text)
        body = answer.json()
        self.assertEqual(body["receipt"]["name"], "RC/2026/00001")
        self.assertIn("alpha@example.com", body["message"])
        pdf = self.url_open(f"{PAGE}/receipt/{body['receipt']['id']}")
        self.assertEqual(pdf.headers["Content-Type"], "application/pdf")
        self.assertTrue(pdf.content.startswith(b"%PDF"))
        self.assertNotIn("Main Street 1", self.url_open(PAGE).text)

    def _found(self, words):
        answer = self.url_open(f"{PAGE}/search?q={words}")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer

    def test_payment_of_a_customer_without_a_planned_visit(self):
        self.visit.unlink()
        self.assertNotIn("Main Street 1", self.url_open(PAGE).text)
        self.customer.ref = "K-77"
        for words in ("alph", "K-77", self.case.name, " Alpha "):
            body = self._found(words).json()
            self.assertEqual(list(body["visits"]), [f"case-{self.case.id}"], words)
        self.assertIn("Take payment", body["cards"])
        self.assertIn("Main Street 1", body["cards"])
        facts = body["visits"][f"case-{self.case.id}"]
        entry = self._entry(case=facts["case"], activity=facts["activity"])
        answer = self._post(entry)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(len(self.case.receipt_ids), 1)

    def test_only_ones_own_open_cases_are_found(self):
        self._invoice(partner=self.other_customer)
        self.refresh.run()
        other = self._case(self.other_customer)
        other.user_id = self.other_collector
        self.assertFalse(self._found("beta").json()["visits"])
        self.assertIn("None of your customers", self._found("beta").json()["cards"])
        self.assertFalse(self._found("a").json()["visits"], "one letter would find everybody")
        self.assertFalse(self._found("%25").json()["visits"])
        self.authenticate("oleg", "oleg")
        self.assertEqual(list(self._found("beta").json()["visits"]), [f"case-{other.id}"])
        self.assertFalse(self._found("alpha").json()["visits"])
        self.authenticate("sally", "sally")
        refused = self._found("alpha")
        self.assertEqual(refused.status_code, 403)
        self.assertIn("for collectors", refused.json()["refused"])

    def test_the_same_entry_twice(self):
        entry = self._entry()
        first, second = self._post(entry).json(), self._post(entry).json()
        self.assertEqual(first["receipt"], second["receipt"])
        self.assertTrue(second["again"])
        self.assertEqual(len(self.case.receipt_ids), 1)

    def test_without_token_nothing_is_done(self):
        with mute_logger("odoo.http"):
            answer = self._post(self._entry(), csrf=False)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.case.receipt_ids)

    def test_entry_cannot_be_a_link(self):
        with mute_logger("odoo.http"):
            answer = self.url_open(f"{PAGE}/entry?entry={json.dumps(self._entry())}")
        self.assertEqual(answer.status_code, 405)
        self.assertFalse(self.case.receipt_ids)

    def test_foreign_case_is_refused_with_a_sentence(self):
        self.authenticate("oleg", "oleg")
        answer = self._post(self._entry())
        self.assertEqual(answer.status_code, 403)
        self.assertIn("not yours", answer.json()["refused"])
        self.assertFalse(self.case.receipt_ids)

    def test_bad_entries_are_refused_with_a_sentence_and_leave_nothing(self):
        for entry in ("", "no json", "[]", "null", "5", '"text"', {}, self._entry(amount="-1"), self._entry(kind="x")):
            with self.subTest(entry=str(entry)[:40]):
                answer = self._post(entry)
                self.assertEqual(answer.status_code, 422, answer.text)
                self.assertTrue(answer.json()["refused"])
        self.assertFalse(self.case.receipt_ids)
        self.assertFalse(self.env["collection.field.entry"].search([]))
        self.assertTrue(self.visit.active)

    def test_refused_entry_can_be_sent_again_once_it_is_right(self):
        self.case.user_id = self.other_collector
        self.visit.user_id = self.other_collector
        entry = self._entry()
        self.assertEqual(self._post(entry).status_code, 403)
        self.case.user_id = self.collector
        self.assertEqual(self._post(entry).status_code, 200)

    def test_who_is_no_collector_is_told_so(self):
        self.authenticate("sally", "sally")
        page = self.url_open(PAGE)
        self.assertEqual(page.status_code, 403)
        self.assertIn("for collectors", page.text)
        self.assertEqual(self._post(self._entry()).status_code, 403)

    def test_stranger_is_asked_to_log_in(self):
        self.authenticate(None, None)
        for path in (PAGE, f"{PAGE}/receipt/1"):
            self.assertIn("/web/login", self.url_open(path).url)

    def test_receipts_of_others_are_not_there(self):
        receipt = self._post(self._entry()).json()["receipt"]["id"]
        self.authenticate("oleg", "oleg")
        for id_ in (receipt, 10**9):
            answer = self.url_open(f"{PAGE}/receipt/{id_}")
            self.assertEqual(answer.status_code, 403)
            self.assertIn("no receipt here that you may see", answer.text)

    def test_supervisor_looks_at_a_collectors_day(self):
        manager = self._user("mona", "collection_cases.group_collection_manager")
        self.authenticate("mona", "mona")
        self.assertIn("No visit is due today", self.url_open(PAGE).text)
        page = self.url_open(f"{PAGE}?collector={self.collector.id}")
        self.assertIn("Alpha", page.text)
        self.assertNotIn("Take payment</button>", page.text)
        self.authenticate("oleg", "oleg")
        for asked in (self.collector.id, manager.id):
            answer = self.url_open(f"{PAGE}?collector={asked}")
            self.assertEqual(answer.status_code, 403)
            self.assertIn("people you supervise", answer.text)
        for nonsense in ("abc", "-1", ""):
            self.assertEqual(self.url_open(f"{PAGE}?collector={nonsense}").status_code, 200)

    def test_worker_is_allowed_for_this_page_only(self):
        answer = self.url_open(f"{PAGE}/worker.js")
        self.assertEqual(answer.headers["Service-Worker-Allowed"], PAGE)
        self.assertIn("javascript", answer.headers["Content-Type"])

    def test_day_of_today_only(self):
        self.visit.date_deadline = "2026-03-11"
        self.assertEqual(str(self.today), TODAY)
        self.assertIn("No visit is due today", self.url_open(PAGE).text)
