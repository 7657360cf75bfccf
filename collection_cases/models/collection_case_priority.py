from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import priority as priority_engine
from ..engine.aging import days_overdue


class CollectionCase(models.Model):
    """Whom to work first, and why; the counts over My day."""

    _inherit = "collection.case"
    _order = "priority_score desc, amount_overdue desc, id"

    priority_score = fields.Float(readonly=True, copy=False, digits=(5, 1), aggregator="avg")
    priority = fields.Selection(
        [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")], default="0", readonly=True, copy=False
    )
    priority_reason = fields.Char("Why this rank", compute="_compute_priority_reason")

    _my_day_idx = models.Index("(user_id, priority_score) WHERE state <> 'completed'")

    @api.depends("priority_score", "amount_overdue", "oldest_due_date", "activity_ids")
    def _compute_priority_reason(self):
        for case in self:
            reasons = []
            if case.days_overdue:
                reasons.append(self.env._("%s days overdue", case.days_overdue))
            if case.priority in ("2", "3"):
                reasons.append(self.env._("among the larger debts"))
            if case.state == "promise":
                reasons.append(self.env._("a promise is running"))
            if case.state != "completed" and not case.activity_ids:
                reasons.append(self.env._("no next step planned"))
            if not case.user_id:
                reasons.append(self.env._("no debt manager"))
            text = ", ".join(reasons)
            case.priority_reason = text[:1].upper() + text[1:]

    @api.model
    @api.readonly
    def get_my_day_counts(self):
        """Return the counts over My day, for the calling user: list of {filter, label, count, urgent}.

        `filter` is the name of the filter of the search view that lists what was counted.
        """
        mine = Domain("user_id", "=", self.env.uid) & Domain("state", "!=", "completed")
        counted = [
            ("activities_today", self.env._("Today"), Domain("my_activity_date_deadline", "=", "today"), False),
            ("activities_overdue", self.env._("Late"), Domain("my_activity_date_deadline", "<", "today"), True),
            ("promises", self.env._("Promises"), Domain("state", "=", "promise"), False),
            ("no_next_step", self.env._("No next step"), Domain("activity_ids", "=", False), True),
        ]
        return [
            {"filter": name, "label": label, "count": self.search_count(mine & domain), "urgent": urgent}
            for name, label, domain, urgent in counted
        ]

    @api.model
    def _prioritise(self, company):
        """Give every open case of a company its priority again; writes only what changed."""
        self._flush_for({"collection.case": ["amount_overdue", "oldest_due_date", "priority_score", "state"]})
        today = fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT record.id, record.amount_overdue, record.oldest_due_date, record.priority_score,
                       EXISTS (SELECT 1 FROM mail_activity activity
                                WHERE activity.res_model = 'collection.case'
                                  AND activity.res_id = record.id AND activity.active)
                  FROM collection_case record
                 WHERE record.company_id = %s AND record.state <> 'completed'
                """,
                company.id,
            )
        )
        amounts = sorted(float(row[1] or 0) for row in rows)
        ids, scores, stars = [], [], []
        for id_, amount, oldest, score, planned in rows:
            share = priority_engine.rank(float(amount or 0), amounts)
            found = priority_engine.prioritise(share, days_overdue(oldest, today), planned)
            if found.score != float(score or 0):
                ids.append(id_)
                scores.append(found.score)
                stars.append(str(found.stars))
        if ids:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE collection_case record SET priority_score = new.score, priority = new.stars
                      FROM unnest(%s::int[], %s::numeric[], %s::varchar[]) AS new(id, score, stars)
                     WHERE record.id = new.id RETURNING record.id
                    """,
                    ids,
                    scores,
                    stars,
                )
            )
            self.invalidate_model(["priority", "priority_score"])
