"""Demo data: a company with customers in different straits, made through Odoo's own API.

Run inside `odoo shell` by ./setup/demo; `env` is Odoo's. Deterministic, and relative to today.
"""

import logging
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields

_logger = logging.getLogger("collections.demo")

TODAY = fields.Date.today()

# name, country, city, phone, language, collector, participation, invoices (days since due, amount, share paid)
CUSTOMERS = [
    ("Γ. Παπαδόπουλος ΑΕ", "GR", "Θεσσαλονίκη", "+30 2310 123456", "collector", "per_branch",
     [(63, 8420, 0), (41, 5000, 0), (12, 5000, 0), (-20, 5490, 0)]),
    ("Kovács Kft.", "HU", "Budapest", "+36 1 234 5678", "collector", "yes", [(31, 4140, 0), (9, 1210, 0.5)]),
    ("Nowak Sp. z o.o.", "PL", "Kraków", "+48 12 345 67 89", "collector", "yes", [(95, 2250, 0), (67, 980, 0)]),
    ("SC Ionescu SRL", "RO", "Cluj-Napoca", "+40 264 123 456", "collector", "yes", [(18, 6300, 0.25)]),
    ("Brandt Maschinenbau GmbH", "DE", "Stuttgart", "+49 711 123456", "collector", "yes",
     [(5, 12900, 0), (-10, 7400, 0)]),
    ("Boulangerie Lefèvre SARL", "FR", "Lyon", "+33 4 72 00 00 01", "collector", "yes", [(122, 640, 0)]),
    ("Harbour Logistics Ltd", "GB", "Bristol", "+44 117 496 0123", "second", "yes",
     [(44, 15750, 0), (14, 3320, 0), (-16, 3320, 0)]),
    ("Αφοί Δημητρίου ΟΕ", "GR", "Πάτρα", "+30 2610 123456", "second", "yes", [(8, 460, 0)]),
    ("Szabó és Társa Bt.", "HU", "Szeged", "+36 62 123 456", "second", "yes", [(78, 1890, 0), (50, 720, 0)]),
    ("Wiśniewska Studio", "PL", "Gdańsk", "+48 58 123 45 67", "second", "yes", [(3, 385, 0)]),
    ("Popescu Construct SRL", "RO", "Iași", "+40 232 123 456", None, "yes", [(27, 9800, 0)]),
    ("Alpenblick Hotel AG", "DE", "München", "+49 89 123456", "collector", "yes", [(34, 2100, 1), (-5, 2100, 0)]),
    ("Grands Vins du Sud", "FR", "Marseille", "+33 4 91 00 00 02", "collector", "no", [(60, 3000, 0)]),
    ("Meridian Trading Inc", "US", "Boston", "+1 617 555 0132", "second", "yes", [(22, 7200, 0.5), (52, 2600, 0)]),
]


def _users(env):
    company = env.company
    collections = env.ref("collection_cases.department_collections")
    groups = {
        "manager": ["collection_cases.group_collection_manager", "account.group_account_manager", "hr.group_hr_manager",
                    "base.group_system"],
        "collector": ["collection_cases.group_collection_user", "account.group_account_invoice"],
        "second": ["collection_cases.group_collection_user"],
        "sales": ["collection_cases.group_collection_reader"],
    }
    names = {"manager": "Maria Andreou", "collector": "Eleni Karra", "second": "Péter Nagy", "sales": "Nikos Alexiou"}
    users = {}
    for login, xmlids in groups.items():
        users[login] = env["res.users"].with_context(no_reset_password=True).create({
            "name": names[login],
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set([env.ref(xmlid).id for xmlid in ["base.group_user", *xmlids]])],
            "tz": "Europe/Athens",
        })
        employee = env["hr.employee"].create({
            "name": names[login],
            "user_id": users[login].id,
            "company_id": company.id,
            "department_id": collections.id if login != "sales" else False,
            "is_debt_manager": login in ("collector", "second", "manager"),
        })
        if login == "manager":
            collections.manager_id = employee
    return users


def _customer(env, row, users):
    name, country, city, phone, login, participation, _invoices = row
    customer = env["res.partner"].create({
        "name": name,
        "is_company": True,
        "country_id": env.ref(f"base.{'uk' if country == 'GB' else country.lower()}").id,
        "street": "Main Street 1",
        "city": city,
        "phone": phone,
        "email": f"info@{len(name)}{country.lower()}.example.com",
        "customer_rank": 1,
        "user_id": users["sales"].id,
        "collection_participation": participation,
        "debt_manager_id": users[login].id if login else False,
    })
    contact = env["res.partner"].create({
        "name": {"GR": "Μαρία Π.", "HU": "Kovács Ágnes", "PL": "Anna Nowak", "RO": "Ana Ionescu", "DE": "Jutta Brandt",
                 "FR": "Claire Lefèvre", "GB": "Jane Cole", "US": "Tom Hale"}[country],
        "parent_id": customer.id,
        "type": "contact",
        "function": "Head of accounting",
        "phone": phone,
        "email": f"accounts@{len(name)}{country.lower()}.example.com",
    })
    customer.payment_contact_id = contact
    return customer


def _invoice(env, customer, product, days, amount):
    due = TODAY - timedelta(days=days)
    move = env["account.move"].create({
        "move_type": "out_invoice",
        "partner_id": customer.id,
        "invoice_date": min(TODAY, due - timedelta(days=30)),
        "invoice_date_due": due,
        "invoice_payment_term_id": False,
        "invoice_line_ids": [
            Command.create({"product_id": product.id, "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})
        ],
    })
    move.action_post()
    return move


def _pay(env, move, share):
    wizard = env["account.payment.register"].with_context(
        active_model="account.move.line",
        active_ids=move.line_ids.filtered(lambda line: line.account_type == "asset_receivable").ids,
    ).create({"payment_date": TODAY - timedelta(days=2), "amount": round(move.amount_total * share, 2)})
    wizard._create_payments()


def load(env):
    """Fill a fresh database; does nothing when it was filled before."""
    if env["res.users"].search([("login", "=", "collector")]):
        return
    company = env.company
    company.write({
        "name": "ACME Industries",
        "country_id": env.ref("base.gr").id,
        "email": "collections@example.com",
        "phone": "+30 210 1234567",
        "city": "Athens",
    })
    env.ref("base.EUR").active = True
    if company.currency_id != env.ref("base.EUR"):
        company.currency_id = env.ref("base.EUR")
    # A demo reaches for nobody outside: Odoo's own weekly report home would log an error offline.
    env.ref("mail.ir_cron_module_update_notification").active = False
    users = _users(env)
    company.collection_user_id = users["manager"]
    product = env["product.product"].create({"name": "Goods and services", "type": "service"})
    for row in CUSTOMERS:
        customer = _customer(env, row, users)
        branch = env["res.partner"]
        if row[5] == "per_branch":
            branch = env["res.partner"].create({
                "name": "Υποκατάστημα Λάρισας", "parent_id": customer.id, "type": "delivery", "city": "Λάρισα",
                "phone": "+30 2410 123456",
            })
        for number, (days, amount, paid) in enumerate(row[6]):
            move = _invoice(env, branch if branch and number == 2 else customer, product, days, amount)
            if paid:
                _pay(env, move, paid)
    # An unallocated advance: it covers the oldest debt before anything is chased.
    advance_of = env["res.partner"].search([("name", "=", "Harbour Logistics Ltd")])
    env["account.payment"].create({
        "payment_type": "inbound", "partner_type": "customer", "partner_id": advance_of.id, "amount": 1750,
        "date": TODAY - timedelta(days=6),
    }).action_post()
    debtor = env["res.partner"].search([("name", "=", "Brandt Maschinenbau GmbH")]).payment_contact_id
    env["res.users"].with_context(no_reset_password=True).create({
        "name": debtor.name, "login": "debtor", "password": "debtor", "partner_id": debtor.id,
        "group_ids": [Command.set([env.ref("base.group_portal").id])],
    })
    counts = env["collection.refresh"].run()
    _work(env, users)
    env["collection.case"]._prioritise(company)
    _policy(env, company)
    _logger.info("Demo ledger: %s", counts)


def _policy(env, company):
    """Have the policy run once, with a mail server that takes everything and sends nothing."""
    company.write({"collection_is_live": True, "email": "accounts@example.com", "city": "Thessaloniki"})
    company.collection_bank_account_id = env["res.partner.bank"].create({
        "acc_number": "GR1601101250000000012300695", "partner_id": company.partner_id.id,
        "bank_id": env["res.bank"].create({"name": "Bank of Thessaly", "bic": "ETHNGRAA"}).id,
    })
    company.collection_thanks_template_id = env.ref("collection_strategy.template_thanks")
    taken = patch.object(type(env["collection.channel.email"]), "_transmit", lambda *_arguments: ("sent", "", False))
    # On a working morning, whenever the demo is made: nothing would go out on a Sunday.
    day = TODAY - timedelta(days=max(0, TODAY.weekday() - 4))
    with taken, freeze_time(f"{day} 10:00:00"):
        env["collection.run"].start()
        env.cr.commit()
        env["collection.deliver"]._deliver(company.ids, None)
    # From here on it is the visitor's to switch on.
    company.collection_is_live = False
    env["collection.run"].start(TODAY + timedelta(days=1), dry_run=True)


def _work(env, users):
    """Let the collectors have worked a little, so that the screens are not those of the first minute."""
    cases = {case.partner_id.name: case for case in env["collection.case"].search([("branch_id", "=", False)])}
    kinds = {name: env.ref(f"collection_cases.mail_activity_type_{name}") for name in ("call", "promise", "visit", "legal")}

    def plan(name, kind, days, login="collector", summary=None):
        return cases[name].with_user(users[login]).activity_schedule(
            activity_type_id=kinds[kind].id, date_deadline=TODAY + timedelta(days=days), user_id=users[login].id,
            summary=summary or kinds[kind].summary,
        )

    plan("Γ. Παπαδόπουλος ΑΕ", "call", -7).action_feedback("Μιλήσαμε με το λογιστήριο, ζητούν 5 ημέρες.")
    plan("Γ. Παπαδόπουλος ΑΕ", "call", 0)
    plan("Kovács Kft.", "visit", 0, summary="Visit at 14:30")
    _agree(env, cases, users)
    plan("Boulangerie Lefèvre SARL", "call", -4)
    plan("Harbour Logistics Ltd", "call", 0, "second")
    plan("Szabó és Társa Bt.", "legal", 5, "second")

def _agree(env, cases, users):
    """Promises running and broken, a plan, a dispute and a hold: what debtors said so far."""

    def promise(name, amount, days, made=0):
        return env["collection.promise"].sudo().create({
            "case_id": cases[name].id, "amount": amount, "date": TODAY + timedelta(days=days),
            "made_on": TODAY + timedelta(days=made), "user_id": users["collector"].id,
            "contact_id": cases[name].payment_contact_id.id,
        })

    env.ref("collection_cases.channel_call").write({"unit_cost": 0.2, "cost_per_minute": 0.45})
    env.ref("collection_cases.channel_visit").write({"unit_cost": 12, "cost_per_minute": 0.45})
    env.ref("collection_cases.channel_letter").unit_cost = 1.6
    call, reached = env.ref("collection_cases.channel_call"), env.ref("collection_cases.outcome_promised")
    nowak = cases["Nowak Sp. z o.o."].with_user(users["collector"])
    nowak._log_contact(call, reached, minutes=4, note="Obiecana wpłata do piątku.", contact=nowak.payment_contact_id)
    promise("Nowak Sp. z o.o.", 2250, -2, made=-9)
    promise("SC Ionescu SRL", 2000, 4, made=-1)
    baker = cases["Boulangerie Lefèvre SARL"]
    env["collection.plan"]._agree(
        baker, baker.item_ids, [(TODAY + timedelta(days=10), 320), (TODAY + timedelta(days=40), 320)],
        contact=baker.payment_contact_id,
    )
    harbour = cases["Harbour Logistics Ltd"]
    env["collection.dispute"].create({
        "case_id": harbour.id, "reason_id": env.ref("collection_cases.dispute_reason_delivery").id,
        "user_id": users["manager"].id, "contact_id": harbour.payment_contact_id.id,
        "note": "Two of ten pallets never arrived.",
        "line_ids": [Command.create({"item_id": harbour.item_ids.sorted("residual")[-1].id, "amount": 1200})],
    })
    env["collection.hold"].create({
        "case_id": cases["Popescu Construct SRL"].id, "reason": "Flood at the site, agreed with sales",
        "date_until": TODAY + timedelta(days=14),
    })
    env["collection.case"]._judge_promises(env.company, TODAY, nowak.partner_id.ids)


load(env)  # noqa: F821 - `env` comes from odoo shell
env.cr.commit()  # noqa: F821
