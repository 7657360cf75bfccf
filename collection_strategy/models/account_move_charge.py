from odoo import models


class AccountMove(models.Model):
    """A draft invoice of charges that is deleted gives them back as memos."""

    _inherit = "account.move"

    def unlink(self):
        # sudo: charges are not written by hand, nor by whoever deletes the draft
        charges = self.env["collection.charge"].sudo().search([("move_id", "in", self.ids)])
        charges.move_id = False
        return super().unlink()
