"""A mail server on loopback that keeps what arrives, and fails on command."""

import asyncio
import contextlib
import re
import threading
from collections import Counter
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

FAULTS = {1: "r451", 2: "r550", 3: "drop", 4: "dropafter"}
"""By the last digit of the address: refused for now, refused for good, hangs up when the message begins,
hangs up after it has the whole message without an answer. The other addresses are served."""


class Sink:
    """What arrived, and how the server behaves.

    While `is_broken`, what happens depends on the address: FAULTS by its last digit.
    """

    def __init__(self):
        self.is_broken = False
        self.ids, self.tried = [], Counter()
        self.delay = 0.0
        self._lock = threading.Lock()

    def fault(self, address: str) -> str:
        """Return the fault that an address meets, empty for none: always the same one."""
        number = int(re.sub(r"\D", "", address) or 0)
        return FAULTS.get(number % 10, "") if self.is_broken else ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        with self._lock:
            self.tried[address] += 1
        if self.fault(address) in ("r451", "r550"):
            return "451 4.3.0 try again later" if self.fault(address) == "r451" else "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.delay:
            await asyncio.sleep(self.delay)
        message = message_from_bytes(envelope.content, policy=policy.default)
        with self._lock:
            self.ids.append(message["Message-Id"])
        if self.fault(envelope.rcpt_tos[0]) == "dropafter":
            server.transport.abort()
        return "250 OK"

    def duplicates(self) -> list[str]:
        """Return the messages that arrived more than once."""
        return [id_ for id_, count in Counter(self.ids).items() if count > 1]


class Server(SMTP):
    """Hangs up at the command DATA where that is the fault."""

    async def smtp_DATA(self, arg):
        sink = self.event_handler
        if sink.fault((self.envelope.rcpt_tos or ["0"])[0]) == "drop":
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Listening(Controller):
    def factory(self):
        return Server(self.handler, data_size_limit=10_000_000)


@contextlib.contextmanager
def listen(sink: Sink, port: int):
    """Serve a sink on a port of loopback."""
    controller = Listening(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
