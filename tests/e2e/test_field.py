"""The field collector's page on a phone, with the connection really cut, and the supervisor's screens."""

import json
import re

import pytest
import screens
from host import paths, server
from screens import DESKTOP, PHONE, picture

PLAN = """
from odoo import fields
company = env.company
company.collection_cash_journal_id = env["account.journal"].search(
    [("type", "=", "cash"), ("company_id", "=", company.id)], limit=1) or env["account.journal"].create(
    {"name": "Field cash", "type": "cash", "code": "FCSH"})
user = env["res.users"].search([("login", "=", "second")])
cases = env["collection.case"].search([("user_id", "=", user.id), ("state", "!=", "completed")])
streets = ["Rue du Port 12", "Οδός Ερμού 4", "Kárász utca 8", "ul. Długa 31", "Main Street 5"]
for number, case in enumerate(cases):
    case.partner_id.street = streets[number % len(streets)]
    case.activity_schedule("collection_cases.mail_activity_type_visit", user_id=user.id, summary="Bring the statement",
                           date_deadline=fields.Date.add(case._today(), days=-(number == 1)))
env.cr.commit()
"""

AGAIN = """
user = env["res.users"].search([("login", "=", "second")])
case = env["collection.case"].search([("partner_id.name", "like", "Szabó"), ("state", "!=", "completed")])
case.activity_schedule("collection_cases.mail_activity_type_visit", user_id=user.id, date_deadline=case._today())
env.cr.commit()
"""

UNPLANNED = """
user = env["res.users"].search([("login", "=", "second")])
case = env["collection.case"].search([("partner_id.name", "like", "Harbour"), ("state", "!=", "completed")])
case.activity_ids.unlink()
case.user_id = user
env.cr.commit()
"""

# Odoo's own noise, as in test_road, and what a browser says about a cut connection.
HARMLESS = re.compile(r"security risk|Unexpected indentation|mail_presence|bus\.websocket|mail_link_preview")
CUT = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION|Failed to fetch|Failed to load resource")


@pytest.fixture(scope="module")
def address(host, demo_database):
    """Serve the demo database with visits planned; afterwards its log holds no error."""
    demo_database.shell(PLAN)
    log = paths.logs() / "e2e_field.log"
    with server.serve(host, demo_database.name, log) as address:
        yield address
    errors = [row for row in log.read_text().splitlines() if " ERROR " in row or " CRITICAL " in row]
    assert not [row for row in errors if not HARMLESS.search(row)], errors[:5]


def session(browser, address, login, **device):
    """Log in; a cut connection is the test's own doing."""
    return screens.session(browser, address, login, CUT, **device)


def count(database, table, where="true"):
    """Return how many rows there are."""
    return int(database.sql(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])


def card(page, customer):
    """Return the card of a customer's visit."""
    return page.locator("article", has_text=customer)


def test_a_round_of_visits_with_the_connection_cut(browser, address, demo_database):
    """Cash, a promise, nobody there: entered without a network, sent once when it is back."""
    with session(browser, address, "second", **PHONE) as page:
        page.goto(f"{address}/collections/field")
        card(page, "Harbour Logistics").wait_for()
        picture(page, "field_phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

        page.context.set_offline(True)
        card(page, "Harbour Logistics").get_by_role("button", name="Take payment").click()
        page.locator("#sheet[open]").wait_for()
        assert float(page.input_value("input[name=amount]")) == 17320, "credits are taken off"
        picture(page, "field_payment_phone")
        page.fill("input[name=amount]", "500")
        page.fill("input[name=email]", "info@harbour.example.com")
        page.click("#save")
        card(page, "Harbour Logistics").locator(".kept").wait_for()
        card(page, "Szabó").get_by_role("button", name="Promised").click()
        page.fill("input[name=amount]", "300")
        page.fill("input[name=date]", page.evaluate("new Date(Date.now() + 864e6).toISOString().slice(0, 10)"))
        page.click("#save")
        card(page, "Wiśniewska").get_by_role("button", name="Nobody there").click()
        page.fill("textarea[name=note]", "Shop closed")
        page.click("#save")
        page.locator("#state", has_text="Waiting to be sent: 3").wait_for()
        picture(page, "field_offline_phone")
        assert count(demo_database, "collection_receipt") == 0

        # Not even a reload without a network loses them.
        page.reload()
        page.locator("#state", has_text="Waiting to be sent: 3").wait_for()

        page.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        page.locator("#queue .done li").nth(2).wait_for()
        assert page.locator("#state").is_hidden()
        picture(page, "field_done_phone")
        assert count(demo_database, "collection_receipt") == 1
        assert count(demo_database, "collection_promise", "amount = 300 AND state = 'open'") == 1
        assert count(demo_database, "collection_action", "note = 'Shop closed'") == 1
        page.reload()
        page.locator("#queue .done li").first.wait_for()
        assert not card(page, "Harbour Logistics").is_visible()
        kept = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('collections_field'))")
        assert [json.loads(rows) for key, rows in kept if not key.endswith("_done")] == [[]]


def test_answer_lost_on_the_way_back_is_one_receipt(browser, address, demo_database):
    """The server did it, the phone never heard: it sends again, and gets the same receipt."""
    before = count(demo_database, "collection_receipt")
    with session(browser, address, "second", **PHONE) as page:
        page.goto(f"{address}/collections/field")
        lost = []

        def lose(route):
            if lost:
                route.continue_()
                return
            lost.append(route.fetch().status)
            route.abort()

        page.route("**/collections/field/entry", lose)
        card(page, "Δημητρίου").get_by_role("button", name="Take payment").click()
        page.click("#save")
        card(page, "Δημητρίου").locator(".kept").wait_for()
        for _moment in range(50):
            if lost:
                break
            page.wait_for_timeout(200)
        assert lost == [200]
        assert count(demo_database, "collection_receipt") == before + 1
        page.evaluate("dispatchEvent(new Event('online'))")
        page.locator("#queue .done li", has_text="receipt RC/").last.wait_for()
        assert count(demo_database, "collection_receipt") == before + 1


def test_refused_entry_is_shown_and_can_be_discarded(browser, address, demo_database):
    """A cheque dated far away is refused with the server's sentence; nothing is lost silently."""
    with session(browser, address, "second", **PHONE) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{address}/collections/field")
        card(page, "Meridian").get_by_role("button", name="Take payment").click()
        page.locator("label", has_text="Cheque").first.click()
        page.click("#save")
        assert "number of the cheque" in page.locator("#problem").inner_text()
        page.fill("input[name=number]", "4711")
        page.fill("input[name=due_date]", "2099-01-01")
        picture(page, "field_cheque_phone")
        page.click("#save")
        refused = page.locator(".refused")
        refused.wait_for()
        assert "years away" in refused.inner_text()
        picture(page, "field_refused_phone")
        refused.get_by_role("button", name="Discard").click()
        refused.wait_for(state="detached")
        card(page, "Meridian").get_by_role("button", name="Take payment").click()
        page.locator("label", has_text="Cheque").first.click()
        page.fill("input[name=number]", "4711")
        page.fill("input[name=bank]", "Alpha Bank")
        page.click("#save")
        page.locator("#queue .done li", has_text="receipt RC/").last.wait_for()
        assert count(demo_database, "collection_instrument", "number = '4711' AND state = 'received'") == 1


def test_logged_out_in_between_keeps_what_was_entered(browser, address, demo_database):
    """The session ended: the entry is kept, sent after logging in again, with a fresh token."""
    demo_database.shell(AGAIN)
    before = count(demo_database, "collection_action")
    with session(browser, address, "second", **PHONE) as page:
        page.goto(f"{address}/collections/field")
        page.wait_for_load_state("networkidle")  # an answer that still comes would bring the session back
        page.context.clear_cookies()
        card(page, "Szabó").first.get_by_role("button", name="Nobody there").click()
        page.click("#save")
        page.locator("#state", has_text="logged out").wait_for()
        assert count(demo_database, "collection_action") == before
        page.locator("#state a").click()
        page.fill("input[name=login]", "second")
        page.fill("input[name=password]", "second")
        page.click("button[type=submit]")
        page.wait_for_url(re.compile("/collections/field"))
        page.locator("#queue .done li").last.wait_for()
        page.wait_for_function("document.getElementById('state').hidden")
        assert count(demo_database, "collection_action") > before


def test_payment_without_a_planned_visit(browser, address, demo_database):
    """A customer of one's own is looked up; the money is taken as at a visit."""
    before = count(demo_database, "collection_receipt")
    demo_database.shell(UNPLANNED)
    with session(browser, address, "second", **PHONE) as page:
        page.goto(f"{address}/collections/field")
        page.fill("#find-words", "harbour")
        page.click("#find button")
        found = page.locator("#found article", has_text="Harbour Logistics")
        found.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        picture(page, "field_search_phone")
        found.get_by_role("button", name="Take payment").click()
        page.fill("input[name=amount]", "25")
        page.click("#save")
        page.locator("#queue .done li", has_text="Harbour").last.wait_for()
        page.wait_for_function("document.getElementById('state').hidden")
        assert page.locator("#found article").count() == 0
        page.fill("#find-words", "nobody of this name")
        page.click("#find button")
        page.locator("#found", has_text="None of your customers").wait_for()
    assert count(demo_database, "collection_receipt") == before + 1
    assert count(demo_database, "collection_receipt", "amount = 25") == 1
    with session(browser, address, "second", **DESKTOP) as page:
        page.goto(f"{address}/collections/field")
        page.fill("#find-words", "har")
        page.click("#find button")
        page.locator("#found article").first.wait_for()
        picture(page, "field_search")


def test_supervisor_counts_and_takes_over(browser, address, demo_database):
    """The collector begins the hand-over on the phone, the manager counts and takes it over."""
    with session(browser, address, "second", **PHONE) as page:
        page.goto(f"{address}/odoo/collection-handovers/new")
        page.locator(".o_form_button_save, .o_form_button_create").first.wait_for(state="attached")
        page.locator(".o_form_button_save").click()
        page.wait_for_selector("[name=line_ids] .o_kanban_record:not(.o_kanban_ghost), [name=line_ids] .o_data_row")
        picture(page, "handover_phone")
        url = page.url
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(url)
        page.wait_for_selector("[name=line_ids] .o_data_row")
        for row in range(page.locator("[name=line_ids] .o_data_row").count()):
            line = page.locator("[name=line_ids] .o_data_row").nth(row)
            expected = line.locator("[name=expected]").inner_text()
            line.locator("[name=counted]").click()
            line.locator("[name=counted] input").fill(re.sub(r"[^\d.]", "", expected))
            page.keyboard.press("Tab")
        picture(page, "handover")
        page.get_by_role("button", name="Take over").click()
        page.locator(".o_arrow_button_current", has_text="Taken over").wait_for()
    assert count(demo_database, "collection_receipt", "state = 'taken'") == 0


def test_cheque_bounces(browser, address, demo_database):
    """From the drawer to the bank and back, in the list and on the case."""
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-cheques")
        page.locator(".o_data_row", has_text="4711").locator("[name=number]").click()
        page.get_by_role("button", name="Deposited").click()
        page.get_by_role("button", name="Bounced").click()
        dialog = page.locator(".modal")
        dialog.locator("[name=reason] input").fill("insufficient funds")
        picture(page, "cheque_bounced")
        dialog.get_by_role("button", name="It bounced").click()
        page.locator(".o_notification", has_text="is raised").wait_for()
        case = demo_database.sql("SELECT case_id FROM collection_instrument WHERE number = '4711'")[0][0]
        page.goto(f"{address}/odoo/collection-cases/{case}")
        page.get_by_role("tab", name="Cheques and bills").click()
        page.locator("[name=instrument_ids] .o_data_row", has_text="4711").wait_for()
        picture(page, "case_cheques")
        page.get_by_role("button", name="Cheque", exact=True).click()
        page.locator(".modal [name=number]").wait_for()
        picture(page, "cheque_new")
        page.keyboard.press("Escape")
        for view in ("collection-cheques", "collection-receipts", "collection-handovers"):
            page.goto(f"{address}/odoo/{view}")
            page.wait_for_selector(".o_list_view")
            picture(page, view.replace("-", "_"))
