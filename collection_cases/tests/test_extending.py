from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestExtending(CollectionCommon):
    """The extension points of docs/EXTENDING.md, each overridden as an addon would."""

    def _override(self, model, name, replacement):
        self.patch(type(self.env[model]), name, replacement)

    def test_default_parties(self):
        self._override(
            "collection.case",
            "_default_parties",
            lambda this, company, partner, branch: (self.other_collector, this.env["res.partner"]),
        )
        self._invoice()
        self.assertEqual(self._refreshed_case().user_id, self.other_collector)

    def test_on_opened_gets_the_cases_of_a_batch_at_once(self):
        calls = []
        self._override("collection.case", "_on_opened", lambda this, case_ids: calls.append(case_ids))
        self._invoice()
        self._invoice(partner=self.other_customer)
        self.refresh.run()
        self.assertEqual([sorted(ids) for ids in calls], [sorted((self._case() | self._case(self.other_customer)).ids)])

    def test_on_completed_is_called_once_with_the_case(self):
        calls = []
        self._override("collection.case", "_on_completed", lambda this: calls.append((this.id, this.state)))
        invoice = self._invoice()
        case = self._refreshed_case()
        self._match(invoice, self._payment(100))
        self._commit()
        self.refresh.run()
        self.assertEqual(calls, [(case.id, "completed")])

    def test_prepare_case_row(self):
        whole = type(self.refresh)._prepare_case_row

        def prefixed(this, company, partner, branch, number):
            return {**whole(this, company, partner, branch, number), "name": f"X-{number}"}

        self._override("collection.refresh", "_prepare_case_row", prefixed)
        self._invoice()
        self.assertTrue(self._refreshed_case().name.startswith("X-CASE/"))

    def test_resolution_url_is_absolute(self):
        self._invoice()
        case = self._refreshed_case()
        self.assertRegex(case._get_resolution_url(), r"^https?://.+/my/invoices$")
