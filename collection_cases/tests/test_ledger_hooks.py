from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestLedgerHooks(CollectionCommon):
    """What happens in collections while accountants work, who need not have any right on cases."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(100)
        self.case = self._refreshed_case()
        self.accountant = self._user("anna", "account.group_account_invoice")

    def test_accountant_without_collections_rights_completes_the_case_by_matching(self):
        payment = self._payment(100)
        lines = self._receivable(self.invoice) | self._receivable(payment)
        lines.with_user(self.accountant).reconcile()
        self._commit()
        self.assertEqual(self.case.state, "completed")

    def test_refresh_waits_for_the_end_of_the_transaction_and_runs_once(self):
        self._commit()
        calls = []
        service = type(self.env["collection.refresh"])
        self.patch(service, "_refresh", lambda this, company, day, ids, **options: calls.append((company, sorted(ids))))
        self._match(self.invoice, self._payment(30))
        self._receivable(self.invoice).remove_move_reconcile()
        self.assertEqual(calls, [])
        self._commit()
        self.assertEqual(calls, [(self.company, [self.customer.id])])

    def test_customers_outside_collections_cost_nothing(self):
        outsider = self.env["res.partner"].create({"name": "Outsider"})
        invoice = self._invoice(partner=outsider)
        self._commit()
        calls = []
        self.patch(type(self.env["collection.refresh"]), "_refresh", lambda *args, **options: calls.append(args))
        self._match(invoice, self._payment(100, partner=outsider))
        self._commit()
        self.assertEqual(calls, [])

    def test_unmatching_an_old_invoice_opens_a_case_at_once(self):
        old = self._invoice(70, due=-90, partner=self.other_customer)
        self._match(old, self._payment(70, partner=self.other_customer))
        self.refresh.run()
        self.assertFalse(self._case(self.other_customer))
        payment_line = self._receivable(old).matched_credit_ids.credit_move_id
        self._receivable(old).remove_move_reconcile()
        payment_line.move_id.button_draft()
        self._commit()
        self.assertEqual(self._case(self.other_customer).amount_overdue, 70)

    def test_merging_customers_keeps_both_histories(self):
        other = self._invoice(40, partner=self.other_customer)
        other_case = self._refreshed_case(self.other_customer)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.customer | self.other_customer).ids, self.customer, extra_checks=False)
        self.env.invalidate_all()
        self._commit()
        self.assertTrue(other_case.exists(), "no case may be lost by a merge")
        self.assertRecordValues(other_case, [{"state": "completed", "close_reason": "moved"}])
        self.assertEqual(self.case.amount_overdue, 140)
        self.assertEqual(self._receivable(other).partner_id, self.customer)
        self.assertProven()
