from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionParticipation(models.TransientModel):
    """Set for many customers at once whether they take part, and who works them."""

    _name = "collection.participation"
    _description = "Set participation in collections"

    partner_ids = fields.Many2many("res.partner", required=True, default=lambda self: self._default_partner_ids())
    customer_count = fields.Integer(compute="_compute_customer_count")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, readonly=True)
    participation = fields.Selection(
        [("no", "No"), ("yes", "Yes"), ("per_branch", "Per branch")], "Takes part", default="yes"
    )
    debt_manager_id = fields.Many2one(
        "res.users",
        "Debt manager",
        domain="[('share', '=', False), ('is_debt_manager', '=', True)]",
        help="Leave empty to keep each customer's own.",
    )

    @api.model
    def _default_partner_ids(self):
        if self.env.context.get("active_model") != "res.partner":
            return self.env["res.partner"]
        return self.env["res.partner"].browse(self.env.context.get("active_ids", [])).commercial_partner_id

    @api.depends("partner_ids")
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = len(wizard.partner_ids.commercial_partner_id)

    def action_apply(self):
        """Write the choice to all customers, for the current company."""
        self.ensure_one()
        customers = self.partner_ids.commercial_partner_id.with_company(self.company_id)
        if not customers:
            raise UserError(self.env._("Choose at least one customer."))
        vals = {}
        if self.participation:
            vals["collection_participation"] = self.participation
        if self.debt_manager_id:
            vals["debt_manager_id"] = self.debt_manager_id.id
        if not vals:
            raise UserError(self.env._("Choose what to change: the participation, the debt manager, or both."))
        customers.write(vals)
        return {"type": "ir.actions.act_window_close"}
