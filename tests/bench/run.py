"""Benchmark `run`: assign segments, decide and apply for all cases, a dry run, and the day after.

The floor is the same decision and the same rows as one hand-written SQL statement on bare tables: no
reasons, no versions, no fair contact, no keys on the rows it writes.
"""

import time

from odoo import Command, fields
from odoo.tools import SQL

from . import ledger
from .refresh import _Memory, _report, _vacuum


def run(env, items: int, customers: int, *, reuse: bool = False) -> None:
    """Generate a ledger, refresh it, then run the policy; print one JSON line per measurement.

    :param reuse: the ledger and its cases are there from another run
    :raises AssertionError: a result is wrong
    """
    today = fields.Date.today()
    if not reuse:
        ledger.generate(env, ledger.Shape(items=items, customers=customers), today)
    for table in ("collection_notice", "collection_decision", "collection_run"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.cr.execute(SQL("DELETE FROM collection_action WHERE is_outbox"))
    env.cr.execute(SQL("UPDATE collection_case SET segment_id = NULL, strategy_id = NULL, arm = NULL"))
    env.cr.commit()
    refresh = env["collection.refresh"]
    for partner_ids in refresh._batches(env.company):
        refresh._refresh(env.company, today, partner_ids)
        env.cr.commit()
    _policy(env)
    _vacuum(env)
    _floor(env, items, today)
    planned = _run_once(env, "run_first", items, today)
    expected = env.execute_query(SQL("SELECT COUNT(*) FROM bench_floor"))[0][0]
    assert planned == expected, f"{planned} planned, the floor finds {expected}"
    assert _run_once(env, "run_again", items, today) == 0, "a second run plans nothing"
    memory, begun, queries = _Memory(), time.monotonic(), env.cr.sql_log_count
    dry = env["collection.run"].start(fields.Date.add(today, days=1), dry_run=True)
    env.cr.commit()
    _report("dry_run", items, time.monotonic() - begun, env.cr.sql_log_count - queries, {}, memory.peak())
    assert dry.state == "done" and dry.cases_total


def _policy(env):
    """Put one ladder live for everybody; messages go nowhere."""
    env.company.collection_is_live = True
    env["collection.segment"].search([]).active = False
    env["collection.contact.rule"].search([]).active = False
    strategy = env["collection.strategy"].create({"name": "Bench"})
    template = env.ref("collection_strategy.template_friendly")
    channel = env.ref("collection_strategy.channel_sandbox")
    for number, days in enumerate((3, 12, 30)):
        env["collection.strategy.step"].create(
            {
                "strategy_id": strategy.id,
                "name": f"Step {number}",
                "sequence": number,
                "delay": days,
                "on_working_days": False,
                "task_ids": [Command.create({"channel_id": channel.id, "template_id": template.id})],
            }
        )
    strategy.action_publish()
    env["collection.segment"].create({"name": "All", "strategy_id": strategy.id})
    env.cr.commit()


def _run_once(env, name, items, today):
    """Run the policy after the ledger was read, as the scheduler does; returns how much it planned."""
    run = env["collection.run"].create({"company_id": env.company.id, "date": today})
    agenda = env["collection.agenda"]
    memory, begun, queries = _Memory(), time.monotonic(), env.cr.sql_log_count
    env["collection.policy"]._assign(env.company)
    run.write({"phase": "decide", "last_case_id": 0})
    env.cr.commit()
    while agenda._next_piece(run):
        env.cr.commit()
    env.cr.commit()
    _report(name, items, time.monotonic() - begun, env.cr.sql_log_count - queries, {}, memory.peak())
    return run.planned_count


def _floor(env, items, today):
    """Decide and write with one statement."""
    env.cr.execute(SQL("CREATE TABLE IF NOT EXISTS bench_floor (case_id int, day date, amount numeric)"))
    env.cr.execute(SQL("TRUNCATE bench_floor"))
    env.cr.commit()
    begun = time.monotonic()
    env.cr.execute(
        SQL(
            """
            INSERT INTO bench_floor
            SELECT record.id, %(today)s, net.overdue
              FROM collection_case record
              JOIN (SELECT row.case_id, SUM(row.uncovered) AS overdue, MIN(row.due_date) AS oldest
                      FROM (SELECT item.case_id, item.due_date, item.residual_company
                                   * LEAST(item.residual, GREATEST(0,
                                        SUM(GREATEST(item.residual, 0)) OVER oldest_first
                                        + SUM(LEAST(item.residual, 0)) OVER whole)) / NULLIF(item.residual, 0)
                                   AS uncovered
                              FROM collection_item item WHERE item.state = 'open'
                            WINDOW whole AS (PARTITION BY item.case_id, item.currency_id),
                                   oldest_first AS (PARTITION BY item.case_id, item.currency_id
                                                    ORDER BY item.due_date, item.id)) row
                     WHERE row.uncovered > 0 AND row.due_date < %(today)s
                  GROUP BY row.case_id) net ON net.case_id = record.id
             WHERE record.state <> 'completed' AND net.oldest + 3 <= %(today)s
               AND NOT EXISTS (SELECT 1 FROM collection_hold hold
                                WHERE hold.partner_id = record.partner_id AND hold.date_until >= %(today)s)
               AND NOT EXISTS (SELECT 1 FROM collection_promise promise
                                WHERE promise.case_id = record.id AND promise.state = 'open')
            """,
            today=today,
        )
    )
    env.cr.commit()
    _report("run_floor", items, time.monotonic() - begun, 1, {})
