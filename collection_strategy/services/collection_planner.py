from dataclasses import dataclass
from datetime import date, timedelta

from odoo import api, fields, models

from ..engine import ladder
from ..engine import workplan as engine
from ..queries import workplan as queries

CHUNK = 1000
"""Cases whose facts are gathered at a time."""

HORIZON = 7
"""Days of coming steps that people are told about."""

USUAL_MINUTES = 10
"""What a case takes a month when nobody has worked on it lately."""


@dataclass(frozen=True)
class Outlook:
    """What the strategy says about the next days of a case.

    :param steps: ids of the steps that come
    :param day: of the first one; None when none comes
    :param legal: the legal step is taken or next
    :param climbs: the ladder is not at its end
    """

    steps: tuple[int, ...] = ()
    day: date | None = None
    legal: bool = False
    climbs: bool = False


class CollectionPlanner(models.AbstractModel):
    """Facts of cases and people in, lines of a work plan out; and telling people what became theirs."""

    _name = "collection.planner"
    _description = "Planner of work"

    # === WHAT COMES === #

    @api.model
    def _outlook(self, company, day, case_ids):
        """Return what the strategies say about the next days: {case id: Outlook}.

        Only the ladder is asked: whether something is in the way then is not known now.
        """
        agenda = self.env["collection.agenda"]
        workdays = agenda._workdays(company, day)
        policies, found = {}, {}
        for start in range(0, len(case_ids), CHUNK):
            for row, known in agenda._facts(case_ids[start : start + CHUNK], day):
                strategy_id = row["strategy_id"]
                if not strategy_id or row["arm"] == "holdout":
                    continue
                if strategy_id not in policies:
                    policies[strategy_id] = self.env["collection.strategy"].browse(strategy_id)._policy()
                found[row["id"]] = self._look(policies[strategy_id], known, day, workdays)
        return found

    def _look(self, policy, known, day, workdays):
        steps = ladder.decide(policy, known, day, workdays)
        last = day + timedelta(days=HORIZON)
        coming = [row for row in steps if row.verdict in (ladder.DUE, ladder.WAIT) and row.day and row.day <= last]
        legal = {step.id for step in policy.steps if step.is_legal}
        begun = bool(known.taken) and ladder.steps_before_legal(policy, known, steps) == 0
        return Outlook(
            steps=tuple(row.step for row in coming),
            day=max(day, min(row.day for row in coming)) if coming else None,
            legal=begun or any(row.step in legal and row.verdict in (ladder.DUE, ladder.DONE) for row in steps),
            climbs=any(row.verdict in (ladder.DUE, ladder.WAIT) and row.code != "event" for row in steps),
        )

    def _work_steps(self, outlooks):
        """Return the ids of the coming steps that a person has to do: a call, a visit, a task."""
        ids = {step for outlook in outlooks.values() for step in outlook.steps}
        steps = self.env["collection.strategy.step"].browse(ids)
        return set(steps.filtered(lambda step: any(not one.is_message for one in step.task_ids.channel_id)).ids)

    # === DISTRIBUTION === #

    @api.model
    def _distribute(self, plan):
        """Make the lines of a plan anew; what was chosen by hand stays.

        :param plan: `collection.workplan`, a draft; the caller has checked the right
        """
        # sudo: facts of cases, strategies and people; what comes of them is for managers of the company
        planner, plan = self.sudo().with_company(plan.company_id), plan.sudo()
        today = self.env["collection.refresh"]._today(plan.company_id)
        plan.member_ids._read_calendar(today)
        case_ids = planner.env["collection.case"].search(plan._case_domain(), order="id").ids
        planner.env["collection.case"]._flush_for(queries.FLUSH)
        rows = planner.env.execute_query_dict(queries.cases(case_ids, today))
        outlooks = planner._outlook(plan.company_id, today, case_ids)
        chosen = plan.line_ids.filtered(lambda line: line.code == "by_hand")
        by_hand = {line.case_id.id: line.user_id.id for line in chosen}
        cases = planner._as_cases(plan, rows, outlooks, by_hand)
        found = {row.case: row for row in engine.distribute(cases, planner._as_people(plan))}
        (plan.line_ids - chosen).unlink()
        facts = {case.id: case for case in cases}
        values = [
            planner._line_values(plan, row, facts[row["id"]], found[row["id"]], outlooks.get(row["id"]))
            for row in rows
            if row["id"] not in by_hand
        ]
        planner.env["collection.workplan.line"].create(values)

    def _as_cases(self, plan, rows, outlooks, by_hand):
        """Return the cases as the engine wants them; what was chosen by hand counts as that person's."""
        needs = self.env["collection.skill.need"]._for_company(plan.company_id)
        people_steps = self._work_steps(outlooks)
        known, cases = {}, []
        for row in rows:
            outlook = outlooks.get(row["id"], Outlook())
            key = (row["lang"], row["segment_id"], outlook.legal)
            if key not in known:
                known[key] = tuple(dict.fromkeys(need._as_need() for need in needs if need._is_of(*key)))
            calls = sum(step in people_steps for step in outlook.steps)
            minutes = (USUAL_MINUTES if row["minutes"] is None else row["minutes"]) + USUAL_MINUTES / 2 * calls
            automatic = (
                0 < plan.automatic_below > row["overdue"]
                and not (row["stars"] or calls or row["is_busy"] or row["next_activity"])
                and outlook.climbs
            )
            cases.append(
                engine.Case(
                    row["id"],
                    needs=known[key],
                    points=engine.points(minutes, row["stars"]),
                    rank=row["rank"],
                    current=by_hand.get(row["id"], row["user_id"]) or None,
                    department=row["department_id"] if plan.keep_departments else None,
                    automatic=automatic,
                )
            )
        return cases

    def _as_people(self, plan):
        """Return the plan's people as the engine wants them."""
        skills = plan.member_ids._skills()
        return [
            engine.Person(
                member.user_id.id,
                capacity=member.share * member.presence // 100,
                department=member.department_id.id or None,
                skills=skills.get(member.user_id.id, {}),
                absent=member._is_absent() or not member.user_id.active,
            )
            for member in plan.member_ids
        ]

    def _line_values(self, plan, row, case, assignment, outlook):
        days = [day for day in (row["next_activity"], outlook and outlook.day) if day]
        # Left to the automatic steps: whoever has it keeps it, it only is no load.
        moves = assignment.person and assignment.person != row["user_id"]
        return {
            "plan_id": plan.id,
            "company_id": plan.company_id.id,
            "case_id": row["id"],
            "user_id": assignment.person or False,
            "previous_user_id": row["user_id"] or False,
            "code": assignment.code,
            "reason": self._reason(plan, row, case, assignment),
            "points": case.points / 10,
            "date": max(plan.date_from, min(days)) if days else plan.date_from,
            "needs": [[need.skill, need.level] for need in case.needs],
            "lang": row["lang"],
            "segment_id": row["segment_id"],
            "rank": row["rank"],
            "state": "planned" if moves else "kept",
        }

    def _reason(self, plan, row, case, assignment):
        """Return in a sentence why a case is whose it is."""
        users, skills = self.env["res.users"], self.env["hr.skill"]
        before = users.browse(row["user_id"] or [])
        needed = ", ".join(skills.browse([need.skill for need in case.needs]).mapped("name"))
        texts = {
            engine.KEPT: self.env._("Knows the case."),
            engine.KEPT_OVER: self.env._(
                "Knows the case; it is more than a fair share, but nobody else as able has room."
            ),
            engine.SKILL: self.env._(
                "Has the skills needed (%(skills)s); %(who)s does not.", skills=needed, who=before.name
            ),
            engine.LOAD: self.env._("Has room; %s had more than a fair share.", before.name),
            engine.AUTOMATIC: self.env._("Small and quiet: the automatic steps do it."),
            engine.NOBODY: self.env._("Nobody of the plan is there."),
        }
        if assignment.code == engine.ABSENT:
            member = plan.member_ids.filtered(lambda one: one.user_id == before)
            why = member._absence_text() or self.env._("not available")
            text = self.env._(
                "%(who)s is %(why)s; has the least load of those who can do it.", who=before.name, why=why
            )
        elif assignment.code == engine.NEW:
            text = (
                self.env._("%s is not in the plan; has the least load of those who can do it.", before.name)
                if before
                else self.env._("Nobody had it; has the least load of those who can do it.")
            )
        else:
            text = texts[assignment.code]
        if assignment.lacking and assignment.person:
            names = ", ".join(skills.browse([need.skill for need in assignment.lacking]).mapped("name"))
            text = self.env._("%(text)s Nobody there has: %(skills)s.", text=text, skills=names)
        return text

    # === TELLING === #

    @api.model
    def _tell(self, plan):
        """Tell each person once how many cases are theirs and which steps come in the next days."""
        # sudo: what comes for cases that were just given to the person
        plan = plan.sudo().with_company(plan.company_id)
        today = self.env["collection.refresh"]._today(plan.company_id)
        lines = plan.line_ids.filtered(lambda line: line.user_id and line.state in ("kept", "moved"))
        outlooks = self.sudo()._outlook(plan.company_id, today, lines.case_id.ids)
        for user, theirs in lines.grouped("user_id").items():
            member = plan.member_ids.filtered(lambda one, user=user: one.user_id == user and not one.told_date)
            if member:
                self._tell_one(plan, user, theirs, outlooks)
                member.told_date = fields.Datetime.now()

    def _tell_one(self, plan, user, lines, outlooks):
        own = self.sudo().with_context(lang=user.lang or self.env.lang)
        counts = {}
        for line in lines:
            for step in own.env["collection.strategy.step"].browse(outlooks.get(line.case_id.id, Outlook()).steps):
                for channel in step.task_ids.channel_id:
                    counts[channel] = counts.get(channel, 0) + 1
        body = own.env["ir.qweb"]._render(
            "collection_strategy.workplan_told_mail",
            {
                "user": user,
                "plan": plan.with_env(own.env),
                "count": len(lines),
                "new_count": len(lines.filtered(lambda line: line.state == "moved")),
                "steps": [(channel.name, count) for channel, count in sorted(counts.items(), key=lambda one: -one[1])],
                "days": HORIZON,
                "url": f"{plan.get_base_url()}/odoo/my-collections",
            },
        )
        own.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=own.env._("%(plan)s: %(count)s cases are yours", plan=plan.name, count=len(lines)),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
            force_send=False,
        )
