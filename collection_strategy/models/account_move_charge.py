from odoo import models


class AccountMove(models.Model):
    """An invoice of charges that is deleted or cancelled gives them back as memos."""

    _inherit = "account.move"

    def write(self, vals):
        if vals.get("state") == "cancel":
            self._make_room_for_charges()
        return super().write(vals)

    def unlink(self):
        self._make_room_for_charges().move_id = False
        return super().unlink()

    def _make_room_for_charges(self):
        """Delete the memos of days after these invoices: what comes back will be counted up to today again.

        :returns: `collection.charge` on these invoices
        """
        # sudo: charges are not written by hand, nor by whoever keeps the books
        charges = self.env["collection.charge"].sudo().search([("move_id", "in", self.ids), ("state", "=", "invoiced")])
        later = charges.search([("item_id", "in", charges.item_id.ids), ("state", "=", "memo")])
        kinds = {(charge.item_id, charge.kind) for charge in charges}
        later.filtered(lambda memo: (memo.item_id, memo.kind) in kinds).unlink()
        return charges
