"""PostgreSQL: a private cluster of this checkout on a socket, or the server that PGHOST names."""

import atexit
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import debian, lock, paths, say

ROLE = "odoo"
SETTINGS = {
    # A throw-away cluster: a commit may be lost with the machine, but never half of one.
    "synchronous_commit": "off",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "4GB",
    "max_wal_size": "4GB",
    "max_connections": "120",
    "random_page_cost": "1.1",
    "jit": "off",
    "listen_addresses": "''",
}


@dataclass(frozen=True)
class Server:
    """Where to connect. Names of libpq's variables."""

    host: str
    port: str
    user: str
    password: str

    def env(self) -> dict[str, str]:
        """Return the environment for psql, createdb and Odoo."""
        found = dict(os.environ, PGHOST=self.host, PGPORT=self.port, PGUSER=self.user)
        if self.password:
            found["PGPASSWORD"] = self.password
        return found

    def sql(self, statement: str, database: str = "postgres") -> list[list[str]]:
        """Run a statement and return its rows as text."""
        output = say.run(
            [_client(), "-X", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
            failure="PostgreSQL refused a statement.",
            env=self.env(),
        )
        return [row.split("\x1f") for row in output.splitlines() if row]


def _client() -> str:
    found = shutil.which("psql")
    if found:
        return found
    return str(debian.postgres_programs() / "psql")


def ensure() -> Server:
    """Return a running server; a cluster of our own is stopped when the last command ends.

    :raises Stop: no PostgreSQL and no right to install it, or PGHOST does not answer
    """
    if os.environ.get("PGHOST"):
        return _given()
    return _own()


def _given() -> Server:
    env = os.environ
    server = Server(
        env["PGHOST"], env.get("PGPORT", "5432"), env.get("PGUSER") or env.get("USER", ROLE), env.get("PGPASSWORD", "")
    )
    try:
        rows = server.sql("SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user")
    except say.Stop as stop:
        raise say.Stop(f"PGHOST={server.host} is given but does not let {server.user} in.\n{stop}") from stop
    if rows[0][0] != "t":
        raise say.Stop(f"The role {rows[0][1]} on {server.host} may not create databases: ALTER ROLE … CREATEDB.")
    if rows[0][1] == "postgres":
        raise say.Stop("Odoo refuses to work as the role postgres: create a role of its own and give PGUSER.")
    return server


def _own() -> Server:
    programs = debian.postgres_programs()
    owner = _owner()
    data = _folder_of_cluster(owner)
    sockets = Path(tempfile.gettempdir()) / f"collections-{os.getuid()}-{paths.short_id()}"
    users = lock.Shared(paths.STATE / "postgres.users")
    with lock.exclusive(paths.STATE / "postgres.lock", "is starting PostgreSQL"):
        _private(sockets, owner)
        if not (data / "PG_VERSION").exists():
            with say.step("making a private PostgreSQL cluster"):
                _initdb(programs, data, owner)
        if not _running(programs, data, owner):
            _configure(data, owner)
            _start(programs, data, sockets, owner)
    atexit.register(_leave, users, programs, data, owner)
    return Server(str(sockets), "5432", ROLE, "")


def _owner() -> pwd.struct_passwd | None:
    """Return who must run the server: PostgreSQL refuses root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise say.Stop("PostgreSQL does not run as root and there is no user postgres. Run this as an ordinary user.")


def _as(owner: pwd.struct_passwd | None) -> list[str]:
    if owner is None:
        return []
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _folder_of_cluster(owner: pwd.struct_passwd | None) -> Path:
    """Return the data folder: in the checkout, unless its owner could not reach it there."""
    paths.STATE.mkdir(exist_ok=True)
    inside = paths.STATE / "postgres"
    if owner is None:
        return inside
    reachable = subprocess.run([*_as(owner), "test", "-x", str(paths.STATE)], check=False).returncode == 0
    return inside if reachable else Path("/var/tmp") / f"collections-postgres-{paths.short_id()}"


def _private(folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Make a folder that only its owner may enter; refuse one that somebody else put there."""
    uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (os.geteuid(), os.getegid())
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (uid, os.geteuid()):
        raise say.Stop(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of yours.")
    os.chown(folder, uid, gid)
    folder.chmod(0o700)


def _initdb(programs: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    _private(data, owner)
    say.run(
        [
            *_as(owner),
            programs / "initdb",
            *("-D", data),
            *("-U", ROLE),
            *("-A", "trust"),  # reachable only through a socket in a private folder
            *("-E", "UTF8"),
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        failure="PostgreSQL's cluster could not be made.",
        log=paths.logs() / "initdb.log",
        cwd=Path("/"),
    )
    with open(data / "postgresql.conf", "a") as conf:
        conf.write("\ninclude_if_exists = 'collections.conf'\n")


def _configure(data: Path, owner: pwd.struct_passwd | None) -> None:
    """Write our settings anew: a quarter of the memory for PostgreSQL's own cache, as its manual advises."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = SETTINGS | {"shared_buffers": f"{max(128, min(4096, memory_mb // 4))}MB"}
    conf = data / "collections.conf"
    conf.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    if owner:
        os.chown(conf, owner.pw_uid, owner.pw_gid)


def _running(programs: Path, data: Path, owner: pwd.struct_passwd | None) -> bool:
    command = [*_as(owner), str(programs / "pg_ctl"), "-D", str(data), "status"]
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0


def _start(programs: Path, data: Path, sockets: Path, owner: pwd.struct_passwd | None) -> None:
    say.run(
        [
            *_as(owner),
            *(programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-s"),
            *("-l", data / "server.log"),
            *("-o", f"-c unix_socket_directories={sockets} -p 5432"),
            "start",
        ],
        failure=f"PostgreSQL did not start; {data / 'server.log'} says why.",
        cwd=Path("/"),
    )


def _leave(users: lock.Shared, programs: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    """Stop the cluster when no other command of ours uses it."""
    if users.leave():
        command = [*_as(owner), str(programs / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "-s", "stop"]
        subprocess.run(command, check=False, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    users.close()
