"""A served Odoo: start it, wait until it answers, stop it."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from . import odoo, say

START_SECONDS = 120


def check_port(interface: str, port: int) -> None:
    """Refuse a port that somebody else serves.

    :raises Stop: the port is taken
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except OSError as error:
            raise say.Stop(
                f"Port {port} on {interface} is taken by another program. Choose another one: --port {port + 1}"
            ) from error


def free_port() -> int:
    """Return a port that nobody serves now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(host: odoo.Host, database: str, interface: str, port: int, *more: str) -> list[str]:
    """Return the command line that serves one database."""
    return host.command(
        *("-d", database, "--db-filter", f"^{database}$"),
        *("--http-interface", interface, "--http-port", str(port)),
        *more,
    )


def wait(address: str, process: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers its health question.

    :raises Stop: it ended, or does not answer in time
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise say.Stop(f"Odoo ended while starting, with code {process.returncode}; {log} says why.")
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{address}/web/health", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.3)
    raise say.Stop(f"Odoo did not answer within {START_SECONDS} s; {log} says why.")


@contextlib.contextmanager
def serve(host: odoo.Host, database: str, log: Path, *more: str) -> Iterator[str]:
    """Serve a database on a free port of the loopback interface; yield its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with open(log, "w") as output:
        process = subprocess.Popen(
            command(host, database, "127.0.0.1", port, *more),
            env=host.env(),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            wait(address, process, log)
            yield address
        finally:
            stop(process)


def stop(process: subprocess.Popen) -> None:
    """End a server of ours: politely, then for good."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
