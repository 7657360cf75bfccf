"""With OCA's queue_job installed, deliveries run as its jobs; without it, the scheduler is asked."""

import subprocess

import pytest
from host import databases, paths, say
from reached import Database

VERSION = "19.0.2.4.0.1"

SOON = """
env["collection.deliver"]._soon()
env["collection.deliver"]._soon()
env.cr.commit()
jobs = env["queue.job"].search([("model_name", "=", "collection.deliver")])
print("JSON", __import__("json").dumps(jobs.mapped("uuid")))
"""

PERFORM = """
from odoo.addons.queue_job.job import Job
job = Job.load(env, {uuid!r})
print("RESULT", job.perform(), flush=True)
env.cr.commit()
"""


@pytest.fixture(scope="session")
def queue_job(host):
    """Folder of addons with queue_job, from PyPI; licensed LGPL-3, used for this test only."""
    folder = paths.STATE / f"queue_job-{VERSION}"
    addon = folder / "odoo" / "addons" / "queue_job"
    if not addon.exists():
        pip = [host.python, "-m", "pip", "install", "-q", "--no-deps", "--target", folder]
        done = subprocess.run(
            [*pip, f"odoo-addon-queue_job=={VERSION}", "openupgradelib"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise say.Stop(f"queue_job could not be fetched from PyPI:\n{done.stderr[-500:]}")
    return folder


class WithJobs(Database):
    """A database reached with queue_job on the path of addons."""

    def __init__(self, host, name, folder):
        super().__init__(host, name)
        self.folder = folder

    def start_shell(self, script):
        """Start a script with queue_job's addons and libraries in reach."""
        self.host = _Host(self.host, self.folder) if not isinstance(self.host, _Host) else self.host
        return super().start_shell(script)


class _Host:
    def __init__(self, host, folder):
        self._host, self._folder = host, folder

    def __getattr__(self, name):
        return getattr(self._host, name)

    def command(self, *arguments):
        """Return Odoo's command line with the folder among its addons."""
        conf = self._host.conf.read_text()
        path = next(row.split("=", 1)[1].strip() for row in conf.splitlines() if row.startswith("addons_path"))
        return [*self._host.command(*arguments), f"--addons-path={path},{self._folder / 'odoo' / 'addons'}"]

    def env(self):
        """Return the environment with the folder's libraries."""
        env = self._host.env()
        return {**env, "PYTHONPATH": f"{env['PYTHONPATH']}:{self._folder}"}


def test_deliveries_are_jobs(host, planned, sink, queue_job):
    """The jobs deliver everything once, two of them at once; asking twice puts in no job twice."""
    name, count = planned
    databases.copy(host, name, "collections_e2e_jobs")
    database = WithJobs(host, "collections_e2e_jobs", queue_job)
    database.sql(f"UPDATE ir_mail_server SET smtp_port = {sink.port}")
    install = "env['ir.module.module'].update_list(); env.cr.commit()\n"
    install += "env['ir.module.module'].search([('name', '=', 'queue_job')]).button_immediate_install()\n"
    database.shell(install)
    uuids = database.json(SOON)
    assert len(uuids) == 4
    workers = [database.start_shell(PERFORM.format(uuid=uuid)) for uuid in uuids[:2]]
    outputs = [worker.communicate()[0] for worker in workers]
    assert all("RESULT" in output and "Traceback" not in output for output in outputs), outputs
    sent = database.sql("SELECT COUNT(*) FROM collection_action WHERE is_outbox AND state = 'done'")
    assert sent == [[str(count)]]
    assert not sink.duplicates() and len(sink.ids) == count
    databases.drop(host, database.name)
