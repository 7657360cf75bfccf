from odoo import fields, models
from odoo.exceptions import UserError


class CollectionReceiptCancel(models.TransientModel):
    """Ask why a receipt is cancelled."""

    _name = "collection.receipt.cancel"
    _description = "Cancel a receipt"

    receipt_id = fields.Many2one("collection.receipt", required=True, readonly=True, ondelete="cascade")
    reason = fields.Char()

    def action_confirm(self):
        """Cancel the receipt."""
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Write why the receipt is cancelled: it stays in the history."))
        self.receipt_id._cancel(self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
