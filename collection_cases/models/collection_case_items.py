from odoo import models
from odoo.exceptions import LockError, UserError


class CollectionCase(models.Model):
    """What a person does with the items of a case: add, pay, look at."""

    _inherit = "collection.case"

    def _attach_lines(self, lines):
        """Attach open receivable entries that a person chose.

        :param lines: `account.move.line`
        :returns: the items
        :raises UserError: an entry is settled, not this customer's, or in an open case already
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "completed":
            raise UserError(self.env._("%s is completed. Open a new case for the customer.", self.name))
        lines = lines.sudo()  # sudo: what may be attached is checked line by line below
        # Nobody may match them between the check and our commit.
        try:
            lines.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody is attaching these documents to a case, or booking on them, at this moment."
                    " Reload the list of open items and try again."
                )
            ) from error
        lines.invalidate_recordset()
        taken = {item.move_line_id: item for item in self._items_of(lines) if item.state == "open"}
        problems = [problem for line in lines if (problem := self._why_not_attach(line, taken.get(line)))]
        if problems:
            raise UserError("\n".join(problems))
        before = self._items_of(lines).filtered(lambda item: item.case_id == self)
        before.sudo().write({"state": "open", "settled_date": False, "release_reason": False, "is_chosen": True})
        # sudo: each entry was checked above, and so was the right to write the case
        created = (
            self.env["collection.item"]
            .sudo()
            .create(
                [
                    {"case_id": self.id, "origin": "ledger", "move_line_id": line.id, "is_chosen": True}
                    for line in lines - before.move_line_id
                ]
            )
        )
        self._items_changed()
        return before.sudo(False) | created.sudo(False)

    def _attach_entries(self, entries):
        """Attach open entries of foreign ledgers that a person chose.

        :param entries: `collection.feed.entry`
        :returns: the items
        :raises UserError: an entry is settled, not this customer's, or in an open case already
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "completed":
            raise UserError(self.env._("%s is completed. Open a new case for the customer.", self.name))
        items = self.env["collection.item"].sudo()  # sudo: see _items_of; each entry is checked here
        known = items.search([("feed_entry_id", "in", entries.ids)])
        for entry in entries:
            holder = known.filtered(lambda item, entry=entry: item.feed_entry_id == entry and item.state == "open")
            if holder:
                raise UserError(
                    self.env._(
                        "%(document)s is in the open case %(case)s.", document=entry.name, case=holder.case_id.name
                    )
                )
            if entry.company_id != self.company_id or entry.partner_id.commercial_partner_id != self.partner_id:
                raise UserError(self.env._("%s belongs to another customer or company.", entry.name))
            if entry.currency_id.is_zero(entry.residual):
                raise UserError(self.env._("%s was settled in the meantime. Reload the list.", entry.name))
        before = known.filtered(lambda item: item.case_id == self)
        before.write({"state": "open", "settled_date": False, "release_reason": False, "is_chosen": True})
        created = items.create(
            [
                {"case_id": self.id, "origin": "feed", "feed_entry_id": entry.id, "is_chosen": True}
                for entry in entries - before.feed_entry_id
            ]
        )
        self._items_changed()
        return (before | created).sudo(False)

    def _items_of(self, lines):
        # sudo: an entry may be in a case the user cannot see; only that case's code is told
        return self.env["collection.item"].sudo().search([("move_line_id", "in", lines.ids)])

    def _why_not_attach(self, line, item):
        """Return why an entry cannot be attached, as a sentence; False when it can.

        :param item: the open item the entry has already, or None
        """
        if item:
            return self.env._(
                "%(document)s is in the open case %(case)s.", document=line.move_id.name, case=item.case_id.name
            )
        if line.company_id != self.company_id or line.partner_id.commercial_partner_id != self.partner_id:
            return self.env._("%s belongs to another customer or company.", line.move_id.name)
        if line.parent_state != "posted" or line.account_type != "asset_receivable":
            return self.env._("%s is not a posted receivable.", line.move_id.name or line.name or line.id)
        if line.reconciled or line.currency_id.is_zero(line.amount_residual_currency):
            return self.env._("%s was settled in the meantime. Reload the list.", line.move_id.name)
        if line.no_followup:
            return self.env._("%s is excluded from follow-up in accounting. Include it there first.", line.move_id.name)
        return False

    def action_add_open_items(self):
        """List the customer's open documents, to attach some."""
        self.ensure_one()
        wizard = self.env["collection.add.items"].create({"case_id": self.id})
        return {
            "name": self.env._("Add open items"),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_register_payment(self):
        """Open Odoo's payment wizard on exactly the open items of this case, credits taken off."""
        self.ensure_one()
        lines = self._payable_items().move_line_id
        if not lines:
            raise UserError(
                self.env._(
                    "There is nothing to pay in %s: it has no open document, or credits that only need to be"
                    " matched with its debts in accounting.",
                    self.name,
                )
            )
        # One payment for all items, and back to the case instead of to a list of payments.
        return lines.action_register_payment(
            {"default_group_payment": True, "dont_redirect_to_payments": True, "display_account_trust": True}
        )

    def _owed_items(self):
        """Return the open debts (credits left out), the oldest first."""
        owed = self.item_ids.filtered(lambda item: item.state == "open" and item.residual > 0)
        return owed.sorted(lambda item: (item.due_date, item.id))

    def _overdue_items(self, today=None):
        """Return the open debts that are overdue.

        :param today: today at the company by default
        """
        found = self.env["collection.item"]
        for case in self:
            day = today or case._today()
            found |= case._owed_items().filtered(lambda item, day=day: item.due_date < day)
        return found

    def _soon_due_items(self, today):
        """Return the open debts of the case that are due next, while nothing of it is overdue."""
        self.ensure_one()
        ahead = self._owed_items().filtered(lambda item: item.due_date >= today)
        return ahead.filtered(lambda item: item.due_date == ahead[0].due_date)

    def _payable_items(self):
        """Return the open debts, and the credits of a currency as far as there is more debt than credit in it."""
        items = self.item_ids.filtered(lambda item: item.state == "open" and item.move_line_id)
        payable = items.browse()
        for currency, own in items.grouped("currency_id").items():
            if currency.compare_amounts(sum(own.mapped("residual")), 0) > 0:
                payable |= own
        return payable

    def action_refresh(self):
        """Bring this case in line with the ledger now."""
        self.check_access("read")
        for company, cases in self.grouped("company_id").items():
            # sudo: the refresh writes only what follows from the ledger
            self.env["collection.refresh"].sudo()._refresh(
                company, self.env["collection.refresh"]._today(company), cases.partner_id.ids
            )
        return True

    def action_open_excluded(self):
        """List the documents that accounting has excluded from follow-up."""
        self.ensure_one()
        return {
            "name": self.env._("Excluded from follow-up"),
            "type": "ir.actions.act_window",
            "res_model": "account.move.line",
            "views": [(self.env.ref("collection_cases.collection_excluded_line_view_list").id, "list")],
            "domain": list(self._excluded_domain()),
        }

    def action_open_earlier(self):
        """List the customer's other cases."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_case_action")
        return {**action, "domain": self._earlier_domain(), "context": {}}

    def _get_resolution_url(self):
        """Return the address where the debtor sees and settles the debt.

        Called when something is written to the debtor. Odoo's own portal here; an addon with a page of
        its own overrides it. Returns an absolute URL.
        """
        self.ensure_one()
        return f"{self.get_base_url()}/my/invoices"
