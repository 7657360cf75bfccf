import contextlib

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionInstrument(models.Model):
    """The road of a cheque or bill: deposited, cleared, bounced, given back. Buttons move it, nothing else."""

    _inherit = "collection.instrument"

    def action_deposit(self):
        """Say that it was handed to the bank."""
        for instrument in self:
            instrument._check_step(("received",), self.env._("Only what lies in the drawer can be deposited."))
            instrument._step("deposited", self.env._("deposited"))
        return True

    def action_clear(self):
        """Say that the bank paid it; books the payment when the company has a journal for it and the user may."""
        for instrument in self:
            instrument._check_step(
                ("received", "deposited"), self.env._("It cannot be cleared: it was cleared, bounced or given back.")
            )
            payment = instrument._book()
            if payment:
                text = self.env._("cleared, booked as %s", payment.name)
            else:
                text = self.env._("cleared; its items stay open until accounting books it")
            instrument._step("cleared", text, payment_id=payment.id)
        return True

    def _book(self):
        """Book the money, when the company wants it booked and the user may; empty otherwise.

        :returns: `account.payment`
        """
        self.ensure_one()
        # sudo: which journal the company has set is no secret
        journal = self.company_id.sudo().collection_cheque_journal_id
        if not journal or self.payment_id or not self.env["account.payment"].has_access("create"):
            return self.payment_id
        return self.case_id._receive_money(
            self.item_ids, self.amount, self.currency_id, journal, self.case_id._today(), self.display_name
        )

    def action_return(self):
        """Say that it was given back to the debtor: its items are collected as before."""
        for instrument in self:
            instrument._check_step(("received",), self.env._("Only what lies in the drawer can be given back."))
            instrument._step("returned", self.env._("given back to the debtor"))
        return True

    def action_bounce(self):
        """Open the dialog that says that the bank did not pay it."""
        self.ensure_one()
        self._check_bounce()
        wizard = self.env["collection.instrument.bounce"].create({"instrument_id": self.id})
        return {
            "name": self.env._("Bounced: %s", self.display_name),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_bounce(self):
        self._check_step(
            ("deposited", "cleared"), self.env._("Only what was deposited or cleared can bounce. Deposit it first.")
        )

    def _bounce(self, reason, cost=0):
        """Take the money back and raise the case.

        :param reason: what the bank says
        :param cost: the bank's fee, for the record
        :returns: a sentence on what follows
        :raises UserError: the payment cannot be taken back, or the user may not
        """
        self.ensure_one()
        self._check_bounce()
        if cost < 0:
            raise UserError(self.env._("The bank's fee is zero or more."))
        booked = bool(self.payment_id)
        self._take_payment_back()
        text = self.env._("bounced: %s", reason)
        self._step("bounced", text, bounce_reason=reason, bounce_cost=cost)
        return self._raise_case(booked)

    def _take_payment_back(self):
        """Cancel the payment, so that its matching is undone and the ledger opens the items again."""
        payment = self.payment_id
        # sudo: a collector who may not read payments still must hear why the cheque cannot bounce here
        if not payment or payment.sudo().state in ("canceled", "rejected"):
            return
        if not self.env["account.payment"].has_access("write"):
            raise UserError(
                self.env._(
                    "It is booked as %s: taking that back needs accounting rights. Ask accounting to set the cheque"
                    " to bounced.",
                    payment.sudo().name,
                )
            )
        self.case_id._undo_payment(payment)

    def _raise_case(self, booked):
        """Bring the bounced cheque to somebody's attention on the case, or on the one that is open now.

        :param booked: there was a payment, so the ledger opened the items again
        :returns: a sentence on what follows
        """
        self.ensure_one()
        case = self.case_id.sudo()  # sudo: the right to the instrument was checked; what follows is the product's
        if booked:
            case.action_refresh()
            case.invalidate_recordset()
        if case.state == "completed":
            case = self._open_case_now() or case
        if case.state == "completed":
            text = self.env._(
                "%s stays completed: no payment was booked for this cheque, so nothing could be opened again."
                " Ask accounting what settled its items.",
                case.name,
            )
            self._tell(text)
            return text
        kind = self.env.ref("collection_cases.mail_activity_type_bounced", raise_if_not_found=False)
        told = case._in_language_of()
        if kind:
            told._plan(kind, case._today(), summary=self._bounced_text(told.env))
        if case != self.case_id:
            told._message_log(body=self._bounced_text(told.env))
        if case._escalation_head():
            with contextlib.suppress(UserError):  # with the head already
                case._escalate(self._bounced_text)
        case._items_changed()
        return self.env._("%s is raised: its debt manager has an activity.", case.name)

    def _bounced_text(self, env):
        """Return what happened, in the language of an environment."""
        return env._("%(what)s bounced: %(why)s", what=self.with_env(env).display_name, why=self.bounce_reason)

    def _open_case_now(self):
        # sudo: the case may be a colleague's; only an activity and a note are written
        return (
            self.env["collection.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("branch_id", "=", self.case_id.branch_id.id),
                    ("state", "!=", "completed"),
                ],
                limit=1,
            )
        )

    def _check_step(self, allowed, otherwise):
        """Refuse a step the user may not take, or that does not follow.

        :param allowed: states it may come from
        :param otherwise: the sentence for any other state
        """
        self.check_access("write")
        for instrument in self:
            if instrument.state not in allowed:
                raise UserError(self.env._("%(what)s: %(why)s", what=instrument.display_name, why=otherwise))

    def _step(self, state, text, **vals):
        """Move to a state; the only place that does.

        :param text: for the note on the case
        :param vals: what else is known now
        """
        self.ensure_one()
        # sudo: callers have checked the right; a person takes the step, but does not set the fields at will
        self.sudo().write({"state": state, f"{state}_date": self.case_id._today(), **vals})
        self._tell(text)

    def _block_detail(self):
        """Return what the sentence on a blocked item says about it."""
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        text = f"{self.display_name}, {state.lower()}"
        if self.state == "cleared":
            text = self.env._("%s, not booked yet", text)
        elif self.due_date:
            text = self.env._("%(text)s, payable on %(date)s", text=text, date=format_date(self.env, self.due_date))
        return text
