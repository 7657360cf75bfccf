from odoo import models

from ..engine import blocks
from ..engine.blocks import Block


class CollectionItem(models.Model):
    """Money that our collector holds and nobody has booked is not asked for."""

    _inherit = "collection.item"

    def _add_takings(self, found):
        # sudo: why nothing is sent is asked by whoever may read the item
        receipts = (
            self.env["collection.receipt"]
            .sudo()
            .search(
                [
                    ("item_ids", "in", self.ids),
                    ("method", "=", "cash"),
                    ("state", "!=", "cancelled"),
                    ("payment_id", "=", False),
                    "|",
                    ("handover_id", "=", False),
                    ("handover_id.booked_date", "=", False),
                ]
            )
        )
        for receipt in receipts:
            for item_id, part in receipt.item_ids._shares_of(receipt.amount)[0].items():
                if item_id in self._ids:
                    source = (receipt._name, receipt.id)
                    found[item_id].append(Block(blocks.COLLECTED, amount=part, source=source))


class CollectionReceipt(models.Model):
    """What the sentence on a blocked item says about the receipt."""

    _inherit = "collection.receipt"

    def _block_detail(self):
        return self.env._("receipt %(name)s of %(who)s", name=self.name, who=self.user_id.name)
