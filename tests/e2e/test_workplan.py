"""The work plan on the screens: distributed, looked at, a case moved by hand, activated; an absent colleague's work."""

from screens import DESKTOP, PHONE, open_my_day, picture, session

PREPARE = """
import json
from odoo import Command, fields
users = {login: env["res.users"].search([("login", "=", login)]) for login in ("collector", "second", "manager")}
env["collection.case"].search([("state", "!=", "completed")]).filtered(lambda case: case.user_id == users["manager"])
greek = env["hr.skill"].create({"name": "Greek", "skill_type_id": env.ref("hr_skills.hr_skill_type_lang").id})
lang = env["res.lang"].with_context(active_test=False).search([("code", "=", "el_GR")])
lang.active = True
env["collection.skill.need"].create({"kind": "language", "lang_id": lang.id, "skill_id": greek.id, "sequence": 2})
for case in env["collection.case"].search([("partner_id.country_id.code", "=", "GR")]):
    (case.payment_contact_id | case.partner_id).lang = "el_GR"
level = env["hr.skill.level"].create(
    {"name": "Native", "skill_type_id": greek.skill_type_id.id, "level_progress": 100})
env["hr.employee.skill"].create({
    "employee_id": users["collector"].employee_ids[:1].id, "skill_id": greek.id,
    "skill_type_id": greek.skill_type_id.id, "skill_level_id": level.id})
today = fields.Date.today()
kind = env["mail.activity.type"].search([("collection_participates", "=", True)], limit=1)
case = env["collection.case"].search([("user_id", "=", users["second"].id), ("state", "!=", "completed")], limit=1)
case.activity_schedule(activity_type_id=kind.id, user_id=users["second"].id, date_deadline=today)
plan = env["collection.workplan"].with_context(lang="en_US").create({
    "name": "Plan of the month", "date_from": today, "date_to": fields.Date.add(today, days=30),
    "member_ids": [
        Command.create({"user_id": users["collector"].id}),
        Command.create({"user_id": users["second"].id, "substitute_id": users["collector"].id,
                        "absent_from": today, "absent_to": fields.Date.add(today, days=6)}),
        Command.create({"user_id": users["manager"].id, "share": 40}),
    ]})
env.cr.commit()
print("JSON", json.dumps([plan.id, plan.name]))
"""

MOVE = """
import json
line = env["collection.workplan.line"].search([("plan_id", "=", %s), ("code", "=", "by_hand")])
print("JSON", json.dumps([len(line), line[:1].user_id.login, line[:1].case_id.user_id.login]))
"""


def test_plan_board_and_standing_in(browser, address, demo_database):
    """A manager plans the month; the substitute finds the absent colleague's work."""
    plan, _name = demo_database.json(PREPARE)
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-workplans")
        page.wait_for_selector(".o_data_row")
        picture(page, "workplan_list_desktop")
        page.goto(f"{address}/odoo/collection-workplans/{plan}")
        page.click("button[name=action_distribute]:visible")
        page.wait_for_selector("button[name=action_open_board]:visible")
        picture(page, "workplan_form_desktop")
        page.click("button[name=action_open_board]:visible")
        page.wait_for_selector(".o_collection_workplan_load")
        picture(page, "workplan_board_desktop")
        source = page.locator(".o_kanban_group:has(.o_column_title:has-text('Eleni'))")
        target = page.locator(".o_kanban_group:has(.o_column_title:has-text('Péter'))")
        before = target.locator(".o_collection_workplan_load b").inner_text()
        card = source.locator(".o_kanban_record:has-text('Greek')").first
        card.hover()
        page.mouse.down()
        box = target.locator(".o_kanban_record:not(.o_kanban_ghost)").first.bounding_box()
        page.mouse.move(box["x"] + 100, box["y"] + 30, steps=30)
        page.mouse.move(box["x"] + 110, box["y"] + 40, steps=5)
        page.wait_for_timeout(300)
        page.mouse.up()
        page.wait_for_selector(".o_notification:has-text('Péter Nagy lacks: Greek')")
        page.wait_for_function(
            "before => ![...document.querySelectorAll('.o_kanban_group')].some((group) =>"
            " group.querySelector('.o_column_title').textContent.includes('Péter')"
            " && group.querySelector('.o_collection_workplan_load b')?.textContent === before)",
            arg=before,
        )
        picture(page, "workplan_board_moved_desktop")
        page.goto(f"{address}/odoo/collection-needed-skills")
        page.wait_for_selector(".o_data_row")
        picture(page, "workplan_skills_desktop")
        page.goto(f"{address}/odoo/collection-workplans/{plan}")
        page.click("button[name=action_activate]:visible")
        page.click(".modal .btn-primary")
        page.wait_for_selector("button[name=action_undo]:visible")
        page.wait_for_selector(".o_notification:has-text('cases moved')")
        picture(page, "workplan_active_desktop")
        page.click("button[name=action_open_moved]")
        page.wait_for_selector(".o_list_view")
        picture(page, "workplan_moved_desktop")
    count, planned, owner = demo_database.json(MOVE % plan)
    assert (count, planned, owner) == (1, "second", "second")
    with session(browser, address, "manager", **PHONE) as page:
        page.goto(f"{address}/odoo/collection-workplans/{plan}")
        page.wait_for_selector(".o_form_view")
        picture(page, "workplan_form_phone")
        page.click("button[name=action_open_board]:visible")
        page.wait_for_selector(".o_collection_workplan_board", timeout=10_000)
        picture(page, "workplan_board_phone")
    for device, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        with session(browser, address, "collector", **device) as page:
            open_my_day(page, address)
            page.click("[data-filter=stood_in]")
            page.wait_for_selector(".o_kanban_record:has-text('For Péter Nagy, away')")
            picture(page, f"workplan_my_day_{name}")
