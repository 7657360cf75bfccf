"""The Python environment that Odoo, the addons and the checks run in."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from . import debian, lock, paths, say

REQUIREMENTS = paths.ROOT / "setup" / "requirements.txt"
OLDEST, NEWEST = (3, 11), (3, 13)


def ensure() -> Path:
    """Return the `bin` folder of the environment, made when it is not here yet.

    :raises Stop: wrong Python, or PyPI is not reachable
    """
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise say.Stop(
            f"This is Python {sys.version_info.major}.{sys.version_info.minor};"
            f" Odoo 19 and these scripts need 3.{OLDEST[1]} to 3.{NEWEST[1]}."
        )
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode() + sys.prefix.encode()).hexdigest()[:12]
    folder = paths.cache() / f"python-{key}"
    with lock.exclusive(paths.cache() / "python.lock", "is making the Python environment"):
        if not (folder / "complete").exists():
            _make(folder)
    return folder / "bin"


def _make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    failure = "The Python environment could not be made."
    with say.step("making the Python environment"):
        try:
            say.run([sys.executable, "-m", "venv", folder], failure=failure)
        except say.Stop:
            # Debian splits venv's pip off into a package of its own.
            shutil.rmtree(folder, ignore_errors=True)
            debian.install(["python3-venv"], "Python's venv")
            say.run([sys.executable, "-m", "venv", folder], failure=failure)
    with say.step("installing Odoo's Python packages (about a minute)"):
        say.run(
            [folder / "bin" / "pip", "install", "--disable-pip-version-check", "--prefer-binary", "-r", REQUIREMENTS],
            failure="Python packages could not be installed. Is PyPI reachable from here?",
            log=paths.logs() / "pip.log",
            env=dict(os.environ, PIP_NO_INPUT="1"),
        )
    (folder / "complete").touch()
