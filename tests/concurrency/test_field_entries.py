"""The same entry from a phone at the same moment, and many entries at once: one receipt each, no gap."""

import uuid
from concurrent.futures import ThreadPoolExecutor

ROUNDS = 6

SETUP = """
import json
from odoo import Command, fields
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Field", "login": "field_race", "password": "field_race",
    "group_ids": [Command.set([env.ref("base.group_user").id, env.ref("collection_cases.group_collection_user").id])]})
journal = env["account.journal"].search([("type", "=", "cash"), ("company_id", "=", env.company.id)], limit=1)
if not journal:
    journal = env["account.journal"].create({"name": "Field cash", "type": "cash", "code": "FCSH"})
env.company.collection_cash_journal_id = journal
customer = env["res.partner"].create({"name": "Race", "is_company": True, "collection_participation": "yes",
                                      "debt_manager_id": user.id})
move = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": customer.id, "invoice_date": "2026-01-01",
    "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1000, "tax_ids": [Command.clear()]})],
    "invoice_date_due": "2026-01-02", "invoice_payment_term_id": False})
move.action_post()
env["collection.refresh"].run()
case = env["collection.case"].search([("partner_id", "=", customer.id)])
env.cr.commit()
print("JSON", json.dumps({"case": case.id}))
"""


def test_the_same_entry_at_the_same_moment_is_one_receipt(database, served):
    """Both are answered with the same receipt; the number is taken once, the money booked once."""
    case = database.json(SETUP)["case"]
    phone = served("field_race")

    def enter(entry):
        return phone.call("collection.field", "enter", entry=entry)

    with ThreadPoolExecutor(4) as pool:
        for _round in range(ROUNDS):
            entry = {"uuid": str(uuid.uuid4()), "kind": "payment", "case": case, "method": "cash", "amount": "10"}
            answers = list(pool.map(enter, [entry] * 3))
            assert {status for status, _body in answers} == {200}, answers
            assert len({body["receipt"]["id"] for _status, body in answers}) == 1, answers
            assert sum("again" in body for _status, body in answers) == 2, answers
        different = [
            {"uuid": str(uuid.uuid4()), "kind": "payment", "case": case, "method": "cash", "amount": "1"}
            for _number in range(4)
        ]
        answers = list(pool.map(enter, different))
        late = [entry for entry, (status, _body) in zip(different, answers, strict=True) if status != 200]
        for entry in late:  # as the phone does when the server was too busy
            assert enter(entry)[0] == 200
    numbers = [
        row[0] for row in database.sql(f"SELECT name FROM collection_receipt WHERE case_id = {case} ORDER BY name")
    ]
    assert [int(name.rsplit("/", 1)[1]) for name in numbers] == list(range(1, ROUNDS + 5)), numbers
    paid = database.sql(
        "SELECT count(*), sum(payment.amount) FROM account_payment payment"
        f" JOIN collection_receipt receipt ON receipt.payment_id = payment.id WHERE receipt.case_id = {case}"
    )
    assert [float(value) for value in paid[0]] == [ROUNDS + 4, ROUNDS * 10 + 4]
    open_now = database.sql(f"SELECT residual FROM collection_item WHERE case_id = {case}")
    assert float(open_now[0][0]) == 1000 - ROUNDS * 10 - 4
