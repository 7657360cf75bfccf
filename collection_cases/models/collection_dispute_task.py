from datetime import timedelta

from odoo import models
from odoo.tools import format_date


class CollectionDispute(models.Model):
    """The task of a dispute: who gets it, that it does not end before the dispute does, who is told of the end."""

    _inherit = "collection.dispute"

    def _who_settles(self):
        """Return who gets the task: the reason's person, the department's head, the debt manager, the caller."""
        self.ensure_one()
        company = self.company_id or self.case_id.company_id
        # sudo: who works where is no secret inside the company
        for user in (self.reason_id.user_id, self._head(), self.case_id.user_id):
            if user.sudo().active and company in user.sudo().company_ids:
                return user
        return self.env.user

    def _head(self):
        # sudo: who heads a department is no secret inside the company
        return self.department_id.sudo().manager_id.user_id.filtered("active").sudo(False)

    def _task_kind(self):
        return self.env.ref("collection_cases.mail_activity_type_dispute", raise_if_not_found=False)

    def _raise_task(self):
        """Give the person responsible the task, with the deadline, and tell the case."""
        self.ensure_one()
        self._plan_task(self.date_deadline)
        case = self.case_id._in_language_of()
        text = case.env._(
            "Contested: %(items)s (%(reason)s). Settled by %(who)s until %(date)s.",
            items=", ".join(f"{line.item_id.name} {line.currency_id.format(line.amount)}" for line in self.line_ids),
            reason=self.with_env(case.env).reason_id.name,
            who=self.user_id.name or self.department_id.name or "–",
            date=format_date(case.env, self.date_deadline),
        )
        if self.department_id and not self._head() and not self.reason_id.user_id:
            lacking = case.env._(
                "%(department)s has no head, so the task is given to %(who)s.",
                department=self.department_id.name,
                who=self.user_id.name,
            )
            text = f"{text} {lacking}"
        case._message_log(body=text)

    def _plan_task(self, day):
        """Plan the task for who settles the dispute, else for the debt manager."""
        kind, user = self._task_kind(), self.user_id or self._who_settles()
        if kind:
            own = self.with_context(lang=user.sudo().lang or self.env.lang)  # sudo: a colleague's language
            own.activity_schedule(
                activity_type_id=kind.id,
                date_deadline=day,
                user_id=user.id,
                summary=own.env._("Settle the dispute"),
            )

    def _follow_task(self):
        """Give the task to who settles the dispute now, with its deadline."""
        kind = self._task_kind()
        for dispute in self.filtered(lambda dispute: dispute.state == "open"):
            # sudo: the task may be a colleague's until now
            task = dispute.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == kind)[:1]
            if task:
                user = dispute.user_id or dispute._who_settles()
                task.write({"user_id": user.id, "date_deadline": dispute.date_deadline})

    def _raise_ended_tasks(self):
        """Plan the task again where it was marked done or cancelled while the dispute is still open.

        For the deadline, or for tomorrow when that has passed.
        """
        known = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self._task_kind().id),
            ]
        )
        for dispute in self.filtered(
            lambda dispute: dispute.state == "open" and dispute.id not in known.mapped("res_id")
        ):
            today = dispute.case_id._today()
            day = dispute.date_deadline
            if not day or day <= today:
                day = today + timedelta(days=1)
            dispute._plan_task(day)
            own = dispute.with_context(lang=dispute.user_id.lang or self.env.lang)
            own._message_log(
                body=own.env._(
                    "The task was ended, but the dispute is open: it is planned again for %s. Accept, reject or"
                    " withdraw the dispute to end it.",
                    format_date(own.env, day),
                )
            )

    # === THE END === #

    def _settled_text(self):
        return self.env._(
            "Dispute %(name)s: %(state)s. %(text)s",
            name=self.reason_id.name,
            state=self._state_label(),
            text=self.resolution or "",
        )

    def _tell_settled(self):
        """Tell who registered the dispute, and the debt manager, unless they settled it themselves."""
        self.ensure_one()
        waiting = self.create_uid | self.case_id.user_id
        for user in waiting.filtered(lambda user: user.active and not user.share) - self.env.user:
            own = self.with_context(lang=user.lang or self.env.lang)
            own.message_notify(
                partner_ids=user.partner_id.ids,
                subject=own.env._("Dispute settled: %s", own.partner_id.name),
                body=own._settled_text(),
                force_send=False,
            )


class CollectionCase(models.Model):
    """What a completed case leaves of its disputes: none that nothing is left to contest in."""

    _inherit = "collection.case"

    def _end_settled_disputes(self):
        """Withdraw the open disputes of which every item was paid or credited."""
        # sudo: it follows from the ledger, whoever booked
        for dispute in self.sudo().dispute_ids.filtered(lambda dispute: dispute.state == "open"):
            if all(line.currency_id.compare_amounts(line.residual, 0) <= 0 for line in dispute.line_ids):
                case = dispute.case_id._in_language_of()
                dispute._settle("withdrawn", case.env._("Settled: all it was about was paid or credited."))
