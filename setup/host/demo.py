"""The demo database: our addons on Odoo's, filled through Odoo's own API."""

import hashlib

from . import databases, odoo, paths, say

SCRIPT = paths.ROOT / "setup" / "demo_ledger.py"
EXTRA = ["payment_demo"]


def ensure(host: odoo.Host, name: str, *, fresh: bool = False) -> None:
    """Make the demo database when it is not there, or bring its addons up to the checkout.

    :param fresh: throw away what was there
    :raises Stop: Odoo could not install the addons or load the data
    """
    base = databases.template(host)
    stamp = _stamp()
    if fresh:
        databases.drop(host, name)
    if not databases.exists(host, name):
        with say.step(f"making the demo database {name} (about 40 s)"):
            building = f"{name}_building"
            databases.copy(host, base, building)
            host.run(
                *("-d", building, "-i", ",".join([*paths.ADDONS, *EXTRA]), "--stop-after-init", "--no-http"),
                failure="The addons could not be installed.",
                log="demo_install.log",
            )
            load(host, building)
            databases.copy(host, building, name)
            databases.drop(host, building)
        _stamp_file(name).write_text(stamp)
    elif not _stamp_file(name).exists() or _stamp_file(name).read_text() != stamp:
        with say.step("bringing the demo database up to this checkout"):
            host.run(
                *("-d", name, "-u", ",".join(paths.ADDONS), "--stop-after-init", "--no-http"),
                failure="The addons could not be updated. ./setup/demo --fresh starts anew.",
                log="demo_update.log",
            )
        _stamp_file(name).write_text(stamp)


def load(host: odoo.Host, database: str) -> None:
    """Load the demo ledger into a database that has the addons."""
    output = host.run(
        *("shell", "-d", database, "--no-http"),
        failure="The demo data could not be loaded.",
        log="demo_data.log",
        text_in=SCRIPT.read_text(),
    )
    if "Traceback" in output or "Demo ledger:" not in output:
        raise say.Stop(f"The demo data could not be loaded; {paths.logs() / 'demo_data.log'} says why.")


def _stamp_file(name: str):
    return paths.STATE / f"demo_{name}.stamp"


def _stamp() -> str:
    """Return what the database was made from, so that a changed checkout is noticed."""
    digest = hashlib.sha256()
    for addon in paths.ADDONS:
        for file in sorted((paths.ROOT / addon).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(paths.ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()
