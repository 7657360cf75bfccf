from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestParticipation(CollectionCommon):
    """Who takes part, and who works whom."""

    def test_company_default_counts_for_new_customers_only(self):
        old = self.env["res.partner"].create({"name": "Old"})
        self.company.collection_default_participation = "yes"
        new = self.env["res.partner"].create({"name": "New"})
        typed = self.env["res.partner"].create({"name": "Typed", "collection_participation": "no"})
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": new.id})
        self.assertEqual(new.collection_participation, "yes")
        self.assertIn(old.collection_participation, (False, "no"))
        self.assertEqual(typed.collection_participation, "no")
        self.assertFalse(contact.collection_participation)

    def test_each_company_gives_its_own_default(self):
        company_2 = (
            self.env["res.company"].sudo().create({"name": "Second", "collection_default_participation": "per_branch"})
        )
        new = self.env["res.partner"].create({"name": "New"})
        self.assertFalse(new.collection_participation)
        self.assertEqual(new.with_company(company_2).sudo().collection_participation, "per_branch")

    def _wizard(self, partners, **vals):
        return (
            self.env["collection.participation"]
            .with_context(active_model="res.partner", active_ids=partners.ids)
            .create(vals)
        )

    def test_many_customers_at_once(self):
        partners = self.env["res.partner"].create([{"name": f"C{number}"} for number in range(5)])
        clerk = self.env["res.partner"].create({"name": "Clerk", "parent_id": partners[0].id})
        wizard = self._wizard(partners | clerk, participation="per_branch", debt_manager_id=self.collector.id)
        self.assertEqual(wizard.customer_count, 5, "a contact stands for its customer")
        wizard.action_apply()
        self.assertEqual(set(partners.mapped("collection_participation")), {"per_branch"})
        self.assertEqual(partners.debt_manager_id, self.collector)
        self._wizard(partners[1], participation="no").action_apply()
        self.assertEqual(partners[1].debt_manager_id, self.collector, "an empty choice keeps what is there")

    def test_choosing_nothing_says_so(self):
        with self.assertRaisesRegex(UserError, "Choose what to change"):
            self._wizard(self.customer, participation=False).action_apply()
        with self.assertRaisesRegex(UserError, "at least one customer"):
            self._wizard(self.env["res.partner"], participation="yes").action_apply()

    def test_debt_managers_are_employees_with_the_check_box(self):
        users = self.env["res.users"]
        self.assertFalse(users.search([("is_debt_manager", "=", True), ("id", "=", self.collector.id)]))
        self.env["hr.employee"].sudo().create(
            {"name": "Kate", "user_id": self.collector.id, "company_id": self.company.id, "is_debt_manager": True}
        )
        self.assertTrue(self.collector.is_debt_manager)
        self.assertEqual(
            users.search([("is_debt_manager", "=", True), ("id", "in", (self.collector + self.sales).ids)]),
            self.collector,
        )
        self.assertNotIn(self.collector, users.search([("is_debt_manager", "=", False)]))

    def test_case_takes_the_department_of_its_debt_manager(self):
        department = self.env.ref("collection_cases.department_collections")
        self.env["hr.employee"].sudo().create(
            {
                "name": "Kate",
                "user_id": self.collector.id,
                "company_id": self.company.id,
                "department_id": department.id,
            }
        )
        self._invoice()
        self.assertEqual(self._refreshed_case().department_id, department)
        case = self.env["collection.case"].create({"partner_id": self.other_customer.id})
        self.assertEqual(case.department_id, department, "the same for a case opened by hand")

    def test_customer_shows_what_is_in_collection(self):
        self._invoice(100, due=-12)
        case = self._refreshed_case()
        self.assertRecordValues(
            self.customer,
            [
                {
                    "collection_case_count": 1,
                    "collection_amount_open": 100,
                    "collection_amount_overdue": 100,
                    "collection_days_overdue": 12,
                }
            ],
        )
        self.assertEqual(self.customer.action_open_collection_cases()["res_id"], case.id)
        stranger = self.customer.with_user(self._user("nina", "base.group_partner_manager"))
        self.assertEqual((stranger.collection_case_count, stranger.collection_amount_open), (0, 0))

    def test_customers_can_be_searched_by_participation(self):
        partner = self.env["res.partner"]
        outside = partner.create({"name": "Out"})
        found = partner.search([("collection_participation", "in", ("yes", "per_branch"))])
        self.assertIn(self.customer, found)
        self.assertNotIn(outside, found)
        self.assertIn(outside, partner.search([("collection_participation", "not in", ("yes", "per_branch"))]))
