from odoo import models

FOLLOWED = ("date_maturity", "no_followup", "partner_id")
"""What moves an entry into, out of or between cases, besides matching and its move's state."""


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        written = [name for name in FOLLOWED if name in vals]
        posted = self.filtered(lambda line: line.parent_state == "posted") if written else self.browse()
        before = {line: [line[name] for name in written] for line in posted}
        customers = {line: line._collection_customers() for line in posted}
        res = super().write(vals)
        changed = posted.filtered(lambda line: [line[name] for name in written] != before[line])
        if changed:
            # Both the customer that loses an entry and the one that gets it.
            self.env["collection.refresh"]._soon(set().union(*(customers[line] for line in changed)))
            changed._collection_ledger_changed()
        return res

    def _collection_customers(self):
        """Return the customers of receivable entries as a set of (company id, commercial partner id)."""
        receivable = self.filtered(lambda line: line.account_type == "asset_receivable")
        return {(line.company_id.id, line.partner_id.commercial_partner_id.id) for line in receivable}

    def _collection_ledger_changed(self):
        """Have the customers of receivable entries refreshed before this transaction commits.

        Called by every write to the ledger that can open, close or move an item. The refresh itself
        is the nightly one, for these customers only.
        """
        customers = self._collection_customers()
        if customers:
            self.env["collection.refresh"]._soon(customers)
