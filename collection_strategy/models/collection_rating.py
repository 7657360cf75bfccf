from decimal import Decimal

from odoo import api, fields, models

from ..engine.rating import WORSE, History, rate
from ..queries import ratings
from .collection_segment import GRADES

TRENDS = [("better", "Getting better"), ("same", "Steady"), ("worse", "Getting worse")]


class CollectionRating(models.Model):
    """How a customer pays, from the ledger's own history; see `engine/rating.py`."""

    _name = "collection.rating"
    _description = "Payment rating"
    _order = "score, id"
    _check_company_auto = True

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    grade = fields.Selection(GRADES, "Rating", required=True)
    score = fields.Integer(help="From 0 to 100.", aggregator="avg")
    days_late = fields.Float(help="Between due date and payment, weighted by the amounts of twelve months.")
    share_late = fields.Float("Paid late", help="Share of the amounts that came after their due date.")
    kept_rate = fields.Float("Promises kept")
    has_promises = fields.Boolean()
    trend = fields.Selection(TRENDS)
    drift = fields.Float("Days later than before")
    sentence = fields.Char(compute="_compute_sentence", string="Because")

    _customer_uniq = models.Constraint("UNIQUE(company_id, partner_id)", "A customer has one rating.")

    @api.depends("days_late", "share_late", "kept_rate", "trend", "drift")
    def _compute_sentence(self):
        for rating in self:
            parts = [
                self.env._(
                    "pays %(days)s days late on average, %(share)s %% of the money late",
                    days=round(rating.days_late),
                    share=round(100 * rating.share_late),
                )
            ]
            if rating.has_promises:
                parts.append(self.env._("keeps %s %% of the promises", round(100 * rating.kept_rate)))
            if rating.trend == WORSE:
                parts.append(self.env._("lately %s days later than before", round(rating.drift)))
            rating.sentence = ", ".join(parts)

    @api.model
    def _rate(self, company, day):
        """Rate all customers of a company who paid in the last twelve months; alert where it gets worse.

        :returns: number of ratings that changed
        """
        company = company.with_company(company)
        accounts = self.env["collection.refresh"]._receivable_accounts(company)
        self.env["collection.case"]._flush_for(ratings.FLUSH)
        rows = []
        for partner_id, *facts in self.env.execute_query(ratings.history(company, accounts.ids, day)):
            amounts = [Decimal(str(round(value or 0, 6))) for value in facts[:5]]
            if found := rate(History(*amounts, kept=facts[5], judged=facts[6])):
                rows.append((partner_id, found))
        if not rows:
            return 0
        changed = self.env.execute_query(ratings.upsert(company, rows))
        self.invalidate_model()
        trends = {partner_id: found.trend for partner_id, found in rows}
        # A first rating alerts nobody: there is nothing it was better before than.
        worse = [partner for partner, before in changed if before and before != WORSE and trends[partner] == WORSE]
        self._alert(company, worse)
        return len(changed)

    def _alert(self, company, partner_ids):
        """Tell the debt manager (else the salesperson) that customers pay later and later."""
        kind = self.env.ref("mail.mail_activity_data_warning")
        for rating in self.search([("company_id", "=", company.id), ("partner_id", "in", partner_ids)]):
            partner = rating.partner_id.with_company(company)
            manager, _contact = self.env["collection.case"]._default_parties(company, partner, partner.browse())
            user = manager or partner.user_id
            if user:
                told = rating.with_context(lang=user.lang)
                partner.activity_schedule(
                    activity_type_id=kind.id,
                    user_id=user.id,
                    summary=told.env._("Pays later and later: look at limit and terms"),
                    note=told.sentence,
                )
