from odoo import fields, models
from odoo.exceptions import UserError

TRIES = 8
"""Corrections of a price until its net amount is the one wanted; each takes most of what is missing."""


class CollectionDispute(models.Model):
    """The credit notes of an accepted dispute."""

    _inherit = "collection.dispute"

    def action_accept_and_credit(self):
        """Accept, and make the credit notes for the contested parts, as drafts to look at."""
        self.ensure_one()
        self._check_open()
        moves = self._make_credit_notes()
        self._settle("accepted")
        return self._open_credit_notes(moves)

    def action_make_credit_notes(self):
        """Make the credit notes of an accepted dispute that has none yet."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "accepted" or self.credit_move_ids:
            raise UserError(self.env._("A credit note is made once, for an accepted dispute."))
        return self._open_credit_notes(self._make_credit_notes())

    def action_open_credit_notes(self):
        """Open the credit notes made for this dispute."""
        self.ensure_one()
        return self._open_credit_notes(self.credit_move_ids)

    def _open_credit_notes(self, moves):
        action = {"type": "ir.actions.act_window", "res_model": "account.move", "name": self.env._("Credit notes")}
        if len(moves) == 1:
            return {**action, "views": [(False, "form")], "res_id": moves.id}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", moves.ids)]}

    def _make_credit_notes(self):
        """Make a draft credit note per contested document, of the contested part, and link them.

        :returns: `account.move`
        :raises UserError: no right to make one, or an item without an invoice
        """
        if not self.env["account.move"].has_access("create"):
            raise UserError(
                self.env._("Making a credit note needs accounting rights: accept, and ask accounting for the note.")
            )
        moves = self.env["account.move"]
        for line in self.line_ids:
            moves |= line._make_credit_note(self.sudo().case_id._today())  # sudo: only the day
        self.sudo().credit_move_ids = [fields.Command.set(moves.ids)]  # sudo: a link that buttons set
        return moves


class CollectionDisputeLine(models.Model):
    """The credit note over one contested item, or a part of it."""

    _inherit = "collection.dispute.line"

    def _make_credit_note(self, day):
        """Make a draft credit note over the contested part of the item's invoice.

        :param day: the date of the credit note
        """
        self.ensure_one()
        item = self.sudo().item_id  # sudo: who may make credit notes may make one of a contested item
        invoice = item.move_line_id.move_id.sudo(False)
        if invoice.move_type != "out_invoice":
            raise UserError(
                self.env._(
                    "%s has no invoice that could be credited. Accept without a credit note, and settle it where"
                    " it is booked.",
                    item.name,
                )
            )
        note = invoice._reverse_moves([{"invoice_date": day, "date": day, "ref": self.dispute_id.name}])
        if self.currency_id.compare_amounts(self.amount, note.amount_total) < 0:
            self._credit_a_part(note)
        return note

    def _credit_a_part(self, note):
        """Take a credit note over a whole invoice down to the contested part, exact to the last digit.

        Every net amount and every tax is credited in proportion, as it stands on the invoice: computed anew, a
        fixed tax would stay whole. What rounding takes is added to the largest net amount.

        :param note: `account.move`, a draft that credits the whole invoice
        """
        note.invoice_cash_rounding_id = False
        products = note.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        taxes = note.line_ids.filtered("tax_repartition_line_id")
        share = self.amount / note.amount_total
        wanted = {line: self.currency_id.round(line.amount_currency * share) for line in products | taxes}
        largest = max(products, key=lambda line: abs(wanted[line]))
        wanted[largest] += self.amount - sum(wanted.values())
        for line in products:
            gross = line.price_unit * line.quantity * (1 - line.discount / 100)
            line.write({"quantity": 1, "discount": 0, "price_unit": gross * share})
        for _try in range(TRIES):  # more than one when prices include taxes
            for line in products:
                line.price_unit += self.currency_id.round(wanted[line] - line.amount_currency)
        note.write(
            {"line_ids": [fields.Command.update(line.id, {"amount_currency": wanted[line]}) for line in taxes.exists()]}
        )
