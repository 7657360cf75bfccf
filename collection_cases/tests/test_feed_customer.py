from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY
from .test_feed_reading import FeedCommon

VAT_HEADER = "Customer number;Customer name;VAT;Document number;Due date;Open amount;E-mail;Country"


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestFeedCustomer(FeedCommon):
    """Whose debt it is: never guessed, and never mixed with another creditor's."""

    def _read_vat(self, *rows, feed=None):
        return self._read(*rows, feed=feed, header=VAT_HEADER)

    def _customer(self, number, feed=None):
        return (feed or self.feed).customer_ids.filtered(lambda row: row.foreign_number == number).partner_id

    def test_customer_with_this_reference_is_taken(self):
        self.customer.ref = "K1"
        self._read(self._row("R1"))
        self.assertEqual(self._customer("K1"), self.customer)
        self.assertEqual(self.customer.name, "Alpha", "what is known of a customer stays")

    def test_customer_with_this_vat_number_is_taken(self):
        self.customer.vat = "DE 136695976"
        run = self._read_vat("K1;Somebody;DE136695976;R1;31.01.2026;10,00;;", "K2;Alpha;;R2;31.01.2026;10,00;;")
        self.assertEqual(run.state, "done", run.reason)
        self.assertEqual(self._customer("K1"), self.customer)
        self.assertNotEqual(self._customer("K2"), self.customer, "never by name alone")

    def test_number_that_fits_two_customers_is_reported_with_both(self):
        self.customer.ref = self.other_customer.ref = "K1"
        run = self._read(self._row("R1"), self._row("R2"), self._row("R3", "K2"))
        self.assertCounts(run, rows_read=3, rows_good=1, rows_bad=2, entries_new=1)
        for problem in run.problem_ids:
            self.assertIn("Alpha", problem.message)
            self.assertIn("Beta", problem.message)
        self.assertFalse(self._customer("K1"))
        self.env["collection.feed.customer"].create(
            {"feed_id": self.feed.id, "foreign_number": "K1", "partner_id": self.other_customer.id}
        )
        run = self._read(self._row("R1"), self._row("R2"), self._row("R3", "K2"))
        self.assertCounts(run, rows_read=3, rows_good=3, entries_new=2)

    def test_number_and_vat_number_that_contradict_each_other_are_not_believed(self):
        self.customer.ref = "K1"
        self.other_customer.vat = "DE136695976"
        run = self._read_vat("K1;Somebody;DE136695976;R1;31.01.2026;10,00;;")
        self.assertCounts(run, rows_read=1, rows_bad=1)

    def test_new_customer_gets_what_the_file_knows(self):
        self.feed.debt_manager_id = self.collector
        self._read_vat("K7;Nikos AE;XX1;R1;31.01.2026;10,00;nikos@example.com;GR")
        partner = self._customer("K7").with_company(self.company)
        self.assertEqual(
            (partner.name, partner.email, partner.country_id.code), ("Nikos AE", "nikos@example.com", "GR")
        )
        self.assertEqual((partner.vat, partner.company_id), ("XX1", self.company))
        self.assertEqual((partner.collection_participation, partner.debt_manager_id), ("yes", self.collector))

    def test_customers_of_two_creditors_are_never_mixed(self):
        self.customer.ref = "K1"
        bank = self._feed(name="Bank", client_name="Bank")
        power = self._feed(name="Power", client_name="Power")
        power_credits = self._feed(name="Power, credits", client_name=" power ", mode="changes")
        for feed in (bank, power, power_credits, self.feed):
            self._read(self._row("R1"), feed=feed)
        found = [self._customer("K1", feed) for feed in (self.feed, bank, power)]
        self.assertEqual(len(set(found)), 3)
        self.assertEqual(found[0], self.customer)
        self.assertEqual(self._customer("K1", power_credits), self._customer("K1", power), "the same creditor")
        self.assertEqual(self._read(self._row("R1"), feed=bank).entries_unchanged, 1)

    def test_other_companies_customers_are_left_alone(self):
        other = self.setup_other_company()["company"]
        self.customer.write({"ref": "K1", "company_id": other.id})
        self._read(self._row("R1"))
        self.assertNotEqual(self._customer("K1"), self.customer)

    def test_merged_customers_keep_their_entries_and_the_number(self):
        run = self._read(self._row("R1", "K1"), self._row("R2", "K2"))
        first, second = self._customer("K1"), self._customer("K2")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first | second).ids, first)
        self.env.invalidate_all()
        self.assertEqual(self._customer("K2"), first)
        entries = self.env["collection.feed.entry"].search([("feed_id", "=", self.feed.id)])
        self.assertEqual(entries.partner_id, first)
        run.action_undo()
        self.assertEqual(self._entries(), {})

    def test_no_company_sees_anothers_ledgers(self):
        run = self._read(self._row("R1"), self._row("R2", due="x"))
        self._read(self._row("R1", residual="1,00", amount="100,00"))
        other = self.setup_other_company()["company"]
        stranger = self._user("mona", "collection_cases.group_collection_manager", other)
        for name in ("", ".column", ".customer", ".entry", ".movement", ".change", ".run", ".problem", ".sum"):
            model = self.env[f"collection.feed{name}"].with_user(stranger)
            self.assertFalse(model.search([]), model._name)
            self.assertFalse(self.env[f"collection.feed{name}"].with_user(self.collector).has_access("read"))
        for call in (
            lambda: self.feed.with_user(stranger).load([]),
            lambda: self.feed.with_user(stranger).action_read_file(),
            lambda: run.with_user(stranger).action_undo(),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self._entries(), {"R1": 1.0})
