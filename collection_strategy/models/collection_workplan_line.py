from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import workplan as engine
from ..engine.workplan import Need, Person

CODES = [
    (engine.KEPT, "Stays"),
    (engine.KEPT_OVER, "Stays, although it is much"),
    (engine.NEW, "Given to somebody"),
    (engine.SKILL, "Moved: skill"),
    (engine.ABSENT, "Moved: absence"),
    (engine.LOAD, "Moved: load"),
    ("by_hand", "By hand"),
    (engine.AUTOMATIC, "Left to the automatic steps"),
    (engine.NOBODY, "Nobody is there"),
]


class CollectionWorkplanLine(models.Model):
    """A case in a work plan: whose it is, and why."""

    _name = "collection.workplan.line"
    _description = "Case of a work plan"
    _order = "rank desc, id"
    _rec_name = "case_id"

    plan_id = fields.Many2one("collection.workplan", required=True, index=True, ondelete="cascade", readonly=True)
    plan_state = fields.Selection(related="plan_id.state", string="State of the plan")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")
    days_overdue = fields.Integer(related="case_id.days_overdue")
    priority = fields.Selection(related="case_id.priority")
    segment_id = fields.Many2one("collection.segment", readonly=True, ondelete="set null")
    lang = fields.Char("Language", readonly=True)
    rank = fields.Float(readonly=True)
    user_id = fields.Many2one("res.users", "Person", index=True, group_expand="_group_expand_user_id")
    previous_user_id = fields.Many2one("res.users", "Before", readonly=True)
    code = fields.Selection(CODES, "Why", readonly=True)
    reason = fields.Char("Why this person", readonly=True)
    points = fields.Float("Load", digits=(16, 1), readonly=True)
    date = fields.Date("To do on", readonly=True)
    needs = fields.Json(readonly=True)
    needed = fields.Char("Needs", compute="_compute_missing", help="Skills that the case needs.")
    missing = fields.Char("Lacks", compute="_compute_missing", help="Skills that the case needs and the person lacks.")
    state = fields.Selection(
        [
            ("kept", "Nothing to move"),
            ("planned", "To be moved"),
            ("moved", "Moved"),
            ("skipped", "Left alone"),
        ],
        readonly=True,
        default="kept",
        index=True,
        help="Left alone: completed, or handed over by somebody since the plan was made.",
    )

    _case_uniq = models.Constraint("UNIQUE(plan_id, case_id)", "A case is in a plan once.")
    _plan_idx = models.Index("(plan_id, user_id)")

    @api.depends("needs", "user_id", "plan_id.member_ids")
    def _compute_missing(self):
        skills = self.plan_id.member_ids._skills()
        wanted = {need.skill for line in self for need in line._needs()}
        # sudo: the name of a skill is no secret; one that was deleted since is needed no more
        names = {skill.id: skill.name for skill in self.env["hr.skill"].sudo().browse(wanted).exists()}
        for line in self:
            needs = [need for need in line._needs() if need.skill in names]
            lacking = Person(line.user_id.id, skills=skills.get(line.user_id.id, {})).lacks(needs)
            line.needed = ", ".join(names[need.skill] for need in needs)
            line.missing = ", ".join(names[need.skill] for need in lacking) if line.user_id else ""

    def _needs(self):
        return [Need(*need) for need in self.needs or ()]

    @api.model
    def _group_expand_user_id(self, users, domain):
        """Show everybody of the plan on its board, also who has nothing yet."""
        plan = self.env["collection.workplan"].browse(self.env.context.get("default_plan_id"))
        return users | plan.member_ids.user_id

    def write(self, vals):
        if "user_id" not in vals:
            return super().write(vals)
        self.check_access("write")
        chosen = self.env["res.users"].browse(vals["user_id"])
        for line in self:
            line._check_chosen(chosen)
        before = {line: line.user_id for line in self}
        res = super().write(vals)
        for line in self:
            if line.user_id != before[line] and not self.env.context.get("collection_planning"):
                line._set_by_hand()
        return res

    def _check_chosen(self, user):
        """Refuse people who are not in the plan, and to take a case from everybody in a plan that runs."""
        plan = self.plan_id
        if plan.state == "done":
            raise UserError(self.env._("%s is over: its cases are not moved any more.", plan.name))
        if user and user not in plan.member_ids.user_id:
            raise UserError(self.env._("%(who)s is not in %(plan)s. Add them first.", who=user.name, plan=plan.name))
        if not user and plan.state == "active":
            raise UserError(self.env._("While a plan runs, each case has somebody: choose who."))

    def _set_by_hand(self):
        """Note that a person chose; where the plan runs, hand the case over at once."""
        self.ensure_one()
        moves = self.user_id and self.user_id != self.previous_user_id
        values = {
            "code": "by_hand",
            "reason": self.env._("Chosen by %s.", self.env.user.name),
            "state": "planned" if moves else "kept",
        }
        self.write(values)
        if self.plan_id.state == "active" and self.user_id and self.case_id.state != "completed":
            if self.case_id.user_id != self.user_id:
                self._hand_over()
            self.write({"state": "moved" if moves else "kept"})

    def _hand_over(self, *, back=False):
        """Give cases to the person of the plan, or back; with planned work, and logged.

        :param back: to who had them before
        """
        name = "previous_user_id" if back else "user_id"
        for (plan, heir, reason), lines in self.grouped(lambda line: (line.plan_id, line[name], line.reason)).items():
            cases = lines.case_id
            why = (
                self.env._("Work plan %s was taken back.", plan.name)
                if back
                else self.env._("Work plan %(plan)s: %(reason)s", plan=plan.name, reason=reason or "")
            )
            # One message tells each person about all their cases; not one per case as well.
            cases = cases.with_context(mail_auto_subscribe_no_notify=True)
            if heir:
                cases._hand_over(heir, why)
            else:
                cases._release(why)

    def _may_move(self, *, back):
        """Tell whether the case is still where the plan left it: what people did since comes first."""
        self.ensure_one()
        at, to = (self.user_id, self.previous_user_id) if back else (self.previous_user_id, self.user_id)
        if self.case_id.state == "completed" or self.case_id.user_id != at:
            return False
        if not to:
            return back
        # sudo: what a colleague may do is no secret
        person = to.sudo()
        collector = self.env.ref("collection_cases.group_collection_user")
        return person.active and collector in person.all_group_ids and self.company_id in person.company_ids
