"""A mail server on loopback that keeps what arrives, and fails on command."""

import asyncio
import contextlib
import re
import threading
from collections import Counter
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

SHARE = 0.3
"""Share of the messages that meet the fault."""


class Sink:
    """What arrived, and how the server behaves.

    :param mode: ok · r451 and r550 (refuses the address) · drop (hangs up when the message begins) ·
        dropafter (hangs up after it has the message, without an answer) · slow
    """

    def __init__(self):
        self.mode = "ok"
        self.ids, self.tried = [], Counter()
        self.delay = 0.0
        self._lock = threading.Lock()

    def meets_fault(self, address: str) -> bool:
        """Tell whether an address is among those that meet the fault: always the same ones."""
        number = int(re.sub(r"\D", "", address) or 0)
        return number % 10 < SHARE * 10

    async def handle_RCPT(self, server, session, envelope, address, options):
        with self._lock:
            self.tried[address] += 1
        if self.mode in ("r451", "r550") and self.meets_fault(address):
            return "451 4.3.0 try again later" if self.mode == "r451" else "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.delay:
            await asyncio.sleep(self.delay)
        message = message_from_bytes(envelope.content, policy=policy.default)
        with self._lock:
            self.ids.append(message["Message-Id"])
        if self.mode == "dropafter" and self.meets_fault(envelope.rcpt_tos[0]):
            server.transport.abort()
        return "250 OK"

    def duplicates(self) -> list[str]:
        """Return the messages that arrived more than once."""
        return [id_ for id_, count in Counter(self.ids).items() if count > 1]


class Server(SMTP):
    """Hangs up at the command DATA where that is the fault."""

    async def smtp_DATA(self, arg):
        sink = self.event_handler
        if sink.mode == "drop" and sink.meets_fault((self.envelope.rcpt_tos or ["0"])[0]):
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
