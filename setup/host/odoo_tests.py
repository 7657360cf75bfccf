"""Odoo's own test runner on a fresh copy of the template database."""

import re
from dataclasses import dataclass

from . import databases, debian, odoo, paths, say

DATABASE = "collections_test"
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SHOWN = re.compile(r"(FAIL|ERROR): |CRITICAL|Starting Test\w+\.test|odoo\.tests\.result: \d+ failed")
NOISE = re.compile(
    # lines that are errors to a log but not to a person: Odoo's own, on Debian
    r"security risk"
)


@dataclass
class Outcome:
    """What came out of one part of the checks."""

    passed: int
    failed: int


def run(host: odoo.Host, addons: list[str], tags: list[str]) -> Outcome:
    """Install addons into a fresh database and run their tests.

    :param tags: Odoo's test tags, for example /collection_cases:TestRefresh
    :raises Stop: no test ran, or Odoo did not get as far as testing
    """
    debian.chromium()
    databases.copy(host, databases.template(host), DATABASE)
    log = paths.logs() / "test_odoo.log"
    with say.step(f"Odoo tests {' '.join(tags)}"):
        code, output = host.stream(
            [
                *("-d", DATABASE, "-i", ",".join(addons), "--test-tags", ",".join(tags)),
                *("--http-port", str(_port()), "--http-interface", "127.0.0.1"),
                *("--screenshots", str(paths.STATE / "screenshots"), "--log-level", "info"),
            ],
            log,
            SHOWN,
        )
    found = RESULT.findall(output)
    if not found:
        tail = "".join("    " + row + "\n" for row in output.splitlines()[-15:])
        raise say.Stop(f"Odoo ended before it tested (code {code}). Log: {log}\n{tail}")
    failed = sum(int(row[0]) + int(row[1]) for row in found)
    total = sum(int(row[2]) for row in found)
    if failed or code:
        _show_failures(output)
        say.line(f"  The whole log: {log}")
    if not total:
        raise say.Stop(f"No test matched {' '.join(tags)}.")
    return Outcome(total - failed, failed or (1 if code else 0))


def _port() -> int:
    from . import server

    return server.free_port()


def _show_failures(output: str) -> None:
    """Print each failure with its traceback, as Odoo logged it."""
    rows = output.splitlines()
    for number, row in enumerate(rows):
        if re.search(r"ERROR \S+ \S+: (FAIL|ERROR): ", row):
            end = number + 1
            while end < len(rows) and not re.match(r"\d{4}-\d\d-\d\d ", rows[end]):
                end += 1
            say.line("\n".join(rows[number : min(end, number + 40)]))
