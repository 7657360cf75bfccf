from odoo import fields, models


class CollectionChargeWaive(models.TransientModel):
    """Asks why charges are waived."""

    _name = "collection.charge.waive"
    _description = "Waive charges"

    charge_ids = fields.Many2many("collection.charge", required=True)
    reason = fields.Char(required=True)
    is_final = fields.Boolean("And later interest on these documents", default=True)

    def action_waive(self):
        """Waive them."""
        self.ensure_one()
        self.charge_ids._waive(self.reason, is_final=self.is_final)
        return {"type": "ir.actions.act_window_close"}
