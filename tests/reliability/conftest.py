"""Fixtures of the fault tests: planned messages, and the mail server they go to."""

import pytest
from host import databases, server
from reached import Database
from sink import Sink, listen

SETUP = """
import sys; sys.path.insert(0, "tests")
from datetime import timedelta
from odoo import Command, fields
day = fields.Date.today()
company = env.company
company.write({{"collection_is_live": True, "email": "acme@example.com"}})
server = {{"name": "sink", "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_encryption": "none"}}
env["ir.mail_server"].create(server)
template = env.ref("collection_strategy.template_friendly")
strategy = env["collection.strategy"].create({{"name": "Faults"}})
step = env["collection.strategy.step"].create({{
    "strategy_id": strategy.id, "name": "Mail", "delay": 3, "on_working_days": False,
    "task_ids": [Command.create(
        {{"channel_id": env.ref("collection_cases.channel_{channel}").id, "template_id": template.id}})]}})
strategy.action_publish()
env["collection.segment"].search([]).active = False
env["collection.segment"].create({{"name": "All", "strategy_id": strategy.id}})
if "collection.contact.rule" in env:
    env["collection.contact.rule"].search([]).active = False
partners = env["res.partner"].create([
    {{"name": f"Debtor {{n}}", "is_company": True, "email": f"debtor{{n}}@example.com", "street": "1 Road",
      "city": "Rome", "collection_participation": "yes"}} for n in range({count})])
env["account.move"].create([{{
    "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": day - timedelta(days=40),
    "invoice_date_due": day - timedelta(days=10), "invoice_payment_term_id": False,
    "invoice_line_ids": [Command.create({{"name": "x", "price_unit": 100, "tax_ids": [Command.clear()]}})]}}
    for partner in partners]).action_post()
env["collection.run"].start()
env.cr.commit()
"""


@pytest.fixture(scope="session")
def planned(host, installed, request):
    """Name of a database in which messages are planned; only to be copied."""
    name = "collections_e2e_planned"
    databases.copy(host, installed, name)
    count = 400 if request.config.getoption("--thorough") else 60
    Database(host, name).shell(SETUP.format(count=count, channel="email"))
    return name, count


@pytest.fixture
def sink():
    """A mail server on loopback."""
    found = Sink()
    found.port = server.free_port()
    with listen(found, found.port):
        yield found
