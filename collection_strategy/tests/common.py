"""The test kit of the policy: a live company, and a mail server that only listens."""

import contextlib
from dataclasses import dataclass
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields

from odoo.addons.collection_cases.tests.common import TODAY, CollectionCommon
from odoo.addons.collection_strategy.engine.delivery import SENT


@dataclass
class Mail:
    """An e-mail as the mail server got it."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    attachments: list


@freeze_time(TODAY)
class StrategyCommon(CollectionCommon):
    """A live company whose customers can be written to; strategies to build, days to pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_is_live = True
        cls.company.email = "acme@example.com"
        cls.company.collection_bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": "GR1601101250000000012300695", "partner_id": cls.company.partner_id.id}
        )
        cls.customer.write(
            {"email": "alpha@example.com", "phone": "+30 2310 123456", "street": "1 Road", "city": "Rome"}
        )
        cls.other_customer.write({"email": "beta@example.com", "street": "2 Road", "city": "Rome"})
        cls.email = cls.env.ref("collection_cases.channel_email")
        cls.sms = cls.env.ref("collection_cases.channel_sms")
        cls.letter = cls.env.ref("collection_cases.channel_letter")
        cls.call = cls.env.ref("collection_cases.channel_call")
        cls.sandbox = cls.env.ref("collection_strategy.channel_sandbox")
        cls.wording = cls._wording("Dear {{ debtor.name }}, {{ amount }} is due.")
        cls.env["collection.segment"].search([]).active = False
        # Ladders are tested on every day of the week; fair contact has tests of its own.
        cls.env["collection.contact.rule"].search([]).active = False
        cls.runs, cls.deliver = cls.env["collection.run"], cls.env["collection.deliver"]

    @classmethod
    def _wording(cls, said, lang="en_US", **vals):
        text = {"lang": lang, "subject": "Due: {{ amount }}", "body": f"<p>{said}</p>", "sms": "{{ amount }}", **vals}
        return cls.env["collection.template"].create({"name": "Wording", "text_ids": [Command.create(text)]})

    @classmethod
    def _strategy(cls, *steps, publish=True, **vals):
        """Return a strategy, live unless said otherwise.

        :param steps: (delay, channel or list of channels, more values of the step)
        """
        strategy = cls.env["collection.strategy"].create({"name": "Ladder", **vals})
        for number, (delay, channels, *more) in enumerate(steps):
            cls._step(strategy, number, delay, channels, **(more[0] if more else {}))
        if publish:
            strategy.action_publish()
        return strategy

    @classmethod
    def _step(cls, strategy, number, days, channels, **vals):
        tasks = []
        for order, channel in enumerate(channels if isinstance(channels, list) else [channels]):
            task = dict(channel) if isinstance(channel, dict) else {"channel_id": channel.id}
            record = cls.env["collection.channel"].browse(task["channel_id"])
            if record.needs_template:
                task.setdefault("template_id", cls.wording.id)
            tasks.append(Command.create({"sequence": order, **task}))
        return cls.env["collection.strategy.step"].create(
            {
                "strategy_id": strategy.id,
                "name": f"Step {number + 1}",
                "sequence": number,
                "delay": days,
                "tone": str(min(number, 4)),
                "on_working_days": False,
                "task_ids": tasks,
                **vals,
            }
        )

    @classmethod
    def _segment(cls, strategy, **vals):
        return cls.env["collection.segment"].create({"name": "All", "strategy_id": strategy.id, **vals})

    @contextlib.contextmanager
    def mails(self, verdict=(SENT, "", False)):
        """Collect the e-mails that go out; the server answers with `verdict`."""
        found = []

        def transmit(_channel, mail):
            html = mail.get_body(("html",))
            text = mail.get_body(("plain",))
            found.append(
                Mail(
                    mail["To"],
                    mail["Subject"],
                    text.get_content() if text else "",
                    html.get_content() if html else "",
                    mail["Message-Id"],
                    [part.get_filename() for part in mail.iter_attachments()],
                )
            )
            return verdict(mail) if callable(verdict) else verdict

        with patch.object(type(self.env["collection.channel.email"]), "_transmit", transmit):
            yield found

    def _day(self, day, *, work=True):
        """Live through a day: the run, then delivery; returns the e-mails that went out."""
        with freeze_time(day), self.mails() as found:
            if work:
                self.runs.start()
                self.deliver.run()
        return found

    def _live(self, first, last):
        """Live from one day to another, both included; returns {day: [mail, …]} of the days with mail."""
        day, last = fields.Date.to_date(first), fields.Date.to_date(last)
        found = {}
        while day <= last:
            if mails := self._day(day):
                found[fields.Date.to_string(day)] = mails
            day = fields.Date.add(day, days=1)
        return found

    def _actions(self, partner=None):
        return self.env["collection.action"].search(
            [("partner_id", "=", (partner or self.customer).id), ("is_outbox", "=", True)], order="id"
        )
