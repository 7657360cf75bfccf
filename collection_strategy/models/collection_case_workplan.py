from odoo import api, fields, models
from odoo.fields import Domain


class CollectionCase(models.Model):
    """Standing in for absent colleagues: what is due of theirs is seen, the case stays theirs."""

    _inherit = "collection.case"

    workplan_line_ids = fields.One2many(
        "collection.workplan.line", "case_id", "Work plans", groups="collection_cases.group_collection_manager"
    )
    is_stood_in = fields.Boolean(
        "For a colleague",
        compute="_compute_is_stood_in",
        search="_search_is_stood_in",
        help="Somebody is away, you stand in for them, and work on the case is due.",
    )
    stood_in_text = fields.Char("Stood in for", compute="_compute_is_stood_in")

    @api.model
    def _absence_domain(self):
        """Return the domain of the absences today in which the user stands in."""
        today = fields.Date.context_today(self)
        return Domain(
            [
                ("substitute_id", "=", self.env.uid),
                ("plan_id.state", "=", "active"),
                ("absent_from", "<=", today),
                ("absent_to", ">=", today),
            ]
        )

    @api.model
    def _absences(self):
        # sudo: a collector reads their own row of a plan only, but has to know whom they stand in for
        return self.env["collection.workplan.member"].sudo().search(self._absence_domain())

    @api.depends("user_id", "activity_ids.date_deadline")
    @api.depends_context("uid")
    def _compute_is_stood_in(self):
        today = fields.Date.context_today(self)
        absences = {member.user_id: member for member in self._absences()}
        for case in self:
            member = absences.get(case.user_id)
            # sudo: only whether something is due
            due = any(activity.date_deadline <= today for activity in case.sudo().activity_ids)
            case.is_stood_in = bool(member) and member.company_id == case.company_id and due
            case.stood_in_text = (
                self.env._("For %(who)s, %(away)s", who=case.user_id.name, away=member._absence_text())
                if case.is_stood_in
                else False
            )

    def _search_is_stood_in(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        today = fields.Date.context_today(self)
        due = Domain("activity_ids", "any", [("date_deadline", "<=", today)])
        return Domain.OR(
            Domain("user_id", "=", member.user_id.id) & Domain("company_id", "=", member.company_id.id) & due
            for member in self._absences()
        )

    @api.model
    @api.readonly
    def get_my_day_counts(self):
        counts = super().get_my_day_counts()
        count = self.search_count([("is_stood_in", "=", True), ("state", "!=", "completed")])
        if count or self._absences():
            counts.append(
                {"filter": "stood_in", "label": self.env._("For colleagues"), "count": count, "urgent": False}
            )
        return counts

    def action_snooze(self):
        self.check_access("write")
        colleagues = self.filtered("is_stood_in")
        for case in colleagues:
            today = case._today()
            due = case.activity_ids.filtered(
                lambda activity, owner=case.user_id, today=today: (
                    activity.user_id == owner and activity.date_deadline <= today
                )
            )
            due.write({"date_deadline": fields.Date.add(today, days=1)})
        if own := self - colleagues:
            return super(CollectionCase, own).action_snooze()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _release(self, why):
        """Take cases from their debt manager, so that nobody has them; planned work stays as it is.

        :param why: for the note
        """
        self.check_access("write")
        # sudo: the right was checked
        self.sudo()._message_log_batch(dict.fromkeys(self.ids, why))
        self.sudo().user_id = False
