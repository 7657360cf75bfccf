from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        before = {}
        if "state" in vals:
            before = {move: move.state for move in self if move.state != vals["state"]}
        addressed = self.browse()
        if "partner_id" in vals:
            # A posted document addressed to another branch, or customer.
            addressed = self.filtered(lambda move: move.state == "posted")
            addressed.line_ids._collection_ledger_changed()
        res = super().write(vals)
        addressed.line_ids._collection_ledger_changed()
        if before:
            moves = self.browse([move.id for move in before])
            lines = moves.line_ids
            if vals["state"] == "posted":
                # A new credit may cover what is chased, and a corrected entry comes back to its case;
                # a new debt waits for the next refresh.
                known = self.env["collection.item"].sudo()._lines_with_items(lines)  # sudo: ids only
                lines = lines.filtered(lambda line: line.balance < 0 or line in known)
            lines._collection_ledger_changed()
        return res
