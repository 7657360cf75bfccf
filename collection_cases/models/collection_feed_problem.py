from odoo import api, fields, models


class CollectionFeedProblem(models.Model):
    """A row of a file that was not taken, or a part of it that deserves a look: where, what, and what to do."""

    _name = "collection.feed.problem"
    _description = "Problem in a foreign ledger's file"
    _order = "line, id"
    _log_access = False

    run_id = fields.Many2one("collection.feed.run", required=True, readonly=True, index=True, ondelete="cascade")
    kind = fields.Selection([("bad", "Not taken"), ("ignored", "Ignored")], required=True, readonly=True)
    line = fields.Integer(readonly=True)
    column = fields.Char(readonly=True)
    value = fields.Char(readonly=True)
    message = fields.Char("What to do", readonly=True)

    @api.model
    def _sentences(self):
        """Return {code of the engine: sentence}; a sentence says what is wrong and what to do."""
        return {
            # rows
            "no_customer": self.env._("There is no customer number. Add it, or map the column that has it."),
            "no_document": self.env._(
                "There is no document number. Add it, or map a column with a unique number of the item."
            ),
            "no_key": self.env._("The unique number of the item is empty. Fill it in."),
            "no_due_date": self.env._("There is no due date, so nobody knows whether it is overdue. Fill it in."),
            "no_date": self.env._(
                "This is no date, or a day that does not exist. Correct it, or choose how dates are written."
            ),
            "no_amount": self.env._("There is no amount. Write 0 if nothing is open."),
            "no_number": self.env._("This is no amount. Correct it, or choose how decimals are written."),
            "too_precise": self.env._(
                "This has more decimal places than the currency. Choose how decimals are written."
            ),
            "negative_amount": self.env._(
                "The amount is negative but something is open. A credit note has both negative."
            ),
            "residual_above_amount": self.env._("More is open than the document's amount. Correct one of the two."),
            "currency_unknown": self.env._("Odoo knows no currency with this code. Correct it."),
            "currency_inactive": self.env._(
                "This currency is not active. Activate it in accounting and read the file again."
            ),
            "currency_no_rate": self.env._(
                "This currency has no rate yet. Enter one in accounting and read the file again."
            ),
            "currency_changed": self.env._(
                "This item is known in another currency. Give the new one another unique number."
            ),
            "too_long": self.env._("This is too long for a number. Map another column."),
            "wrong_encoding": self.env._(
                "There are letters that this encoding does not have. Choose another encoding."
            ),
            "broken_quotes": self.env._("A quotation mark is opened and not closed. Correct the line in the file."),
            "shifted": self.env._("The line has more columns than the header. Look for a delimiter inside a text."),
            "no_object": self.env._("This is no object with names and values. Send one object for each open item."),
            "contradiction": self.env._(
                "Another row has the same number and says something else. Keep one, or map a unique number."
            ),
            # rows that are no entries
            "repeated": self.env._("The same row is there before; it counts once."),
            "payable": self.env._("A payable: only what customers owe is read."),
            "total": self.env._("A total, not an item."),
            "header": self.env._("The names of the columns again."),
            "blank": self.env._("An empty row."),
            # whole files
            "empty": self.env._("The file is empty. Export it again."),
            "nothing_good": self.env._("No row of the file could be taken. What to do is listed under Problems."),
            "old_excel": self.env._("This is an Excel file of the old kind. Save it as XLSX and read that."),
            "pdf": self.env._("This is a PDF. Export the open items as CSV or XLSX."),
            "damaged_xlsx": self.env._(
                "The Excel file is damaged or protected. Open it, save it anew without a password and try again."
            ),
            "damaged_json": self.env._("The JSON breaks off or is damaged at object %(number)s. Export it again."),
            "unpacks_too_large": self.env._("The Excel file would unpack to %(megabytes)s MB. Export it as CSV."),
            "no_sheet": self.env._("There is no sheet “%(sheet)s” in the file. It has: %(sheets)s."),
            "unknown_encoding": self.env._("The file is not written in the encoding %(encoding)s. Choose another one."),
            "line_too_long": self.env._(
                "Line %(line)s is longer than any ledger's. Is this the right file, and the right delimiter?"
            ),
            "no_header_row": self.env._(
                "The file has no line %(row)s with names of columns. Correct the line, or leave 0."
            ),
            "no_column": self.env._(
                "The file has no column “%(column)s”. Correct the mapping; the file has: %(headers)s."
            ),
            "no_target": self.env._("No column was recognised as: %(targets)s. Say which it is with “Read a file”."),
            # what was assumed
            "encoding_guessed": self.env._("Encoding %(encoding)s: found by trying. Look at the names."),
            "decimal_assumed": self.env._("Decimals like %(decimal)s: assumed, the file has no amount that tells."),
            "decimal_mixed": self.env._(
                "Decimals like %(decimal)s: most amounts are written so, but not all. Others are refused."
            ),
            "date_assumed": self.env._("Dates like %(date)s: assumed, no day in the file is above 12."),
            "date_mixed": self.env._(
                "Dates like %(date)s: most are written so, but not all. Others are refused or misread."
            ),
            "rounded": self.env._("%(rounded)s open amounts were rounded to the decimal places of their currency."),
            "sheet_chosen": self.env._("Sheet “%(sheet)s”: its names say most."),
        }

    @api.model
    def _sentence(self, code, values=None):
        """Return the sentence for a code of the engine."""
        sentence = self._sentences().get(code, code)
        return sentence % values if values else sentence
