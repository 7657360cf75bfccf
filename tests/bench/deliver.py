"""Benchmark `deliver`: notices with five items each to a mail server on loopback, by one, two and four workers."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from odoo import fields
from odoo.tools import SQL

from . import ledger
from .refresh import _vacuum

WORKER = """
import pathlib, time
print("READY", flush=True)
while not pathlib.Path({go!r}).exists():
    time.sleep(0.01)
print("COUNTS", env["collection.deliver"].run(), flush=True)
"""


def run(env, items: int, customers: int, *, reuse: bool = False) -> None:
    """Plan a notice for each customer, then deliver them all, with one, two and four workers.

    :raises AssertionError: not every notice went out, once
    """
    today = fields.Date.today()
    if not reuse:
        ledger.generate(env, ledger.Shape(items=items, customers=customers), today)
    refresh = env["collection.refresh"]
    for partner_ids in refresh._batches(env.company):
        refresh._refresh(env.company, today, partner_ids)
    _policy(env)
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        sink, port = _sink()
        try:
            for workers in (1, 2, 4):
                count = _plan(env, port, today)
                rates[workers] = _measure(env, Path(folder), workers, count)
        finally:
            sink.terminate()
            sink.wait()
    for workers, (seconds, count) in rates.items():
        row = {
            "benchmark": f"deliver_{workers}_workers",
            "items": count,
            "seconds": round(seconds, 2),
            "items_per_second": round(count / seconds, 1),
            "queries": None,
            "peak_mb": None,
            "counts": {"gain": round(rates[1][0] / seconds, 2)},
        }
        print("BENCH " + json.dumps(row), flush=True)


def _policy(env):
    company = env.company
    company.write({"collection_is_live": True, "email": "acme@example.com"})
    env["collection.segment"].search([]).active = False
    env["collection.contact.rule"].search([]).active = False
    strategy = env["collection.strategy"].create({"name": "Bench"})
    task = {
        "channel_id": env.ref("collection_cases.channel_email").id,
        "template_id": env.ref("collection_strategy.template_friendly").id,
    }
    env["collection.strategy.step"].create(
        {
            "strategy_id": strategy.id,
            "name": "Mail",
            "delay": 3,
            "on_working_days": False,
            "task_ids": [fields.Command.create(task)],
        }
    )
    strategy.action_publish()
    env["collection.segment"].create({"name": "All", "strategy_id": strategy.id})
    env.cr.execute(SQL("UPDATE res_partner SET email = 'debtor' || id || '@example.com' WHERE email IS NULL"))
    env.cr.execute(SQL("UPDATE res_partner SET email_normalized = email WHERE email_normalized IS NULL"))
    env.cr.commit()


def _plan(env, port, today):
    """Plan anew; returns how many notices wait."""
    env.cr.execute(SQL("DELETE FROM collection_notice"))
    env.cr.execute(SQL("DELETE FROM collection_action WHERE is_outbox"))
    env.invalidate_all()
    server = env["ir.mail_server"].search([("name", "=", "bench")])
    vals = {"name": "bench", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_encryption": "none"}
    server.write(vals) if server else server.create(vals)
    env["collection.policy"]._assign(env.company)
    run = env["collection.run"].create({"company_id": env.company.id, "date": today, "phase": "decide"})
    while env["collection.agenda"]._next_piece(run):
        pass
    env.cr.commit()
    _vacuum(env)
    return run.planned_count


def _sink():
    """Start a mail server that takes everything, in a process of its own; returns it and its port."""
    from socket import socket

    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    return process, port


def _measure(env, folder, workers, count):
    """Return (seconds, count) of delivering all with some workers that are ready before the clock starts."""
    go = folder / f"go{workers}"
    started = []
    for _worker in range(workers):
        process = subprocess.Popen(
            [sys.executable, "-m", "odoo", *sys.argv[1:]],
            env=os.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        process.stdin.write(WORKER.format(go=str(go)))
        process.stdin.close()
        started.append(process)
    for process in started:
        assert any(row.startswith("READY") for row in process.stdout), "a worker did not start"
    begun = time.monotonic()
    go.touch()
    for process in started:
        process.stdout.read()
        assert process.wait() == 0
    seconds = time.monotonic() - begun
    env.cr.commit()
    sent = env.execute_query(SQL("SELECT COUNT(*) FROM collection_action WHERE is_outbox AND state = 'done'"))[0][0]
    assert sent == count, f"{sent} of {count} went out"
    return seconds, count
