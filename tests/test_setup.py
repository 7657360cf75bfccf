"""The commands in setup/ end with a sentence when something is missing, never with a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(command, **env):
    """Run a command of setup/ as a person would; return (code, output)."""
    done = subprocess.run(
        [str(ROOT / "setup" / command[0]), *command[1:]],
        capture_output=True,
        text=True,
        env=dict(os.environ, **env),
        cwd="/",  # from any folder
        timeout=300,
        check=False,
    )
    output = done.stdout + done.stderr
    assert "Traceback" not in output, output
    return done.returncode, output


def test_odoo_answers_from_any_folder():
    """./setup/odoo is Odoo itself."""
    code, output = run(["odoo", "--version"])
    assert code == 0 and "19.0" in output


def test_taken_port_names_another_one():
    """Somebody else serves on the port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, output = run(["demo", "--port", str(port)])
    assert code == 2 and f"Port {port}" in output and f"--port {port + 1}" in output


def test_bad_name_of_a_database():
    """A name that would be SQL or a pattern is refused."""
    code, output = run(["demo", "--db", "no; drop"])
    assert code == 2 and "small letters" in output


@pytest.mark.parametrize(
    ("release", "sentence"),
    [(None, "holds no Odoo"), ("version_info = (18, 0, 0, 'final', 0, '')\n", "is Odoo 18.0; these addons need 19.0")],
)
def test_wrong_odoo_source(tmp_path, release, sentence):
    """ODOO_SOURCE points nowhere, or at another series."""
    if release:
        (tmp_path / "odoo").mkdir()
        (tmp_path / "odoo" / "release.py").write_text(release)
    code, output = run(["odoo", "--version"], ODOO_SOURCE=str(tmp_path))
    assert code == 2 and sentence in output


def test_postgres_that_does_not_answer(tmp_path):
    """PGHOST is given and nobody is there."""
    code, output = run(["odoo", "--version"], PGHOST=str(tmp_path))
    assert code == 2 and "PGHOST" in output


def test_no_registry(tmp_path):
    """Nothing is cached and PyPI cannot be reached."""
    if not os.environ.get("PYTHONPATH"):
        pytest.skip("needs the Odoo that the suite runs in")
    source = os.environ["PYTHONPATH"].split(os.pathsep)[0]
    code, output = run(
        ["odoo", "--version"],
        ODOO_SOURCE=source,
        COLLECTIONS_CACHE=str(tmp_path),
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_EXTRA_INDEX_URL="",
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
        PIP_CONFIG_FILE=os.devnull,
        PIP_FIND_LINKS="",
    )
    assert code == 2 and "PyPI" in output


def test_unknown_selection():
    """A word that is no part, no addon and no test."""
    code, output = run(["test", "no_such_thing"])
    assert code == 2 and "no_such_thing" in output and "collection_cases" in output


def test_disk_full_is_a_sentence():
    """A write that fails for want of space ends the command with what to do."""
    script = (
        "import errno, sys; sys.path.insert(0, 'setup'); from host import say\n"
        "def main(): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "say.main(main)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2 and "disk is full" in done.stdout and "Traceback" not in done.stderr
