"""Programs from Debian's archive: installed when we may, named in a sentence when we may not."""

import glob
import os
import shutil
from pathlib import Path

from . import say


def may_install() -> bool:
    """Tell whether this user may install packages on this machine."""
    return os.geteuid() == 0 and bool(shutil.which("apt-get"))


def install(packages: list[str], what_for: str) -> None:
    """Install packages of the machine's own suite.

    :raises Stop: no right to install, or the archive cannot be reached
    """
    names = " ".join(packages)
    if not may_install():
        raise say.Stop(
            f"{what_for} is missing and this user may not install it.\n"
            f"  Ask an administrator for: apt-get install {names}"
        )
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    with say.step(f"installing {names} ({what_for})"):
        try:
            say.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], failure="", env=env)
        except say.Stop:
            # Package lists may be missing or old: fetch them and try once more.
            failure = f"Installing {names} failed. Is Debian's archive reachable from here?"
            say.run(["apt-get", "update"], failure=failure, env=env)
            say.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], failure=failure, env=env)


def program(name: str, packages: list[str], what_for: str) -> Path:
    """Return the path of a program, installing its package when needed."""
    found = shutil.which(name)
    if not found:
        install(packages, what_for)
        found = shutil.which(name)
    if not found:
        raise say.Stop(f"{name} is not there although {' '.join(packages)} is installed.")
    return Path(found)


def chromium() -> Path:
    """Return Debian's Chromium."""
    return program("chromium", ["chromium"], "the browser for tests and screenshots")


def wkhtmltopdf() -> Path:
    """Return the program that makes PDFs."""
    return program("wkhtmltopdf", ["wkhtmltopdf"], "the program that prints PDFs")


def node() -> Path:
    """Return Node.js, with npm beside it."""
    path = program("node", ["nodejs", "npm"], "Node.js, for the checks of scripts and views")
    program("npm", ["npm"], "npm, for the checks of scripts and views")
    return path


def postgres_programs() -> Path:
    """Return the folder with PostgreSQL's server programs (initdb, pg_ctl)."""

    def newest() -> Path | None:
        folders = sorted(
            (Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/initdb")),
            key=lambda folder: int(folder.parent.name),
        )
        if folders:
            return folders[-1]
        found = shutil.which("initdb")
        return Path(found).resolve().parent if found else None

    folder = newest()
    if not folder:
        install(["postgresql"], "PostgreSQL's server (or give PGHOST)")
        folder = newest()
    if not folder:
        raise say.Stop("PostgreSQL's server programs are not there. Install the package postgresql, or give PGHOST.")
    return folder
