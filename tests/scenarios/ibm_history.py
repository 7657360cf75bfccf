"""A real history, week by week: 2,466 invoices of 100 customers, as posted invoices and payments.

Run inside `odoo shell` by test_ibm_history.py. What is expected comes from the file alone.
"""

import csv
import logging
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command

START = date(2013, 5, 6)
_logger = logging.getLogger("collections.ibm")


def _date(text):
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))


def read(path):
    """Return the rows of the file as dicts with dates and decimals."""
    with open(path, newline="") as file:
        return [
            {
                "customer": row["customerID"],
                "number": row["invoiceNumber"],
                "date": _date(row["InvoiceDate"]),
                "due": _date(row["DueDate"]),
                "amount": Decimal(row["InvoiceAmount"]),
                "settled": _date(row["SettledDate"]),
            }
            for row in csv.DictReader(file)
        ]


def expected(rows, today):
    """Return {customer: overdue amount} on a day, from the file alone."""
    sums = defaultdict(Decimal)
    for row in rows:
        if row["date"] <= today and row["due"] < today and row["settled"] > today:
            sums[row["customer"]] += row["amount"]
    return dict(sums)


class Replay:
    """Books the history into Odoo as time goes on."""

    def __init__(self, env, rows):
        self.env, self.rows = env, rows
        self.partners = {}
        for customer in sorted({row["customer"] for row in rows}):
            self.partners[customer] = env["res.partner"].create(
                {"name": customer, "is_company": True, "collection_participation": "yes"}
            )
        self.moves = {}
        self.journal = env["account.journal"].search([("type", "=", "bank")], limit=1)

    def book(self, today):
        """Post what was invoiced, and match what was paid, up to a day."""
        new = [row for row in self.rows if row["date"] <= today and row["number"] not in self.moves]
        moves = self.env["account.move"].create([self._invoice(row) for row in new])
        moves.action_post()
        self.moves.update(zip((row["number"] for row in new), moves, strict=True))
        due = [row for row in self.rows if row["settled"] <= today and not row.get("paid")]
        for row in due:
            self._pay(row)
            row["paid"] = True
        self.env.cr.commit()
        return len(new), len(due)

    def _invoice(self, row):
        return {
            "move_type": "out_invoice",
            "partner_id": self.partners[row["customer"]].id,
            "ref": row["number"],
            "invoice_date": row["date"],
            "invoice_date_due": row["due"],
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create({"name": row["number"], "price_unit": row["amount"], "tax_ids": [Command.clear()]})
            ],
        }

    def _pay(self, row):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partners[row["customer"]].id,
                "amount": row["amount"],
                "date": row["settled"],
                "journal_id": self.journal.id,
            }
        )
        payment.action_post()
        lines = (self.moves[row["number"]] | payment.move_id).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()

    def standing(self):
        """Return {customer: overdue amount} as the open cases say."""
        cases = self.env["collection.case"].search([("state", "!=", "completed")])
        assert len(cases.partner_id) == len(cases), "a customer has two open cases"
        return {
            case.partner_id.name: Decimal(str(case.amount_overdue)).quantize(Decimal("0.01"))
            for case in cases
            if case.partner_id.name in self.partners
        }


def run(env, path):
    """Replay the file from START to its end and compare every week, to the cent."""
    rows = read(path)
    replay = Replay(env, rows)
    last = max(row["settled"] for row in rows) + timedelta(days=7)
    today, weeks = START, 0
    opened = completed = 0
    while today <= last:
        with freeze_time(today):
            booked = replay.book(today)
            counts = env["collection.refresh"].run(date=today)
            env.cr.commit()
            env.invalidate_all()
            opened += counts["cases_opened"] + counts["cases_reopened"]
            should, found = expected(rows, today), replay.standing()
            assert found == should, (today, set(found.items()) ^ set(should.items()))
            assert env["collection.refresh"].check() == []
        print(f"  {today}: {booked[0]} invoiced, {booked[1]} paid, {len(found)} cases, {sum(found.values())} overdue")
        today += timedelta(days=7)
        weeks += 1
    completed = env["collection.case"].search_count([("state", "=", "completed")])
    assert not replay.standing(), "everything is settled at the end of the file"
    print(f"IBM {weeks} weeks equal to the file, {opened} cases opened by the refresh, {completed} completed")
