"""How end-to-end tests use the screens: log in, wait, take pictures."""

import contextlib
import re

from host import paths

DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


@contextlib.contextmanager
def session(browser, address, login, harmless=None, **device):
    """Log in and yield a page; afterwards its console held no error.

    :param harmless: a pattern of errors that the test itself causes, such as a cut connection
    """
    context = browser.new_context(locale="en-US", **device)
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{address}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/odoo|/my"), timeout=60_000)
    yield page
    context.close()
    problems = [problem for problem in problems if not (harmless and harmless.search(problem))]
    assert not problems, problems


def settle(page):
    """Wait until the page has what it asked for, so that a picture shows it."""
    # Odoo keeps a connection open, so the network is never idle.
    page.wait_for_function("!document.querySelector('.o_loading_indicator, .o_view_sample_data')")
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    page.wait_for_timeout(600)


def picture(page, name):
    """Take a screenshot for the documentation, kept only when it is asked for."""
    settle(page)
    folder = paths.STATE / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def open_my_day(page, address):
    """Open My day and wait for its cards."""
    page.goto(f"{address}/odoo/my-collections")
    page.wait_for_selector(".o_collection_my_day .o_kanban_record:not(.o_kanban_ghost)", timeout=60_000)


def state(page):
    """Return the state that the case shows."""
    return page.locator(".o_statusbar_status .o_arrow_button_current")
