"""Telling a person what is being done, and stopping with a sentence instead of a traceback."""

import contextlib
import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


class Stop(Exception):
    """Something is missing or wrong; the message says what, and what to do next."""


def line(text: str) -> None:
    """Print one line at once, even into a file or a pipe."""
    print(text, flush=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Show that a long part is going on, with the seconds it has taken so far.

    On a terminal the seconds count up in place; elsewhere a line appears every 20 seconds.
    """
    begun = time.monotonic()
    done = threading.Event()
    terminal = sys.stdout.isatty()

    def beat() -> None:
        while not done.wait(1 if terminal else 20):
            seconds = int(time.monotonic() - begun)
            if terminal:
                print(f"\r  … {title} ({seconds} s)", end="", flush=True)
            else:
                line(f"  … {title} ({seconds} s)")

    line(f"  … {title}") if not terminal else print(f"  … {title}", end="", flush=True)
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        done.set()
        thread.join()
        if terminal:
            print(flush=True)
        raise
    done.set()
    thread.join()
    seconds = time.monotonic() - begun
    line(f"{chr(13) if terminal else ''}  ✓ {title} ({seconds:.1f} s)")


def run(
    command: Sequence[str | Path],
    *,
    failure: str,
    log: Path | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    text_in: str | None = None,
) -> str:
    """Run a program to its end and return what it printed.

    :param failure: the sentence for the person when the program fails; its last lines are added
    :param log: a file that receives the output as well
    :raises Stop: the program is not there, or ended with an error
    """
    try:
        result = subprocess.run(
            [str(part) for part in command],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
            cwd=cwd,
            input=text_in,
            stdin=subprocess.DEVNULL if text_in is None else None,
        )
    except FileNotFoundError as error:
        raise Stop(f"{failure} The program {command[0]} is not installed.") from error
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(result.stdout)
    if result.returncode:
        tail = "\n".join("    " + part for part in result.stdout.strip().splitlines()[-8:])
        where = f"\n  The whole output is in {log}." if log else ""
        raise Stop(f"{failure}\n  It ended with code {result.returncode}:\n{tail}{where}")
    return result.stdout


def main(function: Callable[[], int | None]) -> None:
    """Run a command's entry point; end with a sentence, never with a traceback."""
    try:
        code = function() or 0
    except Stop as stop:
        line(f"\n✗ {stop}")
        code = 2
    except KeyboardInterrupt:
        line("\nStopped.")
        code = 130
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            line("\n✗ The disk is full. Free about 3 GB and call the command again; it goes on where it was.")
        elif os.environ.get("COLLECTIONS_DEBUG"):
            raise
        else:
            line(f"\n✗ {error.strerror or error}: {error.filename or ''} (COLLECTIONS_DEBUG=1 shows where).")
        code = 2
    sys.exit(code)
