import contextlib
import logging

from odoo import api, fields, models

from odoo.addons.collection_cases.queries.open_lines import FLUSH as LINES_FLUSH
from odoo.addons.collection_cases.queries.refresh_lines import analyze
from odoo.addons.collection_cases.services.collection_refresh import BATCH

from ..engine.agenda import APPROVE, NOTHING, SEND
from ..queries import facts as fact_queries
from ..queries import outbox

_logger = logging.getLogger(__name__)

CHUNK = 1000
"""Cases per committed step of a run: what a crash can lose."""

PLANNED_ANEW = 500
"""Actions from which PostgreSQL is told at once how large the outbox has become."""

AT_ONCE = 3000
"""Running cases up to which the button does the work while the person waits."""


class CollectionAgenda(models.AbstractModel):
    """The run: refresh, decide, and apply what was decided. Applying is the second verb."""

    _inherit = "collection.agenda"

    # === THE RUN === #

    @api.model
    def _run(self, run):
        """Do a run, or what is left of it.

        :param run: `collection.run` in state `running`
        """
        if run.is_dry:
            return self._dry_run(run)
        cases = self.env["collection.case"].search_count(
            [("company_id", "=", run.company_id.id), ("state", "!=", "completed")]
        )
        if cases > AT_ONCE:
            # sudo: the right to start was checked; the scheduler does the work
            self.env.ref("collection_strategy.ir_cron_run").sudo()._trigger()
            return None
        while self._next_piece(run):
            pass
        self.env["collection.deliver"]._soon()
        return None

    def _next_piece(self, run):
        """Do one piece of a live run; the scheduler commits after each. Returns whether there was one."""
        if run.is_stop_wanted:
            run.write({"state": "stopped", "date_end": fields.Datetime.now()})
            return False
        return self._read_ledger(run) if run.phase == "refresh" else self._decide_next(run)

    def _read_ledger(self, run):
        """Refresh the next batch of customers; after the last one, rate, assign and go over to deciding."""
        company, refresh = run.company_id, self.env["collection.refresh"]
        # While the ledger is read, it goes on after the last customer.
        batch = next(iter(refresh._batches(company, after=run.last_case_id)), None)
        if batch:
            refresh._refresh(company, run.date, batch)
            run.last_case_id = batch[-1]
            return True
        self.env["collection.rating"]._rate(company, run.date)
        self._restart_new_debts(company)
        self.env["collection.policy"]._assign(company)
        run.write({"phase": "decide", "cases_total": len(self._case_ids(company)), "last_case_id": 0})
        return True

    def _decide_next(self, run):
        """Decide and apply the next cases; after the last one, the run is done."""
        company = run.company_id
        cases = self.env["collection.case"].search(
            [("company_id", "=", company.id), ("state", "!=", "completed"), ("id", ">", run.last_case_id)],
            order="id",
            limit=CHUNK,
        )
        if not cases:
            run.write({"state": "done", "phase": "done", "date_end": fields.Datetime.now()})
            return False
        outcomes = self._decide(company, run.date, cases)
        planned = self._apply(run, company, run.date, outcomes)
        self._insert_decisions(run, self._decision_rows(outcomes))
        run.write(
            {
                "cases_done": run.cases_done + len(cases),
                "last_case_id": cases[-1].id,
                "planned_count": run.planned_count + planned,
                "nothing_count": run.nothing_count + sum(not outcome.planned for outcome in outcomes.values()),
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()  # what the next cases need would not fit beside these for ever
        return True

    def _case_ids(self, company):
        return (
            self.env["collection.case"]
            .search([("company_id", "=", company.id), ("state", "!=", "completed")], order="id")
            .ids
        )

    def _restart_new_debts(self, company):
        """Begin at the first step again where all that notices spoke of is settled and newer debts are overdue.

        Without it, a customer who always owes something would have heard the last word once for ever.
        """
        for model in ("collection.notice", "collection.notice.line", "collection.action", "collection.item"):
            self.env[model].flush_model()
        self.env["collection.case"].flush_model(["cycle", "cycle_date", "is_overdue", "state"])
        rows = self.env.execute_query(outbox.restart(company))
        self.env["collection.case"].invalidate_model(["cycle", "cycle_date"])
        return len(rows)

    # === DRY RUN === #

    def _dry_run(self, run):
        """Decide for a day and keep the decisions; the ledger is read as it would be on that day, on trial."""
        company = run.company_id
        with contextlib.closing(self.env.cr.savepoint()) as savepoint:
            self._try_out(company, run.date)
            ids = self._case_ids(company)
            outcomes = {}
            names = self.env["collection.case"].browse(ids)
            for start in range(0, len(ids), CHUNK):
                outcomes.update(self._decide(company, run.date, names[start : start + CHUNK]))
            rows = self._decision_rows(outcomes)
            savepoint.rollback()
        self.env.invalidate_all()
        known = set(self.env["collection.case"].browse(ids).exists().ids)
        self._insert_decisions(run, [row if row[0] in known else (None, *row[1:]) for row in rows])
        run.write(
            {
                "state": "done",
                "phase": "done",
                "cases_total": len(ids),
                "cases_done": len(ids),
                "planned_count": sum(len(outcome.planned) for outcome in outcomes.values()),
                "nothing_count": sum(not outcome.planned for outcome in outcomes.values()),
                "date_end": fields.Datetime.now(),
            }
        )

    def _try_out(self, company, day):
        """Bring cases and segments to a day that has not come yet; the caller rolls it back."""
        latest = self.env["collection.case"]._read_group(
            [("company_id", "=", company.id), ("state", "!=", "completed")], [], ["date_refreshed:max"]
        )[0][0]
        refresh = self.env["collection.refresh"]
        if not latest or day == latest:
            batches = refresh._batches(company)
        elif day > latest:
            # Nothing changes by the mere passing of days but what falls due in them.
            self.env["collection.case"]._flush_for(LINES_FLUSH)
            accounts = refresh._receivable_accounts(company).ids
            lead = company._collection_lead_days()
            rows = self.env.execute_query(fact_queries.falling_due(company, accounts, latest, day, lead))
            ids = refresh._customers(company, [row[0] for row in rows])
            batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        else:
            batches = []
        for partner_ids in batches:
            refresh._refresh(company, day, partner_ids, trial=True)
        self.env["collection.policy"]._assign(company)

    # === APPLY === #

    @api.model
    def _apply(self, run, company, day, outcomes):
        """Turn decisions into planned actions and notices, in bulk; what is planned already stays (rule I3).

        :param outcomes: {case id: `engine.agenda.Outcome`}
        :returns: number of actions planned
        """
        cycles = {
            case["id"]: case["cycle"] for case in self.env["collection.case"].browse(list(outcomes)).read(["cycle"])
        }
        rows, amounts = [], {}
        consolidated = self.env["collection.decision"]._reason_label("consolidated")
        for case_id, outcome in outcomes.items():
            for task in outcome.tasks:
                is_said = task.code == "consolidated"
                if task.verdict == NOTHING and not is_said:
                    continue
                amounts[case_id, task.task] = task.amount
                rows.append(
                    {
                        "case_id": case_id,
                        "step_id": task.step,
                        "task_id": task.task,
                        "channel_id": task.channel,
                        "cycle": cycles[case_id],
                        "state": "skipped" if is_said else "planned",
                        "approval": "needed" if task.verdict == APPROVE else None,
                        "is_final": is_said,
                        "reason": consolidated if is_said else None,
                    }
                )
        if not rows:
            return 0
        self.env["collection.action"].flush_model()
        inserted = self.env.execute_query(outbox.insert_actions(run, rows, day, self.env.uid))
        notices = [(id_, amounts[case_id, task_id]) for id_, case_id, task_id in inserted]
        if notices:
            self.env.cr.execute(outbox.insert_notices(notices, self.env.uid))
        self.env["collection.action"].invalidate_model()
        self.env["collection.notice"].invalidate_model()
        if len(inserted) > PLANNED_ANEW:
            # A plan made for an empty outbox would take minutes for the next cases.
            for statement in analyze("collection_action", "collection_notice"):
                self.env.cr.execute(statement)
        return len(inserted)

    @api.model
    def _take_now(self, case):
        """Plan the next step of a case's ladder before its day, on a person's word.

        :returns: number of actions planned
        """
        company, day = case.company_id, self.env["collection.refresh"]._today(case.company_id)
        outcome = self._decide(company, day, case).get(case.id)
        if not outcome or not case.strategy_id:
            return 0
        if not outcome.planned:
            steps = {step.id: step for step in case.strategy_id.step_ids}
            ahead = [
                row for row in outcome.steps if row.verdict == "wait" and row.code in ("too_early", "no_working_day")
            ]
            if not ahead or outcome.code == "holdout":
                return 0
            blocked = case._block_reasons(day).get(case.id)
            if blocked:
                outcome.code, outcome.detail = blocked[0].code, case._block_sentence(blocked[0])
                return 0
            outcome.tasks = self._task_decisions(case, steps[ahead[0].step], case.amount_overdue)
        return self._apply(self.env["collection.run"], company, day, {case.id: outcome})

    # === KEEPING DECISIONS === #

    def _decision_rows(self, outcomes):
        """Return rows of `collection.decision`: one for each task to be done, else one with the reason."""
        cases = self.env["collection.case"].browse(list(outcomes))
        names = ["partner_id", "segment_id", "strategy_id"]
        treatment = {case["id"]: case for case in cases.read(names, load=False)}
        rows = []
        for case_id, outcome in outcomes.items():
            case = treatment[case_id]
            head = (case_id, case["partner_id"], case["segment_id"] or None, case["strategy_id"] or None)
            for task in outcome.planned:
                verdict = SEND if task.verdict == SEND else APPROVE
                rows.append((*head, task.step, task.task, task.channel, verdict, task.code, None, None, task.amount))
            if not outcome.planned:
                rows.append((*head, outcome.step, None, None, NOTHING, outcome.code, outcome.day, outcome.detail, 0))
        return rows

    def _insert_decisions(self, run, rows):
        if rows:
            self.env.cr.execute(outbox.insert_decisions(run, rows, self.env.uid))
            self.env["collection.decision"].invalidate_model()

    # === THE SCHEDULER === #

    @api.model
    def _cron_run(self):
        """Run the policy of all companies for today; piece by piece, each committed."""
        cron, runs = self.env["ir.cron"], self.env["collection.run"]
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            today = self.env["collection.refresh"]._today(company)
            run = runs.search([("company_id", "=", company.id), ("state", "=", "running"), ("is_dry", "=", False)])
            if run and run.date != today:
                run.write({"state": "failed", "error": self.env._("Not finished on its day.")})
                run = runs.browse()
            # A dry run that somebody started by hand is none for a company that is live.
            is_dry = not company.collection_is_live
            done = runs.search_count(
                [
                    ("company_id", "=", company.id),
                    ("date", "=", today),
                    ("state", "!=", "running"),
                    ("is_dry", "=", is_dry),
                ],
                limit=1,
            )
            if not run:
                if done or not self._is_used(company):
                    continue
                run = runs._begin(company, None, False)
                cron._commit_progress()
            if not self._finish(run, cron):
                return
        self.env["collection.deliver"]._soon()

    def _is_used(self, company):
        """Tell whether a company has anything to run for."""
        return bool(self.env["collection.refresh"]._customers(company))

    def _finish(self, run, cron):
        """Do a run to its end, committing; tell whether there was time for all of it."""
        refresh = self.env["collection.refresh"]
        if run.is_dry:
            refresh._with_retries(self._dry_run, run)
            cron._commit_progress(1)
            return True
        while refresh._with_retries(self._next_piece, run):
            if not cron._commit_progress(1, remaining=1):
                _logger.info("Run %s: out of time, the scheduler goes on with what is left.", run.id)
                return False
        cron._commit_progress(1)
        return True
