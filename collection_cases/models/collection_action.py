from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionAction(models.Model):
    """What was done about a debt, once: a call, a visit, a message. History: it is added to, never changed."""

    _name = "collection.action"
    _description = "Collection action"
    _order = "date desc, id desc"
    _rec_name = "case_id"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", "By", index=True, default=lambda self: self.env.user)
    contact_id = fields.Many2one("res.partner", "With")
    channel_id = fields.Many2one("collection.channel", ondelete="restrict", index="btree_not_null")
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sending", "Being sent"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("uncertain", "Uncertain"),
            ("skipped", "Not done"),
        ],
        required=True,
        default="done",
        index=True,
    )
    reason = fields.Char(help="Why it failed or was not done.")
    outcome_id = fields.Many2one("collection.outcome", ondelete="restrict", index="btree_not_null")
    is_contact = fields.Boolean(related="outcome_id.is_contact")
    minutes = fields.Float(help="Working time in minutes.", digits=(8, 1))
    cost = fields.Monetary(help="What it cost: per contact and per minute of the channel, at the time it was done.")
    note = fields.Text()
    activity_id = fields.Many2one("mail.activity", ondelete="set null", index="btree_not_null")
    message_id = fields.Many2one("mail.message", ondelete="set null")
    item_ids = fields.Many2many("collection.item", string="About")
    promise_ids = fields.One2many("collection.promise", "action_id", "Promises")
    dispute_ids = fields.One2many("collection.dispute", "action_id", "Disputes")

    @api.depends("channel_id", "outcome_id", "case_id")
    def _compute_display_name(self):
        for action in self:
            parts = (action.channel_id.name, action.outcome_id.name, action.case_id.name)
            action.display_name = " · ".join(filter(None, parts))

    @api.model_create_multi
    def create(self, vals_list):
        cases = self.env["collection.case"].browse({vals["case_id"] for vals in vals_list})
        companies = {case.id: case.company_id for case in cases}
        for vals in vals_list:
            if "cost" not in vals and vals.get("channel_id") and vals.get("state", "done") == "done":
                channel = self.env["collection.channel"].browse(vals["channel_id"])
                vals["cost"] = channel._cost(companies[vals["case_id"]], vals.get("minutes") or 0)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if any(action.state in ("done", "uncertain") for action in self):
            raise UserError(self.env._("What was done about a debt must stay provable: it cannot be deleted."))
