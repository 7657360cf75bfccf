import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import priority as priority_engine
from ..engine.aging import days_overdue
from ..queries import priorities as queries


class CollectionCase(models.Model):
    """Whom to work first, and why; the counts over My day."""

    _inherit = "collection.case"
    _order = "priority_score desc, amount_overdue desc, id"

    priority_score = fields.Float(readonly=True, copy=False, digits=(5, 1), aggregator="avg")
    priority = fields.Selection(
        [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")], default="0", readonly=True, copy=False
    )
    priority_parts = fields.Json(readonly=True, copy=False)
    priority_reason = fields.Char("Why this rank", compute="_compute_priority_reason")
    priority_detail = fields.Char("Rank", compute="_compute_priority_detail", help="The parts of the score, 0 to 100.")

    _my_day_idx = models.Index("(user_id, priority_score) WHERE state <> 'completed'")

    @api.depends("priority_parts", "oldest_due_date", "activity_ids", "user_id", "state")
    @api.depends_context("lang")
    def _compute_priority_reason(self):
        for case in self:
            parts = dict(case.priority_parts or [])
            texts = [text for code in parts if (text := case._priority_text(code))]
            if case.days_overdue and "age" not in parts:
                texts.append(self.env._("%s days overdue", case.days_overdue))
            if not case.user_id:
                texts.append(self.env._("no debt manager"))
            text = ", ".join(texts)
            case.priority_reason = text[:1].upper() + text[1:]

    def _priority_text(self, code):
        """Return a part of the rank in words; False when it is nothing to tell.

        :param code: see `engine/priority.py`
        """
        if code == "amount":
            return self.priority in ("2", "3") and self.env._("among the larger debts")
        if code == "age":
            return self.env._("%s days overdue", self.days_overdue)
        if code == "broken":
            return self._broken_text()
        if code == "no_next_step":
            return not self.activity_ids and self.env._("no next step planned")
        if code == "waiting":
            if self.next_promise_date:
                return self.env._("waits for the promise of %s", format_date(self.env, self.next_promise_date))
            return self.env._("waits: contested or held")
        return False

    def _broken_text(self):
        if any(instrument.state == "bounced" for instrument in self.sudo().instrument_ids):  # sudo: only whether
            return self.env._("a cheque bounced")
        return self.env._("a promise was broken")

    @api.depends("priority_parts")
    def _compute_priority_detail(self):
        names = {
            "amount": self.env._("amount"),
            "age": self.env._("age"),
            "broken": self.env._("broken promise"),
            "no_next_step": self.env._("no next step"),
            "waiting": self.env._("waiting"),
        }
        for case in self:
            parts = " ".join(f"{names.get(code, code)} {points:+g}" for code, points in case.priority_parts or [])
            case.priority_detail = parts and f"{case.priority_score:g} = {parts}"

    @api.model
    @api.readonly
    def get_my_day_counts(self):
        """Return the counts over My day, for the calling user: list of {filter, label, count, urgent}.

        `filter` is the name of the filter of the search view that lists what was counted.
        """
        mine = Domain("user_id", "=", self.env.uid) & Domain("state", "!=", "completed")
        no_step = Domain("activity_ids", "=", False) & Domain("state", "!=", "promise")
        counted = [
            ("activities_today", self.env._("Today"), Domain("my_activity_date_deadline", "=", "today"), False),
            ("activities_overdue", self.env._("Late"), Domain("my_activity_date_deadline", "<", "today"), True),
            ("promises_due", self.env._("Promises due"), Domain("next_promise_date", "<=", "today"), False),
            ("no_next_step", self.env._("No next step"), no_step, True),
        ]
        return [
            {"filter": name, "label": label, "count": self.search_count(mine & domain), "urgent": urgent}
            for name, label, domain, urgent in counted
        ]

    @api.model
    def _prioritise(self, company, day=None):
        """Give every open case of a company its priority again; writes only what changed.

        :param day: today at the company, by default
        """
        self._flush_for(queries.FLUSH)
        day = day or self.env["collection.refresh"]._today(company)
        rows = self.env.execute_query(queries.facts(company, day))
        elsewhere = self._kept_back_elsewhere(company, day)
        due = {row[0]: max(0.0, float(row[1] or 0) + elsewhere[row[0]]) for row in rows}
        amounts = sorted(due.values())
        changed = []
        for id_, _amount, oldest, known, planned, broken, held in rows:
            amount = due[id_]
            late = days_overdue(oldest, day)
            share = priority_engine.rank(amount, amounts) if amount else 0.0
            found = priority_engine.prioritise(share, late, planned, broken, held or not amount)
            parts = [list(part) for part in found.reasons]
            if parts != (known or []):
                changed.append((id_, found.score, str(found.stars), json.dumps(parts)))
        if changed:
            self.env.execute_query(queries.write(changed))
            self.invalidate_model(["priority", "priority_parts", "priority_score"])

    @api.model
    def _kept_back_elsewhere(self, company, day):
        """Return what is contested or promised of items that are not overdue: it lowers no rank.

        A promise about overdue and other items is about the overdue ones first.

        :returns: {case id: amount in the company's currency}, 0 for cases without any
        """
        amounts = defaultdict(float)
        contested = self.env.execute_query(queries.contested_not_overdue(company, day))
        lines = {line_id: case_id for case_id, line_id in contested}
        for line in self.env["collection.dispute.line"].browse(lines):
            amounts[lines[line.id]] += line._in_company_currency(line._held_back())
        rows = self.env.execute_query(queries.promised_not_overdue(company, day))
        promises = self.env["collection.promise"].browse(row[1] for row in rows)
        for promise, (case_id, _id, overdue) in zip(promises, rows, strict=True):
            rest = max(0.0, promise.missing - float(overdue))
            amounts[case_id] += promise.currency_id._convert(rest, company.currency_id, company, promise.made_on)
        return amounts
