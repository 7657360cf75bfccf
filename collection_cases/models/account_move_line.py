from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(("date_maturity", "no_followup", "partner_id")):
            self._collection_ledger_changed()
        return res

    def _collection_ledger_changed(self):
        """Have the customers of receivable entries refreshed before this transaction commits.

        Called by every write to the ledger that can open, close or move an item. The refresh itself
        is the nightly one, for these customers only.
        """
        receivable = self.filtered(lambda line: line.account_type == "asset_receivable")
        if receivable:
            self.env["collection.refresh"]._soon(
                {(line.company_id.id, line.partner_id.commercial_partner_id.id) for line in receivable}
            )
