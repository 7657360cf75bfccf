import random
from datetime import timedelta
from decimal import Decimal

import psycopg2
from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..engine import netting
from ..queries.case_totals import case_totals
from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestRefresh(CollectionCommon):
    """Overdue receivables enter and leave their case by themselves."""

    def test_overdue_invoice_opens_a_case(self):
        invoice = self._invoice(250, due=-10)
        self._invoice(80, due=5)
        case = self._refreshed_case()
        self.assertEqual(case.item_ids.move_line_id, self._receivable(invoice))
        self.assertRecordValues(
            case,
            [
                {
                    "state": "not_started",
                    "amount_open": 250,
                    "amount_overdue": 250,
                    "oldest_due_date": self.today - timedelta(days=10),
                    "days_overdue": 10,
                    "aging_bucket": "b1_30",
                    "item_count": 1,
                    "cycle": 1,
                    "user_id": self.collector.id,
                }
            ],
        )
        self.assertRegex(case.name, r"^CASE/\d{4}/\d{5}$")
        self.assertProven()

    def test_due_today_is_not_overdue(self):
        self._invoice(due=0)
        self.assertFalse(self._refreshed_case())
        self.refresh.run(date=self.today + timedelta(days=1))
        self.assertTrue(self._case())

    def test_customer_that_does_not_take_part_has_no_case(self):
        self.customer.collection_participation = "no"
        self._invoice()
        self.assertFalse(self._refreshed_case())

    def test_running_again_changes_nothing(self):
        self._invoice()
        self._invoice(70, due=-40, partner=self.other_customer)
        first = self.refresh.run()
        self.assertEqual((first["cases_opened"], first["items_added"]), (2, 2))
        before = self.env["collection.item"].search_read([], ["write_date", "state", "residual"])
        second = self.refresh.run()
        self.assertEqual({name: count for name, count in second.items() if name != "customers" and count}, {})
        self.assertEqual(self.env["collection.item"].search_read([], ["write_date", "state", "residual"]), before)

    def test_button_cron_and_api_are_the_same_code(self):
        self._invoice()
        self.assertIn("1 cases opened", self.refresh.action_run()["params"]["message"])
        self._invoice(partner=self.other_customer)
        with self.enter_registry_test_mode():
            self.env.ref("collection_cases.ir_cron_refresh").sudo().method_direct_trigger()
        self.assertEqual(self._case(self.other_customer).amount_overdue, 100)

    def test_only_a_manager_refreshes_everything(self):
        for user in (self.collector, self.sales):
            for method in ("run", "action_run", "check"):
                with self.assertRaises(AccessError):
                    getattr(self.refresh.with_user(user), method)()

    def test_collector_refreshes_own_case(self):
        case = (self._invoice(), self._refreshed_case())[1]
        self._invoice(60, due=-3)
        case.with_user(self.collector).action_refresh()
        self.assertEqual(case.amount_overdue, 160)

    # --- residuals -------------------------------------------------------------------------------

    def test_partial_payment_leaves_the_residual(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        self._match(invoice, self._payment(30))
        self.assertEqual((case.item_ids.residual, case.amount_open, case.amount_overdue), (70, 70, 70))
        self._commit()
        self.assertEqual(case.state, "not_started")
        self.assertProven()

    def test_each_instalment_counts_from_its_own_due_date(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "half now, half in 30 days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        self._invoice(100, due=-10, terms=terms)
        case = self._refreshed_case()
        self.assertEqual((len(case.item_ids), case.amount_overdue), (1, 50))
        self.refresh.run(date=self.today + timedelta(days=21))
        self.assertEqual((len(case.item_ids), case.amount_overdue), (2, 100))

    def test_unallocated_credits_are_netted_oldest_debt_first(self):
        self._invoice(100, due=-50)
        self._invoice(60, due=-5)
        self._credit(110)
        case = self._refreshed_case()
        self.assertEqual((case.amount_open, case.amount_overdue), (50, 50))
        self.assertEqual(case.oldest_due_date, self.today - timedelta(days=5))
        self.assertEqual(len(case.item_ids), 3)
        self.assertProven()

    def test_customer_whose_credits_cover_the_debt_is_not_chased(self):
        self._invoice(100)
        self._payment(100)
        self.assertFalse(self._refreshed_case())

    def test_payment_that_waits_for_matching_completes_the_case(self):
        self._invoice(100)
        case = self._refreshed_case()
        self._payment(100)
        self._commit()
        self.assertEqual((case.state, case.close_reason), ("completed", "covered"))

    def test_tolerance_leaves_small_debts_alone(self):
        self.company.collection_tolerance = 5
        self._invoice(5)
        self.assertFalse(self._refreshed_case())
        self._invoice(0.01)
        self.assertEqual(self._refreshed_case().amount_overdue, 5.01)

    def test_draft_and_cancelled_entries_are_not_collected(self):
        self._invoice(post=False)
        cancelled = self._invoice()
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertFalse(self._refreshed_case())

    # --- currencies ------------------------------------------------------------------------------

    def test_foreign_currency_is_shown_in_its_own_and_added_in_the_companys(self):
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self._invoice(100, currency=foreign)
        case = self._refreshed_case()
        self.assertEqual((case.item_ids.residual, case.item_ids.residual_company), (100, 50))
        self.assertEqual((case.currency_id, case.amount_overdue), (self.company.currency_id, 50))

    def test_credit_in_another_currency_covers_nothing(self):
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self._invoice(100)
        self._credit(900, currency=foreign)
        case = self._refreshed_case()
        self.assertEqual(case.amount_overdue, 100, "rule I9: two currencies are never netted")
        self.assertEqual(case.amount_open, 100 - 450)

    def test_currency_without_a_rate_takes_the_ledgers_amounts(self):
        foreign = self.setup_other_currency("EUR", rates=[("2099-01-01", 7.0)])
        invoice = self._invoice(100, currency=foreign)
        case = self._refreshed_case()
        line = self._receivable(invoice)
        self.assertEqual(case.amount_overdue, line.amount_residual)
        self.assertProven()

    # --- companies and branches ------------------------------------------------------------------

    def test_each_company_has_its_own_case_and_participation(self):
        other = self.setup_other_company()
        company_2 = other["company"]
        self.env.user.company_ids += company_2
        self._invoice(100)
        both = self.env(context={**self.env.context, "allowed_company_ids": [self.company.id, company_2.id]})
        move = (
            both["account.move"]
            .with_company(company_2)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-01-01",
                    "invoice_date_due": "2026-02-01",
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [Command.create({"name": "x", "price_unit": 7, "tax_ids": [Command.clear()]})],
                }
            )
        )
        move.action_post()
        both["collection.refresh"].run()
        self.assertEqual(self._case().company_id, self.company, "the customer takes part in one company only")
        self.customer.with_company(company_2).collection_participation = "yes"
        both["collection.refresh"].run()
        cases = both["collection.case"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual({case.company_id: case.amount_overdue for case in cases}, {self.company: 100, company_2: 7})

    def test_company_without_chart_of_accounts_is_passed_over(self):
        bare = self.env["res.company"].sudo().create({"name": "No books yet"})
        self.env.user.sudo().company_ids += bare
        self.customer.with_company(bare).collection_participation = "yes"
        self._invoice()
        counts = self.refresh.with_context(allowed_company_ids=[self.company.id, bare.id]).run()
        self.assertEqual(counts["cases_opened"], 1)

    def test_per_branch_each_address_has_its_case(self):
        self.customer.collection_participation = "per_branch"
        north = self.env["res.partner"].create(
            {"name": "North", "parent_id": self.customer.id, "type": "invoice", "debt_manager_id": False}
        )
        north.debt_manager_id = self.other_collector
        clerk = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.customer.id, "type": "contact"})
        self._invoice(100)
        self._invoice(20, partner=north)
        self._invoice(3, partner=clerk)
        self.refresh.run()
        cases = self._case()
        self.assertEqual(
            {case.branch_id: case.amount_overdue for case in cases}, {self.env["res.partner"]: 103, north: 20}
        )
        self.assertEqual({case.branch_id: case.user_id for case in cases}[north], self.other_collector)
        self.assertProven()

    def test_switching_to_one_case_moves_the_branchs_items(self):
        self.customer.collection_participation = "per_branch"
        north = self.env["res.partner"].create({"name": "North", "parent_id": self.customer.id, "type": "invoice"})
        self._invoice(100)
        self._invoice(20, partner=north)
        self.refresh.run()
        branch_case = self._case(branch_id=north.id)
        self.customer.collection_participation = "yes"
        self.refresh.run()
        self.assertEqual((branch_case.state, branch_case.close_reason), ("completed", "moved"))
        self.assertEqual(self._case().amount_overdue, 120)
        self.assertProven()

    # --- leaving and coming back -----------------------------------------------------------------

    def test_matching_completes_and_unmatching_reopens(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        payment = self._payment(100, date="2026-03-05")
        self._match(invoice, payment)
        self._commit()
        self.assertRecordValues(case, [{"state": "completed", "close_reason": "paid", "close_date": self.today}])
        self.assertRecordValues(case.item_ids, [{"state": "settled", "settled_date": payment.date}])
        self._receivable(invoice).remove_move_reconcile()
        payment.action_draft()
        payment.action_cancel()
        self._commit()
        self.assertRecordValues(case, [{"state": "in_progress", "cycle": 2, "amount_overdue": 100}])
        self.assertEqual((case.item_ids.state, case.item_ids.settled_date), ("open", False))

    def test_next_delay_after_completion_is_a_new_case_with_the_old_one_in_reach(self):
        invoice = self._invoice(100)
        first = self._refreshed_case()
        self._match(invoice, self._payment(100))
        self._commit()
        self._invoice(40, due=-2)
        second = self._refreshed_case()
        self.assertNotEqual(first, second)
        self.assertEqual(second.earlier_case_count, 1)
        self.assertEqual(self.env["collection.case"].search(second.action_open_earlier()["domain"]), first)

    def test_credit_note_completes_the_case(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": TODAY})
        )
        self.env["account.move"].browse(wizard.reverse_moves()["res_id"]).action_post()
        self._commit()
        self.assertEqual((case.state, case.close_reason), ("completed", "paid"))

    def test_excluded_from_follow_up_leaves_the_case_and_stays_visible(self):
        invoice = self._invoice(100)
        self._invoice(30, due=-3)
        case = self._refreshed_case()
        invoice.no_followup = True
        self._commit()
        self.assertEqual(case.amount_overdue, 30)
        item = case.item_ids.filtered(lambda item: item.amount == 100)
        self.assertEqual((item.state, item.release_reason), ("released", "excluded"))
        self.assertEqual(case.amount_excluded, 100)
        self.assertEqual(
            self.env["account.move.line"].search(case.action_open_excluded()["domain"]), self._receivable(invoice)
        )
        invoice.no_followup = False
        self._commit()
        self.assertEqual((item.state, case.amount_overdue), ("open", 130))

    def test_entry_set_back_to_draft_leaves_with_its_reason(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        invoice.button_draft()
        self.assertEqual(case.amount_open, 0, "at once, before any refresh")
        case.state = "promise"
        self._commit()
        self.assertRecordValues(case.item_ids, [{"state": "released", "release_reason": "unposted"}])
        self.assertEqual(case.item_ids.name, invoice.name, "the history keeps the document's number")
        self.assertEqual(case.state, "promise", "it may come back with the next click")
        invoice.action_post()
        self._commit()
        self.assertRecordValues(case, [{"state": "promise", "amount_overdue": 100, "cycle": 1}])
        invoice.button_draft()
        self._commit()
        self.refresh.run()
        self.assertEqual((case.state, case.close_reason), ("completed", "unposted"), "the night is patient no more")

    def test_deleted_entry_keeps_the_item_as_history(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        number = invoice.name
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self._commit()
        self.assertRecordValues(
            case.item_ids, [{"name": number, "state": "released", "release_reason": "unposted", "residual": 0}]
        )
        self.refresh.run()
        self.assertEqual(case.state, "completed")

    def test_postponed_due_date_releases_the_item(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        self._receivable(invoice).date_maturity = self.today + relativedelta(months=1)
        self._commit()
        self.assertEqual((case.state, case.close_reason), ("completed", "not_due"))

    def test_customer_leaving_collections_completes_the_case_at_the_next_refresh(self):
        self._invoice(100)
        case = self._refreshed_case()
        self.customer.collection_participation = "no"
        self.refresh.run()
        self.assertEqual((case.state, case.close_reason), ("completed", "not_participating"))

    def test_cycle_goes_up_when_nothing_is_overdue_any_more(self):
        invoice = self._invoice(100)
        coming = self._invoice(50, due=20)
        case = self._refreshed_case()
        case._attach_lines(self._receivable(coming))
        self._commit()
        self.assertEqual((case.amount_open, case.amount_overdue, case.cycle), (150, 100, 1))
        self._match(invoice, self._payment(100))
        self._commit()
        self.assertRecordValues(case, [{"state": "not_started", "amount_overdue": 0, "amount_open": 50, "cycle": 2}])
        self.refresh.run()
        self.assertEqual(case.cycle, 2)

    def test_customer_that_gets_a_parent_moves_with_all_it_owes(self):
        person = self.env["res.partner"].create({"name": "Paul", "collection_participation": "yes"})
        self._invoice(100, partner=person)
        own_case = self._refreshed_case(person)
        person.parent_id = self.customer
        self._commit()
        self.refresh.run()
        self.assertEqual((own_case.state, own_case.close_reason), ("completed", "moved"))
        self.assertEqual(self._case().amount_overdue, 100)
        self.assertProven()

    def test_entry_corrected_to_another_customer_changes_cases_at_once(self):
        invoice = self._invoice(100)
        coming = self._invoice(30, due=10)
        case = self._refreshed_case()
        case._attach_lines(self._receivable(coming))
        self._commit()
        (self._receivable(invoice) | self._receivable(coming)).write({"partner_id": self.other_customer.id})
        self._commit()
        self.assertEqual((case.state, case.close_reason), ("completed", "moved"), "chosen or not")
        self.assertEqual(self._case(self.other_customer).amount_overdue, 100)
        self.assertProven()

    def test_credit_left_in_a_completed_case_counts_in_the_next_one(self):
        invoice = self._invoice(100)
        credit = self._credit(40)
        case = self._refreshed_case()
        self.assertEqual(case.amount_overdue, 60)
        case.item_ids.sudo().is_chosen = True
        self._match(invoice, self._payment(100))
        self._commit()
        self.assertEqual(case.state, "completed")
        self.assertFalse(case.item_ids.filtered(lambda item: item.state == "open"))
        self._invoice(100, due=-2)
        self.assertEqual(self._refreshed_case().amount_overdue, 60)
        self.assertIn(self._receivable(credit), self._case().item_ids.move_line_id)
        self.assertProven()

    def test_entry_in_a_branchs_case_opens_no_empty_one(self):
        self.customer.collection_participation = "per_branch"
        north = self.env["res.partner"].create({"name": "North", "parent_id": self.customer.id, "type": "invoice"})
        invoice = self._invoice(100)
        case = self.env["collection.case"].create({"partner_id": north.id})
        case._attach_lines(self._receivable(invoice))
        self.refresh.run()
        self.assertEqual(self._case(), case)
        self.assertEqual(case.amount_overdue, 100)

    def test_bounced_payment_comes_back_for_a_customer_that_does_not_take_part(self):
        self.customer.collection_participation = "no"
        invoice = self._invoice(100, due=15)
        case = self.env["collection.case"].create({"partner_id": self.customer.id})
        case._attach_lines(self._receivable(invoice))
        payment = self._payment(100)
        self._match(invoice, payment)
        self._commit()
        self.assertEqual(case.state, "completed")
        payment.action_draft()
        payment.action_cancel()
        self._commit()
        self.assertRecordValues(case, [{"state": "in_progress", "amount_open": 100}])
        self.assertProven()

    def test_day_is_the_companys_not_the_bookers(self):
        self.company.partner_id.tz = "Pacific/Kiritimati"  # UTC+14: already tomorrow at noon UTC
        with freeze_time("2026-03-10 12:00:00"):
            self.assertEqual(self.refresh._today(self.company), self.today + timedelta(days=1))
            western = self.refresh.with_context(tz="Pacific/Honolulu")
            self.assertEqual(western._today(self.company), self.today + timedelta(days=1))

    def test_night_job_goes_on_where_it_was_when_its_time_is_up(self):
        service = type(self.refresh)
        partners = [self._participant(f"P{number}") for number in range(4)]
        for partner in partners:
            self._invoice(partner=partner)
        self.patch(
            service,
            "_batches",
            lambda this, company, after=0: [
                [partner.id] for partner in partners if company == self.company and partner.id > after
            ],
        )
        done = []
        whole = service._refresh

        def told(this, company, day, ids, **options):
            done.extend(ids)
            return whole(this, company, day, ids, **options)

        self.patch(service, "_refresh", told)
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda this, *args, **kw: 0)  # out of time after each batch
        for _call in partners:
            self.refresh.sudo()._cron_refresh()
        self.assertEqual(done, [partner.id for partner in partners], "each customer once, in several calls")
        self.assertFalse(self.env["collection.refresh.progress"].sudo().search([]))
        self.assertTrue(self._case(partners[-1]).priority_score)

    def test_statement_nets_as_the_engine_does(self):
        dice = random.Random(11)
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        case = self.env["collection.case"].create({"partner_id": self.customer.id})
        for _round in range(40):
            entries = [
                netting.Entry(
                    currency=dice.choice([self.company.currency_id, foreign]).id,
                    due_date=self.today + timedelta(days=dice.randint(-99, 20)),
                    residual=(amount := Decimal(dice.randint(-9000, 9000)) / 100),
                    residual_company=(amount * Decimal("1.37")).quantize(Decimal("0.01")),
                )
                for _entry in range(dice.randint(0, 9))
            ]
            entries.sort(key=lambda entry: entry.due_date)
            self.env.cr.execute(SQL("DELETE FROM collection_item WHERE case_id = %s", case.id))
            for entry in entries:
                self.env.cr.execute(
                    SQL(
                        """INSERT INTO collection_item (case_id, company_id, partner_id, origin, state, due_date,
                                   currency_id, residual, residual_company)
                           VALUES (%s, %s, %s, 'manual', 'open', %s, %s, %s, %s)""",
                        case.id,
                        self.company.id,
                        self.customer.id,
                        entry.due_date,
                        entry.currency,
                        entry.residual,
                        entry.residual_company,
                    )
                )
            rows = self.env.execute_query(case_totals(case.ids, self.today))
            found = netting.net(entries, self.today)
            _id, _open, overdue, oldest, _count = rows[0] if rows else (0, 0, 0, None, 0)
            self.assertEqual((overdue, oldest), (float(found.overdue), found.oldest_due_date), entries)

    # --- the proof -------------------------------------------------------------------------------

    def test_check_finds_an_amount_that_is_not_the_ledgers(self):
        self._invoice(100)
        case = self._refreshed_case()
        self.assertProven()
        self.env.cr.execute(SQL("UPDATE collection_item SET residual = 99 WHERE case_id = %s", case.id))
        self.env.cr.execute(SQL("UPDATE collection_case SET amount_open = 1 WHERE id = %s", case.id))
        self.env.invalidate_all()
        found = self.refresh.check()
        self.assertEqual(sorted(row["what"] for row in found), ["case", "item"])
        self.env.cr.execute(SQL("UPDATE collection_case SET amount_overdue = 1 WHERE id = %s", case.id))
        self.assertIn("overdue of case", [row["what"] for row in self.refresh.check()])
        self.assertIn("differ", self.refresh.action_check()["params"]["message"])
        self.refresh.run()
        self.assertProven()

    def test_what_was_booked_past_the_orm_is_taken_over(self):
        invoice = self._invoice(100)
        case = self._refreshed_case()
        line = self._receivable(invoice)
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET amount_residual = 40, amount_residual_currency = 40 WHERE id = %s",
                line.id,
            )
        )
        self.env.invalidate_all()
        self.refresh.run()
        self.assertEqual(case.amount_overdue, 40)

    def test_rule_i1_one_open_item_per_entry(self):
        self._invoice(100)
        case = self._refreshed_case()
        other = self.env["collection.case"].create({"partner_id": self.other_customer.id})
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env["collection.item"].sudo().create(
                {"case_id": other.id, "origin": "ledger", "move_line_id": case.item_ids.move_line_id.id}
            )
            self.env.flush_all()

    def test_rule_i2_one_open_case_per_customer(self):
        self._invoice(100)
        case = self._refreshed_case()
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    """INSERT INTO collection_case (name, partner_id, company_id, state, cycle)
                       SELECT 'TWIN', partner_id, company_id, 'not_started', 1 FROM collection_case WHERE id = %s""",
                    case.id,
                )
            )

    def test_days_overdue_can_be_searched(self):
        self._invoice(due=-45)
        self._invoice(partner=self.other_customer, due=-10)
        self.refresh.run()
        search = self.env["collection.case"].search
        self.assertEqual(search([("days_overdue", ">", 30)]).partner_id, self.customer)
        self.assertEqual(search([("days_overdue", "<=", 10)]).partner_id, self.other_customer)
        self.assertEqual(search([("days_overdue", ">=", 45)]).partner_id, self.customer)
        self.assertEqual(fields.Date.today(), self.today)
