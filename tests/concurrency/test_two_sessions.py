"""Two people, two processes, at the same moment: rules I1 and I2 outside Odoo's test mode."""

from concurrent.futures import ThreadPoolExecutor

ROUNDS = 12

SETUP = """
import json
from odoo import Command, fields
env["res.users"].search([("login", "=", "admin")]).group_ids += env.ref("account.group_account_manager")
customer = env["res.partner"].create(
    {"name": "Two sessions", "is_company": True, "collection_participation": "per_branch"})
branch = env["res.partner"].create({"name": "Branch", "parent_id": customer.id, "type": "invoice"})
cases = env["collection.case"].create([{"partner_id": customer.id}, {"partner_id": branch.id}])
lines = []
for number in range(%(rounds)s):
    move = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": customer.id, "invoice_date": fields.Date.today(),
        "invoice_line_ids": [Command.create({"name": "x", "price_unit": 10 + number, "tax_ids": [Command.clear()]})],
        "invoice_date_due": "2099-01-01", "invoice_payment_term_id": False})
    move.action_post()
    lines += move.line_ids.filtered(lambda line: line.account_type == "asset_receivable").ids
env.cr.commit()
print("JSON", json.dumps({"cases": cases.ids, "lines": lines}))
"""

WIZARDS = """
import json
made = {}
for case in env["collection.case"].browse(%(cases)s):
    for line in %(lines)s:
        wizard = env["collection.add.items"].browse(case.action_add_open_items()["res_id"])
        for row in wizard.line_ids:
            row.is_chosen = row.move_line_id.id == line
        made.setdefault(str(line), []).append(wizard.id)
env.cr.commit()
print("JSON", json.dumps(made))
"""


def test_same_item_attached_by_two_sessions_at_once(database, served):
    """Exactly one gets it; the other is told where it is, and nothing is half-written."""
    made = database.json(SETUP % {"rounds": ROUNDS})
    wizards = database.json(WIZARDS % made)
    admin = served("admin")
    with ThreadPoolExecutor(2) as pool:
        for line, (first, second) in wizards.items():
            answers = list(
                pool.map(lambda wizard: admin.call("collection.add.items", "action_add", [wizard]), (first, second))
            )
            statuses = sorted(status for status, _answer in answers)
            assert statuses[0] == 200 and statuses[1] >= 400, answers
            refusal = next(answer for status, answer in answers if status >= 400)
            assert "open" in refusal["message"] and "case" in refusal["message"], refusal
            held = database.sql(f"SELECT count(*) FROM collection_item WHERE move_line_id = {line} AND state = 'open'")
            assert held == [["1"]]


def test_two_sessions_open_a_case_of_the_same_customer(database, served):
    """One open case per customer, whoever is first."""
    partner = database.json(
        """
import json
partner = env["res.partner"].create({"name": "Race", "is_company": True})
env.cr.commit()
print("JSON", json.dumps(partner.id))
"""
    )
    admin = served("admin")
    vals = [{"partner_id": partner}]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: admin.call("collection.case", "create", vals_list=vals), range(4)))
    assert sum(status == 200 for status, _answer in answers) == 1
    for status, answer in answers:
        assert status == 200 or "open case" in answer["message"], answer
    assert database.sql(f"SELECT count(*) FROM collection_case WHERE partner_id = {partner}") == [["1"]]
