"""The checks that need no database: ruff, pylint-odoo, prettier, eslint."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from . import debian, environment, lock, paths, say
from .odoo_tests import Outcome

FOLDER = paths.ROOT / "setup" / "lint"
FORMATTED = ["js", "scss", "xml"]


def run() -> Outcome:
    """Run all checks; each prints what it found.

    :raises Stop: a tool could not be installed
    """
    binaries = environment.ensure()
    modules = _node_modules()
    files = [str(file) for suffix in FORMATTED for file in _tracked(suffix)]
    scripts = [file for file in files if file.endswith(".js")]
    checks = {
        "ruff check": [binaries / "ruff", "check", "."],
        "ruff format": [binaries / "ruff", "format", "--check", "."],
        "pylint-odoo": [
            binaries / "pylint",
            "--rcfile=pyproject.toml",
            # A model may be spread over several files of its addon, one idea each.
            "--disable=consider-merging-classes-inherited",
            *paths.ADDONS,
        ],
        "prettier": [modules / ".bin/prettier", "--config", FOLDER / "prettier.config.cjs", "--check", *files],
        "eslint": [modules / ".bin/eslint", "--config", FOLDER / "eslint.config.cjs", *scripts],
    }
    outcome = Outcome(0, 0)
    for name, command in checks.items():
        result = subprocess.run(
            [str(part) for part in command],
            cwd=paths.ROOT,
            env=_env(binaries, modules),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            outcome.failed += 1
            say.line(f"  ✗ {name}\n{result.stdout}{result.stderr}")
        else:
            outcome.passed += 1
            say.line(f"  ✓ {name}")
    return outcome


def mend() -> None:
    """Format everything in place, as the checks want it."""
    binaries, modules = environment.ensure(), _node_modules()
    env = _env(binaries, modules)
    files = [str(file) for suffix in FORMATTED for file in _tracked(suffix)]
    prettier = [modules / ".bin/prettier", "--config", FOLDER / "prettier.config.cjs", "--write", *files]
    for command in (
        [binaries / "ruff", "check", "--fix", "."],
        [binaries / "ruff", "format", "."],
        prettier,
    ):
        subprocess.run([str(part) for part in command], cwd=paths.ROOT, env=env, check=False)


def _env(binaries: Path, modules: Path) -> dict[str, str]:
    return dict(
        os.environ,
        NODE_PATH=str(modules),
        PATH=f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        RUFF_CACHE_DIR=str(paths.STATE / "ruff"),
    )


def _tracked(suffix: str) -> list[Path]:
    """Return the files of our addons with a suffix, relative to the checkout."""
    return sorted(
        file.relative_to(paths.ROOT) for addon in paths.ADDONS for file in (paths.ROOT / addon).rglob(f"*.{suffix}")
    )


def _node_modules() -> Path:
    """Return the folder with the tools from npm, installed when it is not here yet."""
    debian.node()
    lockfile = FOLDER / "package-lock.json"
    key = hashlib.sha256(lockfile.read_bytes()).hexdigest()[:12]
    folder = paths.cache() / f"node-{key}"
    with lock.exclusive(paths.cache() / "node.lock", "is installing tools from npm"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(FOLDER / name, folder)
            with say.step("installing prettier and eslint from npm"):
                say.run(
                    ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                    failure="The tools could not be installed. Is the npm registry reachable from here?",
                    cwd=folder,
                    log=paths.logs() / "npm.log",
                )
            (folder / "complete").touch()
    return folder / "node_modules"
