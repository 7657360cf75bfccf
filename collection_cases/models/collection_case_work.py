from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


def _nothing_moved(date, env):
    return env._("Nothing has moved since %s.", format_date(env, date))


class CollectionCase(models.Model):
    """Moving work between people: escalation to the department's head, hand-over to a colleague."""

    _inherit = "collection.case"

    progress_date = fields.Date(
        "Last progress",
        compute="_compute_progress_date",
        help="The last contact that reached somebody, promise, dispute or payment; else the day the case was opened.",
    )
    escalated_date = fields.Date("Escalated on", readonly=True, copy=False)

    def _compute_progress_date(self):
        dates = {case.id: [case.open_date] for case in self if case.open_date}
        for model, name, domain in self._progress_sources():
            groups = (
                self.env[model]
                .sudo()
                ._read_group(  # sudo: only a date of the case itself is shown
                    [("case_id", "in", self.ids), *domain], ["case_id"], [f"{name}:max"]
                )
            )
            for case, date in groups:
                if date:
                    dates.setdefault(case.id, []).append(fields.Date.to_date(date))
        for case_id, date in self._last_payments():
            dates.setdefault(case_id, []).append(date)
        for case in self:
            case.progress_date = max(dates.get(case.id, []), default=False)

    def _last_payments(self):
        """Return when something was last matched with the items: list of (case id, date)."""
        self.env["account.partial.reconcile"].flush_model(["debit_move_id", "max_date"])
        return self.env.execute_query(
            SQL(
                """
                SELECT item.case_id, MAX(match.max_date)
                  FROM collection_item item
                  JOIN account_partial_reconcile match ON match.debit_move_id = item.move_line_id
                 WHERE item.case_id = ANY(%s)
              GROUP BY item.case_id
                """,
                self.ids,
            )
        )

    @api.model
    def _progress_sources(self):
        """Return what counts as progress on a case: list of (model, date field, domain)."""
        return [
            ("collection.action", "date", [("state", "=", "done"), ("outcome_id.is_contact", "=", True)]),
            ("collection.promise", "made_on", []),
            ("collection.dispute", "date", []),
            ("collection.item", "settled_date", [("settled_date", "!=", False)]),
        ]

    def _next_case(self):
        """Return the case the caller works next today: by priority, after this one; empty when none waits."""
        today = fields.Date.context_today(self)
        mine = [("user_id", "=", self.env.uid), ("state", "!=", "completed"), ("id", "not in", self.ids)]
        due = self.search([*mine, ("my_activity_date_deadline", "<=", today)], limit=1)
        waiting = [("activity_ids", "=", False), ("state", "!=", "promise"), ("amount_overdue", ">", 0)]
        return due or self.search([*mine, *waiting], limit=1)

    def action_snooze(self):
        """Postpone the caller's due work on these cases to tomorrow; the history says so."""
        self.check_access("write")
        for case in self:
            today = case._today()
            due = case.activity_ids.filtered(
                lambda activity, today=today: activity.user_id == self.env.user and activity.date_deadline <= today
            )
            if not due:
                raise UserError(self.env._("Nothing of yours is due on %s today.", case.name))
            due.write({"date_deadline": fields.Date.add(today, days=1)})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === ESCALATION === #

    def _escalation_head(self):
        """Return who a case is escalated to: the head of its department, or of the one above."""
        self.ensure_one()
        # sudo: who heads a department is no secret inside the company
        department = self.sudo().department_id
        collector = self.env.ref("collection_cases.group_collection_user")
        while department:
            head = department.manager_id.user_id
            if head and head != self.user_id and head.active and collector in head.all_group_ids:
                return head.sudo(False)
            department = department.parent_id
        return self.env["res.users"]

    def action_escalate(self):
        """Ask the department's head to step in: an activity for them and a note on the case."""
        self.check_access("write")
        for case in self:
            case._escalate(lambda env: env._("%s asks you to step in.", env.user.name))
        return True

    def _escalate(self, why):
        """Escalate one case.

        :param why: from an environment to a sentence in its language, for the head and the note
        :raises UserError: nobody to escalate to, the case is completed, or it is with the head already
        """
        self.ensure_one()
        if self.state == "completed":
            raise UserError(self.env._("%s is completed.", self.name))
        head = self._escalation_head()
        if not head:
            raise UserError(
                self.env._(
                    "%(case)s has no department with a head, other than its debt manager, who works in collections."
                    " Set the department's manager under Employees, or hand the case over.",
                    case=self.name,
                )
            )
        kind = self.env.ref("collection_cases.mail_activity_type_escalation", raise_if_not_found=False)
        if not kind:
            raise UserError(
                self.env._("The activity type for escalations was deleted: update the addon to get it back.")
            )
        # sudo: the head's activities are not the collector's
        waiting = self.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind and activity.user_id == head
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(case)s is with %(head)s already, until %(date)s.",
                    case=self.name,
                    head=head.name,
                    date=format_date(self.env, waiting[0].date_deadline),
                )
            )
        for_head = self.sudo()._in_language_of(head)
        for_head._plan(kind, self._today(), summary=why(for_head.env), user=head)
        self.sudo()._write_derived({"escalated_date": self._today()})  # sudo: set by the product, not typed in
        told = self._in_language_of()
        told._message_log(body=told.env._("Escalated to %(head)s. %(why)s", head=head.name, why=why(told.env)))

    @api.model
    def _escalate_stale(self, company, day):
        """Escalate cases on which nothing has moved for as long as the company allows; for the night job.

        :param company: `res.company`
        :param day: today
        :returns: how many were escalated
        """
        limit = company.collection_escalation_days
        if not limit:
            return 0
        before = day - timedelta(days=limit)
        cases = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "completed"),
                ("amount_overdue", ">", 0),
                ("open_date", "<", before),
                ("user_id", "!=", False),
                "|",
                ("escalated_date", "=", False),
                ("escalated_date", "<", before),
            ]
        )
        count = 0
        stale = cases.filtered(lambda case: case.progress_date and case.progress_date < before)
        blocked = stale._block_reasons(day)
        for case in stale:
            if blocked.get(case.id) or not case._escalation_head():
                continue
            try:
                case._escalate(partial(_nothing_moved, case.progress_date))
            except UserError:
                continue  # with the head already
            count += 1
        return count

    # === HAND-OVER === #

    def _hand_over(self, heir, reason=None, *, customers=False):
        """Give cases, and the work planned on them, to another debt manager.

        :param heir: `res.users`
        :param reason: for the note, may be empty
        :param customers: also make the heir the debt manager of the customers (branches)
        """
        self.check_access("write")
        for company, cases in self.grouped("company_id").items():
            # sudo: what a colleague may do is no secret
            if self.env.ref("collection_cases.group_collection_user") not in heir.sudo().all_group_ids:
                raise UserError(
                    self.env._("%s is no collector: give the role under Settings / Users first.", heir.name)
                )
            if company not in heir.sudo().company_ids:  # sudo: in which companies a colleague works is no secret
                raise UserError(
                    self.env._("%(who)s does not work at %(company)s.", who=heir.name, company=company.name)
                )
            for before, theirs in cases.grouped("user_id").items():
                # sudo: planned work of the one who hands over goes along
                planned = theirs.sudo().activity_ids.filtered(
                    lambda activity, before=before: (
                        activity.user_id == before and activity.activity_type_id.collection_participates
                    )
                )
                if customers:
                    for case in theirs:
                        # sudo: whoever may hand over the case may hand over its customer
                        for party in (case.branch_id | case.partner_id).sudo().with_company(company):
                            if party.debt_manager_id == before:
                                party.debt_manager_id = heir
                note = self.env._(
                    "Handed over from %(before)s to %(heir)s. %(reason)s",
                    before=before.name or "–",
                    heir=heir.name,
                    reason=reason or "",
                )
                theirs.sudo()._message_log_batch(dict.fromkeys(theirs.ids, note))
                planned.with_context(mail_activity_quick_update=True).user_id = heir
                theirs.sudo().user_id = heir
