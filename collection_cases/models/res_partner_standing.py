from odoo import api, fields, models

from ..engine.standing import Standing, summarise
from ..queries.standing import standing as standing_query


class ResPartner(models.Model):
    """A customer's standing, for sales people before they decide and for collectors."""

    _inherit = "res.partner"

    collection_contact_ids = fields.One2many("collection.contact", "partner_id", "Contacts for payments")
    collection_promised = fields.Monetary(
        "Promised", compute="_compute_collection_standing_more", currency_field="collection_currency_id"
    )
    collection_disputed = fields.Monetary(
        "Contested", compute="_compute_collection_standing_more", currency_field="collection_currency_id"
    )
    collection_kept_rate = fields.Float(
        "Promises kept", compute="_compute_collection_standing_more", help="Share of the judged promises, by number."
    )
    collection_judged_count = fields.Integer(compute="_compute_collection_standing_more")
    collection_credit_left = fields.Monetary(
        "Credit left",
        compute="_compute_collection_standing_more",
        currency_field="collection_currency_id",
        help="Credit limit less what is owed; negative when it is exceeded.",
    )
    collection_has_limit = fields.Boolean(compute="_compute_collection_standing_more")
    collection_last_payment_date = fields.Date("Last payment", compute="_compute_collection_standing_more")
    collection_paid_12_months = fields.Monetary(
        "Paid in 12 months", compute="_compute_collection_standing_more", currency_field="collection_currency_id"
    )
    collection_days_late = fields.Float(
        "Pays late by", compute="_compute_collection_standing_more", help="Days after the due date, weighted by amount."
    )
    collection_standing_text = fields.Char("In a sentence", compute="_compute_collection_standing_more")

    @api.depends_context("company", "uid")
    def _compute_collection_standing_more(self):
        """Gather the standing of customers the user may see; nothing of the others.

        Sales people see their customers', collectors those of their cases, managers and accounting all.
        """
        company = self.env.company
        visible = self._collection_visible()
        customers = visible.commercial_partner_id
        facts = self._collection_facts(company, customers)
        for partner in self:
            shown = partner in visible
            customer = partner.commercial_partner_id
            # sudo: who sees the standing sees the limit, which is otherwise accounting's
            own = customer.sudo().with_company(company)
            # sudo: whether the company uses limits is no secret
            limit = own.credit_limit if shown and company.sudo().account_use_credit_limit else 0
            standing = summarise(facts.get(customer.id, {}), limit, own.credit if shown else 0)
            partner.collection_has_limit = bool(limit)
            for name in (
                *("promised", "disputed", "kept_rate", "judged_count", "credit_left"),
                *("last_payment_date", "paid_12_months", "days_late"),
            ):
                partner[f"collection_{name}"] = getattr(standing, name)
            partner.collection_standing_text = partner._collection_sentence(standing, limit) if shown else False

    def _collection_visible(self):
        user = self.env.user
        everything = "collection_cases.group_collection_manager,account.group_account_invoice"
        if self.env.su or user.has_groups(everything):
            return self
        if not user.has_group("collection_cases.group_collection_reader"):
            return self.browse()
        cases = self.env["collection.case"].search([("partner_id", "in", self.commercial_partner_id.ids)])
        worked = cases.partner_id
        return self.filtered(
            lambda partner: partner.commercial_partner_id in worked or user == partner.commercial_partner_id.user_id
        )

    @api.model
    def _collection_facts(self, company, customers):
        """Return what is known about customers' payments: {customer id: dict}, see `engine/standing.py`."""
        if not customers:
            return {}

        self.env["collection.case"].flush_model()
        self.env["collection.promise"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        accounts = self.env["collection.refresh"]._receivable_accounts(company).ids
        today = self.env["collection.refresh"]._today(company)
        rows = self.env.execute_query_dict(standing_query(company, customers.ids, accounts, today))
        return {row.pop("id"): row for row in rows}

    def _collection_sentence(self, standing: Standing, limit):
        """Return the standing in a sentence that a sales person reads before deciding."""
        currency = self.env.company.currency_id
        parts = []
        if self.collection_days_overdue:
            parts.append(
                self.env._(
                    "%(amount)s overdue for %(days)s days",
                    amount=currency.format(self.collection_amount_overdue),
                    days=self.collection_days_overdue,
                )
            )
        else:
            parts.append(self.env._("nothing overdue in collection"))
        if limit and standing.credit_left < 0:
            parts.append(self.env._("credit limit exceeded by %s", currency.format(-standing.credit_left)))
        if standing.judged_count:
            parts.append(
                self.env._(
                    "%(kept)s of %(count)s promises kept",
                    kept=round(standing.kept_rate * standing.judged_count),
                    count=standing.judged_count,
                )
            )
        if standing.days_late >= 1:
            parts.append(self.env._("pays %s days late on average", round(standing.days_late)))
        text = ", ".join(parts)
        return text[:1].upper() + text[1:]
