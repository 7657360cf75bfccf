from datetime import timedelta
from decimal import Decimal

from odoo import models

from ..engine import blocks
from ..engine.allocation import allocate
from ..engine.blocks import Block


class CollectionItem(models.Model):
    """Money that lies in the drawer is not asked for."""

    _inherit = "collection.item"

    def _shares_of(self, amount):
        """Lay an amount on these items, the oldest first.

        :param amount: in the items' currency
        :returns: ({item id: Decimal}, what is above them)
        """
        owed = self.filtered(lambda item: item.state == "open" and item.residual > 0)
        rows = [(item.id, Decimal(repr(item.residual))) for item in owed.sorted(lambda item: (item.due_date, item.id))]
        return allocate(Decimal(repr(amount)), rows)

    def _add_instruments(self, found, today):
        # sudo: why nothing is sent is asked by whoever may read the item
        instruments = (
            self.env["collection.instrument"]
            .sudo()
            .search(
                [
                    ("item_ids", "in", self.ids),
                    "|",
                    ("state", "in", ("received", "deposited")),
                    "&",
                    ("state", "=", "cleared"),
                    ("payment_id", "=", False),
                ]
            )
        )
        for instrument in instruments:
            until = instrument._blocks_until()
            if until < today:
                continue
            for item_id, part in instrument._shares().items():
                if item_id in self._ids:
                    source = (instrument._name, instrument.id)
                    found[item_id].append(Block(blocks.CHEQUE, until=until, amount=part, source=source))


class CollectionInstrument(models.Model):
    """How long a cheque or bill keeps its items back."""

    _inherit = "collection.instrument"

    def _blocks_until(self):
        """Return the last day on which its items are not asked for.

        A cleared one that nobody has booked yet counts from the day it cleared.
        """
        self.ensure_one()
        # sudo: a setting of the company's is no secret
        grace = timedelta(days=self.company_id.sudo().collection_cheque_grace_days)
        return max(filter(None, (self.due_date, self.cleared_date))) + grace
