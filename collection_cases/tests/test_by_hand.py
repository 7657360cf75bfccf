import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestByHand(CollectionCommon):
    """Cases and items that a person makes."""

    def _new_case(self, partner=None, **vals):
        return self.env["collection.case"].create({"partner_id": (partner or self.customer).id, **vals})

    def test_code_is_proposed_and_taken_only_on_saving(self):
        form = Form(self.env["collection.case"])
        proposed = form.name
        self.assertRegex(proposed, r"^CASE/\d{4}/\d{5}$")
        self.assertEqual(Form(self.env["collection.case"]).name, proposed, "looking takes no number")
        form.partner_id = self.customer
        self.assertEqual(form.save().name, proposed)
        self.assertNotEqual(Form(self.env["collection.case"]).name, proposed)

    def test_code_can_be_typed_and_is_unique_in_the_company(self):
        self.assertEqual(self._new_case(name="ALPHA-1").name, "ALPHA-1")
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._new_case(self.other_customer, name="ALPHA-1")

    def test_picking_the_customer_fills_the_rest(self):
        officer = self.env["res.partner"].create(
            {"name": "Olga", "parent_id": self.customer.id, "phone": "+30 210 1", "type": "contact"}
        )
        self.customer.payment_contact_id = officer
        form = Form(self.env["collection.case"])
        form.partner_id = self.customer
        self.assertEqual((form.user_id, form.payment_contact_id), (self.collector, officer))
        self.assertEqual(form.payment_contact_phone, "+30 210 1")

    def test_picking_a_contact_puts_the_case_on_the_customer(self):
        officer = self.env["res.partner"].create({"name": "Olga", "parent_id": self.customer.id, "type": "contact"})
        case = self._new_case(officer)
        self.assertEqual((case.partner_id, case.payment_contact_id), (self.customer, officer))

    def test_case_made_by_hand_with_nothing_overdue_survives_its_first_refresh(self):
        coming = self._invoice(50, due=20)
        case = self._new_case()
        case._attach_lines(self._receivable(coming))
        self.refresh.run()
        self.assertRecordValues(case, [{"cycle": 1, "amount_open": 50, "amount_overdue": 0, "is_overdue": False}])

    def test_second_open_case_is_refused_with_the_first_ones_code(self):
        case = self._new_case()
        with self.assertRaisesRegex(UserError, f"{case.name}.*kate"):
            self._new_case()

    def test_case_of_a_customer_without_debt_manager_goes_to_the_companys(self):
        lonely = self._participant("Gamma")
        self.company.collection_user_id = self.other_collector
        self._invoice(partner=lonely)
        self.assertEqual(self._refreshed_case(lonely).user_id, self.other_collector)

    def test_case_without_any_debt_manager_is_open_and_findable(self):
        lonely = self._participant("Gamma")
        self._invoice(partner=lonely)
        case = self._refreshed_case(lonely)
        self.assertFalse(case.user_id)
        self.assertIn("no debt manager", case.priority_reason)
        nobodys = self.env["collection.case"].search([("user_id", "=", False), ("state", "!=", "completed")])
        self.assertIn(case, nobodys)

    def test_archived_debt_manager_hands_over(self):
        self._invoice()
        case = self._refreshed_case()
        self.company.collection_user_id = self.other_collector
        self.collector.active = False
        self.assertEqual(case.user_id, self.other_collector)
        self.assertIn("kate", case.message_ids[:2].mapped("body").__str__())
        self._invoice(partner=self.other_customer)
        self.assertEqual(
            self._refreshed_case(self.other_customer).user_id, self.other_collector, "new cases pass the archived by"
        )

    # --- add open items --------------------------------------------------------------------------

    def _wizard(self, case):
        return self.env["collection.add.items"].browse(case.action_add_open_items()["res_id"])

    def test_add_open_items_lists_and_attaches(self):
        overdue = self._invoice(100, due=-5)
        coming = self._invoice(60, due=25)
        self._invoice(1, partner=self.other_customer)
        case = self._new_case()
        wizard = self._wizard(case)
        self.assertEqual(wizard.line_ids.mapped("name"), [overdue.name, coming.name])
        self.assertEqual(wizard.line_ids.mapped("is_chosen"), [True, False], "overdue ones are ticked")
        wizard.line_ids.is_chosen = True
        self.assertEqual(wizard.amount_chosen, 160)
        wizard.action_add()
        self.assertEqual((case.amount_open, case.amount_overdue), (160, 100))
        self.refresh.run()
        self.assertEqual(case.amount_open, 160, "what a person chose stays")
        self.assertFalse(self._wizard(case).line_ids)

    def test_nothing_ticked_says_so(self):
        self._invoice(due=25)
        with self.assertRaisesRegex(UserError, "Tick"):
            self._wizard(self._new_case()).action_add()

    def test_item_settled_between_listing_and_attaching(self):
        invoice = self._invoice()
        case = self._new_case()
        wizard = self._wizard(case)
        self.assertEqual(wizard.line_ids.name, invoice.name)
        self._match(invoice, self._payment(100))
        with self.assertRaisesRegex(UserError, f"{invoice.name} was settled"):
            wizard.action_add()
        self.assertFalse(case.item_ids, "nothing half-written")

    def test_item_of_another_open_case_is_refused_with_its_code(self):
        self.customer.collection_participation = "per_branch"
        north = self.env["res.partner"].create({"name": "North", "parent_id": self.customer.id, "type": "invoice"})
        invoice = self._invoice()
        holder = self._refreshed_case()
        other = self._new_case(north)
        self.assertEqual(other.branch_id, north)
        self.assertEqual(self._wizard(other).line_ids.mapped("held_by"), [holder.name])
        with self.assertRaisesRegex(UserError, f"{invoice.name} is in the open case {holder.name}"):
            other._attach_lines(self._receivable(invoice))

    def test_foreign_draft_and_excluded_entries_are_refused(self):
        case = self._new_case()
        foreign = self._invoice(partner=self.other_customer)
        draft = self._invoice()
        draft.button_draft()
        excluded = self._invoice()
        excluded.no_followup = True
        with self.assertRaises(UserError) as refusal:
            case._attach_lines(self._receivable(foreign) | self._receivable(draft) | self._receivable(excluded))
        text = refusal.exception.args[0]
        self.assertEqual(len(text.splitlines()), 3)
        for part in ("another customer", "not a posted receivable", "excluded from follow-up"):
            self.assertIn(part, text)
        self.assertFalse(case.item_ids)

    def test_completed_case_takes_no_items(self):
        invoice = self._invoice()
        case = self._new_case()
        case.state = "completed"
        with self.assertRaisesRegex(UserError, "is completed"):
            case._attach_lines(self._receivable(invoice))

    # --- expected amounts ------------------------------------------------------------------------

    def test_expected_amount_before_any_invoice(self):
        case = self._new_case()
        item = self.env["collection.item"].create(
            {"case_id": case.id, "name": "Advance, phase 2", "amount": 500, "due_date": "2026-03-01"}
        )
        self._commit()
        self.assertEqual((case.amount_open, case.amount_overdue, case.days_overdue), (500, 500, 9))
        self.refresh.run()
        self.assertEqual(case.state, "not_started", "the refresh keeps a case with an expected amount")
        item.action_settle()
        self._commit()
        self.assertRecordValues(case, [{"state": "completed", "close_reason": "paid", "amount_open": 0}])
        self.assertProven()

    def test_bad_expected_amounts_are_explained(self):
        case = self._new_case()
        for vals, text in (
            ({"amount": 5}, "Say what"),
            ({"name": "Advance", "amount": -5}, "above zero"),
            ({"name": "Advance"}, "above zero"),
        ):
            with self.assertRaisesRegex(UserError, text):
                self.env["collection.item"].create({"case_id": case.id, **vals})

    def test_figures_of_a_document_cannot_be_typed(self):
        self._invoice()
        item = self._refreshed_case().item_ids
        for vals in ({"amount": 1}, {"due_date": "2030-01-01"}, {"case_id": item.case_id.id}):
            with self.assertRaisesRegex(UserError, "come from accounting"):
                item.write(vals)
        item.write({"residual": 0, "residual_company": 0, "state": "settled", "settled_date": TODAY})
        self.assertRecordValues(item, [{"residual": 100, "state": "open", "settled_date": False}])
        with self.assertRaisesRegex(UserError, "Register payment"):
            item.action_settle()

    def test_entries_cannot_be_smuggled_into_a_case(self):
        foreign = self._receivable(self._invoice(partner=self.other_customer))
        case = self._new_case()
        vals = {"case_id": case.id, "origin": "ledger", "move_line_id": foreign.id, "state": "open"}
        with self.assertRaisesRegex(UserError, "Say what"):
            self.env["collection.item"].create(vals)
        item = self.env["collection.item"].create({**vals, "name": "Advance", "amount": 5})
        self.assertRecordValues(item, [{"origin": "manual", "move_line_id": False, "residual": 5}])
        smuggler = self.env["collection.item"].with_context(
            default_origin="ledger", default_move_line_id=foreign.id, default_state="settled"
        )
        second = smuggler.create({"case_id": case.id, "name": "x", "amount": 1})
        self.assertRecordValues(second, [{"origin": "manual", "move_line_id": False, "state": "open", "residual": 1}])
        item.write({"move_line_id": foreign.id, "origin": "ledger"})
        self.assertRecordValues(item, [{"origin": "manual", "move_line_id": False}])

    def test_customer_of_a_case_with_items_cannot_be_changed(self):
        self._invoice()
        case = self._refreshed_case()
        with self.assertRaisesRegex(UserError, "has items"):
            case.partner_id = self.other_customer
        self.assertEqual(case.partner_id, self.customer)

    def test_empty_case_cannot_be_turned_to_a_colleagues_customer(self):
        theirs = self._participant("Gamma", debt_manager_id=self.other_collector.id)
        case = self._new_case().with_user(self.collector)
        with self.assertRaisesRegex(UserError, "oleg"):
            case.write({"partner_id": theirs.id, "user_id": self.collector.id})
        clerk = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.other_customer.id})
        case.write({"partner_id": clerk.id})
        self.assertEqual(case.partner_id, self.other_customer, "never on a contact")

    def test_same_proposal_for_two_people(self):
        first = Form(self.env["collection.case"])
        second = Form(self.env["collection.case"])
        self.assertEqual(first.name, second.name)
        first.partner_id, second.partner_id = self.customer, self.other_customer
        self.assertNotEqual(first.save().name, second.save().name)

    def test_typed_code_of_the_future_is_passed_by(self):
        sequence = self.env["collection.case"]._code_sequence(self.company)
        coming = sequence.get_next_char(sequence.number_next_actual + 1)
        self._new_case(name=coming)
        self._invoice(partner=self.other_customer)
        third = self._participant("Third")
        self._invoice(partner=third)
        self.assertEqual(self.refresh.run()["cases_opened"], 2)
        self.assertNotIn(coming, (self._case(self.other_customer) | self._case(third)).mapped("name"))

    def test_expected_amount_in_a_currency_without_rate(self):
        currency = self.env["res.currency"].sudo().create({"name": "XTS", "symbol": "x"})
        with self.assertRaisesRegex(UserError, "no rate for XTS"):
            self.env["collection.item"].create(
                {"case_id": self._new_case().id, "name": "Advance", "amount": 5, "currency_id": currency.id}
            )

    def test_what_left_the_case_is_history_too(self):
        invoice = self._invoice()
        self._invoice(5)
        case = self._refreshed_case()
        invoice.no_followup = True
        self._commit()
        with self.assertRaisesRegex(UserError, "part of the history"):
            case.item_ids.filtered(lambda item: item.state == "released").unlink()

    def test_totals_cannot_be_typed(self):
        self._invoice()
        case = self._refreshed_case()
        case.write({"amount_open": 1, "amount_overdue": 1, "priority": "3", "date_refreshed": "2020-01-01"})
        self.assertRecordValues(case, [{"amount_open": 100, "amount_overdue": 100, "date_refreshed": self.today}])

    def test_collector_opens_no_case_on_a_colleagues_customer(self):
        theirs = self._participant("Gamma", debt_manager_id=self.other_collector.id)
        with self.assertRaisesRegex(UserError, "oleg"):
            self.env["collection.case"].with_user(self.collector).create(
                {"partner_id": theirs.id, "user_id": self.collector.id}
            )
        nobodys = self._participant("Delta")
        case = self.env["collection.case"].with_user(self.collector).create({"partner_id": nobodys.id})
        self.assertEqual(case.user_id, self.collector, "who opens a case of nobody's customer works it")

    def test_overdue_item_cannot_be_taken_out_but_a_chosen_one_can(self):
        self._invoice()
        coming = self._invoice(due=20)
        case = self._refreshed_case()
        with self.assertRaisesRegex(UserError, "next refresh would add it again"):
            case.item_ids.unlink()
        case._attach_lines(self._receivable(coming)).unlink()
        self._commit()
        self.assertEqual(case.amount_open, 100)

    # --- states and deletion ---------------------------------------------------------------------

    def test_state_by_hand(self):
        case = self._new_case()
        case.state = "promise"
        self.assertEqual(case.state, "promise")
        case.write({"state": "completed"})
        self.assertEqual((case.close_reason, case.close_date), ("by_hand", self.today))
        case.state = "in_progress"
        self.assertRecordValues(case, [{"state": "in_progress", "close_reason": False, "cycle": 2}])

    def test_case_with_open_items_cannot_be_completed(self):
        self._invoice()
        case = self._refreshed_case()
        with self.assertRaisesRegex(UserError, "still has 1 open items"):
            case.state = "completed"
        self.assertEqual(case.state, "not_started")

    def test_reason_and_cycle_cannot_be_forged(self):
        case = self._new_case()
        case.write({"close_reason": "paid", "close_date": TODAY, "cycle": 9})
        self.assertRecordValues(case, [{"close_reason": False, "close_date": False, "cycle": 1}])

    def test_reopening_beside_an_open_case_is_refused(self):
        first = self._new_case()
        first.state = "completed"
        second = self._new_case()
        with self.assertRaisesRegex(UserError, second.name):
            first.state = "in_progress"

    def test_case_with_history_cannot_be_deleted(self):
        self._invoice()
        case = self._refreshed_case()
        with self.assertRaisesRegex(UserError, "history"):
            case.unlink()
        typo = self._new_case(self.other_customer)
        typo.unlink()
        self.assertFalse(typo.exists())

    def test_customer_with_a_case_cannot_be_deleted(self):
        self._new_case()
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.customer.unlink()
