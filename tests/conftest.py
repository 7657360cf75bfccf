"""Fixtures for tests against a real Odoo: real processes, real commits, a real browser."""

import contextlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "setup"))

from host import databases, demo, odoo, paths, server
from reached import Api, Database


def pytest_addoption(parser):
    parser.addoption("--thorough", action="store_true", help="repeat the fault tests more often")
    parser.addoption("--ibm", help="path of ibm_wa_accounts_receivable.csv, for the test on a real history")


@pytest.fixture
def thorough(request):
    """Whether the fault tests are to take their time."""
    return request.config.getoption("--thorough")


@pytest.fixture(scope="session")
def host():
    """Odoo, its Python and PostgreSQL."""
    return odoo.ensure()


@pytest.fixture(scope="session")
def installed(host):
    """Name of a database with the addons and Odoo's generic chart of accounts; only to be copied."""
    name = "collections_e2e_installed"
    databases.copy(host, databases.template(host), name)
    host.run(
        *("-d", name, "-i", ",".join(paths.ADDONS), "--stop-after-init", "--no-http"),
        failure="The addons could not be installed.",
        log="e2e_install.log",
    )
    return name


@pytest.fixture(scope="session")
def database(host, installed):
    """A database with the addons, for the whole session: tests leave what is not theirs alone."""
    databases.copy(host, installed, "collections_e2e")
    return Database(host, "collections_e2e")


@pytest.fixture
def own_database(host, installed):
    """A database with the addons, for one test that looks at everything in it, or deletes."""
    databases.copy(host, installed, "collections_e2e_own")
    yield Database(host, "collections_e2e_own")
    databases.drop(host, "collections_e2e_own")


@pytest.fixture
def served(host, database):
    """Serve the database; gives a function that makes the API of a user (by login)."""
    with server.serve(host, database.name, paths.logs() / "e2e_server.log") as address:

        def api(login):
            key = database.json(
                f"""
import json, datetime
user = env["res.users"].search([("login", "=", {login!r})])
until = datetime.datetime.now() + datetime.timedelta(days=1)
key = env(user=user)["res.users.apikeys"]._generate(None, "test", until)
env.cr.commit()
print("JSON", json.dumps(key))
"""
            )
            return Api(address, database.name, key)

        yield api


@pytest.fixture(scope="session")
def demo_database(host):
    """A fresh demo database, as ./setup/demo makes it."""
    name = "collections_e2e_demo"
    demo.ensure(host, name, fresh=True)
    return Database(host, name)


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    from host import debian

    with (
        playwright.sync_playwright() as started,
        contextlib.closing(
            started.chromium.launch(executable_path=str(debian.chromium()), args=["--no-sandbox"])
        ) as chromium,
    ):
        yield chromium
