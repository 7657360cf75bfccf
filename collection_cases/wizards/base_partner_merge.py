from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # Odoo moves references one table at a time in SQL. Two open cases would become the same
        # customer's, which rule I2 forbids, so the merged customers' cases are closed first.
        # sudo: merging contacts is a right of its own; the cases only follow.
        customers = self.env["collection.case"].sudo()._before_merge(src_partners, dst_partner)
        # sudo: as above. Odoo would delete all contacts of a customer that meets the other's primary one.
        contacts = self.env["collection.contact"].sudo()
        if contacts.search_count([("partner_id", "=", dst_partner.id), ("is_primary", "=", True)], limit=1):
            contacts.search([("partner_id", "in", src_partners.ids), ("is_primary", "=", True)]).is_primary = False
        known = contacts.search([("partner_id", "=", dst_partner.id)]).contact_id | dst_partner
        contacts.search([("partner_id", "in", src_partners.ids), ("contact_id", "in", known.ids)]).unlink()
        self.env.flush_all()
        res = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["collection.refresh"]._soon(customers)
        return res
