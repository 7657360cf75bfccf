from odoo import api, fields, models

from ..queries import promises as queries
from ..services.promise_judge import judged_rows


class CollectionCase(models.Model):
    """Promises of the case: what they sum to, how they are judged, what follows."""

    _inherit = "collection.case"

    promise_ids = fields.One2many("collection.promise", "case_id", "Promises")
    plan_ids = fields.One2many("collection.plan", "case_id", "Instalment plans")
    amount_promised = fields.Monetary(
        "Promised",
        compute="_compute_amount_promised",
        store=True,
        help="What open promises still are about, in the company's currency.",
    )
    next_promise_date = fields.Date("Promised for", compute="_compute_amount_promised", store=True)

    @api.depends("promise_ids.amount", "promise_ids.received", "promise_ids.state", "promise_ids.date")
    def _compute_amount_promised(self):
        for case in self:
            # sudo: stored for everybody who may read the case
            running = case.sudo().promise_ids.filtered(lambda promise: promise.state == "open")
            case.amount_promised = sum(
                promise.currency_id._convert(promise.missing, case.currency_id, case.company_id, promise.made_on)
                for promise in running
            )
            case.next_promise_date = min(running.mapped("date"), default=False)

    def _today(self):
        """Return the day at the case's company."""
        return self.env["collection.refresh"]._today(self.company_id or self.env.company)

    def _on_promised(self):
        """A promise was made: the case waits for it."""
        for case in self:
            case._update_state("promise", "promise")

    def _after_promises(self):
        """Promises were decided, cancelled or reopened: the case waits for open ones, or is in progress again."""
        for case in self:
            running = case.promise_ids.filtered(lambda promise: promise.state == "open")
            if running and case.state == "in_progress":
                case._update_state("promise", "promise")
            if case.state == "promise" and not case.promise_ids.filtered(lambda promise: promise.state == "open"):
                case._update_state("in_progress", "promises_decided")

    # === JUDGING === #

    @api.model
    def _judge_promises(self, company, day, partner_ids, *, again=False):
        """Judge the promises of some customers, and do what follows. Idempotent.

        :param company: `res.company`
        :param day: today
        :param partner_ids: ids of commercial partners
        :param again: the second look, at plans that were revived by the first
        :returns: dict of counts: promises_kept, promises_broken
        """
        counts = {"promises_kept": 0, "promises_broken": 0}
        self._flush_for(queries.FLUSH)
        rows = self.env.execute_query(queries.to_judge(company, partner_ids, day))
        if not rows:
            return counts
        items = sorted({item for row in rows for item in row[11]})
        accounts = self.env["collection.refresh"]._receivable_accounts(company).ids
        receipts = self.env.execute_query(queries.matched_receipts(items))
        partners = sorted({row[2] for row in rows})
        waiting = self.env.execute_query(queries.waiting_receipts(company, partners, accounts))
        left = dict(self.env.execute_query(queries.left(items)))
        changed = judged_rows(rows, receipts, waiting, left, day)
        decided = {"kept": self.env["collection.promise"], "broken": self.env["collection.promise"]}
        for id_, judgement in changed:
            promise = self.env["collection.promise"].browse(id_)
            outcome = promise._take_judgement(judgement)
            if outcome:
                decided[outcome] |= promise
        decided["kept"]._on_kept()
        decided["broken"]._on_broken()
        judged = self.env["collection.promise"].browse([id_ for id_, _found in changed])
        revived = judged.plan_id._after_instalments()
        judged.case_id._after_promises()
        counts["promises_kept"] = len(decided["kept"])
        counts["promises_broken"] = len(decided["broken"])
        self.env.flush_all()
        if revived and not again:
            # Instalments that came back with their plan may be due meanwhile.
            self._judge_promises(company, day, revived.partner_id.ids, again=True)
        return counts
