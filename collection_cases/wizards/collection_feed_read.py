from dataclasses import replace
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import feed_mapping, feed_sniff
from ..engine.feed_parse import parse_text
from ..engine.feed_reader import FeedError, read, unpacked_once
from ..engine.feed_rows import Good, Ignored

SHOWN = 10
"""Rows that are shown before the file is read."""

SETTINGS = ("file_format", "encoding", "delimiter", "decimal_style", "date_style", "sheet", "header_row")


def _choices(name):
    return lambda self: self.env["collection.feed"]._fields[name].selection


class CollectionFeedRead(models.TransientModel):
    """Look at what was understood of a file, correct it, then have it read.

    What a person corrects is kept on the feed, so that the next file is understood at once; what was
    found out rightly is found out again each time.
    """

    _name = "collection.feed.read"
    _description = "Read a file of a foreign ledger"

    feed_id = fields.Many2one("collection.feed", "Foreign ledger", required=True, ondelete="cascade")
    step = fields.Selection([("choose", "Choose"), ("look", "Look")], default="choose", required=True, readonly=True)
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    mode = fields.Selection(
        [("snapshot", "All open items"), ("changes", "Changes only")], "The file contains", required=True
    )
    file_format = fields.Selection(_choices("file_format"), "Format")
    encoding = fields.Selection(_choices("encoding"))
    delimiter = fields.Selection(_choices("delimiter"))
    decimal_style = fields.Selection(_choices("decimal_style"), "Decimals")
    date_style = fields.Selection(_choices("date_style"), "Dates")
    sheet = fields.Char()
    header_row = fields.Integer("Line with the names")
    column_ids = fields.One2many("collection.feed.read.column", "wizard_id", "Columns")
    found = fields.Json(readonly=True, help="What was found out, to tell it from what a person corrected.")
    preview = fields.Html(readonly=True, sanitize=False)
    note = fields.Text("Assumed", readonly=True)
    problem = fields.Char(readonly=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        feed = self.env["collection.feed"].browse(values.get("feed_id"))
        return {**values, "mode": feed.mode or "snapshot"}

    # === BUTTONS === #

    def action_look(self):
        """Find out how the file is written, and show its first rows as they would be taken."""
        self.ensure_one()
        self.feed_id._check_manager()
        if not self.file:
            raise UserError(self.env._("Choose the file to read."))
        opener = self._opener()
        self.step = "look"
        try:
            given = self._given()
            with unpacked_once(opener) as file:
                findings = feed_sniff.sniff(file, given)
                rows = self._first_rows(file, findings)
        except FeedError as error:
            self.write({"problem": self._explain(error), "preview": False, "note": False})
            return self._again()
        self._show(findings, rows, given)
        return self._again()

    def action_read(self):
        """Keep what was corrected, read the file, and open what came of it."""
        self.ensure_one()
        self.feed_id._check_manager()
        if not self.found:
            raise UserError(self.env._("Look at the file first."))
        self._keep_corrections()
        run = self.feed_id._start(self.file_name, None, mode=self.mode, attachment=self._attachment())
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "views": [(False, "form")],
            "name": self.env._("What came of it"),
        }

    # === WHAT IS SHOWN === #

    def _attachment(self):
        # sudo: the file that this very person has just put into this dialog
        return (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", "file")], limit=1)
        )

    def _opener(self):
        attachment = self._attachment()
        self.feed_id._check_size(attachment.file_size)
        return self.env["collection.feed.run"]._opener_of(attachment)

    def _given(self):
        """Return the feed's settings, with what was corrected here."""
        given = self.feed_id._given()
        if not self.found:
            return given
        corrected = self._corrected()
        mapping = self._mapping()
        if mapping != self.found["mapping"] and not {"delimiter", "header_row", "sheet", "file_format"} & set(
            corrected
        ):
            corrected["mapping"] = mapping
        return replace(given, **corrected)

    def _corrected(self):
        """Return the settings that a person has changed since they were found out."""
        empty = {"header_row": 0}
        return {
            name: self[name] or empty.get(name, "")
            for name in SETTINGS
            if (self[name] or "") != (self.found[name] or "")
        }

    def _mapping(self):
        mapping = {}
        for column in self.column_ids:
            if column.target:
                mapping.setdefault(column.target, []).append(column.header)
        return mapping

    def _first_rows(self, opener, findings):
        lines = (line for line in read(opener, findings.layout) if line[0] > findings.header_row)
        return list(islice(lines, SHOWN))

    def _show(self, findings, rows, given):
        layout = findings.layout
        values = {
            "file_format": layout.file_format,
            "encoding": layout.encoding if layout.file_format != "xlsx" else False,
            "delimiter": layout.delimiter if layout.file_format == "csv" else False,
            "sheet": layout.sheet,
            "header_row": findings.header_row,
            "decimal_style": findings.decimal_style,
            "date_style": findings.date_style,
        }
        if values["encoding"] not in dict(self.env["collection.feed"]._fields["encoding"].selection):
            values["encoding"] = False
        targets = {header: target for target, headers in findings.mapping.items() for header in headers}
        commands = [fields.Command.clear()]
        for place, header in enumerate(findings.headers):
            examples = (parse_text(cells[place]) for _line, cells, _fault in rows if place < len(cells))
            commands.append(
                fields.Command.create(
                    {
                        "header": header,
                        "example": next((text for text in examples if text), ""),
                        "target": targets.get(header, False),
                    }
                )
            )
        # what a person corrected stays a correction; all else was found out, now with the corrections
        found = {**values, "mapping": findings.mapping}
        if self.found:
            kept = {*self._corrected(), *(() if given.mapping == self.feed_id._mapping() else ("mapping",))}
            found.update({name: self.found[name] for name in kept})
        lacking = feed_mapping.missing(findings.mapping)
        self.write(
            {
                **values,
                "column_ids": commands,
                "found": found,
                "note": self.env["collection.feed.reading"]._notes(findings),
                "problem": self._explain(FeedError("no_target", targets=lacking)) if lacking else False,
                "preview": False if lacking else self._preview(findings, rows),
            }
        )

    def _preview(self, findings, rows):
        reading = self.env["collection.feed.reading"]
        judge = reading._judge(self.feed_id, findings)
        sentences = self.env["collection.feed.problem"]._sentences()
        shown = []
        for line, cells, fault in rows:
            verdict = judge.judge(line, cells, fault)
            if isinstance(verdict, Good):
                name = judge.new_customers.get(verdict.customer, ("",))[0]
                shown.append({"entry": verdict, "customer": f"{verdict.customer} {name}".strip()})
            else:
                shown.append(
                    {
                        "line": line,
                        "problem": sentences[verdict.code],
                        "column": getattr(verdict, "column", ""),
                        "value": verdict.value,
                        "is_ignored": isinstance(verdict, Ignored),
                    }
                )
        return self.env["ir.qweb"]._render("collection_cases.collection_feed_preview", {"rows": shown})

    def _explain(self, error):
        return self.env["collection.feed.run"]._explain(error)

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Read a file"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _keep_corrections(self):
        """Write on the feed what a person corrected here."""
        vals = self._corrected()
        mapping = self._mapping()
        if mapping != self.found["mapping"]:
            vals["column_ids"] = [fields.Command.clear()] + [
                fields.Command.create({"target": target, "header": header})
                for target, headers in mapping.items()
                for header in headers
            ]
        if vals:
            self.feed_id.write({name: value or False for name, value in vals.items()})


class CollectionFeedReadColumn(models.TransientModel):
    """A column of the file, with an example, and what it is taken for."""

    _name = "collection.feed.read.column"
    _description = "Column of a file to read"
    _order = "id"

    wizard_id = fields.Many2one("collection.feed.read", required=True, ondelete="cascade")
    header = fields.Char("Column in the file", readonly=True)
    example = fields.Char(readonly=True)
    target = fields.Selection(lambda self: self.env["collection.feed.column"]._selection_target(), "Is")
