from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # Odoo moves references one table at a time in SQL. Two open cases would become the same
        # customer's, which rule I2 forbids, so the merged customers' cases are closed first.
        # sudo: merging contacts is a right of its own; the cases only follow.
        customers = self.env["collection.case"].sudo()._before_merge(src_partners, dst_partner)
        res = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["collection.refresh"]._soon(customers)
        return res
