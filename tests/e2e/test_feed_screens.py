"""A foreign ledger by mouse: set it up, look at a file, read it, undo it."""

from screens import DESKTOP, PHONE, picture, session

CONTENT = """Open items of ACME
Customer no;Customer name;Document no;Document date;Due date;Currency;Amount;Open
F-100;Kowalski Sp. z o.o.;FV/1;01.01.2026;15.01.2026;{code};1.230,00;1.230,00
F-100;Kowalski Sp. z o.o.;FV/2;05.01.2026;30.02.2026;{code};80,00;80,00
F-200;Παπαδόπουλος ΑΕ;T-77;10.01.2026;31.01.2026;{code};2.500,50;1.000,50
Total;;;;;;;2.310,50
"""


def test_manager_reads_a_file_and_undoes_it(browser, address, demo_database, tmp_path):
    """The dialog shows what is understood; the reading shows what became of it."""
    code = demo_database.json("import json; print('JSON', json.dumps(env.company.currency_id.name))")
    file = tmp_path / "open_items.csv"
    file.write_text(CONTENT.format(code=code))
    with session(browser, address, "manager", **DESKTOP) as page:
        page.goto(f"{address}/odoo/collection-foreign-ledgers")
        page.click(".o_list_button_add")
        page.fill(".o_field_widget[name=name] input", "ERP of the north")
        page.click(".o_form_button_save")
        page.click("button[name=action_read_file]")
        page.wait_for_selector(".modal .o_field_widget[name=file]")
        page.set_input_files(".modal .o_field_widget[name=file] input[type=file]", file)
        page.click(".modal button[name=action_look]:visible")
        page.wait_for_selector(".modal td:has-text('FV/1')")
        assert page.locator(".modal .text-danger:has-text('30.02.2026')").count()
        picture(page, "feed_dialog")
        page.click(".modal button[name=action_read]")
        page.wait_for_selector(".o_field_widget[name=entries_new]")
        assert page.inner_text(".o_field_widget[name=entries_new]") == "2"
        assert page.inner_text(".o_field_widget[name=rows_bad] >> nth=0") == "1"
        picture(page, "feed_run")
        page.click("button[name=action_undo]")
        page.click(".modal .btn-primary")
        page.wait_for_selector(".o_arrow_button_current:has-text('Undone')")


def test_foreign_ledger_on_a_phone(browser, address):
    """Nothing is cut off at a phone's width."""
    with session(browser, address, "manager", **PHONE) as page:
        page.goto(f"{address}/odoo/collection-foreign-ledgers")
        page.click(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
        page.wait_for_selector(".o_form_view .o_field_widget[name=name]")
        picture(page, "feed_phone")
