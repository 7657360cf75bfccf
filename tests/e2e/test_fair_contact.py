"""Fair contact and charges on the screens: whoever calls at night is warned, charges are shown as of today."""

from screens import DESKTOP, PHONE, picture, session

PREPARE = """
import json
from odoo import fields
case = env["collection.case"].search([("state", "!=", "completed"), ("amount_overdue", ">", 0)], order="id", limit=1)
case.partner_id.write({"is_company": False, "country_id": env.ref("base.gr").id, "tz": False,
                       "collection_hardship": True, "collection_hardship_note": "Lost the main contract"})
env["collection.contact.rule"].create({
    "name": "Not today", "applies_to": "all", "kind": "call",
    **{day: number == (fields.Date.today().weekday() + 3) % 7 for number, day in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}})
env["collection.charge.rule"].create({
    "name": "Our contract", "company_id": case.company_id.id, "applies_to": "consumer", "method": "fixed",
    "fixed_percent": 6.5, "law": "Contract, section 7"})
action = case._write_action({"channel_id": env.ref("collection_cases.channel_email").id, "state": "planned"})
from odoo.addons.collection_strategy.engine.fair_contact import Refusal
env["collection.contact.refusal"]._log(action, Refusal("hours", fields.Datetime.add(fields.Datetime.now(), hours=9),
    env.ref("collection_strategy.contact_rule_gr_messages").id,
    {"kind": "message", "from": "09:00", "to": "20:00", "zone": "Europe/Athens", "local": "2026-03-10T22:12"}),
    fields.Datetime.now())
env.cr.commit()
print("JSON", json.dumps([case.id, case.partner_id.id]))
"""


def test_warnings_and_charges(browser, address, demo_database):
    """On a desktop and on a phone."""
    case, partner = demo_database.json(PREPARE)
    for device, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        with session(browser, address, "manager", **device) as page:
            page.goto(f"{address}/odoo/collection-fair-contact")
            page.wait_for_selector(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
            picture(page, f"fair_rules_{name}")
            page.click("text=Greece, consumers: calls")
            page.wait_for_selector(".o_form_view .o_field_widget[name=hour_from]")
            picture(page, f"fair_rule_{name}")
            page.goto(f"{address}/odoo/collection-cases/{case}")
            page.wait_for_selector(".o_field_widget[name=fair_contact_text]:has-text('not before')")
            assert page.locator(".o_field_widget[name=fair_contact_text]:has-text('in hardship')").count()
            picture(page, f"fair_case_{name}")
            page.evaluate("document.querySelector('button[name=action_log_contact]')?.click()")
            if name == "desktop":
                page.wait_for_selector(".modal .alert:has-text('not before')")
                picture(page, f"fair_log_contact_{name}")
                page.click(".modal .btn-close")
                page.click("button[name=action_charges]")
            else:
                page.goto(f"{address}/odoo/collection-charges")
            page.wait_for_selector(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
            picture(page, f"fair_charges_{name}")
            if name == "desktop":
                page.click("button[name=action_waive] >> nth=0")
                page.wait_for_selector(".modal .o_field_widget[name=reason]")
                picture(page, "fair_waive_desktop")
                page.click(".modal .btn-close")
            for path in ("collection-refused-contacts", "collection-reference-rates", "collection-charge-rules"):
                page.goto(f"{address}/odoo/{path}")
                page.wait_for_selector(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
                picture(page, f"fair_{path}_{name}")
                page.click(".o_data_row .o_data_cell:not(.o_handle_cell), .o_kanban_record:not(.o_kanban_ghost)")
                page.wait_for_selector(".o_form_view .o_form_sheet")
                picture(page, f"fair_{path}_form_{name}")
            page.goto(f"{address}/odoo/contacts/{partner}")
            page.click("a[name=collection]")
            page.wait_for_selector(".o_field_widget[name=collection_hardship]")
            page.evaluate("document.querySelector('.o_field_widget[name=payment_contact_id]').scrollIntoView()")
            picture(page, f"fair_partner_{name}")
            page.goto(f"{address}/odoo/action-collection_cases.res_config_settings_action")
            page.wait_for_selector("#collection_hardship")
            page.evaluate("document.querySelector('#collection_hardship').scrollIntoView()")
            picture(page, f"fair_settings_{name}")
