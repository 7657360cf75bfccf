"""The collector's desk in a real browser: logging contacts by mouse and by keyboard, disputes, plans, holds."""

import re

import pytest
from screens import DESKTOP, PHONE, open_my_day, picture, session, settle, state

CALLED = "Boulangerie Lefèvre SARL"


def card(page, customer):
    """Return a customer's card on My day."""
    return page.locator(".o_kanban_record", has_text=customer)


def open_case(page, address, customer):
    """Open a customer's case from the list."""
    page.goto(f"{address}/odoo/collection-cases")
    page.locator(".o_data_row", has_text=customer).locator("td[name=partner_id]").first.click()
    page.wait_for_selector(".o_collection_case")


def test_no_answer_again_tomorrow_in_three_clicks(browser, address):
    """Log contact, No answer, Log: the call is done and planned again for tomorrow."""
    with session(browser, address, "collector", **DESKTOP) as page:
        open_my_day(page, address)
        clicks = 0
        for what in (
            card(page, CALLED).get_by_role("button", name="Log contact"),
            page.locator(".modal").get_by_text("No answer", exact=True),
            page.locator(".modal").get_by_role("button", name="Log", exact=True),
        ):
            what.click()
            clicks += 1
            if clicks == 2:
                picture(page, "log_contact")
        page.locator(".modal").wait_for(state="detached")
        card(page, CALLED).get_by_text("Tomorrow").wait_for()
        assert clicks == 3


def test_keyboard_alone_is_enough(browser, address):
    """L opens the dialog, arrows choose the outcome, Alt+Q logs: no mouse."""
    with session(browser, address, "collector", **DESKTOP) as page:
        open_my_day(page, address)
        card(page, CALLED).focus()
        page.keyboard.press("l")
        dialog = page.locator(".modal")
        dialog.wait_for()
        title = dialog.locator(".modal-title").inner_text()
        # The outcome has the focus, once the dialog is drawn.
        page.wait_for_function("document.activeElement.closest('[name=outcome_id]') !== null")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        dialog.locator("[name=outcome_id] input:checked + label", has_text="No answer").wait_for()
        dialog.locator("[name=next_date]").wait_for()
        page.keyboard.press("Alt+q")
        dialog.wait_for(state="detached")
        customer = title.split(" — ")[1]
        page.keyboard.press("Escape")
        card(page, customer).get_by_text("Tomorrow").first.wait_for()


def test_contact_is_logged_from_the_activity(browser, address):
    """The planned call in the chatter has its own button; logging marks exactly it done."""
    with session(browser, address, "collector", **DESKTOP) as page:
        open_case(page, address, "Kovács Kft.")
        page.locator(".o_collection_log_activity").first.click()
        dialog = page.locator(".modal")
        dialog.get_by_text("Visit", exact=True).first.wait_for()
        dialog.get_by_text("Reached", exact=True).click()
        dialog.get_by_role("button", name="Log", exact=True).click()
        dialog.wait_for(state="detached")
        page.locator(".o-mail-Message", has_text="Visit done").first.wait_for()


def test_dispute_plan_and_hold_from_the_case(browser, address):
    """Each is one dialog; the case shows what it keeps back and why."""
    with session(browser, address, "manager", **DESKTOP) as page:
        open_case(page, address, "Meridian Trading Inc")
        page.get_by_role("button", name="Dispute", exact=True).click()
        dialog = page.locator(".modal")
        dialog.locator("[name=reason_id] input").fill("Price")
        page.locator(".o-autocomplete--dropdown-item", has_text="Price").first.click()
        dialog.get_by_role("button", name="Add a line").click()
        dialog.locator("[name=item_id] input").click()
        page.locator(".o-autocomplete--dropdown-item").first.click()
        picture(page, "dispute")
        dialog.get_by_role("button", name="Save").click()
        dialog.wait_for(state="detached")
        page.locator("[name=amount_disputed]").first.wait_for()

        page.get_by_role("button", name="Hold", exact=True).click()
        dialog.locator("[name=reason] input").fill("Agreed with sales")
        dialog.locator("[name=date_until] input").fill("+5d")
        dialog.locator("[name=date_until] input").press("Tab")
        picture(page, "hold")
        dialog.get_by_role("button", name="Save").click()
        dialog.wait_for(state="detached")
        page.locator("[name=block_text]", has_text="Agreed with sales").wait_for()
        picture(page, "case_blocked")

        page.get_by_role("tab", name="Promises and plans").click()
        page.get_by_role("button", name="Agree instalments").click()
        dialog.locator("[name=line_ids] .o_data_row").nth(2).wait_for()
        picture(page, "plan")
        dialog.get_by_role("button", name="Agree", exact=True).click()
        dialog.wait_for(state="detached")
        page.locator("[name=promise_ids] .o_data_row").nth(2).wait_for()
        picture(page, "case_plan")
        state(page).filter(has_text="Promise").wait_for()


def test_refused_input_is_a_sentence(browser, address):
    """A promise for yesterday is refused where it was typed; nothing is lost."""
    with session(browser, address, "collector", **DESKTOP) as page:
        open_case(page, address, "Kovács Kft.")
        page.get_by_role("button", name="Promise", exact=True).click()
        dialog = page.locator(".modal")
        dialog.locator("[name=date] input").fill("-1d")
        dialog.locator("[name=date] input").press("Tab")
        dialog.get_by_role("button", name="Save").click()
        picture(page, "refused")
        page.get_by_text("A promise is for a day to come").wait_for()
        page.locator(".modal", has_text="A promise is for a day to come").get_by_role(
            "button", name=re.compile("OK|Close|Stay here")
        ).first.click()
        assert dialog.locator("[name=amount] input").first.input_value()


@pytest.mark.parametrize("path", ["promises", "plans", "disputes", "holds", "history"])
def test_lists_open(browser, address, path):
    """Every list of the desk opens for manager and collector without an error."""
    for login in ("manager", "collector"):
        with session(browser, address, login, **DESKTOP) as page:
            page.goto(f"{address}/odoo/collection-{path}")
            page.wait_for_selector(".o_list_view")
            if login == "manager":
                picture(page, f"list_{path}")


def test_standing_for_sales(browser, address):
    """The sales person sees the standing of a customer in one sentence."""
    with session(browser, address, "sales", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-cases")
        page.locator(".o_data_row", has_text="Nowak").locator("td[name=partner_id]").first.click()
        page.wait_for_selector(".o_collection_case")
        settle(page)
        page.goto(f"{address}/odoo/contacts")
        page.locator(".o_kanban_record, .o_data_row", has_text="Nowak Sp.").first.click()
        page.get_by_role("tab", name="Collections").click()
        page.locator("[name=collection_standing_text]", has_text="0 of 1 promises kept").wait_for()
        picture(page, "standing")


def test_log_contact_on_a_phone(browser, address):
    """The dialog fits a phone: outcome and Log within reach, nothing wider than the screen."""
    with session(browser, address, "collector", **PHONE) as page:
        open_my_day(page, address)
        page.locator(".o_kanban_record:not(.o_kanban_ghost)").first.get_by_role("button", name="Log contact").click()
        page.locator(".modal").get_by_text("Promised", exact=True).click()
        page.locator(".modal [name=promise_date]").wait_for()
        picture(page, "log_contact_phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


ABROAD = """
from odoo import fields
case = env["collection.case"].search([("partner_id.name", "like", "Harbour"), ("state", "!=", "completed")], limit=1)
case.partner_id.tz = "America/New_York"
env["res.users"].search([("login", "in", ("collector", "manager", "second"))]).tz = "Europe/Athens"
for vals in (
    {"partner_id": case.partner_id.id, "reason": "Merger under way"},
    {"case_id": case.id, "reason": "Asked to wait"},
):
    env["collection.hold"].create({**vals, "date_until": fields.Date.add(case._today(), days=9)})
env.cr.commit()
"""


@pytest.mark.parametrize(("device", "suffix"), [(DESKTOP, ""), (PHONE, "_phone")], ids=["desktop", "phone"])
def test_time_at_the_debtors_and_all_holds(browser, address, demo_database, device, suffix):
    """My day says what time it is there; the case lists the holds on it and on its customer."""
    if not suffix:
        demo_database.shell(ABROAD)
    login = demo_database.sql(
        "SELECT login FROM collection_case c JOIN res_users u ON u.id = c.user_id JOIN res_partner p"
        " ON p.id = c.partner_id WHERE p.name LIKE 'Harbour%' AND c.state <> 'completed'"
    )[0][0]
    with session(browser, address, login, **device) as page:
        open_my_day(page, address)
        badge = card(page, "Harbour").locator(".badge", has_text="New York")
        badge.wait_for()
        badge.scroll_into_view_if_needed()
        picture(page, f"my_day_time{suffix}")
        case = demo_database.sql(
            "SELECT id FROM collection_case WHERE user_id = (SELECT id FROM res_users WHERE login ="
            f" '{login}') AND partner_id = (SELECT id FROM res_partner WHERE tz = 'America/New_York')"
        )
        page.goto(f"{address}/odoo/collection-cases/{case[0][0]}")
        page.get_by_role("tab", name="Disputes and holds").click()
        for reason in ("Merger under way", "Asked to wait"):
            page.locator("[name=all_hold_ids]", has_text=reason).wait_for()
        page.locator("[name=all_hold_ids]").scroll_into_view_if_needed()
        picture(page, f"case_holds{suffix}")
