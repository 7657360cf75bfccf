from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine import workplan as engine


class CollectionWorkplanMember(models.Model):
    """A person of a work plan: how much they can work, when they are away, who stands in."""

    _name = "collection.workplan.member"
    _description = "Person of a work plan"
    _order = "plan_id, department_id, user_id"
    _check_company_auto = True

    plan_id = fields.Many2one("collection.workplan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, precompute=True)
    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_debt_manager', '=', True), ('company_ids', 'in', company_id)]",
    )
    department_id = fields.Many2one("hr.department", compute="_compute_department_id", store=True, precompute=True)
    share = fields.Integer("Working share", default=100, required=True, help="Percent of a full week for collections.")
    absent_from = fields.Date(help="The first day away.")
    absent_to = fields.Date(help="The last day away.")
    is_from_calendar = fields.Boolean(
        "From the working hours", readonly=True, copy=False, help="Their time off says so; it follows by itself."
    )
    substitute_id = fields.Many2one(
        "res.users",
        "Stands in",
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id), ('id', '!=', user_id)]",
        help="Has what is due of the absent person in My day while they are away. The cases stay whose they are.",
    )
    presence = fields.Integer("There", compute="_compute_presence", help="Percent of the plan's working days.")
    case_count = fields.Integer("Cases", compute="_compute_load")
    load = fields.Float(compute="_compute_load", digits=(16, 1), help="Points of the cases given to the person.")
    fair_load = fields.Float("Fair share", compute="_compute_load", digits=(16, 1))
    load_percent = fields.Float("Load", compute="_compute_load", help="Of the fair share.")
    told_date = fields.Datetime("Told on", readonly=True, copy=False)

    _user_uniq = models.Constraint("UNIQUE(plan_id, user_id)", "This person is in the plan already.")
    _share_range = models.Constraint(
        "CHECK(share >= 0 AND share <= 100)", "The working share is a percentage from 0 to 100."
    )

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        for member in self:
            member.department_id = member.user_id._collection_department(member.company_id)

    @api.depends("absent_from", "absent_to", "plan_id.date_from", "plan_id.date_to", "user_id")
    def _compute_presence(self):
        for plan, members in self.grouped("plan_id").items():
            off = members._days_off()
            for member in members:
                away = [(day, day) for day in off.get(member.user_id.id, ())]
                if member.absent_from and member.absent_to:
                    away.append((member.absent_from, member.absent_to))
                known = plan.date_from and plan.date_to and plan.date_from <= plan.date_to
                member.presence = engine.presence(plan.date_from, plan.date_to, away) if known else 100

    @api.depends("share", "absent_from", "absent_to", "plan_id.line_ids.user_id", "plan_id.line_ids.points")
    def _compute_load(self):
        rows = self.env["collection.workplan.line"]._read_group(
            [("plan_id", "in", self.plan_id.ids)], ["plan_id", "user_id"], ["__count", "points:sum"]
        )
        found = {(plan.id, user.id): (count, load) for plan, user, count, load in rows}
        for plan, members in self.grouped("plan_id").items():
            everybody = plan.member_ids | members
            total = sum(load for (plan_id, user_id), (_count, load) in found.items() if plan_id == plan.id and user_id)
            capacity = sum(member._capacity() for member in everybody) or 1
            for member in members:
                member.case_count, member.load = found.get((plan.id, member.user_id.id), (0, 0.0))
                member.fair_load = total * member._capacity() / capacity
                member.load_percent = 100 * member.load / member.fair_load if member.fair_load else 0

    @api.constrains("absent_from", "absent_to")
    def _check_absence(self):
        for member in self:
            if bool(member.absent_from) != bool(member.absent_to) or (
                member.absent_from and member.absent_to < member.absent_from
            ):
                raise ValidationError(
                    self.env._("%s: give the first and the last day away, in this order.", member.user_id.name)
                )

    @api.constrains("substitute_id", "user_id")
    def _check_substitute(self):
        collector = self.env.ref("collection_cases.group_collection_user")
        for member in self:
            # sudo: what a colleague may do and where they work is no secret
            other = member.substitute_id.sudo()
            if other and (
                other == member.user_id
                or collector not in other.all_group_ids
                or member.company_id not in other.company_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(other)s cannot stand in for %(who)s: choose another collector of %(company)s.",
                        other=other.name,
                        who=member.user_id.name,
                        company=member.company_id.name,
                    )
                )

    def write(self, vals):
        if not {"absent_from", "absent_to"}.isdisjoint(vals) and "is_from_calendar" not in vals:
            vals = {**vals, "is_from_calendar": False}  # what a person typed stays
        return super().write(vals)

    def _capacity(self):
        """Return what the person can give to the plan, percent of a full one."""
        self.ensure_one()
        if self._is_absent():
            return 0
        return self.share * self.presence // 100

    def _is_absent(self):
        """Tell whether the person is away for nearly all of the plan."""
        self.ensure_one()
        return self.presence < engine.LEAST_PRESENCE

    def _absence_text(self):
        """Return when the person is away, in words; empty when they are not during the plan."""
        self.ensure_one()
        if not self.absent_from or self.absent_to < self.plan_id.date_from or self.absent_from > self.plan_id.date_to:
            return ""
        first, last = format_date(self.env, self.absent_from), format_date(self.env, self.absent_to)
        return self.env._("away %(first)s – %(last)s", first=first, last=last)

    # === SKILLS, DAYS OFF === #

    def _skills(self):
        """Return what the people can: {user id: {skill id: mastery in percent}}, expired ones left out."""
        found = {}
        # sudo: managers of collections need not be officers of the staff; only skills are read
        lines = self.env["hr.employee.skill"].sudo().search([("employee_id.user_id", "in", self.user_id.ids)])
        today = fields.Date.context_today(self)
        for line in lines.filtered(lambda line: not line.valid_to or line.valid_to >= today):
            own = found.setdefault(line.employee_id.user_id.id, {})
            own[line.skill_id.id] = max(own.get(line.skill_id.id, 0), line.skill_level_id.level_progress)
        return found

    def _days_off(self):
        """Return the days off that the people's working hours know: {user id: set of dates}."""
        starts = [plan.date_from for plan in self.plan_id if plan.date_from]
        if not starts:
            return {}
        # sudo: only that somebody is away is read, not why
        leaves = self.env["resource.calendar.leaves"].sudo()
        employees = self.env["hr.employee"].sudo().search([("user_id", "in", self.user_id.ids)])
        users = {employee.resource_id.id: employee.user_id for employee in employees}
        found = {}
        for leave in leaves.search([("resource_id", "in", list(users)), ("date_to", ">=", min(starts))]):
            zone = leave.resource_id.tz or leave.calendar_id.tz
            found.setdefault(users[leave.resource_id.id].id, set()).update(leave._collection_days_off(zone))
        return found

    def _read_calendar(self, today):
        """Take over the next absence from the working hours, where nobody typed one in.

        :param today: the company's day
        """
        off = self._days_off()
        for member in self:
            if member.absent_from and not member.is_from_calendar and member.absent_to >= today:
                continue
            absence = engine.next_absence(off.get(member.user_id.id, ()), max(today, member.plan_id.date_from))
            first, last = absence if absence and absence[0] <= member.plan_id.date_to else (False, False)
            if (first, last) != (member.absent_from, member.absent_to) and (first or member.is_from_calendar):
                member.write({"absent_from": first, "absent_to": last, "is_from_calendar": bool(first)})
