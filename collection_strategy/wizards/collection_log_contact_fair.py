from odoo import api, fields, models


class CollectionLogContact(models.TransientModel):
    """Warns whoever calls or visits outside what is fair; what happened is logged all the same."""

    _inherit = "collection.log.contact"

    fair_contact_text = fields.Text(compute="_compute_fair_contact_text")

    @api.depends("case_id", "channel_id")
    def _compute_fair_contact_text(self):
        fair = self.env["collection.fair.contact"]
        for wizard in self:
            found = fair._warnings(wizard.case_id, wizard.channel_id) if wizard.case_id and wizard.channel_id else {}
            wizard.fair_contact_text = found.get(wizard.case_id.id)
