from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from odoo.addons.collection_cases.engine import blocks

from ..engine import agenda, ladder
from ..engine.agenda import NOTHING, Outcome, TaskDecision
from ..engine.workdays import Workdays
from ..queries import facts as fact_queries

CHUNK = 1000
"""Cases that are decided at a time."""


class CollectionAgenda(models.AbstractModel):
    """Facts in, decisions out: what is to be done about cases on a day, and why not (rule I4).

    A dry run, “why not?” on a case and the real run are this call; only the last is applied.
    """

    _name = "collection.agenda"
    _description = "What is to be done"

    @api.model
    def _decide(self, company, day, cases):
        """Return what is decided about cases of a company on a day; nothing is written.

        :param cases: `collection.case`; completed ones are left out
        :returns: {case id: `engine.agenda.Outcome`}
        """
        found = {}
        for start in range(0, len(cases), CHUNK):
            found.update(self._decide_chunk(company.with_company(company), day, cases[start : start + CHUNK]))
        return found

    def _decide_chunk(self, company, day, cases):
        facts = self._facts(cases.ids, day)
        workdays = self._workdays(company, day)
        policies = {}
        outcomes, due = {}, {}
        stale = self._stale_bank(company, day)
        for row, known in facts:
            strategy_id = row["strategy_id"]
            if not strategy_id:
                outcomes[row["id"]] = Outcome("no_strategy")
                continue
            if strategy_id not in policies:
                policies[strategy_id] = self.env["collection.strategy"].browse(strategy_id)._policy()
            policy = policies[strategy_id]
            steps = ladder.decide(policy, known, day, workdays)
            outcome = Outcome("due", steps=steps, before_legal=ladder.steps_before_legal(policy, known, steps))
            outcomes[row["id"]] = outcome
            turn = [step.step for step in steps if step.verdict == ladder.DUE]
            if row["arm"] == "holdout":
                outcome.code = "holdout"
            elif not turn:
                self._say_nothing(outcome, agenda.main_reason(steps))
            elif stale:
                outcome.code, outcome.day = "bank_stale", stale
            else:
                due[row["id"]] = (turn, known)
        if due:
            self._decide_due(company, day, cases.browse(due), outcomes, due)
        return outcomes

    def _say_nothing(self, outcome, reason):
        if reason is None:
            outcome.code = "no_strategy"
        else:
            outcome.code, outcome.day, outcome.step = reason.code, reason.day, reason.step

    # === FACTS === #

    def _facts(self, case_ids, day):
        """Return a list of (row of the case, `engine.ladder.Facts`)."""
        self.env["collection.case"]._flush_for(fact_queries.FLUSH)
        taken, events = defaultdict(dict), defaultdict(dict)
        for case, step, when, asked, left in self.env.execute_query(fact_queries.taken(case_ids)):
            taken[case][step] = ladder.Taken(when, Decimal(str(asked or 0)), Decimal(str(left or 0)))
        for case, name, when in self.env.execute_query(fact_queries.events(case_ids, day)):
            events[case][name] = when
        reacted = dict(self.env.execute_query(fact_queries.reactions(case_ids, day)))
        rows = self.env.execute_query_dict(fact_queries.cases(case_ids, day))
        return [
            (
                row,
                ladder.Facts(
                    due_date=row["due_date"],
                    overdue=Decimal(str(row["amount_overdue"] or 0)),
                    taken=taken[row["id"]],
                    events=events[row["id"]],
                    reacted=reacted.get(row["id"]),
                ),
            )
            for row in rows
        ]

    def _workdays(self, company, day):
        """Return the working days of a company around a day."""
        # sudo: when a company works is no secret
        calendar = company.sudo().resource_calendar_id
        if not calendar:
            return Workdays()
        weekdays = {int(line.dayofweek) for line in calendar.attendance_ids}
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", (False, company.id)),
                    ("calendar_id", "in", (False, calendar.id)),
                    ("date_to", ">=", f"{day.year - 1}-01-01"),
                    ("date_from", "<=", f"{day.year + 1}-12-31"),
                ]
            )
        )
        return Workdays.of(weekdays, leaves._collection_days_off(calendar.tz))

    def _stale_bank(self, company, day):
        """Return the day of the last bank entry when it is too long ago to know who has paid; else None."""
        if not company.collection_bank_days:
            return None
        # sudo: the date of the last entry, no more
        last = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                    ("journal_id.type", "in", ("bank", "cash")),
                    ("date", "<=", day),
                ],
                [],
                ["date:max"],
            )[0][0]
        )
        if last and (day - last).days <= company.collection_bank_days:
            return None
        return last or day

    # === WHAT IS DUE === #

    def _decide_due(self, company, day, cases, outcomes, due):
        """Decide about the cases of which a step is due: ask what is in the way, then for each task."""
        kept_back = self.env["collection.case"]._customers_kept_back(company)
        concerned = cases.filtered(lambda case: case.partner_id.id in kept_back)
        blocked = concerned._block_reasons(day)
        for case in cases:
            outcome = outcomes[case.id]
            turn, known = due[case.id]
            early = known.overdue <= 0
            reasons = self._early_blocks(case, day) if early else blocked.get(case.id)
            if reasons:
                block = reasons[0]
                outcome.code, outcome.day = block.code, block.until
                outcome.detail = case._block_sentence(block) if block.source else None
                continue
            amount = self._amount(case, day, early, known, case in concerned)
            if amount <= company.collection_tolerance:
                outcome.code = "below_tolerance"
                continue
            steps = self.env["collection.strategy.step"].browse(turn)
            outcome.tasks = self._task_decisions(case, steps, amount)
            tones = {step.id: (step.tone, step.sequence, step.id) for step in steps}
            agenda.consolidate(outcome.tasks, tones)
        self._ask_fair_contact(cases, outcomes, day)
        for case in cases:
            outcome = outcomes[case.id]
            if outcome.tasks and not outcome.planned:
                first = outcome.tasks[0]
                outcome.code, outcome.day, outcome.detail, outcome.step = (
                    first.code,
                    first.day,
                    first.detail,
                    first.step,
                )

    def _early_blocks(self, case, day):
        """Return why nobody may be reminded of what is due soon: when everything of it is kept back."""
        items = case._soon_due_items(day)
        if not items:
            return [blocks.Block(blocks.SETTLED)]
        found = items._block_reasons(day)
        if all(not blocks.free(Decimal(repr(item.residual)), found.get(item.id, ())) for item in items):
            return [block for item in items for block in found[item.id]]
        return []

    def _amount(self, case, day, early, known, is_concerned):
        """Return what would be asked for, in the company's currency: netted, less what is kept back."""
        if early:
            items = case._soon_due_items(day)
            return sum(items.mapped("residual_company"))
        amount = float(known.overdue)
        if is_concerned:
            items = case._overdue_items(day)
            found = items._block_reasons(day)
            left = 0.0
            for item in items:
                residual = Decimal(repr(item.residual))
                share = blocks.free(residual, found.get(item.id, ())) / residual if residual else 0
                left += item.residual_company * float(share)
            amount = min(amount, left)
        return case.currency_id.round(amount)

    def _task_decisions(self, case, steps, amount):
        """Return a decision for each task of the steps that are due."""
        found = []
        for step in steps:
            verdict = agenda.APPROVE if step.mode == "by_hand" else agenda.SEND
            reached = None
            for task in step.task_ids:
                channel = self._channel_for(case, task)
                decision = TaskDecision(step.id, task.id, verdict, "due", channel.id, amount=amount)
                found.append(decision)
                if task.condition == "unreachable" and reached is not False:
                    decision.verdict, decision.code = NOTHING, "not_needed"
                    continue
                reached = self._reaches(case, channel, decision)
        return found

    def _channel_for(self, case, task):
        """Return the channel a task goes out on: the customer's preferred one where the task allows it."""
        # sudo: what the customer prefers, asked for the message to it
        preferred = case.partner_id.sudo().collection_preferred_channel_id
        if task.preferred and preferred.is_message and self._can_reach(case, preferred):
            return preferred
        return task.channel_id

    def _can_reach(self, case, channel):
        return bool(case._resolve_addressee(channel)["partner"])

    def _reaches(self, case, channel, decision):
        """Tell whether a channel reaches somebody of the case; note on the decision when it does not."""
        # sudo: what the customer does not want
        if channel in case.partner_id.sudo().collection_optout_channel_ids:
            decision.verdict, decision.code = NOTHING, "opted_out"
            return False
        if channel.is_message and channel.handler != "sandbox":
            answer = case._resolve_addressee(channel)
            if not answer["partner"]:
                decision.verdict, decision.code, decision.detail = NOTHING, "unreachable", answer["text"]
                return False
        return True

    def _ask_fair_contact(self, cases, outcomes, day):
        """Hook: rules of fair contact refuse what they forbid on the day."""

    # === SHOWING === #

    @api.model
    def _steps_as_values(self, case, outcome):
        """Return the verdicts of a case's steps as plain values for the screen."""
        decisions = self.env["collection.decision"]
        steps = self.env["collection.strategy.step"].browse([row.step for row in outcome.steps])
        names = {step.id: step.name for step in steps}
        shown = []
        for row, step in zip(outcome.steps, steps, strict=True):
            detail = names.get(row.other)
            shown.append(
                {
                    "name": step.name,
                    "when": step.summary,
                    "icons": [task.channel_id.icon or "fa-circle" for task in step.task_ids],
                    "verdict": row.verdict,
                    "legal": step.is_legal,
                    "reason": decisions._sentence(row.code, row.day, detail),
                }
            )
        return shown

    @api.model
    def _next_text(self, case, outcome):
        """Return what comes next for a case, in a sentence."""
        decisions = self.env["collection.decision"]
        if outcome.planned:
            steps = self.env["collection.strategy.step"].browse(dict.fromkeys(task.step for task in outcome.planned))
            return self.env._("%s, with the next run", ", ".join(steps.mapped("name")))
        if outcome.step and outcome.code in ("too_early", "no_working_day"):
            step = self.env["collection.strategy.step"].browse(outcome.step)
            return self.env._("%(step)s on %(day)s", step=step.name, day=format_date(self.env, outcome.day))
        return self.env._("Nothing: %s", decisions._sentence(outcome.code, outcome.day, outcome.detail))
