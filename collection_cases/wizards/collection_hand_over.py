from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionHandOver(models.TransientModel):
    """Hand the cases of a person, or chosen ones, over to a colleague."""

    _name = "collection.hand.over"
    _description = "Hand over cases"

    from_user_id = fields.Many2one("res.users", "From")
    case_ids = fields.Many2many("collection.case", compute="_compute_case_ids", store=True, readonly=False)
    case_count = fields.Integer(compute="_compute_case_count")
    to_user_id = fields.Many2one(
        "res.users", "To", domain="[('share', '=', False), ('id', '!=', from_user_id)]", required=False
    )
    with_customers = fields.Boolean(
        "Their customers too", default=True, help="The colleague also becomes the debt manager for later cases."
    )
    reason = fields.Char()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "collection.case":
            cases = self.env["collection.case"].browse(self.env.context.get("active_ids", []))
            values["case_ids"] = [fields.Command.set(cases.ids)]
            if len(cases.user_id) == 1:
                values["from_user_id"] = cases.user_id.id
        return values

    @api.depends("from_user_id")
    def _compute_case_ids(self):
        for wizard in self:
            if wizard.from_user_id and self.env.context.get("active_model") != "collection.case":
                wizard.case_ids = self.env["collection.case"].search(
                    [
                        ("user_id", "=", wizard.from_user_id.id),
                        ("state", "!=", "completed"),
                        ("company_id", "in", self.env.companies.ids),
                    ]
                )

    @api.depends("case_ids")
    def _compute_case_count(self):
        for wizard in self:
            wizard.case_count = len(wizard.case_ids)

    def action_hand_over(self):
        """Hand over, with planned work, and say how many."""
        self.ensure_one()
        cases = self.case_ids.filtered(lambda case: case.state != "completed")
        if not self.to_user_id:
            raise UserError(self.env._("Choose who takes over."))
        if not cases:
            raise UserError(self.env._("There is no open case to hand over."))
        cases._hand_over(self.to_user_id, self.reason, customers=self.with_customers)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s cases handed over to %(who)s.", count=len(cases), who=self.to_user_id.name
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
