from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.collection_cases.tests.common import TODAY, CollectionCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCharges(CollectionCommon):
    """Interest and compensation: counted from the ledger, kept beside the debt, invoiced or waived by people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rate = cls.env["collection.rate"].create({"name": "Reference"})
        cls.lines = cls.env["collection.rate.line"].create(
            [
                {"rate_id": cls.rate.id, "date_from": "2025-07-01", "percent": 2},
                {"rate_id": cls.rate.id, "date_from": "2026-01-01", "percent": 2.5},
            ]
        )
        cls.usd = cls.company.currency_id
        cls.rule = cls.env["collection.charge.rule"].create(
            {
                "name": "Here",
                "company_id": cls.company.id,
                "rate_id": cls.rate.id,
                "margin": 8,
                "flat_currency_id": cls.usd.id,
                "debt_currency_id": cls.usd.id,
                "flat_ids": [Command.create({"amount_from": 0, "amount": 40})],
                "law": "Some Act",
                "tone_from": "2",
            }
        )
        cls.charges = cls.env["collection.charges"]
        cls.charge = cls.env["collection.charge"]
        # 36,500 due on 2025-12-31: 69 days of 2026 at 10.50 % up to and including 10 March
        cls.invoice = cls._invoice(36500, due=-69)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _memos(self, kind="interest", case=None):
        (case or self.case).action_charges()
        return self.charge.search([("case_id", "=", (case or self.case).id), ("kind", "=", kind)])

    # === COUNTING === #

    def test_charges_as_of_today_stand_beside_the_debt(self):
        owed = self.case.amount_open
        interest, flat = self._memos(), self._memos("compensation")
        self.assertEqual((interest.amount, interest.state), (724.5, "memo"))
        self.assertEqual((interest.date_from, interest.date_to), (date(2026, 1, 1), self.today))
        self.assertEqual((interest.base, interest.rate_text, interest.law), (36500, "10.5 %", "Some Act"))
        self.assertEqual(flat.amount, 40)
        self.assertEqual(self.case.amount_open, owed)
        self.assertIn("764.50", self.case.charge_text)
        self.assertProven()

    def test_looking_again_counts_on_and_makes_no_second_row(self):
        interest = self._memos()
        with freeze_time("2026-03-20"):
            again = self._memos()
        self.assertEqual(again, interest)
        self.assertEqual((again.date_to, again.amount), (date(2026, 3, 20), 829.5))
        self.assertEqual(self.charge.search_count([("case_id", "=", self.case.id)]), 2)

    def test_principal_paid_late_keeps_its_interest(self):
        payment = self._payment(36500, date="2026-01-10")
        self._match(self.invoice, payment)
        self._commit()
        self.assertEqual(self.case.state, "completed")
        interest = self._memos()
        self.assertEqual((interest.amount, interest.date_to), (105.0, date(2026, 1, 10)))
        self.assertEqual(self._memos("compensation").amount, 40)

    def test_half_paid_earns_on_the_other_half(self):
        self._match(self.invoice, self._payment(18250, date="2026-01-10"))
        # ten days on all of it, 59 on half of it
        self.assertEqual(self._memos().amount, 414.75)

    def test_what_is_credited_was_never_owed(self):
        self._match(self.invoice, self._credit(18250))
        self.assertEqual(self._memos().amount, 362.25)

    def test_paid_in_time_costs_nothing(self):
        paid = self._invoice(500, due=-69)
        self.refresh.run()
        self._match(paid, self._payment(500, date="2025-12-30"))
        charged = self._memos().item_id.move_id | self._memos("compensation").item_id.move_id
        self.assertEqual(charged, self.invoice)

    def test_missing_rate_is_refused_with_a_sentence_and_nothing_is_written(self):
        self.lines[1].unlink()
        with self.assertRaises(RedirectWarning) as caught:
            self.case.action_charges()
        self.assertIn("no rate of “Reference” for 2026-01-01", str(caught.exception.args[0]))
        self.assertFalse(self.case.charge_ids)
        self.assertFalse(self.case.charge_problem, "nobody wants to know while charges are off")
        self.company.collection_charges_on = True
        self.case.invalidate_recordset()
        self.assertIn("2026-01-01", self.case.charge_problem)

    def test_a_rate_is_never_carried_on(self):
        self.assertEqual(self.lines[0].date_to, date(2025, 12, 31))
        with self.assertRaises(ValidationError):
            self.lines[0].date_to = "2026-01-01"

    # === WHOSE LAW === #

    def test_consumers_never_get_what_companies_get(self):
        person = self._participant("Maria", is_company=False)
        self._invoice(1000, due=-69, partner=person)
        self.refresh.run()
        case = self._case(person)
        self.company.collection_charges_on = True
        self.assertFalse(self._memos(case=case))
        self.assertFalse(self._memos("compensation", case))
        self.assertEqual(self.charges._for_case(case, case.item_ids, self.today, 4), [])
        with self.assertRaises(ValidationError):
            self.rule.applies_to = "consumer"
        self.rule.copy({"name": "Consumers", "applies_to": "consumer", "margin": 5, "flat_ids": False})
        self.assertEqual(self._memos(case=case).rate_text, "7.5 %")
        self.assertFalse(self._memos("compensation", case))

    def test_the_nearest_rule_counts(self):
        find = self.env["collection.charge.rule"]._for
        ireland, greece = self.env.ref("base.ie"), self.env.ref("base.gr")
        self.assertEqual(find(self.company, False), self.rule)
        self.rule.active = False
        self.company.account_fiscal_country_id = ireland
        self.assertEqual(find(self.company, False), self.env.ref("collection_strategy.charge_rule_ie"))
        self.company.account_fiscal_country_id = greece
        self.assertEqual(find(self.company, False), self.env.ref("collection_strategy.charge_rule_euro"))
        self.assertFalse(find(self.company, True), "no rule for Greek consumers")
        self.company.account_fiscal_country_id = self.env.ref("base.us")
        self.assertFalse(find(self.company, False))

    def test_the_table_of_ecb_rates_is_the_published_one(self):
        ecb = self.env.ref("collection_strategy.rate_ecb_mro")
        known = {line.date_from.isoformat(): line.percent for line in ecb.line_ids}
        self.assertEqual(len(known), 34)
        for day, percent in (("2009-01-01", 2.5), ("2011-07-01", 1.25), ("2016-07-01", 0), ("2023-01-01", 2.5)):
            self.assertEqual(known[day], percent)
        self.assertEqual((known["2023-07-01"], known["2024-01-01"], known["2025-07-01"]), (4.0, 4.5, 2.15))
        self.assertNotIn("2026-01-01", known, "not found in any source: never invented")
        self.assertTrue(ecb.is_outdated)

    def test_the_worked_example_with_the_rates_that_ship(self):
        self.rule.write({"rate_id": self.env.ref("collection_strategy.rate_ecb_mro").id})
        customer = self._participant("Gamma")
        invoice = self._invoice(1000, partner=customer, invoice_date="2022-12-01", invoice_date_due="2022-12-31")
        self.refresh.run()
        self._match(invoice, self._payment(1000, partner=customer, date="2024-03-31"))
        case = self.env["collection.case"].search([("partner_id", "=", customer.id)])
        interest = self._memos(case=case)
        self.assertEqual((interest.amount, interest.rate_text), (143.72, "10.5 %, 12 %, 12.5 %"))
        self.assertEqual(self._memos("compensation", case).amount, 40)

    def test_compensation_by_the_size_of_the_debt(self):
        self.rule.flat_ids = [
            Command.create({"amount_from": 1000, "amount": 70}),
            Command.create({"amount_from": 10000, "amount": 100}),
        ]
        small, middle = self._invoice(999.99, due=-20), self._invoice(1000, due=-20)
        self.refresh.run()
        by_move = {charge.item_id.move_id: charge.amount for charge in self._memos("compensation")}
        self.assertEqual(by_move, {small: 40, middle: 70, self.invoice: 100})

    def test_foreign_invoices_are_charged_in_their_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2025-01-01", 0.5)])  # 1 dollar is half a euro
        foreign = self._invoice(36500, due=-69, currency=euro)
        self.refresh.run()
        interest = self._memos().filtered(lambda charge: charge.item_id.move_id == foreign)
        flat = self._memos("compensation").filtered(lambda charge: charge.item_id.move_id == foreign)
        self.assertEqual((interest.amount, interest.currency_id), (724.5, euro))
        self.assertEqual((flat.amount, flat.currency_id), (20, euro))
        named = self._named()
        self.assertEqual({line["currency"] for line in named}, {"USD", "EUR"}, "two currencies are never added")

    # === ON NOTICES === #

    def _named(self, tone=2, items=None):
        self.company.collection_charges_on = True
        return self.charges._for_case(self.case, items or self.case._owed_items(), self.today, tone)

    def test_notices_name_charges_when_the_company_wants_and_from_the_rules_tone(self):
        items = self.case._owed_items()
        self.assertEqual(self.charges._for_case(self.case, items, self.today, 4), [], "off by default")
        self.assertEqual(self._named(tone=1), [])
        interest, flat = sorted(self._named(), key=lambda line: line["kind"], reverse=True)
        self.assertEqual((interest["kind"], interest["amount"]), ("interest", Decimal("724.5")))
        self.assertEqual(interest["currency"], "USD")
        self.assertIn("Reference + 8 points (Some Act)", interest["basis"])
        self.assertEqual((flat["kind"], flat["amount"]), ("compensation", Decimal(40)))
        self.assertFalse(self.case.charge_ids, "naming them writes nothing")
        self.rule.on_notices = False
        self.assertEqual(self._named(), [])

    def test_a_missing_rate_leaves_interest_off_the_notice(self):
        self.lines[1].unlink()
        with mute_logger("odoo.addons.collection_strategy.services.collection_charges"):
            self.assertEqual([line["kind"] for line in self._named()], ["compensation"])

    def test_the_wording_gets_amounts_as_text(self):
        self.company.collection_charges_on = True
        notice = self.env["collection.notice"].new({"tone": "2"})
        rows = [(item, item.residual) for item in self.case._owed_items()]
        found = self.env["collection.wording"]._charges(self.case, rows, self.today, notice)
        self.assertIn("724.50", found[0]["amount"])

    # === INVOICED, WAIVED === #

    def test_draft_invoice_of_memos_is_linked_and_interest_goes_on(self):
        memos = self._memos() | self._memos("compensation")
        action = memos.action_invoice()
        move = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((move.state, move.partner_id, move.amount_total), ("draft", self.customer, 764.5))
        self.assertEqual(memos.mapped("state"), ["invoiced", "invoiced"])
        self.assertIn("10.5 %", " ".join(move.invoice_line_ids.mapped("name")))
        with self.assertRaises(UserError):
            memos.action_invoice()
        with freeze_time("2026-03-12"):
            following = self._memos() - memos
            self.assertEqual((following.date_from, following.amount), (date(2026, 3, 11), 21.0))
            self.assertFalse(self._memos("compensation") - memos)
            move.button_cancel()
            self.assertEqual(memos.mapped("state"), ["memo", "memo"])
            self.assertFalse(following.exists(), "its days are the first one's again")
            self.assertEqual(self._memos().amount, 745.5)

    def test_a_deleted_draft_gives_its_charges_back(self):
        memos = self._memos() | self._memos("compensation")
        move = self.env["account.move"].browse(memos.action_invoice()["res_id"])
        move.unlink()
        self.assertEqual(memos.mapped("state"), ["memo", "memo"])

    def test_no_interest_on_interest(self):
        move = self.env["account.move"].browse(self._memos().action_invoice()["res_id"])
        move.write({"invoice_date": TODAY, "invoice_date_due": TODAY, "invoice_payment_term_id": False})
        move.action_post()
        with freeze_time("2026-04-10"):
            self.refresh.run()
            self.assertIn(move, self.case.item_ids.move_id)
            self.assertEqual((self._memos() | self._memos("compensation")).item_id.move_id, self.invoice)

    def test_waived_with_reason_and_who(self):
        memos = self._memos() | self._memos("compensation")
        with Form(self.env["collection.charge.waive"].with_context(**memos.action_waive()["context"])) as form:
            form.reason = "Goodwill"
        form.save().action_waive()
        self.assertEqual(memos.mapped("state"), ["waived", "waived"])
        self.assertEqual((memos.waived_by_id, set(memos.mapped("waive_reason"))), (self.env.user, {"Goodwill"}))
        with freeze_time("2026-04-10"):
            self.assertEqual(self._memos() | self._memos("compensation"), memos, "and later interest")
        self.assertEqual(self._named(), [])
        with self.assertRaises(UserError):
            memos.sudo().unlink()
        with self.assertRaises(UserError):
            memos._waive("Again")

    def test_every_company_has_a_product_for_its_charges(self):
        product = self.env.ref("collection_strategy.product_charge")
        companies = self.env["res.company"].search([])
        self.assertEqual(companies.collection_charge_product_id, product)
        self.assertTrue(all(company.collection_charge_product_id for company in companies))
        self.assertFalse(product.taxes_id)

    def test_without_product_and_account_the_way_to_the_settings_is_told(self):
        self.company.collection_charge_product_id = False
        with self.assertRaisesRegex(UserError, "Settings"):
            self._memos().action_invoice()
        self.assertEqual(self.case.charge_ids.mapped("state"), ["memo", "memo"])
        account = self.company_data["default_account_revenue"]
        self.company.collection_charge_account_id = account
        move = self.env["account.move"].browse(self._memos().action_invoice()["res_id"])
        self.assertEqual((move.invoice_line_ids.account_id, move.amount_total), (account, 724.5))

    def test_who_may_what(self):
        interest = self._memos()
        own = interest.with_user(self.collector)
        self.assertEqual(own.amount, 724.5)
        with self.assertRaises(AccessError):
            own.action_invoice()
        with self.assertRaises(AccessError):
            own.write({"amount": 0})
        with self.assertRaises(AccessError):
            interest.with_user(self.other_collector)._waive("Mine")
        self.assertEqual(interest.state, "memo")
        own._waive("Agreed by telephone")
        self.assertEqual((interest.state, interest.waived_by_id), ("waived", self.collector))

    def test_collectors_look_at_the_charges_of_their_cases(self):
        self.case.with_user(self.collector).action_charges()
        self.assertEqual(len(self.case.charge_ids), 2)
        with self.assertRaises(AccessError):
            self.case.with_user(self.other_collector).action_charges()
