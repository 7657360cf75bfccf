"""Odoo's own command line with our configuration."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import environment, odoo_source, paths, postgres, say


@dataclass(frozen=True)
class Host:
    """All that is needed to run Odoo."""

    source: odoo_source.Source
    bin: Path
    server: postgres.Server
    conf: Path

    @property
    def python(self) -> Path:
        """The Python that Odoo runs in."""
        return self.bin / "python"

    def env(self) -> dict[str, str]:
        """Return the environment of an Odoo process."""
        packages = os.pathsep.join(filter(None, [str(self.source.packages), os.environ.get("PYTHONPATH")]))
        return dict(
            self.server.env(),
            PYTHONPATH=packages,
            PATH=f"{self.bin}{os.pathsep}{os.environ.get('PATH', '')}",
            PYTHONDONTWRITEBYTECODE="1",
        )

    def command(self, *arguments: str | Path) -> list[str]:
        """Return Odoo's command line; the configuration goes after a subcommand, as Odoo wants it."""
        given = [str(argument) for argument in arguments]
        sub, rest = ([given[0]], given[1:]) if given and not given[0].startswith("-") else ([], given)
        return [str(self.python), "-m", "odoo", *sub, "-c", str(self.conf), *rest]

    def run(self, *arguments: str | Path, failure: str, log: str, text_in: str | None = None) -> str:
        """Run Odoo to its end, output into a log; see `say.run`."""
        return say.run(
            self.command(*arguments), failure=failure, log=paths.logs() / log, env=self.env(), text_in=text_in
        )

    def stream(self, arguments: list[str], log: Path, show: re.Pattern[str]) -> tuple[int, str]:
        """Run Odoo, showing the lines that matter while they come.

        :returns: the exit code and the whole output
        """
        process = subprocess.Popen(
            self.command(*arguments),
            env=self.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
        lines = []
        with open(log, "w") as file:
            for row in process.stdout:
                file.write(row)
                file.flush()
                lines.append(row)
                if show.search(row):
                    sys.stdout.write("  | " + row)
                    sys.stdout.flush()
        return process.wait(), "".join(lines)


def ensure() -> Host:
    """Return a host that is ready: Odoo, Python, PostgreSQL, configuration."""
    source = odoo_source.ensure()
    binaries = environment.ensure()
    server = postgres.ensure()
    return Host(source, binaries, server, _write_conf(source, server))


def _write_conf(source: odoo_source.Source, server: postgres.Server) -> Path:
    data = paths.STATE / "data"
    data.mkdir(parents=True, exist_ok=True)
    folders = [source.packages / "odoo" / "addons", *source.addons, paths.ROOT]
    rows = {
        "addons_path": ",".join(str(folder) for folder in folders),
        "data_dir": data,
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "list_db": "False",
        "limit_time_real": "3600",
        "limit_time_cpu": "3600",
        "max_cron_threads": "1",
    }
    if server.password:
        rows["db_password"] = server.password
    conf = paths.STATE / "odoo.conf"
    text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in rows.items())
    if not conf.exists() or conf.read_text() != text:
        conf.write_text(text)
        conf.chmod(0o600)
    return conf


def filestore(database: str) -> Path:
    """Return the folder with a database's attachments."""
    return paths.STATE / "data" / "filestore" / database
