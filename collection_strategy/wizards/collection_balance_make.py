from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class CollectionBalanceMake(models.TransientModel):
    """Make balance confirmations for the chosen customers."""

    _name = "collection.balance.make"
    _description = "Making of balance confirmations"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    date = fields.Date("Balance of", required=True, default=lambda self: self._last_month_end())

    @api.model
    def _last_month_end(self):
        return fields.Date.context_today(self) + relativedelta(day=1, days=-1)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "res.partner":
            values["partner_ids"] = [fields.Command.set(self.env.context.get("active_ids", []))]
        return values

    def action_make(self):
        """Make the letters and list them."""
        self.ensure_one()
        self.env["collection.balance"].check_access("create")
        made = self.env["collection.balance"]._make(self.env.company, self.partner_ids, self.date)
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_strategy.collection_balance_action")
        return {**action, "domain": [("id", "in", made.ids)]}
