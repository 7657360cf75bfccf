"""The manager's screens in a browser: build a strategy, see what would go out and why not, switch live."""

import re

import pytest
from screens import DESKTOP, PHONE, picture, session, settle

MANAGER_PAGES = {
    "runs": "collection-runs",
    "strategies": "collection-strategies",
    "segments": "collection-segments",
    "wordings": "collection-wordings",
    "ratings": "collection-ratings",
    "notices": "collection-notices",
    "balances": "collection-balances",
    "rates": "collection-reference-rates",
    "rules": "collection-fair-contact",
    "charge_rules": "collection-charge-rules",
}


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_lists_open(browser, address, size):
    """Each list of the policy opens, on a desk and on a phone."""
    with session(browser, address, "manager", **{"desktop": DESKTOP, "phone": PHONE}[size]) as page:
        for name, path in MANAGER_PAGES.items():
            page.goto(f"{address}/odoo/{path}")
            page.wait_for_selector(".o_list_view, .o_kanban_view")
            picture(page, f"policy_{name}_{size}")


def test_manager_builds_a_strategy_and_puts_it_live(browser, address):
    """From nothing to a live ladder with a step, its wording and its segment."""
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-strategies/new")
        page.locator("[name=name] input").fill("Quick ladder")
        page.get_by_role("button", name="Add a line").first.click()
        dialog = page.locator(".modal")
        dialog.locator("[name=name] input").fill("Soft word")
        dialog.locator("[name=delay] input").fill("4")
        dialog.get_by_role("button", name="Add a line").click()
        dialog.locator("[name=channel_id] input").fill("E-mail")
        page.locator(".o-autocomplete--dropdown-item", has_text="E-mail").first.click()
        dialog.locator("[name=template_id] input").fill("Friendly")
        page.locator(".o-autocomplete--dropdown-item", has_text="Friendly").first.click()
        picture(page, "policy_step_desktop")
        dialog.get_by_role("button", name=re.compile("Save")).first.click()
        dialog.wait_for(state="hidden")
        page.get_by_role("button", name="Save manually").click()
        settle(page)
        page.locator(".o_collection_step", has_text="Soft word").wait_for()
        page.get_by_role("button", name="Put live").click()
        page.locator(".modal").get_by_role("button", name="Ok").click()
        page.locator(".o_arrow_button_current", has_text="Live").wait_for()


def test_shipped_ladder_on_a_time_line(browser, address):
    """The steps stand on a line of days."""
    for size, device in (("desktop", DESKTOP), ("phone", PHONE)):
        with session(browser, address, "manager", **device) as page:
            page.goto(f"{address}/odoo/collection-strategies")
            page.get_by_text("Gentle, companies").first.click()
            page.locator(".o_collection_step").first.wait_for()
            assert page.locator(".o_collection_step").count() == 6
            picture(page, f"policy_strategy_{size}")


def test_what_goes_out_tomorrow(browser, address):
    """One click shows what would go out, each count opens its list with the reasons."""
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-runs")
        page.get_by_role("button", name="What goes out tomorrow?").click()
        page.locator(".o_collection_run_summary").wait_for()
        page.get_by_text("Nothing was planned or sent").wait_for()
        picture(page, "policy_dry_run_desktop")
        page.locator(".o_collection_run_summary .btn-link").first.click()
        page.locator(".o_data_row").first.wait_for()
        picture(page, "policy_reasons_desktop")
    with session(browser, address, "manager", **PHONE) as page:
        page.goto(f"{address}/odoo/collection-runs")
        page.locator(".o_kanban_record", has_text="Dry run").first.click()
        page.locator(".o_collection_run_summary").wait_for()
        picture(page, "policy_dry_run_phone")


def test_collector_sees_what_comes_next_and_why(browser, address):
    """The case says what comes next; Why? opens every step with its reason."""
    for size, device in (("desktop", DESKTOP), ("phone", PHONE)):
        with session(browser, address, "collector", **device) as page:
            page.goto(f"{address}/odoo/my-collections")
            page.locator(".o_kanban_record", has_text="Kovács").first.wait_for()
            page.locator(".o_kanban_record", has_text="Kovács").first.locator("strong, .fw-bold").first.click()
            page.locator("[name=next_step_text]").first.wait_for()
            picture(page, f"policy_case_{size}")
            page.get_by_role("button", name="Why?").click()
            page.locator(".modal .o_data_row, .modal .o_kanban_record").first.wait_for()
            picture(page, f"policy_why_{size}")


def test_what_went_out_word_for_word(browser, address):
    """A notice shows the text as it went out, and the items with their amounts."""
    with session(browser, address, "collector", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-notices")
        page.locator(".o_data_row", has_text="Done").first.locator("td").nth(2).click()
        page.locator("[name=body]").get_by_text("See and pay").wait_for()
        picture(page, "policy_notice_desktop")


def test_wording_is_refused_with_a_sentence(browser, address):
    """A name that there is not is told when saving."""
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-wordings")
        page.get_by_text("Second reminder").first.click()
        page.locator(".o_form_view .o_data_row").first.locator("td").nth(1).click()
        dialog = page.locator(".modal")
        dialog.locator("[name=subject] input").fill("About {{ amuont }}")
        picture(page, "policy_wording_desktop")
        dialog.get_by_role("button", name=re.compile("Save")).first.click()
        page.get_by_role("button", name="Save manually").click()
        page.get_by_text("there is no “amuont”").wait_for()
        page.get_by_role("button", name="Close").last.click()
        page.get_by_role("button", name=re.compile("Discard")).first.click()
