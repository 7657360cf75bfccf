from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon

# (role, whose case) -> what it may do: r(ead), w(rite)
MATRIX = {
    ("collector", "own"): "rw",
    ("collector", "department"): "",
    ("collector", "nobody"): "",
    ("head", "own"): "rw",
    ("head", "department"): "rw",
    ("head", "nobody"): "",
    ("manager", "own"): "rw",
    ("manager", "department"): "rw",
    ("manager", "nobody"): "rw",
    ("sales", "own"): "r",
    ("sales", "department"): "",
    ("sales", "nobody"): "",
    ("employee", "own"): "",
    ("employee", "department"): "",
    ("employee", "nobody"): "",
    ("portal", "own"): "",
    ("portal", "department"): "",
    ("portal", "nobody"): "",
}


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestAccess(CollectionCommon):
    """Rule I8: no company sees another's; everybody sees what their work needs and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.setup_other_company()["company"]
        department = cls.env["hr.department"].sudo().create({"name": "North", "company_id": False})
        team = (
            cls.env["hr.department"]
            .sudo()
            .create({"name": "North, team 1", "company_id": False, "parent_id": department.id})
        )
        head = cls._user("hana", "collection_cases.group_collection_user")
        employees = (
            cls.env["hr.employee"]
            .sudo()
            .create(
                [
                    {"name": "Hana", "user_id": head.id, "company_id": cls.company.id, "department_id": department.id},
                    {
                        "name": "Kate",
                        "user_id": cls.collector.id,
                        "company_id": cls.company.id,
                        "department_id": team.id,
                    },
                    {
                        "name": "Oleg",
                        "user_id": cls.other_collector.id,
                        "company_id": cls.company.id,
                        "department_id": team.id,
                    },
                ]
            )
        )
        department.manager_id = employees[0]
        cls.users = {
            "collector": cls.collector,
            "head": head,
            "manager": cls._user("mona", "collection_cases.group_collection_manager"),
            "sales": cls.sales,
            "employee": cls._user("emil", "base.group_user"),
            "portal": cls.env["res.users"]
            .sudo()
            .create(
                {
                    "name": "Dora",
                    "login": "dora",
                    "partner_id": cls.customer.id,
                    "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                }
            ),
        }
        cls.customer.user_id = cls.sales
        for whose, user in (("own", cls.collector), ("department", cls.other_collector), ("nobody", None)):
            partner = cls.customer if whose == "own" else cls._participant(whose, debt_manager_id=user and user.id)
            cls._invoice(partner=partner)
        cls.refresh.run()
        found = cls.env["collection.case"].search([("company_id", "=", cls.company.id)])
        cls.cases = {
            "own": found.filtered(lambda case: case.user_id == cls.collector),
            "department": found.filtered(lambda case: case.user_id == cls.other_collector),
            "nobody": found.filtered(lambda case: not case.user_id),
        }

    def _case_for(self, role, whose):
        if role == "head" and whose == "own":
            self.cases["own"].user_id = self.users["head"]
        return self.cases[whose]

    def _allowed(self, record, operation):
        try:
            record.check_access(operation)
        except AccessError:
            return False
        return True

    def test_matrix_of_cases_and_items(self):
        for (role, whose), rights in MATRIX.items():
            case = self._case_for(role, whose).with_user(self.users[role])
            for record in (case, case.sudo().item_ids.with_user(self.users[role])):
                with self.subTest(role=role, whose=whose, model=record._name):
                    record.env.invalidate_all()
                    self.assertEqual(self._allowed(record, "read"), "r" in rights)
                    self.assertEqual(self._allowed(record, "write"), "w" in rights)
            if role == "head" and whose == "own":
                self.cases["own"].user_id = self.collector

    def test_only_managers_delete(self):
        for role, user in self.users.items():
            self.assertEqual(self.env["collection.case"].with_user(user).has_access("unlink"), role == "manager", role)

    def test_search_shows_exactly_what_may_be_read(self):
        for role, count in (("collector", 1), ("head", 2), ("manager", 3), ("sales", 1)):
            found = self.env["collection.case"].with_user(self.users[role]).search([])
            self.assertEqual(len(found), count, role)

    def test_matrix_in_another_company_is_empty(self):
        for role, group in (
            ("collector", "collection_cases.group_collection_user"),
            ("manager", "collection_cases.group_collection_manager"),
            ("sales", "collection_cases.group_collection_reader"),
        ):
            stranger = self._user(f"other_{role}", group, company=self.other_company)
            self.cases["own"].user_id = stranger if role == "collector" else self.collector
            for case in self.cases.values():
                for record in (case, case.item_ids):
                    for operation in ("read", "write", "unlink"):
                        with self.subTest(role=role, model=record._name, operation=operation):
                            record.env.invalidate_all()
                            self.assertFalse(self._allowed(record.with_user(stranger), operation))
        self.cases["own"].user_id = self.collector

    def test_new_head_of_a_department_sees_its_cases_at_once_and_the_old_one_no_more(self):
        head, heir = self.users["head"], self.users["collector"]
        case = self.cases["department"]
        self.assertTrue(self._allowed(case.with_user(head), "read"))
        self.assertFalse(self._allowed(case.with_user(heir), "read"))
        department = case.department_id.sudo().parent_id
        department.manager_id = heir.sudo().employee_ids
        self.env.invalidate_all()
        self.assertFalse(self._allowed(case.with_user(head), "read"))
        self.assertTrue(self._allowed(case.with_user(heir), "read"))

    def test_cases_follow_their_debt_manager_into_another_department(self):
        other = self.env["hr.department"].sudo().create({"name": "South", "company_id": False})
        self.other_collector.sudo().employee_ids.department_id = other
        self.assertEqual(self.cases["department"].department_id, other)

    def test_contact_editor_cannot_take_a_customer_out_of_collections(self):
        editor = self._user("edda", "base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.customer.with_user(editor).write({"collection_participation": "no"})
        self.customer.with_user(editor).write({"comment": "fine"})

    def test_sales_person_moves_no_state(self):
        case = self.cases["own"]
        activity = case.with_user(self.sales).activity_schedule(
            "collection_cases.mail_activity_type_promise", user_id=self.sales.id
        )
        activity.action_feedback("they said they would")
        self.assertEqual(case.state, "not_started")

    def test_no_company_sees_anothers(self):
        stranger = self._user("stan", "collection_cases.group_collection_manager", company=self.other_company)
        self.assertFalse(self.env["collection.case"].with_user(stranger).search([]))
        for record in (self.cases["own"], self.cases["own"].item_ids):
            with self.assertRaises(AccessError):
                record.with_user(stranger).read(["display_name"])
        counts = self.refresh.with_user(stranger).with_company(self.other_company).run()
        self.assertEqual(counts["cases_opened"], 0)

    def test_collector_reads_the_facts_of_own_documents_not_the_ledger(self):
        case = self.cases["own"].with_user(self.collector)
        line = case.item_ids.move_line_id
        self.assertEqual(case.item_ids.name, line.move_id.name)
        self.assertTrue(self._allowed(line, "read"))
        bill = self.init_invoice("in_invoice", amounts=[50], post=True).with_user(self.collector)
        self.assertFalse(self._allowed(bill, "read"))
        self.assertFalse(self._allowed(bill.sudo().line_ids.with_user(self.collector), "read"))
        self.assertFalse(self._allowed(line, "write"))

    def test_document_opens_as_the_debtor_sees_it_without_accounting_rights(self):
        item = self.cases["own"].item_ids
        self.assertIn("/my/invoices/", item.with_user(self.collector).action_open_document()["url"])
        self.assertEqual(item.action_open_document()["res_model"], "account.move")
        with self.assertRaises(AccessError):
            self.cases["department"].item_ids.with_user(self.collector).action_open_document()

    def test_excluded_documents_are_listed_without_accounting_rights(self):
        invoice = self._invoice(70)
        invoice.no_followup = True
        case = self.cases["own"].with_user(self.collector)
        action = case.action_open_excluded()
        lines = self.env["account.move.line"].with_user(self.collector).search(action["domain"])
        self.assertEqual(lines.mapped("move_name"), [invoice.name])

    def test_collector_works_own_case_without_accounting_rights(self):
        case = self.cases["own"].with_user(self.collector)
        coming = self._invoice(60, due=20)
        wizard = self.env["collection.add.items"].with_user(self.collector)
        wizard = wizard.browse(case.action_add_open_items()["res_id"])
        wizard.line_ids.is_chosen = True
        wizard.action_add()
        self.assertEqual(case.amount_open, 160)
        self.assertIn(self._receivable(coming), case.item_ids.move_line_id)

    def test_sales_person_cannot_attach_or_refresh_others(self):
        case = self.cases["own"].with_user(self.sales)
        with self.assertRaises(AccessError):
            case._attach_lines(self.env["account.move.line"])
        with self.assertRaises(AccessError):
            self.cases["department"].with_user(self.sales).action_refresh()

    def test_rpc_reaches_no_private_verb(self):
        for name in dir(type(self.env["collection.refresh"])):
            method = getattr(type(self.env["collection.refresh"]), name)
            if "collection_cases" in (getattr(method, "__module__", None) or "") and not name.startswith("_"):
                self.assertIn(name, {"run", "action_run", "check", "action_check"})
