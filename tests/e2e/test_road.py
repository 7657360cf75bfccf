"""The whole road in a real browser on the demo data, as a collector walks it; screenshots for docs/.

Overdue invoices are there, the refresh has opened the case; items are added, the call is done, a
promise is set, the payment is registered, the case completes. Nothing may go wrong in the console.
"""

import pytest
from screens import DESKTOP, PHONE, open_my_day, picture, session, settle, state

CUSTOMER = "Brandt Maschinenbau GmbH"


def test_from_overdue_invoice_to_completed_case(browser, address):
    """The main job, by mouse, without touching anything else."""
    with session(browser, address, "collector", **DESKTOP) as page:
        open_my_day(page, address)
        picture(page, "my_day")
        card = page.locator(".o_kanban_record", has_text=CUSTOMER)
        assert "overdue" in card.inner_text()
        card.locator(".o_collection_day_who").click()
        page.wait_for_selector(".o_collection_case")
        assert "In progress" in state(page).inner_text(), "the friendly reminder went out"
        picture(page, "case")

        page.get_by_role("button", name="Add open items").click()
        dialog = page.locator(".modal")
        row = dialog.locator(".o_data_row").first
        row.wait_for()
        row.locator(".o_boolean_toggle input").click()
        picture(page, "add_open_items")
        dialog.get_by_role("button", name="Add to the case").click()
        dialog.wait_for(state="detached")
        page.wait_for_function("document.querySelectorAll('.o_field_widget[name=item_ids] .o_data_row').length === 2")

        page.locator("button[name=action_log_contact]").first.click()
        dialog = page.locator(".modal")
        dialog.get_by_text("Call back", exact=True).click()
        dialog.get_by_role("button", name="Log", exact=True).click()
        dialog.wait_for(state="detached")
        page.locator(".o-mail-Activity-markDone").first.click()
        done = page.locator(".o-mail-ActivityMarkAsDone")
        done.locator("textarea").fill("They pay on Friday.")
        done.get_by_role("button", name="Done", exact=True).click()
        state(page).filter(has_text="In progress").wait_for()

        page.locator("button[name=action_log_contact]").first.click()
        dialog.get_by_text("Promised", exact=True).click()
        dialog.locator("[name=promise_date] input").wait_for()
        dialog.locator("[name=promise_date] input").fill("+3d")
        dialog.locator("[name=promise_date] input").press("Tab")
        picture(page, "log_contact_promise")
        dialog.get_by_role("button", name="Log", exact=True).click()
        dialog.wait_for(state="detached")
        state(page).filter(has_text="Promise").wait_for()
        picture(page, "case_promise")

        page.get_by_role("button", name="Register payment").click()
        dialog = page.locator(".modal")
        dialog.get_by_role("button", name="Create Payment").click()
        dialog.wait_for(state="detached")
        state(page).filter(has_text="Completed").wait_for()
        picture(page, "case_completed")


@pytest.mark.parametrize("login", ["collector", "second", "manager"])
def test_every_screen_opens_for_its_users(browser, address, login):
    """My day, the cases in every view, the items and a case open without an error."""
    with session(browser, address, login, **DESKTOP) as page:
        page.goto(f"{address}/odoo/my-collections")
        page.wait_for_selector(".o_collection_my_day")
        page.goto(f"{address}/odoo/collection-cases")
        page.wait_for_selector(".o_data_row")
        if login == "manager":
            picture(page, "cases")
        for view in ("kanban", "activity", "calendar", "pivot", "list"):
            page.locator(f".o_switch_view.o_{view}").click()
            page.wait_for_selector(f".o_{view}_view")
            settle(page)
            if view == "kanban" and login == "manager":
                picture(page, "cases_by_state")
        page.locator(".o_data_row .o_data_cell[name=partner_id]").first.click()
        page.wait_for_selector(".o_collection_case")
        page.get_by_role("tab", name="History").click()
        page.get_by_role("tab", name="Other").click()
        settle(page)
        page.goto(f"{address}/odoo/collection-items")
        page.wait_for_selector(".o_data_row")


def test_collector_opens_the_invoice_behind_an_item(browser, address):
    """A collector without accounting rights sees the document of an own case as the debtor sees it."""
    with session(browser, address, "second", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-items")
        with page.expect_popup() as opened:
            page.locator(".o_data_row button[name=action_open_document]").first.click()
        opened.value.wait_for_selector("#invoice_html, iframe, .o_portal_invoice_sidebar")
        assert "/my/invoices/" in opened.value.url


def test_manager_chooses_customers_and_refreshes(browser, address):
    """The customer shows what is in collection; the menu refreshes and proves."""
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-cases")
        page.get_by_role("menuitem", name="Customers").click()
        page.wait_for_selector(".o_data_row")
        picture(page, "customers")
        page.locator(".o_data_row", has_text="Nowak").locator(".o_data_cell").first.click()
        page.goto(page.url)
        for entry, answer in (
            ("Refresh from the ledger", "customers looked at"),
            ("Check against", "equals the ledger"),
        ):
            page.goto(f"{address}/odoo/collection-cases")
            page.get_by_role("button", name="Configuration").click()
            page.get_by_role("menuitem", name=entry).click()
            page.locator(".o_notification", has_text=answer).wait_for()


def test_customer_shows_open_amount_and_days(browser, address, demo_database):
    """The button on the customer leads to its case."""
    partner = demo_database.sql("SELECT id FROM res_partner WHERE name LIKE 'Nowak Sp%'")[0][0]
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/res.partner/{partner}")
        button = page.locator("button[name=action_open_collection_cases]")
        button.wait_for()
        assert "days overdue" in button.inner_text()
        picture(page, "customer")
        button.click()
        page.wait_for_selector(".o_collection_case")


def test_sales_person_reads_and_changes_nothing(browser, address):
    """A sales person sees own customers' cases without any button to work them."""
    with session(browser, address, "sales", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-cases")
        page.locator(".o_data_row .o_data_cell[name=partner_id]").first.click()
        page.wait_for_selector(".o_collection_case")
        assert not page.get_by_role("button", name="Add open items").count()
        assert not page.get_by_role("button", name="Register payment").count()
        settle(page)


def test_phone(browser, address):
    """My day and the case on a phone: nothing wider than the screen, nothing out of reach."""
    with session(browser, address, "collector", **PHONE) as page:
        open_my_day(page, address)
        picture(page, "my_day_phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".o_kanban_record:not(.o_kanban_ghost) .o_collection_day_who").first.click()
        page.wait_for_selector(".o_collection_case")
        picture(page, "case_phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
