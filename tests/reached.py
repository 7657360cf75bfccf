"""Odoo as its users reach it: in a shell, by SQL, and over the API."""

import json
import subprocess
import urllib.error
import urllib.request


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
