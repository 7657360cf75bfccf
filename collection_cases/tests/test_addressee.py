from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestAddressee(CollectionCommon):
    """Whom to write to, and why (F17 to F19, R15)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice()
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.email = cls.env.ref("collection_cases.channel_email")
        cls.letter = cls.env.ref("collection_cases.channel_letter")

    def _person(self, name, **vals):
        return self.env["res.partner"].create({"name": name, "parent_id": self.customer.id, "type": "contact", **vals})

    def _found(self, channel=None):
        found = self.case._resolve_addressee(channel or self.email)
        return found["partner"].name, found["why"]

    def test_nobody_can_be_reached(self):
        found = self.case._resolve_addressee(self.email)
        self.assertFalse(found["partner"])
        self.assertEqual(found["text"], "Nobody of Alpha can be reached by E-mail: add what is missing to a contact.")

    def test_order_from_the_parent_up_to_the_case(self):
        self.customer.email = "office@alpha.example"
        self.assertEqual(self._found(), ("Alpha", "customer"))
        self._person("Invoices", type="invoice", email="invoices@alpha.example")
        self.assertEqual(self._found(), ("Invoices", "invoice_address"))
        contacts = self.env["collection.contact"]
        registered = contacts.create(
            {"partner_id": self.customer.id, "contact_id": self._person("Nick", email="nick@alpha.example").id}
        )
        self.assertEqual(self._found(), ("Nick", "registered_contact"))
        contacts.create(
            {
                "partner_id": self.customer.id,
                "contact_id": self._person("Paula", email="paula@alpha.example").id,
                "is_primary": True,
            }
        )
        self.assertEqual(self._found(), ("Paula", "primary_contact"))
        registered.is_primary = True
        self.assertEqual(self._found(), ("Nick", "primary_contact"), "the newest choice is the primary one")
        self.customer.payment_contact_id = self._person("Olga", email="olga@alpha.example")
        self.assertEqual(self._found(), ("Olga", "payments_officer"))
        self.case.payment_contact_id = self._person("Carl", email="carl@alpha.example")
        self.assertEqual(self._found(), ("Carl", "case_contact"))

    def test_who_cannot_be_reached_is_passed_over_and_named(self):
        self.customer.write({"email": "office@alpha.example", "street": "Main 1", "city": "Athens"})
        self.case.payment_contact_id = self._person("Carl", phone="+30 210 1")
        found = self.case._resolve_addressee(self.email)
        self.assertEqual(found["text"], "Alpha, the customer; not reachable: Carl")
        self.assertEqual(self._found(self.env.ref("collection_cases.channel_call")), ("Carl", "case_contact"))

    def test_branch_comes_before_the_customer(self):
        beta = self.other_customer
        beta.write({"email": "office@beta.example", "collection_participation": "per_branch"})
        branch = self.env["res.partner"].create(
            {"name": "Beta North", "parent_id": beta.id, "type": "other", "email": "north@beta.example"}
        )
        self._invoice(partner=branch)
        case = self._refreshed_case(beta)
        self.assertEqual(case.branch_id, branch)
        found = case._resolve_addressee(self.email)
        self.assertEqual((found["partner"], found["why"]), (branch, "branch"))
        officer = self.env["res.partner"].create({"name": "Bea", "parent_id": beta.id, "email": "bea@beta.example"})
        branch.payment_contact_id = officer
        found = case._resolve_addressee(self.email)
        self.assertEqual((found["partner"], found["why"]), (officer, "branch_officer"))

    def test_contacts_of_a_branch_follow_the_customers_own(self):
        self.customer.email = "office@alpha.example"
        depot = self._person("Alpha Depot", type="other", email="depot@alpha.example")
        contacts = self.env["collection.contact"]
        dora = self._person("Dora", email="dora@alpha.example")
        registered = contacts.create({"partner_id": depot.id, "contact_id": dora.id})
        found = self.case._resolve_addressee(self.email)
        self.assertEqual(found["text"], "Dora, a contact for payments of Alpha Depot")
        self._person("Invoices", type="invoice", email="invoices@alpha.example")
        self.assertEqual(self._found(), ("Dora", "contact_below"))
        paul = self._person("Paul", email="paul@alpha.example")
        contacts.create({"partner_id": self.customer.id, "contact_id": paul.id})
        self.assertEqual(self._found(), ("Paul", "registered_contact"))
        dora.active = False
        self.assertNotIn(dora, [partner for _why, partner in self.case._addressee_candidates()])
        self.assertTrue(registered.exists())

    def test_case_of_a_branch_asks_its_own_people_first_and_other_branches_last(self):
        beta = self.other_customer
        beta.collection_participation = "per_branch"
        partners, contacts = self.env["res.partner"], self.env["collection.contact"]
        people = {}
        for name in ("North", "South"):
            branch = partners.create({"name": name, "parent_id": beta.id, "type": "other"})
            person = partners.create({"name": f"Of {name}", "parent_id": beta.id, "email": f"{name}@beta.example"})
            contacts.create({"partner_id": branch.id, "contact_id": person.id})
            people[name] = (branch, person)
        branch, person = people["North"]
        self._invoice(partner=branch)
        case = self._refreshed_case(beta)
        self.assertEqual(case.branch_id, branch)
        self.assertEqual(case._resolve_addressee(self.email)["text"], "Of North, a contact for payments of the branch")
        person.email = False
        beta.email = "office@beta.example"
        self.assertEqual(case._resolve_addressee(self.email)["why"], "customer")
        beta.email = False
        found = case._resolve_addressee(self.email)
        self.assertEqual(
            found["text"],
            "Of South, a contact for payments of another branch, South; not reachable: Of North, North, Beta",
        )

    def test_archived_people_are_not_written_to(self):
        self.customer.email = "office@alpha.example"
        gone = self._person("Gone", email="gone@alpha.example")
        self.customer.payment_contact_id = gone
        gone.active = False
        self.assertEqual(self._found(), ("Alpha", "customer"))

    def test_one_primary_contact_and_not_the_customer_itself(self):
        with self.assertRaisesRegex(UserError, "name a person"):
            self.env["collection.contact"].create({"partner_id": self.customer.id, "contact_id": self.customer.id})
