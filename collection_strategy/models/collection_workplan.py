from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

AT_ONCE = 500
"""So many cases move while one waits; the rest follows in the background."""

BATCH = 200
"""Cases that move in one transaction."""


class CollectionWorkplan(models.Model):
    """Who works which case in a period. Nothing moves before it is activated, and it can be taken back."""

    _name = "collection.workplan"
    _description = "Work plan"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self._propose_name(), copy=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    department_ids = fields.Many2many(
        "hr.department",
        string="Departments",
        check_company=True,
        help="Whose cases are planned, with all departments below. Left empty, all of the company.",
    )
    date_from = fields.Date("From", required=True, default=lambda self: self._propose_period()[0])
    date_to = fields.Date("To", required=True, default=lambda self: self._propose_period()[1])
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    keep_departments = fields.Boolean(
        "Keep cases in their department", help="Somebody of another department only where a skill is needed."
    )
    automatic_below = fields.Monetary(
        "Leave to automation below",
        help="Cases with less overdue, no stars, nothing planned, promised or contested, and more automatic steps to"
        " come, are given to nobody: people call where a call counts. 0 gives all cases to people.",
    )
    member_ids = fields.One2many("collection.workplan.member", "plan_id", "People", copy=True)
    line_ids = fields.One2many("collection.workplan.line", "plan_id", "Cases")
    job = fields.Selection([("move", "Moving cases"), ("undo", "Taking back")], readonly=True, copy=False)
    case_count = fields.Integer("Cases in the plan", compute="_compute_counts")
    move_count = fields.Integer("Change hands", compute="_compute_counts")
    moved_count = fields.Integer("Moved", compute="_compute_counts")
    nobody_count = fields.Integer("With nobody", compute="_compute_counts")
    waiting_count = fields.Integer("Still to move", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")

    _period = models.Constraint("CHECK(date_to >= date_from)", "A work plan ends after it begins.")

    @api.model
    def _propose_period(self):
        today = fields.Date.context_today(self)
        return today, fields.Date.end_of(today, "month")

    @api.model
    def _propose_name(self):
        first = self._propose_period()[0]
        return self.env._("Work plan %s", first.strftime("%Y-%m"))

    @api.depends("line_ids.state", "line_ids.user_id", "job")
    def _compute_counts(self):
        lines = self.env["collection.workplan.line"]
        rows = lines._read_group([("plan_id", "in", self.ids)], ["plan_id", "state", "user_id", "code"], ["__count"])
        for plan in self:
            own = [row[1:] for row in rows if row[0] == plan]
            by_state = {}
            for state, _user, _code, count in own:
                by_state[state] = by_state.get(state, 0) + count
            plan.case_count = sum(by_state.values())
            plan.moved_count = by_state.get("moved", 0)
            plan.move_count = plan.moved_count + by_state.get("planned", 0)
            plan.nobody_count = sum(count for _state, user, code, count in own if not user and code != "automatic")
            plan.waiting_count = by_state.get("moved" if plan.job == "undo" else "planned", 0) if plan.job else 0
            plan.progress = 100 * (1 - plan.waiting_count / plan.move_count) if plan.move_count else 100

    def _case_domain(self):
        """Return which cases the plan is about: its departments', its people's, and those nobody has."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id) & Domain("state", "!=", "completed")
        if self.department_ids:
            domain &= (
                Domain("department_id", "child_of", self.department_ids.ids)
                | Domain("user_id", "in", self.member_ids.user_id.ids)
                | Domain("user_id", "=", False)
            )
        return domain

    # === MAKING === #

    def action_add_people(self):
        """Add the debt managers of the departments who are not in the plan yet."""
        self.check_access("write")
        collector = self.env.ref("collection_cases.group_collection_user")
        for plan in self:
            # sudo: who is a debt manager and in which department is no secret inside the company
            employees = self.env["hr.employee"].sudo()
            domain = [("is_debt_manager", "=", True), ("user_id", "!=", False), ("company_id", "=", plan.company_id.id)]
            if plan.department_ids:
                domain.append(("department_id", "child_of", plan.department_ids.ids))
            users = employees.search(domain).user_id.filtered(
                lambda user, at=plan.company_id, needed=collector: (
                    needed in user.all_group_ids and at in user.company_ids
                )
            )
            plan.member_ids = [fields.Command.create({"user_id": user.id}) for user in users - plan.member_ids.user_id]
            plan.member_ids._read_calendar(self.env["collection.refresh"]._today(plan.company_id))
        return True

    def action_distribute(self):
        """Propose whose each case is; what was chosen by hand stays."""
        self.check_access("write")
        for plan in self:
            if plan.state != "draft":
                raise UserError(self.env._("%s runs already: take it back first, or move single cases.", plan.name))
            if not plan.member_ids:
                plan.action_add_people()
            if not plan.member_ids:
                raise UserError(
                    self.env._("There is nobody to give cases to. Add people here, or mark employees as debt managers.")
                )
            self.env["collection.planner"]._distribute(plan)
        return True

    def action_open_board(self):
        """Open the board: a column for each person."""
        self.ensure_one()
        return self._lines_action("collection_strategy.collection_workplan_board_action", [])

    def action_open_moved(self):
        """List the cases that change hands."""
        return self._lines_action(
            "collection_strategy.collection_workplan_line_action", [("state", "in", ("planned", "moved"))]
        )

    def action_open_nobody(self):
        """List the cases that nobody has."""
        return self._lines_action(
            "collection_strategy.collection_workplan_line_action",
            [("user_id", "=", False), ("code", "!=", "automatic")],
        )

    def action_open_lines(self):
        """List all cases of the plan."""
        return self._lines_action("collection_strategy.collection_workplan_line_action", [])

    def _lines_action(self, xmlid, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {
            **action,
            "name": self.name,
            "domain": [("plan_id", "=", self.id), *domain],
            "context": {"default_plan_id": self.id, "search_default_group_user": xmlid.endswith("board_action")},
        }

    @api.model
    def get_board(self, plan_id):
        """Return the people of a plan with their loads, for the board's columns.

        :returns: {user id: {percent, load, fair, cases, away, is_over}}
        """
        plan = self.browse(plan_id).exists()
        plan.check_access("read")
        return {
            member.user_id.id: {
                "percent": round(member.load_percent),
                "load": round(member.load, 1),
                "fair": round(member.fair_load, 1),
                "cases": member.case_count,
                "away": member._absence_text(),
                "is_over": member.load_percent > 125 or bool(member.load and not member.fair_load),
            }
            for member in plan.member_ids
        }

    # === MOVING === #

    def action_activate(self):
        """Hand the cases over as planned, and tell everybody once."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%s is not a draft.", self.name))
        if not self.line_ids:
            raise UserError(self.env._("Distribute the cases first."))
        self._lock()
        self.write({"state": "active", "job": "move"})
        return self._work_now()

    def action_undo(self):
        """Give the moved cases back to who had them before."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "draft" or self.job == "undo":
            raise UserError(self.env._("There is nothing to take back."))
        self._lock()
        self.job = "undo"
        return self._work_now()

    def action_done(self):
        """End the plan: the cases stay where they are, nobody stands in any more."""
        for plan in self:
            plan.check_access("write")
            if plan.state != "active" or plan.job:
                raise UserError(self.env._("%s does not run, or still moves cases.", plan.name))
        self.state = "done"

    def _lock(self):
        """Refuse to work on a plan that somebody else works on at this moment."""
        if not self.try_lock_for_update():
            raise UserError(self.env._("%s is being worked on right now. Try again in a moment.", self.name))

    def _work_now(self):
        """Move the first cases at once, leave the rest to the background; say how many."""
        done = 0
        while done < AT_ONCE and self.job:
            done += self._work(BATCH)
        if self.job:
            # sudo: only wakes the job up, which is allowed to do what was just checked
            self.env.ref("collection_strategy.ir_cron_workplan").sudo()._trigger()
            message = self.env._(
                "%(done)s cases moved, %(left)s follow in the background.", done=done, left=self.waiting_count
            )
        else:
            message = self.env._("%s cases moved.", done)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _work(self, limit):
        """Move some cases of the plan, forth or back; finishes the job when none is left.

        :returns: how many were moved
        """
        self.ensure_one()
        back = self.job == "undo"
        lines = self.env["collection.workplan.line"].search(
            [("plan_id", "=", self.id), ("state", "=", "moved" if back else "planned")], limit=limit
        )
        moving = lines.filtered(lambda line: line._may_move(back=back))
        moving._hand_over(back=back)
        # Written below the line's own `write`, which is for people.
        moving.write({"state": "planned" if back else "moved"})
        (lines - moving).write({"state": "skipped"})
        if len(lines) < limit:
            self._finish_job()
        return len(moving)

    def _finish_job(self):
        if self.job == "undo":
            self.write({"state": "draft", "job": False})
            self.member_ids.told_date = False
        else:
            self.job = False
            self.env["collection.planner"]._tell(self)

    @api.model
    def _cron_work(self):
        """Continue plans that move cases; end those whose period is over; read absences from working hours."""
        cron = self.env["ir.cron"]
        self._end_and_read()
        waiting = self.search([("job", "!=", False)])
        cron._commit_progress(remaining=sum(waiting.mapped("waiting_count")) or len(waiting))
        for plan in waiting:
            plan = plan.with_company(plan.company_id)
            while plan.job and plan.try_lock_for_update():
                left = cron._commit_progress(plan._work(BATCH))
                if not left:
                    return

    @api.model
    def _end_and_read(self):
        for company, plans in self.search([("state", "!=", "done")]).grouped("company_id").items():
            today = self.env["collection.refresh"]._today(company)
            over = plans.filtered(lambda plan, today=today: plan.date_to < today and plan.state == "active")
            over.filtered(lambda plan: not plan.job).state = "done"
            (plans - over).member_ids._read_calendar(today)
