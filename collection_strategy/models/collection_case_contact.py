from odoo import api, fields, models


class CollectionCase(models.Model):
    """What the fair-contact rules say to whoever is about to call."""

    _inherit = "collection.case"

    fair_contact_text = fields.Text(
        "Fair contact", compute="_compute_fair_contact_text", help="Why the debtor should not be called right now."
    )
    debtor_local_time = fields.Char("Time there", compute="_compute_fair_contact_text")

    @api.depends("partner_id", "branch_id", "action_ids.state", "oldest_due_date", "state")
    @api.depends_context("lang")
    def _compute_fair_contact_text(self):
        fair = self.env["collection.fair.contact"]
        call = self.env["collection.channel"].search([("code", "=", "call")], limit=1)
        found = fair._warnings(self.filtered("partner_id"), call)
        for case in self:
            case.fair_contact_text = found.get(case.id) if case.state != "completed" else False
            place = case.branch_id or case.partner_id
            case.debtor_local_time = place.with_company(case.company_id).collection_local_time if place else False
