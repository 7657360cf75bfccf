from datetime import timedelta

from odoo import fields, models

from odoo.addons.collection_cases.engine.blocks import Block

PAYING, UNMATCHED = "paying", "unmatched"

UNMATCHED_MONEY = (("is_reconciled", "=", False), ("amount", ">", 0), ("state", "=", "posted"))
"""Lines of bank statements that came in and are matched with nothing."""

STARTED_MINUTES = 60
"""A payment that was begun and not finished keeps its items back for so long."""


class CollectionItem(models.Model):
    """More reasons why nothing may be sent: money that is on its way (R9, R14)."""

    _inherit = "collection.item"

    def _block_reasons(self, today):
        found = super()._block_reasons(today)
        for item, block in [*self._being_paid(), *self._unmatched_money()]:
            found.setdefault(item.id, []).append(block)
        return found

    def _being_paid(self):
        """Return the items whose documents are being paid online right now: (item, Block)."""
        moves = self.sudo().move_line_id.move_id  # sudo: whether a payment is under way, no more
        if not moves or "transaction_ids" not in moves._fields:
            return []
        # sudo: as above
        running = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("invoice_ids", "in", moves.ids),
                    "|",
                    ("state", "in", ("pending", "authorized")),
                    "&",
                    ("state", "=", "draft"),
                    ("create_date", ">", fields.Datetime.now() - timedelta(minutes=STARTED_MINUTES)),
                ]
            )
        )
        # Done, but not booked yet: the ledger follows within minutes.
        running |= (
            self.env["payment.transaction"]
            .sudo()
            .search([("invoice_ids", "in", moves.ids), ("state", "=", "done"), ("is_post_processed", "=", False)])
        )
        paid = running.invoice_ids
        return [(item, Block(PAYING)) for item in self if item.sudo().move_line_id.move_id in paid]

    def _unmatched_money(self):
        """Return the items of customers of whom the bank shows money that is matched with nothing: (item, Block)."""
        # sudo: whether there is such money, no more
        lines = (
            self.env["account.bank.statement.line"]
            .sudo()
            .search(
                [
                    *UNMATCHED_MONEY,
                    ("company_id", "in", self.company_id.ids),
                    ("partner_id", "child_of", self.partner_id.ids),
                ]
            )
            if self
            else []
        )
        payers = {(line.company_id, line.partner_id.commercial_partner_id) for line in lines}
        return [(item, Block(UNMATCHED)) for item in self if (item.company_id, item.partner_id) in payers]
