"""Benchmark `pages`: what the server needs to answer a collector's screens, and what a booking costs more."""

import json
import time

from lxml import etree

from odoo import Command, fields
from odoo.tools import SQL

from . import ledger
from .refresh import _vacuum

COLLECTORS = 20
ROUNDS = 30


def run(env, items: int, customers: int, *, reuse: bool = False) -> None:
    """Generate, refresh, give the cases to collectors with planned work, then measure; print one JSON line each.

    :param reuse: the ledger is there from another run
    :raises AssertionError: a screen shows nothing, or a booking does not reach its case
    """
    today = fields.Date.today()
    if not reuse:
        ledger.generate(env, ledger.Shape(items=items, customers=customers), today)
    _vacuum(env)
    service = env["collection.refresh"]
    for partner_ids in service._batches(env.company):
        service._refresh(env.company, today, partner_ids)
        env.cr.commit()
    if not env["res.users"].search_count([("login", "=", "bench0")]):
        _work(env, today)
    env["collection.case"]._prioritise(env.company)
    env.cr.commit()
    _vacuum(env)
    count = env["collection.case"].search_count([])
    user = env["res.users"].search([("login", "=", "bench0")])
    own = env(user=user)
    mine = [("user_id", "=", user.id), ("state", "!=", "completed")]
    cases = own["collection.case"]
    day, listed, form, board = (
        _specification(own, *view)
        for view in (
            ("kanban", "collection_cases.collection_my_day_view_kanban"),
            ("list", "collection_cases.collection_case_view_list"),
            ("form", "collection_cases.collection_case_view_form"),
            ("kanban", "collection_cases.collection_case_view_kanban"),
        )
    )
    some = cases.search(mine, limit=ROUNDS).ids
    manager = env["collection.case"].with_user(env.ref("base.user_admin"))
    everybody = [("state", "!=", "completed")]
    pages = {
        "my_day": lambda _n: cases.web_search_read(mine, day, limit=80, count_limit=10001)["records"],
        "my_day_counts": lambda _n: cases.get_my_day_counts(),
        "list_own": lambda _n: cases.web_search_read(mine, listed, limit=80, count_limit=10001)["records"],
        "list_of_everybody": lambda _n: manager.web_search_read(everybody, listed, limit=80, count_limit=10001)[
            "records"
        ],
        "list_second_page": lambda n: manager.web_search_read(
            everybody, listed, limit=80, offset=80 * (n % (count // 80))
        )["records"],
        "form": lambda n: cases.browse(some[n]).web_read(form),
        "kanban_by_state": lambda _n: manager.web_read_group(
            everybody, ["state"], ["amount_overdue:sum"], auto_unfold=True, unfold_read_specification=board
        )["groups"],
        "search_by_name": lambda n: manager.web_search_read(
            [*everybody, "|", ("name", "ilike", f"Customer {n + 1}"), ("partner_id", "ilike", f"Customer {n + 1}")],
            listed,
            limit=80,
            count_limit=10001,
        )["records"],
        "search_by_days": lambda n: manager.web_search_read(
            [*everybody, ("days_overdue", ">=", 30 + n)], listed, limit=80, count_limit=10001
        )["records"],
    }
    for name, page in pages.items():
        _measure(env, f"page_{name}", count, page)
    _reconciliation(env, count, today)


def _work(env, today):
    """Share the cases out among collectors, a call planned on every third."""
    users = env["res.users"].create(
        [
            {
                "name": f"Collector {number}",
                "login": f"bench{number}",
                "group_ids": [
                    Command.link(env.ref("base.group_user").id),
                    Command.link(env.ref("collection_cases.group_collection_user").id),
                ],
            }
            for number in range(COLLECTORS)
        ]
    )
    env.ref("base.user_admin").group_ids += env.ref("collection_cases.group_collection_manager")
    env.flush_all()
    env.cr.execute(
        SQL(
            "UPDATE collection_case SET user_id = (%s::int[])[1 + id %% %s], priority_parts = NULL",
            users.ids,
            COLLECTORS,
        )
    )
    kind = env.ref("collection_cases.mail_activity_type_call")
    env.cr.execute(
        SQL(
            """
            INSERT INTO mail_activity (res_model, res_model_id, res_id, res_name, activity_type_id, user_id,
                                       date_deadline, active, summary, create_uid, create_date, write_uid, write_date)
                 SELECT 'collection.case', %s, id, name, %s, user_id, %s::date + (id %% 7)::int - 3, true, 'Call',
                        1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
                   FROM collection_case WHERE id %% 3 = 0
            """,
            env["ir.model"]._get_id("collection.case"),
            kind.id,
            today,
        )
    )
    env.invalidate_all()


def _specification(env, kind, xmlid):
    """Return what the web client asks for to show a view: its fields, with those of the lists in it."""
    view = env.ref(xmlid)
    models = env["collection.case"].get_views([(view.id, kind)])
    arch = etree.fromstring(models["views"][kind]["arch"])
    return _fields_of(env, "collection.case", arch)


def _fields_of(env, model, arch):
    wanted = {}
    for node in _nodes(arch):
        field = env[model]._fields[node.get("name")]
        if field.type == "many2one":
            wanted[field.name] = {"fields": {"display_name": {}}}
        elif field.relational:
            inner = next((child for child in node if child.tag in ("list", "kanban")), None)
            names = {"display_name": {}} if inner is None else _fields_of(env, field.comodel_name, inner)
            wanted[field.name] = {"fields": names, "limit": 40}
        else:
            wanted[field.name] = {}
    return wanted


def _nodes(arch):
    """Yield the fields of a view, without those of the lists in it."""
    for child in arch:
        if child.tag == "field":
            yield child
        else:
            yield from _nodes(child)


def _measure(env, name, count, page):
    """Answer a page again and again as a new request would: nothing cached of records."""
    times, queries = [], 0
    for number in range(ROUNDS):
        env.invalidate_all()
        before, begun = env.cr.sql_log_count, time.monotonic()
        found = page(number)
        times.append(time.monotonic() - begun)
        queries = max(queries, env.cr.sql_log_count - before)
        assert found, f"{name} shows nothing"
    env.cr.rollback()
    _report(name, count, times[1:], queries)  # the first one fills what a server keeps


def _report(name, count, times, queries, **more):
    times = sorted(times)
    row = {
        "benchmark": name,
        "items": count,
        "seconds": round(times[int(len(times) * 0.95)], 3),
        "median": round(times[len(times) // 2], 3),
        "items_per_second": None,
        "queries": queries,
        "peak_mb": None,
        **more,
    }
    print("BENCH " + json.dumps(row), flush=True)


def _reconciliation(env, count, today):
    """Book one payment on an item of a case, with and without our part, interleaved and rolled back."""
    bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
    items = env["collection.item"].search(
        [("origin", "=", "ledger"), ("state", "=", "open"), ("residual", ">", 10)], limit=ROUNDS
    )
    service = type(env["collection.refresh"])
    times = {True: [], False: []}
    queries = {True: 0, False: 0}
    ours = service._soon
    for number, item_id in enumerate(items.ids):
        for with_us in (True, False) if number % 2 else (False, True):
            service._soon = ours if with_us else lambda _self, _customers: None
            env.invalidate_all()
            item = env["collection.item"].browse(item_id)
            residual, before, begun = item.residual, env.cr.sql_log_count, time.monotonic()
            payment = env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": item.partner_id.id,
                    "amount": 1,
                    "date": today,
                    "currency_id": item.currency_id.id,
                    "journal_id": bank.id,
                    "destination_account_id": item.move_line_id.account_id.id,
                }
            )
            payment.action_post()
            (
                payment.move_id.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
                | item.move_line_id
            ).reconcile()
            env.cr.flush()
            times[with_us].append(time.monotonic() - begun)
            queries[with_us] = max(queries[with_us], env.cr.sql_log_count - before)
            if with_us:
                assert abs(residual - 1 - item.residual) < 0.005, (residual, item.residual)
            env.cr.rollback()
    service._soon = ours
    for with_us, name in ((False, "booking_without_us"), (True, "booking")):
        _report(name, count, times[with_us][2:], queries[with_us])
