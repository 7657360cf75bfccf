from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_is_live = fields.Boolean(
        "Notices go out",
        help="Until this is switched on, every run is a dry run: it shows what would go out and sends nothing.",
    )
    collection_bank_days = fields.Integer(
        "Bank not older than days",
        default=0,
        help="Nothing is sent when the last bank entry is older: who has paid must not be reminded. 0 switches it off.",
    )
    collection_thanks_template_id = fields.Many2one(
        "collection.template", "Thank-you", help="Sent when a promise was kept or everything was paid; empty for none."
    )
    collection_mail_from = fields.Char("Sender of notices", help="Left empty, the debt manager's or company's address.")
    collection_bank_account_id = fields.Many2one(
        "res.partner.bank",
        "Bank account on notices",
        domain="[('partner_id', '=', partner_id)]",
        help="Left empty, the company's first one.",
    )

    _collection_bank_days = models.Constraint("CHECK(collection_bank_days >= 0)", "Days are zero or more.")

    def _collection_lead_days(self):
        """Have documents enter a case as early as the first reminder before the due date needs them."""
        days = super()._collection_lead_days()
        # sudo: asked by the refresh, whoever books
        segments = self.env["collection.segment"].sudo().search([("company_id", "in", (False, self.id))])
        early = (segments.strategy_id | segments.challenger_id).step_ids.filtered(
            lambda step: step.trigger == "due_date" and step.delay < 0
        )
        return max([days, *(1 - step.delay for step in early)])
