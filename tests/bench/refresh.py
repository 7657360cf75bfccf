"""Benchmark `refresh`: the first refresh of a ledger, and one after a day's changes."""

import json
import resource
import threading
import time

from odoo import fields
from odoo.tools import SQL

from . import ledger


def run(env, items: int, customers: int, *, reuse: bool = False) -> None:
    """Generate, refresh, change, refresh; print one JSON line per measurement.

    :param reuse: the ledger is there from another run; only what the refresh made of it is removed
    :raises AssertionError: a result is wrong
    """
    today = fields.Date.today()
    if reuse:
        env.cr.execute(SQL("TRUNCATE collection_item, collection_case CASCADE"))
        env.cr.commit()
    else:
        begun = time.monotonic()
        ledger.generate(env, ledger.Shape(items=items, customers=customers), today)
        ledger.verify(env)
        _report("ledger", items, time.monotonic() - begun, 0, {})
    _vacuum(env)
    _measure(env, "refresh_first", items, today)
    _measure(env, "refresh_nothing_changed", items, today, expect_nothing=True)
    changed = ledger.change(env, 0.01, today)
    found = _measure(env, "refresh_daily", items, today)
    print(json.dumps({"note": f"{changed} open items changed", "settled": found["items_settled"]}), flush=True)


def _vacuum(env):
    connection = env.cr._cnx
    env.cr.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.autocommit = False


def _measure(env, name, items, today, *, expect_nothing=False):
    """Refresh as the scheduler does: a commit per batch."""
    service = env["collection.refresh"]
    memory = _Memory()
    queries = env.cr.sql_log_count
    begun = time.monotonic()
    counts = {}
    for partner_ids in service._batches(env.company):
        for key, value in service._with_retries(service._refresh, env.company, today, partner_ids).items():
            counts[key] = counts.get(key, 0) + value
        env.cr.commit()
    env["collection.case"]._prioritise(env.company)
    env.cr.commit()
    seconds = time.monotonic() - begun
    _report(name, items, seconds, env.cr.sql_log_count - queries, counts, memory.peak())
    _prove(env, today)
    if expect_nothing:
        assert not any(value for key, value in counts.items() if key != "customers"), counts
    return counts


def _prove(env, today):
    """Compare with sums made from the ledger alone, in other words than the refresh uses."""
    assert env["collection.refresh"].check() == [], "amounts differ from the ledger"
    wrong = env.execute_query(
        SQL(
            """
            WITH net AS (
                SELECT move.commercial_partner_id AS customer,
                       CASE WHEN customer.collection_participation->>%(company)s = 'per_branch'
                            THEN NULLIF(move.partner_id, move.commercial_partner_id) END AS branch,
                       line.currency_id,
                       SUM(CASE WHEN line.amount_residual_currency < 0 OR line.date_maturity < %(today)s
                                THEN line.amount_residual_currency ELSE 0 END) AS overdue
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner customer ON customer.id = move.commercial_partner_id
                 WHERE line.display_type = 'payment_term' AND NOT line.reconciled
              GROUP BY 1, 2, 3),
            expected AS (SELECT customer, branch FROM net WHERE overdue > 0 GROUP BY 1, 2),
            found AS (SELECT partner_id, branch_id FROM collection_case WHERE state <> 'completed')
            (SELECT * FROM expected EXCEPT SELECT * FROM found)
            UNION ALL (SELECT * FROM found EXCEPT SELECT * FROM expected)
            """,
            company=str(env.company.id),
            today=today,
        )
    )
    assert not wrong, f"{len(wrong)} customers have a case and should not, or the other way round: {wrong[:3]}"


class _Memory:
    """The peak of this process's memory from now on, sampled; in MB."""

    def __init__(self):
        self._highest = self._now()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @staticmethod
    def _now():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    def _watch(self):
        while not self._stop.wait(0.05):
            self._highest = max(self._highest, self._now())

    def peak(self):
        self._stop.set()
        self._thread.join()
        return self._highest


def _report(name, items, seconds, queries, counts, memory=None):
    row = {
        "benchmark": name,
        "items": items,
        "seconds": round(seconds, 2),
        "items_per_second": round(items / seconds) if seconds else None,
        "queries": queries,
        "peak_mb": round(memory) if memory else None,
        "counts": counts,
    }
    print("BENCH " + json.dumps(row), flush=True)
