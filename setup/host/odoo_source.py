"""Odoo 19 itself: Debian's package, unpacked into the cache, or ODOO_SOURCE.

Debian has the series we need only in its unstable suite, so it is fetched with apt into
folders of our own and unpacked; the machine's own packages are never touched.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import lock, paths, say

SERIES = "19.0"
PACKAGE = "odoo-19"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Odoo's package links to these by relative paths; they are unpacked beside it.
COMPANIONS = [
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
]
# Version 7 has other file names, and every icon of the backend would vanish.
FONT_AWESOME, FONT_AWESOME_SERIES = "fonts-font-awesome", "4.7"

# Debian strips this file but the manifest of `mail` still lists it: without it each backend page
# logs an error and every browser tour fails. Background blur in calls is all that it is for.
STRIPPED = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Source:
    """An Odoo on this disk."""

    packages: Path  # the folder that holds the Python package `odoo`
    addons: list[Path]  # folders for addons_path, besides odoo/addons
    version: str


def ensure() -> Source:
    """Return an Odoo 19, fetched when it is not here yet.

    :raises Stop: not reachable, another series, or ODOO_SOURCE is no Odoo 19
    """
    given = os.environ.get("ODOO_SOURCE")
    if given:
        return _from_folder(Path(given).expanduser())
    with lock.exclusive(paths.cache() / "odoo.lock", "is fetching Odoo"):
        unpacked = _unpacked() or _fetch()
    return Source(unpacked / "usr/lib/python3/dist-packages", [], _series(unpacked / "usr/lib/python3/dist-packages"))


def _from_folder(folder: Path) -> Source:
    if not (folder / "odoo" / "release.py").is_file():
        raise say.Stop(f"ODOO_SOURCE={folder} holds no Odoo: there is no odoo/release.py in it.")
    series = _series(folder)
    if series != SERIES:
        raise say.Stop(f"ODOO_SOURCE={folder} is Odoo {series}; these addons need {SERIES}.")
    extra = [folder / "addons"] if (folder / "addons").is_dir() else []
    return Source(folder, extra, series)


def _series(packages: Path) -> str:
    text = (packages / "odoo" / "release.py").read_text()
    match = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    return ".".join(match.groups()) if match else "unknown"


def _unpacked() -> Path | None:
    done = sorted(paths.cache().glob("odoo-19_*/complete"))
    return done[-1].parent if done else None


def _fetch() -> Path:
    for tool in ("apt-get", "dpkg"):
        if not shutil.which(tool):
            raise say.Stop(f"{tool} is not here, so this is no Debian. Give an Odoo {SERIES} with ODOO_SOURCE=FOLDER.")
    apt = _Apt(paths.cache() / "apt")
    with say.step("reading Debian's package lists (unstable and stable)"):
        apt.update()
    version = apt.versions(PACKAGE)[:1]
    if not version or not version[0].startswith(SERIES):
        raise say.Stop(
            f"Debian's unstable suite has no {PACKAGE} of series {SERIES} any more"
            f" ({'it has ' + version[0] if version else 'the package is gone'}).\n"
            f"  Get Odoo {SERIES} elsewhere and give its folder: ODOO_SOURCE=FOLDER {Path('setup/demo')}"
        )
    icons = [found for found in apt.versions(FONT_AWESOME) if FONT_AWESOME_SERIES in found]
    if not icons:
        raise say.Stop(f"Debian has no {FONT_AWESOME} {FONT_AWESOME_SERIES} any more; give an Odoo with ODOO_SOURCE.")
    wanted = [f"{PACKAGE}={version[0]}", *COMPANIONS, f"{FONT_AWESOME}={icons[0]}"]
    with say.step(f"downloading Odoo {version[0]} (about 130 MB)"):
        files = apt.download(wanted)
    target = paths.cache() / f"odoo-19_{version[0]}"
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    partial.mkdir(parents=True)
    with say.step("unpacking Odoo (1.3 GB)"):
        for file in files:
            say.run(["dpkg", "-x", file, partial], failure=f"{file.name} could not be unpacked.")
    _mend(partial)
    (partial / "complete").write_text(version[0] + "\n")
    partial.rename(target)
    for file in files:
        file.unlink()  # 130 MB that nobody reads again
    return target


def _mend(unpacked: Path) -> None:
    """Replace what Debian strips by a comment."""
    file = unpacked / "usr/lib/python3/dist-packages/odoo/addons" / STRIPPED
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("/* Stripped by Debian; a comment keeps the asset bundle whole. */\n")


class _Apt:
    """apt with lists, cache and sources of our own."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial", "debs", "etc"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.sources = folder / "etc" / "collections.sources"
        self.options = [
            *("-o", f"Dir::Etc::sourcelist={self.sources}"),
            *("-o", "Dir::Etc::sourceparts=/dev/null"),
            *("-o", f"Dir::State::Lists={folder / 'lists'}"),
            *("-o", f"Dir::Cache={folder / 'cache'}"),
            # Our folders may lie where apt's own user cannot go (a home folder).
            *("-o", "APT::Sandbox::User=root"),
            *("-o", "Acquire::Languages=none"),
        ]

    def update(self) -> None:
        """Write our sources from the machine's own archive address, and read the lists."""
        if not KEYRING.is_file():
            raise say.Stop("Debian's keyring is missing: install debian-archive-keyring, or give ODOO_SOURCE.")
        self.sources.write_text(
            f"Types: deb\nURIs: {self._archive()}\nSuites: unstable stable\nComponents: main\nSigned-By: {KEYRING}\n"
        )
        say.run(
            ["apt-get", *self.options, "update"],
            failure="Debian's package lists could not be read. Is the archive reachable from here?"
            " ODOO_SOURCE=FOLDER uses an Odoo 19 that you have.",
        )

    @staticmethod
    def _archive() -> str:
        """Return the address from which this machine takes Debian's main archive."""
        listed = say.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)", "Created-By: Packages"],
            failure="apt could not tell this machine's sources.",
        )
        for row in listed.splitlines():
            address, release, component = row.split("|")
            own_suite = "-" not in release  # not -security, -updates, -backports
            if own_suite and component == "main" and address.rstrip("/").endswith("/debian"):
                return address
        raise say.Stop("apt names no Debian archive on this machine. Give an Odoo 19 with ODOO_SOURCE=FOLDER.")

    def versions(self, package: str) -> list[str]:
        """Return the versions of a package, newest first."""
        listed = say.run(["apt-cache", *self.options, "madison", package], failure=f"apt could not look up {package}.")
        return [row.split("|")[1].strip() for row in listed.splitlines() if row.count("|") == 2]

    def download(self, wanted: list[str]) -> list[Path]:
        """Fetch packages, signatures checked by apt."""
        folder = self.folder / "debs"
        for old in folder.glob("*.deb"):
            old.unlink()
        say.run(
            ["apt-get", *self.options, "download", *wanted],
            failure="Odoo could not be downloaded from Debian's archive.",
            cwd=folder,
        )
        return sorted(folder.glob("*.deb"))
