"""A server on the demo database, for the end-to-end tests of the screens."""

import re

import pytest
from host import paths, server

# Odoo's own noise: who is online, written by two tabs at once.
HARMLESS = re.compile(r"security risk|Unexpected indentation|mail_presence|bus\.websocket")


@pytest.fixture(scope="module")
def address(host, demo_database):
    """Serve the demo database; afterwards its log holds no error."""
    log = paths.logs() / "e2e_demo.log"
    with server.serve(host, demo_database.name, log) as address:
        yield address
    errors = [row for row in log.read_text().splitlines() if " ERROR " in row or " CRITICAL " in row]
    assert not [row for row in errors if not HARMLESS.search(row)], errors[:5]
