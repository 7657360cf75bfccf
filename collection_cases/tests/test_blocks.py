from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from ..engine import blocks
from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestBlocks(CollectionCommon):
    """Rules I4 and I6: what may not be sent is not, and every no has a reason that a person can read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(100)
        cls._invoice(40, due=-3)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.item = cls.case.item_ids.filtered(lambda item: item.move_id == cls.invoice)

    def _day(self, days):
        return self.today + timedelta(days=days)

    def _codes(self, item, days=0):
        return {block.code for block in item._block_reasons(self._day(days)).get(item.id, [])}

    def test_nothing_is_in_the_way(self):
        self.assertFalse(self.case._block_reasons(self.today))
        self.assertFalse(self.case.item_ids._block_reasons(self.today))
        self.assertEqual((self.case.block_text, self.case.block_count), ("Nothing is in the way.", 0))

    def test_promise_keeps_its_items_back_until_its_day(self):
        self.env["collection.promise"].create(
            {
                "case_id": self.case.id,
                "amount": 50,
                "date": self._day(5),
                "item_ids": [Command.set(self.item.ids)],
            }
        )
        self.assertEqual(self._codes(self.item, 5), {blocks.PROMISED})
        self.assertEqual(self._codes(self.item, 6), set(), "reminded only after the day has passed")
        self.assertEqual(self._codes(self.case.item_ids - self.item), set(), "other items go on (R4)")

    def test_reasons_add_up(self):
        self.env["collection.hold"].create({"case_id": self.case.id, "reason": "Flood", "date_until": self._day(3)})
        self.env["collection.dispute"].create(
            {
                "case_id": self.case.id,
                "reason_id": self.env.ref("collection_cases.dispute_reason_price").id,
                "line_ids": [Command.create({"item_id": self.item.id, "amount": 10})],
            }
        )
        self.assertEqual(self._codes(self.item), {blocks.HELD, blocks.DISPUTED})
        self.assertEqual(self._codes(self.item, 4), {blocks.DISPUTED})

    def test_every_reason_is_a_sentence(self):
        codes = [value for name, value in vars(blocks).items() if name.isupper() and isinstance(value, str)]
        self.assertGreater(len(codes), 8)
        for code in codes:
            text = self.case._block_sentence(blocks.Block(code, until=self.today))
            self.assertNotIn(code, text.split()[0], "no bare code")
            self.assertTrue(text[0].isupper() and "03/10/2026" in text, text)

    def test_facts_of_the_case(self):
        def codes(case, day=None):
            return [block.code for block in case._block_reasons(day or self.today).get(case.id, [])]

        self.assertEqual(codes(self.case, self._day(-20)), [blocks.NOT_OVERDUE])
        self._payment(140)
        self.assertEqual(codes(self._refreshed_case()), [])
        self.assertFalse(self._case(), "covered by the payment, so the case is completed")
        self.assertEqual(codes(self.case), [blocks.COMPLETED])

    def test_settled_and_excluded_items_are_not_asked_for(self):
        self._match(self.invoice, self._payment(100))
        self._commit()
        self.assertEqual(self._codes(self.item), {blocks.SETTLED})
        other = self.case.item_ids - self.item
        other.move_id.no_followup = True
        self._commit()
        self.assertEqual(self._codes(other), {blocks.EXCLUDED})

    def test_addons_add_reasons_and_take_none_away(self):
        model = type(self.env["collection.item"])
        original = model._block_reasons

        def more(items, today):
            found = original(items, today)
            for item in items:
                found.setdefault(item.id, []).append(blocks.Block("paying"))
            return found

        self.env["collection.hold"].create({"case_id": self.case.id, "reason": "Flood", "date_until": self._day(3)})
        with patch.object(model, "_block_reasons", more):
            self.assertEqual(self._codes(self.item), {blocks.HELD, "paying"})
            whole = {block.code for block in self.case._block_reasons(self.today)[self.case.id]}
            self.assertEqual(whole, {blocks.HELD, "paying"})

    def test_as_many_queries_for_many_items_as_for_few(self):
        def count(cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cases._block_reasons(self.today)
            return self.env.cr.sql_log_count - before

        few = count(self.case)
        for number in range(6):
            partner = self._participant(f"P{number}")
            for _number in range(4):
                self._invoice(partner=partner)
        self.refresh.run()
        self.assertLessEqual(count(self.env["collection.case"].search([])), few + 1)
