from decimal import Decimal

from odoo import api, models

from odoo.addons.collection_cases.engine import blocks
from odoo.addons.collection_cases.engine.blocks import Block

from .collection_item import UNMATCHED_MONEY


class CollectionCase(models.Model):
    """What may be asked of the debtor today, and who of us does what."""

    _inherit = "collection.case"

    @api.model
    def _customers_kept_back(self, company):
        found = super()._customers_kept_back(company)
        # sudo: whether money is on its way, no more
        lines = (
            self.env["account.bank.statement.line"]
            .sudo()
            .search([*UNMATCHED_MONEY, ("company_id", "=", company.id), ("partner_id", "!=", False)])
        )
        found |= set(lines.partner_id.commercial_partner_id.ids)
        if "payment.transaction" in self.env:
            # sudo: as above
            running = (
                self.env["payment.transaction"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", company.id),
                        "|",
                        ("state", "in", ("draft", "pending", "authorized")),
                        "&",
                        ("state", "=", "done"),
                        ("is_post_processed", "=", False),
                    ]
                )
            )
            found |= set(running.partner_id.commercial_partner_id.ids)
            if "invoice_ids" in running._fields:
                found |= set(running.invoice_ids.commercial_partner_id.ids)
        return found

    def _asked_rows(self, day):
        """Return what may be asked for: overdue debts, else what is due next; less what is kept back.

        :param day: today
        :returns: (list of (`collection.item`, amount in its currency), None), or ([], `Block` that is in the way)
        """
        self.ensure_one()
        items = self._overdue_items(day)
        early = not items
        items = items or self._soon_due_items(day)
        if not items:
            return [], Block(blocks.SETTLED)
        found = items._block_reasons(day)
        free = {item: blocks.free(Decimal(repr(item.residual)), found.get(item.id, ())) for item in items}
        asked = [(item, float(amount)) for item, amount in free.items() if amount > 0]
        if not asked:
            return [], next(block for item in items for block in found[item.id])
        rows = []
        for currency in dict.fromkeys(item.currency_id for item, _amount in asked):
            own = [(item, amount) for item, amount in asked if item.currency_id == currency]
            credits = self.item_ids.filtered(
                lambda item, currency=currency: (
                    item.state == "open" and item.residual < 0 and item.currency_id == currency
                )
            )
            left = sum(amount for _item, amount in own) + sum(credits.mapped("residual"))
            if currency.compare_amounts(left, 0) > 0:
                rows += own + [(credit, credit.residual) for credit in credits]
        if not rows or (not early and self.amount_overdue <= 0):
            return [], Block(blocks.COVERED)
        return rows, None

    def _can_be_reached(self, partner, channel):
        """Add what makes an address useless: it is on the blacklist, or what was sent there came back."""
        if not super()._can_be_reached(partner, channel):
            return False
        partner = partner.sudo()  # sudo: whether somebody can be reached may be asked by who may read the case
        if channel.handler == "email":
            return not (partner.is_blacklisted or self._came_back(partner))
        if channel.handler == "sms":
            return not partner.phone_blacklisted and bool(self.env["collection.channel.sms"]._address(partner))
        return True

    def _came_back(self, partner):
        """Tell whether the last message to a partner's present address came back."""
        # sudo: as above
        last = (
            self.env["collection.notice"]
            .sudo()
            .search(
                [("addressee_id", "=", partner.id), ("address", "=", partner.email_normalized)],
                order="id desc",
                limit=1,
            )
        )
        return bool(last.bounced_date)

    def _who_does(self, role):
        """Return who of us does what a step asks for.

        :param role: `debt_manager`, `head` or `sales`
        :returns: `res.users`, may be empty
        """
        self.ensure_one()
        case = self.sudo()  # sudo: who works for whom is known to everybody
        manager = case.user_id or case.company_id.collection_user_id
        if role == "head":
            return case.department_id.manager_id.user_id or manager
        if role == "sales":
            return case.salesperson_id or manager
        return manager
