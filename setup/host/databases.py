"""Databases: a template with Odoo's own modules, built once, and copies of it."""

import hashlib
import shutil

from . import lock, odoo, paths, say

HOST_MODULES = [
    *("account", "account_payment", "calendar", "contacts", "hr", "hr_skills", "mail", "payment_demo"),
    *("phone_validation", "sms", "sms_twilio"),
]
"""What our addons and their tests find installed: Odoo's own modules take over a minute to install."""

WARM_UP = """
from odoo.addons.base.models.assetsbundle import AssetsBundle
for name in ("web.assets_web", "web.assets_frontend", "web.assets_frontend_minimal", "web.assets_frontend_lazy"):
    bundle = env["ir.qweb"]._get_asset_bundle(name)
    bundle.css()
    bundle.js()
env.cr.commit()
"""


def exists(host: odoo.Host, name: str) -> bool:
    """Tell whether a database is there."""
    return bool(host.server.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def drop(host: odoo.Host, name: str) -> None:
    """Remove a database and its attachments, even while somebody looks at it."""
    if exists(host, name):
        host.server.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    shutil.rmtree(odoo.filestore(name), ignore_errors=True)


def copy(host: odoo.Host, source: str, target: str) -> None:
    """Make a database from another one, attachments included."""
    drop(host, target)
    host.server.sql(f"""CREATE DATABASE "{target}" TEMPLATE "{source}" """)
    if odoo.filestore(source).exists():
        shutil.copytree(odoo.filestore(source), odoo.filestore(target))


def template(host: odoo.Host) -> str:
    """Return the database with Odoo's own modules, built when it is not there.

    Its name carries what it was made of, so another Odoo or another list of modules gives another one.
    """
    made_of = "|".join([str(host.source.packages), *HOST_MODULES, WARM_UP])
    name = "collections_host_" + hashlib.sha256(made_of.encode()).hexdigest()[:8]
    with lock.exclusive(paths.STATE / "template.lock", "is building the template database"):
        if exists(host, name):
            return name
        for (old,) in host.server.sql("SELECT datname FROM pg_database WHERE datname LIKE 'collections_host_%'"):
            drop(host, old)
        building = name + "_building"
        drop(host, building)
        with say.step("building the template database with Odoo's modules (about 100 s, once)"):
            host.run(
                *("-d", building, "-i", ",".join(HOST_MODULES), "--stop-after-init", "--no-http"),
                failure="Odoo's own modules could not be installed.",
                log="template.log",
            )
        host.server.sql(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
        shutil.rmtree(odoo.filestore(name), ignore_errors=True)
        if odoo.filestore(building).exists():
            odoo.filestore(building).rename(odoo.filestore(name))
    return name
