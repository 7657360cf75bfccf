"""Fixtures for tests against a real Odoo: real processes, real commits, a real browser."""

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "setup"))

from host import databases, demo, odoo, paths, server


def pytest_addoption(parser):
    parser.addoption("--thorough", action="store_true", help="repeat the fault tests more often")
    parser.addoption("--ibm", help="path of ibm_wa_accounts_receivable.csv, for the test on a real history")


class Database:
    """A database with the addons, reached as its users reach it: in a shell, and over the API."""

    def __init__(self, host, name):
        self.host, self.name = host, name

    def shell(self, script):
        """Run a script with `env` and return what it printed; fail when it failed."""
        process = self.start_shell(script)
        output, _ = process.communicate()
        assert process.returncode == 0 and "Traceback" not in output, output
        return output

    def start_shell(self, script):
        """Start a script with `env` in a process of its own."""
        process = subprocess.Popen(
            self.host.command("shell", "-d", self.name, "--no-http", "--log-level", "warn"),
            env=self.host.env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        process.stdin.write(script)
        process.stdin.close()
        process.stdin = None
        return process

    def json(self, script):
        """Run a script that prints one line `JSON …` and return what it says."""
        output = self.shell(script)
        found = [row[5:] for row in output.splitlines() if row.startswith("JSON ")]
        assert found, output
        return json.loads(found[-1])

    def sql(self, statement):
        """Run a statement and return its rows, as text."""
        return self.host.server.sql(statement, self.name)


class Api:
    """Odoo's JSON-2 interface with the key of one user."""

    def __init__(self, address, database, key):
        self.address, self.database, self.key = address, database, key

    def call(self, model, method, ids=(), **arguments):
        """Call a public method; returns (HTTP status, answer)."""
        body = json.dumps({**({"ids": list(ids)} if ids else {}), **arguments}).encode()
        request = urllib.request.Request(
            f"{self.address}/json/2/{model}/{method}",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"bearer {self.key}",
                "X-Odoo-Database": self.database,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


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
