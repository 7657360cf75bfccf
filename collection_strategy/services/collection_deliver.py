import logging
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models, modules
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.collection_cases.services.collection_refresh_night import CONFLICTS

from ..engine.delivery import FAILED, LATER, SENT, UNCERTAIN, Delivery
from ..engine.wording import WordingError
from ..queries import outbox

_logger = logging.getLogger(__name__)

LOCAL = ("letter", "activity", "alert", "escalate", "credit_stop", "sandbox")
"""Handlers that only write to the database: what they do is undone by a rollback and can be done again."""

STALE_DAYS = 10
"""Days after which what is still planned is decided again instead of sent, for example when delivery was off."""

MARK = 200
"""Deliveries after which the memory is emptied."""


EMPTY = Markup()


@dataclass
class Message:
    """What is about to go out.

    :param addressee: `res.partner`
    :param why_addressee: a sentence
    :param rows: list of (`collection.item`, amount asked for)
    :param values: what the wording was filled in with
    """

    addressee: Any
    why_addressee: str
    lang: str
    rows: list
    values: dict
    subject: str = ""
    body: Markup = EMPTY
    html: Markup = EMPTY
    sms: str = ""
    letter: Markup = EMPTY
    attach_documents: bool = False
    charges: list = field(default_factory=list)


class Refused(Exception):
    """The gate says no.

    :param reason: a sentence
    :param until: naive UTC datetime to ask again at; None when it is over for now
    :param bad_address: nobody can be reached this way
    """

    def __init__(self, reason, *, until=None, bad_address=False, final=False):
        super().__init__(reason)
        self.reason, self.until, self.bad_address, self.final = reason, until, bad_address, final


class CollectionDeliver(models.AbstractModel):
    """The third verb: bring planned actions out, each once.

    Claim and commit; ask the gate; render; send; write what became of it; commit. A crash leaves at most
    the one action that was on its way, as *uncertain*: nobody can know whether it left, so a person
    decides, and it is never sent again by itself (rule I7).
    """

    _name = "collection.deliver"
    _description = "Delivery of planned actions"

    # === ENTRY POINTS === #

    @api.model
    def run(self, limit=None):
        """Deliver what is planned for the companies chosen in the company switcher.

        :param limit: at most so many, all without
        :returns: dict of counts: sent, later, failed, uncertain, skipped
        :raises AccessError: the caller is no collection manager
        """
        self.env["collection.refresh"]._check_manager()
        companies = self.env.companies.ids
        if modules.module.current_test:
            return self.sudo()._deliver(companies, limit)  # sudo: right checked above
        # A request is repeated when it meets a conflict, and a message must not be: the work has its own cursor.
        with self.env.registry.cursor() as cr:
            # sudo: right checked above
            return self.with_env(self.env(cr=cr)).sudo()._deliver(companies, limit)

    @api.model
    def _soon(self):
        """Have the scheduler deliver within a minute, when this transaction has committed."""
        # sudo: whoever planned something may have it carried out
        self.env.ref("collection_strategy.ir_cron_deliver").sudo()._trigger()

    @api.model
    def _cron_deliver(self):
        """Deliver for all companies, as long as the scheduler gives time."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([]).ids  # pylint: disable=no-search-all
        self._deliver(companies, None, keep_going=lambda: cron._commit_progress(1, remaining=1))
        cron._commit_progress(1)

    # === THE WORK === #

    def _deliver(self, company_ids, limit, keep_going=None):
        """Deliver planned actions one by one.

        :param keep_going: called after each; stops when it returns nothing
        :returns: dict of counts
        """
        counts = dict.fromkeys((SENT, LATER, FAILED, UNCERTAIN, "skipped"), 0)
        live = self.env["res.company"].browse(company_ids).filtered("collection_is_live")
        claimant = self.env.execute_query(outbox.claimant())[0][0]
        self._find_orphans()
        work = self.with_context(collection_smtp={})  # open connections to mail servers, by sender
        done = 0
        while live and (limit is None or done < limit):
            action = work._claim(claimant, live.ids)
            if not action:
                break
            counts[work._deliver_one(action)] += 1
            done += 1
            if done % MARK == 0:
                self.env.invalidate_all()
            if keep_going and not keep_going():
                break
        return counts

    def _claim(self, claimant, company_ids):
        """Claim the next planned action and commit: from here on it is claimed, whatever happens.

        :returns: `collection.action`, empty when there is none
        """
        self.env.flush_all()
        self._commit()
        if not modules.module.current_test:
            # Odoo's REPEATABLE READ would make a conflict of every row that another worker took meanwhile.
            self.env.cr.execute(SQL("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"))
        claimed = self.env.execute_query(outbox.claim(1, fields.Datetime.now(), claimant, company_ids))
        action = self.env["collection.action"].browse(row[0] for row in claimed)
        action.invalidate_recordset()
        if action and not action.message_uid:
            action.message_uid = generate_tracking_message_id(f"{action.case_id.id}-collection.case")
            self.env.flush_all()
        self._commit()
        return action

    def _commit(self):
        # Odoo's tests roll everything back; the fault tests run in processes of their own.
        if not modules.module.current_test:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _find_orphans(self):
        """Mark what a session that is gone was sending as uncertain, and tell the managers."""
        self.env["collection.action"].flush_model()
        ids = [row[0] for row in self.env.execute_query(outbox.orphans())]
        if ids:
            actions = self.env["collection.action"].browse(ids)
            actions.invalidate_recordset()
            actions.write(
                {"reason": self.env._("The process was ended while it was being sent: nobody knows whether it left.")}
            )
            _logger.warning("%s notices are uncertain: their process was ended while it sent them.", len(ids))
            self.env.flush_all()
            self._commit()

    def _deliver_one(self, action):
        """Deliver one claimed action and write what became of it.

        :returns: `sent`, `later`, `failed`, `uncertain` or `skipped`
        """
        if action.channel_id.handler in LOCAL:
            result = self._repeatable(self._attempt_and_write, action)
        else:
            # What has left must not leave again: only the writing down is repeated after a conflict.
            attempt = self._attempt(action)
            result = self._repeatable(self._write_result, action, *attempt)
        self._commit()
        return result

    def _repeatable(self, work, *arguments):
        if modules.module.current_test:
            return work(*arguments)
        return self.env["collection.refresh"]._with_retries(work, *arguments)

    def _attempt_and_write(self, action):
        return self._write_result(action, *self._attempt(action))

    def _attempt(self, action):
        """Ask the gate, fill in and send.

        :returns: (message, delivery, refused); one of the last two is None
        """
        message, is_sending = None, False
        try:
            with self.env.cr.savepoint():
                message = self._message(action)
                is_sending = action.channel_id.handler not in LOCAL
                return message, action.channel_id._handler()._send(action, message), None
        except Refused as refused:
            return None, None, refused
        except WordingError as error:
            reason = self.env._("The wording cannot be filled in: %s", error.detail or error.code)
            return None, Delivery(FAILED, reason), None
        except CONFLICTS:
            if is_sending:
                return message, Delivery(UNCERTAIN, self.env._("The database broke off while it was being sent.")), None
            raise  # nothing has left: the whole is done again
        except Exception as error:  # one customer's failure is that customer's, never the batch's
            _logger.exception("Delivery of action %s failed.", action.id)
            self._recover()
            # Before the channel was asked nothing can have left; afterwards nobody knows.
            verdict = UNCERTAIN if is_sending else LATER
            return message, Delivery(verdict, self.env._("Unexpected: %s", str(error)[:200])), None

    def _recover(self):
        """Leave a transaction that can be worked in after an unexpected error."""
        if not modules.module.current_test:
            self.env.cr.rollback()
        self.env.invalidate_all()

    def _write_result(self, action, message, delivery, refused):
        """Write what became of an action."""
        if refused:
            return self._write_refusal(action, refused)
        now = fields.Datetime.now()
        if message is not None and delivery.verdict in (SENT, UNCERTAIN):
            self._freeze(action, message, delivery)
        if delivery.verdict == SENT:
            action._done(delivery.action_vals)
            self._after_sent(action, message, delivery)
        elif delivery.verdict == LATER:
            if not action._later(delivery.reason, now):
                self._next_channel(action)
        elif delivery.verdict == UNCERTAIN:
            action.write({"state": "uncertain", "reason": delivery.reason, "claim": False, "date": now})
        else:
            action._fail(delivery.reason)
            self._next_channel(action, bad_address=delivery.bad_address)
        self.env.flush_all()
        return delivery.verdict

    def _write_refusal(self, action, refused):
        if refused.until:
            action._postpone(refused.until, refused.reason)
        elif refused.bad_address:
            action._fail(refused.reason)
            self._next_channel(action, bad_address=True)
        else:
            action._skip(refused.reason, final=refused.final)
        self.env.flush_all()
        return "skipped"

    # === THE GATE === #

    def _message(self, action):
        """Ask the gate, and return what is to go out, filled in.

        :raises Refused: something is in the way now
        :raises WordingError: the wording cannot be filled in
        """
        case, notice = action.case_id, action.notice_ids[:1]
        company = case.company_id
        day = self.env["collection.refresh"]._today(company)
        rows = self._gate(action, case, day)
        channel = action.channel_id
        answer = case._resolve_addressee(channel)
        partner = answer["partner"]
        if channel.is_message and not partner:
            raise Refused(answer["text"], bad_address=True)
        partner = partner or case.partner_id
        # sudo: what is written to the debtor may name what the debtor may know
        lang = partner.sudo().lang or case.partner_id.sudo().lang or company.partner_id.lang or "en_US"
        wordings = self.env["collection.wording"]
        text = notice.template_id._text_for(lang) if notice.template_id else self.env["collection.template.text"]
        lang = wordings._language(text.lang, lang)
        values = wordings._values(case, rows, partner, lang, day=day, notice=notice)
        message = Message(partner, answer["text"], lang, rows, values)
        message.charges = values["charges"]
        if text:
            parts = wordings.with_context(lang=lang)._parts(text, values)
            message.subject, message.body = parts["subject"], parts["body"]
            message.sms, message.letter = parts["sms"], parts["letter"]
            message.html = wordings.with_context(lang=lang)._layout(case, message)
            message.attach_documents = notice.template_id.attach_documents
        elif channel.is_message:
            raise WordingError("unknown", self.env._("%s says nothing in any language", notice.template_id.name or ""))
        return message

    def _gate(self, action, case, day):
        """Ask everything again that was asked when it was decided, now that it is to leave (rule I6, G1).

        :returns: what may be asked for: list of (`collection.item`, amount)
        :raises Refused: something is in the way
        """
        case.invalidate_recordset()
        case.item_ids.invalidate_recordset()
        rows = []
        if action.step_id:
            if case.state == "completed":
                raise Refused(self.env._("The case is completed"))
            if case.cycle != action.cycle:
                raise Refused(self.env._("What was overdue then is not any more"))
            if action.due_date and (day - action.due_date).days > STALE_DAYS and action.approval != "given":
                raise Refused(self.env._("Planned too long ago: the next run decides again"))
            if case.arm == "holdout":
                raise Refused(self.env._("Held out for comparison"))
            rows, block = case._asked_rows(day)
            if not rows:
                raise Refused(case._block_sentence(block))
        channel = action.channel_id
        # sudo: what the customer does not want
        if channel.is_message and channel in case.partner_id.sudo().collection_optout_channel_ids:
            raise Refused(self.env._("Does not want to be written to this way"), final=True)
        self._ask_fair_contact(action, case)
        return rows

    def _ask_fair_contact(self, action, case):
        """Hook: rules of fair contact refuse what they forbid at this moment; raises `Refused`."""

    # === AFTERWARDS === #

    def _freeze(self, action, message, delivery):
        """Keep what went out, word for word, with its items and amounts."""
        notice = action.notice_ids[:1]
        if not notice:
            return
        vals = dict(delivery.notice_vals)
        attachment = vals.pop("attachment", None)
        if attachment:
            vals["attachment_id"] = (
                self.env["ir.attachment"]
                .create({**attachment, "res_model": "collection.notice", "res_id": notice.id})
                .id
            )
        notice.line_ids.unlink()
        lines = [
            {
                "notice_id": notice.id,
                "item_id": item.id,
                "name": item.name,
                "due_date": item.due_date,
                "currency_id": item.currency_id.id,
                "amount": amount,
                "amount_company": item.residual_company * amount / item.residual if item.residual else 0,
            }
            for item, amount in message.rows
        ]
        self.env["collection.notice.line"].create(lines)
        notice.write(
            {
                "addressee_id": message.addressee.id,
                "why_addressee": message.why_addressee,
                "lang": message.lang,
                "amount": action.case_id.currency_id.round(sum(line["amount_company"] for line in lines))
                or notice.amount,
                **vals,
            }
        )

    def _after_sent(self, action, message, delivery):
        """Note it on the case; a reply to an e-mail finds its way back by its Message-Id."""
        case = action.case_id
        if not action.channel_id.is_message:
            return
        text = self.env._(
            "%(channel)s to %(who)s: %(what)s",
            channel=action.channel_id.name,
            who=message.addressee.display_name,
            what=action.step_id.name or message.subject,
        )
        note = self.env["mail.message"].create(
            {
                "model": case._name,
                "res_id": case.id,
                "message_type": "auto_comment",
                "subtype_id": self.env.ref("mail.mt_note").id,
                "subject": message.subject,
                "body": text,
                "author_id": self.env.ref("base.partner_root").id,
                "email_from": case.company_id.email_formatted or "",
                "reply_to": case.company_id.email_formatted or "",
                "message_id": action.message_uid,
            }
        )
        action.write({"message_id": note.id, "contact_id": message.addressee.id})
        if case.state == "not_started":
            case._update_state("in_progress", "notice")

    def _next_channel(self, action, bad_address=False):
        """After a channel has failed for good: plan the step's fallback, and have the address mended (R17)."""
        case, step = action.case_id, action.step_id
        day = self.env["collection.refresh"]._today(case.company_id)
        if bad_address and case.state != "completed":
            self._ask_to_mend(action, case, day)
        later = step.task_ids.filtered(
            lambda task: (
                task.condition == "unreachable"
                and (task.sequence, task.id) > (action.task_id.sequence, action.task_id.id)
            )
        )[:1]
        if not later or case.state == "completed" or case.cycle != action.cycle:
            return
        row = {
            "case_id": case.id,
            "step_id": step.id,
            "task_id": later.id,
            "channel_id": later.channel_id.id,
            "cycle": case.cycle,
            "state": "planned",
            "approval": None,
            "is_final": False,
            "reason": None,
        }
        self.env.flush_all()
        inserted = self.env.execute_query(outbox.insert_actions(action.run_id, [row], day, self.env.uid))
        if inserted:
            self.env.cr.execute(outbox.insert_notices([(inserted[0][0], case.amount_overdue)], self.env.uid))
            self.env["collection.action"].invalidate_model()
            self.env["collection.notice"].invalidate_model()

    def _ask_to_mend(self, action, case, day):
        """Give the debt manager the task to mend an address, once."""
        user = case.user_id or case.company_id.collection_user_id
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        if not user or not kind:
            return
        there = self.with_context(lang=user.lang)
        summary = there.env._("Mend the contact: %s does not work", action.channel_id.with_context(lang=user.lang).name)
        if summary not in case.activity_ids.mapped("summary"):
            case._plan(kind, day, summary=summary, user=user, note=action.reason)
