"""Delivery under real faults: killed, several at once, a mail server that fails, a database that is gone.

The sink keeps what really arrived, so it is counted and not believed. `--thorough` repeats more and
longer; what is here by default takes a minute or two.
"""

import random
import time
from collections import Counter

import pytest
from host import databases, server
from reached import Database

DELIVER = """
print("DELIVERING", flush=True)
print("COUNTS", env["collection.deliver"].run(), flush=True)
"""

STATES = "SELECT state, COUNT(*) FROM collection_action WHERE is_outbox GROUP BY state"
NOW = "UPDATE collection_action SET next_try = NULL WHERE is_outbox AND state = 'planned'"


@pytest.fixture
def outbox(host, planned, sink):
    """A database of the test's own with planned messages, that sends to the sink."""
    name, count = planned
    databases.copy(host, name, "collections_e2e_outbox")
    database = Database(host, "collections_e2e_outbox")
    database.count = count
    database.sql(f"UPDATE ir_mail_server SET smtp_port = {sink.port}")
    assert states(database) == {"planned": count}
    yield database
    databases.drop(host, database.name)


def states(database):
    """Return {state: how many}."""
    return {state: int(count) for state, count in database.sql(STATES)}


def deliver(database, workers=1):
    """Deliver with some processes at once, to their end."""
    processes = [database.start_shell(DELIVER) for _worker in range(workers)]
    outputs = [process.communicate()[0] for process in processes]
    assert all(process.returncode == 0 for process in processes), outputs
    assert "Traceback" not in "".join(outputs), outputs


def kill_while_delivering(process, seconds):
    """Kill -9 a delivery a moment after it has begun."""
    for row in process.stdout:
        if row.startswith("DELIVERING"):
            break
    time.sleep(seconds)
    process.kill()
    process.wait()


def test_killed_again_and_again(outbox, sink, thorough):
    """Nobody gets a message twice; what was on its way at the kill is uncertain, one at most for each kill."""
    count, kills = outbox.count, 60 if thorough else 4
    sink.delay = 0.02
    dice = random.Random(11)
    for number in range(kills):
        processes = [outbox.start_shell(DELIVER) for _worker in range(1 + number % 2)]
        for process in processes:
            kill_while_delivering(process, dice.uniform(0.05, 0.6))
    sink.delay = 0
    deliver(outbox)
    found = states(outbox)
    assert not sink.duplicates()
    assert found.get("done", 0) + found.get("uncertain", 0) == count, found
    assert found.get("uncertain", 0) <= kills * 1.5, found
    assert found.get("done", 0) <= len(sink.ids) <= count


def test_four_at_once(outbox, sink):
    """Each message goes out once, whoever of four takes it."""
    count = outbox.count
    deliver(outbox, workers=4)
    assert states(outbox) == {"done": count}
    assert not sink.duplicates() and len(sink.ids) == count


def test_mail_server_that_fails_for_some(outbox, sink):
    """What passes is sent in the end, what does not is final, what nobody knows is uncertain; the rest goes out."""
    sink.is_broken = True
    met = Counter(sink.fault(f"debtor{number}@example.com") for number in range(outbox.count))
    deliver(outbox)
    assert states(outbox) == {
        "done": met[""],  # no message blocks the others
        "failed": met["r550"],
        "uncertain": met["dropafter"],
        "planned": met["r451"] + met["drop"],
    }
    assert max(sink.tried.values()) == 1
    sink.is_broken = False
    outbox.sql(NOW)
    deliver(outbox)
    assert states(outbox) == {
        "done": met[""] + met["r451"] + met["drop"],
        "failed": met["r550"],
        "uncertain": met["dropafter"],
    }
    assert not sink.duplicates()


def test_mail_server_that_is_not_there(outbox, sink):
    """Nothing is lost, and all goes out once it is back."""
    right = f"UPDATE ir_mail_server SET smtp_port = {sink.port}"
    outbox.sql(f"UPDATE ir_mail_server SET smtp_port = {server.free_port()}")
    deliver(outbox)
    assert states(outbox) == {"planned": outbox.count}
    outbox.sql(right)
    outbox.sql(NOW)
    deliver(outbox)
    assert states(outbox) == {"done": outbox.count} and not sink.duplicates()


def test_database_connections_are_cut(outbox, sink, thorough):
    """A worker that loses its connection ends; nobody gets a message twice, the next worker goes on."""
    count, cuts = outbox.count, 30 if thorough else 3
    sink.delay = 0.02
    dice = random.Random(5)
    for _cut in range(cuts):
        process = outbox.start_shell(DELIVER)
        for row in process.stdout:
            if row.startswith("DELIVERING"):
                break
        time.sleep(dice.uniform(0.05, 0.5))
        outbox.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        process.communicate()
    sink.delay = 0
    deliver(outbox)
    found = states(outbox)
    assert not sink.duplicates()
    assert found.get("done", 0) + found.get("uncertain", 0) == count, found
    assert found.get("uncertain", 0) <= cuts


def test_paid_while_it_is_being_sent(outbox, sink):
    """Whoever pays while notices go out is written to only when the claim came first, and for the right amount."""
    sink.delay = 0.05
    pay = """
bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
ours = [("move_type", "=", "out_invoice"), ("partner_id.name", "like", "Debtor ")]
moves = env["account.move"].search(ours, order="id desc")
wizard = env["account.payment.register"]
for move in moves:
    for attempt in range(9):  # as Odoo does with a person's request
        try:
            wizard.with_context(active_model="account.move", active_ids=move.ids).create({})._create_payments()
            env.cr.commit()
            break
        except Exception as error:
            env.cr.rollback()
            env.invalidate_all()
            assert getattr(error, "pgcode", "") in ("40001", "40P01"), error
    else:
        raise AssertionError("could not be paid")
print("PAID", flush=True)
"""
    payer, sender = outbox.start_shell(pay), outbox.start_shell(DELIVER)
    outputs = [process.communicate()[0] for process in (payer, sender)]
    assert "PAID" in outputs[0], outputs[0]
    late = outbox.sql(
        "SELECT COUNT(*) FROM collection_action a JOIN collection_notice n ON n.action_id = a.id"
        " JOIN collection_notice_line l ON l.notice_id = n.id JOIN collection_item i ON i.id = l.item_id"
        " WHERE a.state = 'done' AND i.settled_date IS NOT NULL AND i.write_date < a.create_date"
    )
    assert late == [["0"]]
    found = states(outbox)
    assert set(found) <= {"done", "skipped"}, found
    assert found.get("done", 0) == len(sink.ids)
