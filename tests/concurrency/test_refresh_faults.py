"""The refresh under real faults: killed in the middle, run twice at once, while payments are matched."""

import random
import time

CUSTOMERS = 120
KILLS = 4

SETUP = f"""
import sys; sys.path.insert(0, "tests")
from bench import ledger
from odoo import fields
ledger.generate(env, ledger.Shape(items={CUSTOMERS * 20}, customers={CUSTOMERS}), fields.Date.today())
"""

REFRESH = """
from odoo.addons.collection_cases.services import collection_refresh
collection_refresh.BATCH = 10
service = type(env["collection.refresh"])
whole = service._refresh
def told(self, *arguments):
    print("BATCH BEGUN", flush=True)
    found = whole(self, *arguments)
    print("BATCH READY", flush=True)
    return found
service._refresh = told
env["collection.refresh"]._cron_refresh()
env.cr.commit()
"""

STANDING = """
SELECT record.partner_id, record.branch_id, record.state, record.amount_open, record.amount_overdue,
       (SELECT string_agg(item.move_line_id || ':' || item.state, ',' ORDER BY item.move_line_id)
          FROM collection_item item WHERE item.case_id = record.id)
  FROM collection_case record JOIN res_partner partner ON partner.id = record.partner_id
 WHERE partner.name LIKE 'Customer %' ORDER BY 1, 2
"""

COUNT = "SELECT count(*) FROM collection_item"

DOUBLES = """
SELECT count(*) FROM (SELECT move_line_id FROM collection_item WHERE state = 'open' AND move_line_id IS NOT NULL
                       GROUP BY move_line_id HAVING count(*) > 1) twice
"""

CHECK = """
import json
print("JSON", json.dumps(len(env["collection.refresh"].check())))
"""


def kill_after(process, signs, seconds):
    """Kill -9 a refresh a moment after it has given so many signs of life."""
    for row in process.stdout:
        signs -= row.startswith("BATCH")
        if not signs:
            break
    assert not signs, "the refresh ended before it could be killed"
    time.sleep(seconds)
    process.kill()
    process.wait()


def test_killed_and_run_twice_ends_as_if_nothing_had_happened(own_database):
    """Kill the refresh at random points, run two at once, then compare with an undisturbed refresh."""
    own_database.shell(SETUP)
    dice = random.Random(7)
    halfway = set()
    for _kill in range(KILLS):
        process = own_database.start_shell(REFRESH)
        kill_after(process, dice.randint(3, 9), dice.uniform(0, 0.03))
        halfway.add(own_database.sql(COUNT)[0][0])
    assert all(0 < int(count) < CUSTOMERS * 20 for count in halfway), halfway
    pair = [own_database.start_shell(REFRESH) for _worker in range(2)]
    outputs = [process.communicate()[0] for process in pair]
    assert all(process.returncode == 0 for process in pair), outputs
    assert "Traceback" not in "".join(outputs), outputs
    disturbed = own_database.sql(STANDING)
    assert own_database.sql(DOUBLES) == [["0"]]
    assert own_database.json(CHECK) == 0

    own_database.sql("DELETE FROM collection_item")
    own_database.sql("DELETE FROM collection_case")
    own_database.shell(REFRESH)
    assert own_database.sql(STANDING) == disturbed
    assert len(disturbed) > CUSTOMERS / 2


PAYERS = 40

PAYABLE = f"""
from datetime import timedelta
from odoo import Command, fields
day = fields.Date.today()
bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
for number in range({PAYERS}):
    partner = env["res.partner"].create(
        {{"name": f"Payer {{number}}", "is_company": True, "collection_participation": "yes"}})
    move = env["account.move"].create({{
        "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": day - timedelta(days=40),
        "invoice_date_due": day - timedelta(days=10), "invoice_payment_term_id": False,
        "invoice_line_ids": [Command.create({{"name": "x", "price_unit": 100, "tax_ids": [Command.clear()]}})]}})
    move.action_post()
env.cr.commit()
"""

PAY = """
import random
from odoo.service.model import retrying
bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
moves = env["account.move"].search([("partner_id.name", "like", "Payer "), ("move_type", "=", "out_invoice")])
print("READY", flush=True)
for move in moves:
    def pay():
        payment = env["account.payment"].create({
            "payment_type": "inbound", "partner_type": "customer", "partner_id": move.partner_id.id,
            "amount": 100, "journal_id": bank.id})
        payment.action_post()
        lines = (move | payment.move_id).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
    for attempt in range(8):
        try:
            pay()
            env.cr.commit()
            break
        except Exception as error:
            env.cr.rollback()
            env.invalidate_all()
            assert getattr(error, "pgcode", "") in ("40001", "40P01", "23505"), error
    else:
        raise AssertionError("could not be paid in 8 attempts")
print("PAID", flush=True)
"""

ONE_BY_ONE = """
from odoo.addons.collection_cases.services import collection_refresh
collection_refresh.BATCH = 1
names = env["res.partner"].search([("name", "like", "Payer ")]).ids
service = env["collection.refresh"]
day = service._today(env.company)
print("READY", flush=True)
for _round in range(3):
    for partner in names:
        service._with_retries(service._refresh, env.company, day, [partner])
        env.cr.commit()
"""


def test_payments_matched_while_the_refresh_runs(own_database):
    """Whoever commits first: no item shows a debt that is paid, and no paid case stays open."""
    own_database.shell(PAYABLE)
    payer, refresh = own_database.start_shell(PAY), own_database.start_shell(ONE_BY_ONE)
    outputs = [process.communicate()[0] for process in (payer, refresh)]
    assert "PAID" in outputs[0] and "Traceback" not in "".join(outputs), outputs
    assert own_database.json(CHECK) == 0
    open_cases = own_database.sql(
        "SELECT count(*) FROM collection_case c JOIN res_partner p ON p.id = c.partner_id"
        " WHERE p.name LIKE 'Payer %' AND c.state <> 'completed'"
    )
    assert open_cases == [["0"]]
