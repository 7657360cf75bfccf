"""Where things lie: the checkout, its working folder, and the user's cache."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

STATE = ROOT / ".odoo"
"""What belongs to this checkout alone: the database cluster, filestores, logs. Not in git."""

ADDONS = sorted(path.parent.name for path in ROOT.glob("collection_*/__manifest__.py"))
"""The addons of this checkout, by folder name."""


def cache() -> Path:
    """Return the folder for downloads and environments, shared by all clones of this user."""
    base = os.environ.get("COLLECTIONS_CACHE")
    if base:
        return Path(base).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "collections-odoo"


def logs() -> Path:
    """Return the folder for logs, made when missing."""
    folder = STATE / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def short_id() -> str:
    """Return eight characters that stand for this checkout (socket paths must be short)."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
