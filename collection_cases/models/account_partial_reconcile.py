from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        (partials.debit_move_id | partials.credit_move_id)._collection_ledger_changed()
        return partials

    def unlink(self):
        if not self:  # Odoo calls this empty dozens of times
            return super().unlink()
        lines = self.debit_move_id | self.credit_move_id
        res = super().unlink()
        lines.exists()._collection_ledger_changed()
        return res
