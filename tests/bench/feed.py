"""Benchmark `feed`: a file of a foreign ledger read first, again, and after a day's changes."""

import csv
import io
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo.tools import SQL

from .refresh import _Memory, _report

HEADER = [
    "Customer number",
    "Customer name",
    "Document number",
    "Document date",
    "Due date",
    "Currency",
    "Amount",
    "Open",
]


def run(env, items: int, customers: int, *, reuse: bool = False) -> None:
    """Write a file, read it, read it again, change 1 % of it, read that; print one JSON line each.

    :param items: rows of the file
    :param customers: customers they belong to
    :param reuse: not used: what a reading stored is removed first
    :raises AssertionError: a result is wrong
    """
    currency = env.company.currency_id.name
    feed = env["collection.feed"].create({"name": f"bench {time.time()}"})
    env.cr.commit()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "items.csv"
        total = _write(path, items, customers, currency)
        _floor(env, path, items)
        done = _measure(env, "feed_first", feed, path, items)
        assert (done.entries_new, done.rows_bad) == (items, 0), done.reason
        _prove(env, feed, total)
        done = _measure(env, "feed_same_again", feed, path, items)
        assert (done.entries_new, done.entries_changed, done.entries_settled) == (0, 0, 0), done.reason
        total = _write(path, items, customers, currency, changed=100)
        done = _measure(env, "feed_daily", feed, path, items)
        assert done.entries_changed == items // 100, done.entries_changed
        _prove(env, feed, total)


def _write(path, items, customers, currency, changed=0):
    """Write the file; returns the sum of what is open, in cents.

    :param changed: every so many rows have half of it paid; 0 none
    """
    total = 0
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(items):
            customer = number % customers
            cents = 1000 + number * 7919 % 1_000_000
            opened = cents // 2 if changed and number % changed == 0 else cents
            total += opened
            writer.writerow(
                [
                    f"K{customer:06}",
                    f"Customer {customer}",
                    f"R{number:08}",
                    f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
                    f"2026-{number % 12 + 1:02}-28",
                    currency,
                    f"{cents / 100:.2f}",
                    f"{opened / 100:.2f}",
                ]
            )
    return total


def _floor(env, path, items):
    """Measure what PostgreSQL alone needs: COPY of the file as it is, and one upsert into a table with a key."""
    cr = env.cr
    cr.execute(SQL("CREATE TEMP TABLE floor_in (a text, b text, c text, d date, e date, f text, g numeric, h numeric)"))
    cr.execute(
        SQL("CREATE TABLE floor_ledger (id serial, a text, c text, d date, e date, f text, g numeric, h numeric)")
    )
    cr.execute(SQL("ALTER TABLE floor_ledger ADD UNIQUE (a, c, e)"))
    begun = time.monotonic()
    with open(path) as file:
        cr.copy_expert("COPY floor_in FROM STDIN WITH (FORMAT csv, HEADER)", io.StringIO(file.read()))
    cr.execute(
        SQL(
            """
            INSERT INTO floor_ledger (a, c, d, e, f, g, h) SELECT a, c, d, e, f, g, h FROM floor_in
            ON CONFLICT (a, c, e) DO UPDATE SET h = EXCLUDED.h WHERE floor_ledger.h <> EXCLUDED.h
            """
        )
    )
    env.cr.commit()
    _report("feed_floor", items, time.monotonic() - begun, 2, {})
    cr.execute(SQL("DROP TABLE floor_ledger, floor_in"))
    env.cr.commit()


def _measure(env, name, feed, path, items):
    """Read a file as the dialog does: it lies in the file store already."""
    attachment = env["ir.attachment"].create({"name": path.name, "raw": path.read_bytes()})
    env.cr.commit()
    memory = _Memory()
    queries = env.cr.sql_log_count
    begun = time.monotonic()
    done = feed._start(path.name, None, attachment=attachment)
    seconds = time.monotonic() - begun
    # what follows is the refresh, which has its own benchmark
    env.cr.precommit.clear()
    env.cr.commit()
    counts = {name: done[name] for name in ("entries_new", "entries_changed", "entries_settled")}
    _report(name, items, seconds, env.cr.sql_log_count - queries, counts, memory.peak())
    assert done.state == "done", done.reason
    assert done.is_proven, done.sum_ids.read()
    return done


def _prove(env, feed, cents):
    """Compare with the sum that the file was written with."""
    found = env.execute_query(
        SQL("SELECT SUM(residual), COUNT(DISTINCT partner_id) FROM collection_feed_entry WHERE feed_id = %s", feed.id)
    )
    assert round(found[0][0] * 100) == cents, (found, cents)
