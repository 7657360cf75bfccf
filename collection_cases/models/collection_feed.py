import base64
import binascii
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..engine import feed_encoding
from ..engine.feed_sniff import Given

CENTRAL_EUROPE = ("BA", "CZ", "HR", "HU", "MD", "PL", "RO", "RS", "SI", "SK")
GREEK = ("CY", "GR")
MONTH_FIRST = ("US", "PH")
"""Countries by what their programs write, for files that do not tell."""

MAX_MB = 200
"""Size of a file when the settings say nothing."""

SHOWN = 100
"""Problems that an answer over the API carries; the run has more, and all as a file."""


class CollectionFeed(models.Model):
    """A foreign ledger: where the open items of a company come from whose books are not in Odoo."""

    _name = "collection.feed"
    _description = "Foreign ledger"
    _order = "name, id"

    name = fields.Char(required=True, help="For example “SAP, open items”.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)
    client_name = fields.Char(
        "Creditor",
        help="For whom the debts are collected, as letters name it. Empty: the company itself. The customers of one"
        " creditor are never mixed with those of another, nor with the company's own.",
    )
    mode = fields.Selection(
        [("snapshot", "All open items"), ("changes", "Changes only")],
        "A file contains",
        required=True,
        default="snapshot",
        help="All open items: what is missing in the file is settled.\nChanges only: what is missing stays as it is.",
    )
    file_format = fields.Selection([("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("json", "JSON")])
    encoding = fields.Selection([(name, name) for name in feed_encoding.CHOICES])
    delimiter = fields.Selection([(";", "Semicolon ;"), (",", "Comma ,"), ("\t", "Tab"), ("|", "Bar |")])
    decimal_style = fields.Selection([("comma", "1.234,56"), ("point", "1,234.56")], "Decimals")
    date_style = fields.Selection(
        [("dmy", "31/12/2026"), ("mdy", "12/31/2026"), ("ymd", "2026-12-31")],
        "Dates",
        help="A date that begins with a four-digit year is understood in any case.",
    )
    sheet = fields.Char(help="Name of the sheet in an Excel file.")
    header_row = fields.Integer("Line with the names", help="0: found out from the file.")
    column_ids = fields.One2many("collection.feed.column", "feed_id", "Columns", copy=True)
    default_currency_id = fields.Many2one(
        "res.currency", "Currency", help="Of rows that name none. Empty: the company's."
    )
    debt_manager_id = fields.Many2one(
        "res.users",
        "Debt manager",
        domain="[('share', '=', False), ('is_debt_manager', '=', True)]",
        help="Works the customers that this ledger brings in.",
    )
    participation = fields.Selection(
        [("no", "No"), ("yes", "Yes")],
        "New customers take part",
        required=True,
        default="yes",
        help="Whether overdue items of customers that this ledger brings in become collection cases.",
    )
    run_ids = fields.One2many("collection.feed.run", "feed_id", "Readings")
    customer_ids = fields.One2many("collection.feed.customer", "feed_id", "Customers")
    last_run_date = fields.Datetime("Last read", compute="_compute_last_run_date")
    entry_count = fields.Integer("Open items", compute="_compute_counts")
    customer_count = fields.Integer(compute="_compute_counts")

    @api.depends("run_ids.state")
    def _compute_last_run_date(self):
        latest = dict(
            self.env["collection.feed.run"]._read_group(
                [("feed_id", "in", self.ids), ("state", "=", "done")], ["feed_id"], ["date:max"]
            )
        )
        for feed in self:
            feed.last_run_date = latest.get(feed._origin or feed, False)

    @api.depends("run_ids.state")
    def _compute_counts(self):
        entries = dict(
            self.env["collection.feed.entry"]._read_group(
                [("feed_id", "in", self.ids), ("residual", "!=", 0)], ["feed_id"], ["__count"]
            )
        )
        customers = dict(
            self.env["collection.feed.customer"]._read_group([("feed_id", "in", self.ids)], ["feed_id"], ["__count"])
        )
        for feed in self:
            feed.entry_count = entries.get(feed._origin or feed, 0)
            feed.customer_count = customers.get(feed._origin or feed, 0)

    @api.constrains("company_id", "client_name")
    def _check_unchanged_owner(self):
        for feed in self:
            if any(run.company_id != feed.company_id for run in feed.run_ids):
                raise UserError(self.env._("%s has been read already: its company stays.", feed.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unread(self):
        for feed in self:
            if feed.run_ids:
                raise UserError(
                    self.env._("%s has been read already and has a history. Archive it instead.", feed.name)
                )

    # === ENTRY POINTS === #

    def load(self, rows, mode=None):
        """Read rows that another system sends.

        :param rows: list of dicts with the names of the targets, for example
            `{"customer_number": "K1", "document_number": "R7", "due_date": "2026-03-01", "residual": 100.5}`;
            amounts as numbers or texts with a decimal point, dates `YYYY-MM-DD`
        :param mode: `snapshot` or `changes`, the feed's own by default
        :returns: dict: run_id, state, reason, the counts of `collection.feed.run`, and problems: the first
            100, each with line (1 is the first row), column, value and message
        :raises AccessError: the caller is no collection manager
        :raises UserError: no list of dicts, or an unknown mode
        """
        self._check_manager()
        self.ensure_one()
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UserError(self.env._("Send the rows as a list of objects, one for each open item."))
        content = json.dumps(rows, ensure_ascii=False, default=str).encode()
        run = self._start(self.env._("rows.json"), content, mode=mode, source="rows")
        return run._result()

    def load_file(self, name, content_base64, mode=None):
        """Read a file that another system sends.

        :param name: of the file, for people
        :param content_base64: CSV, XLSX or JSON
        :param mode: `snapshot` or `changes`, the feed's own by default
        :returns: as `load`; the line of a problem is the one in the file
        :raises AccessError: the caller is no collection manager
        :raises UserError: no base64, too large, or an unknown mode
        """
        self._check_manager()
        self.ensure_one()
        try:
            content = base64.b64decode(content_base64 or "", validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise UserError(self.env._("Send the content of the file in base64.")) from None
        return self._start(str(name or ""), content, mode=mode)._result()

    def action_read_file(self):
        """Open the dialog that reads a file."""
        self.ensure_one()
        self._check_manager()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Read a file"),
            "res_model": "collection.feed.read",
            "view_mode": "form",
            "target": "new",
            "context": {"default_feed_id": self.id},
        }

    def action_open_entries(self):
        """Open what is open in this ledger."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_feed_entry_action")
        return {**action, "domain": [("feed_id", "=", self.id)]}

    def action_open_customers(self):
        """Open which customer number is which customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_feed_customer_action")
        return {**action, "domain": [("feed_id", "=", self.id)], "context": {"default_feed_id": self.id}}

    # === READING === #

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group("collection_cases.group_collection_manager")):
            raise AccessError(self.env._("Only a collections manager can read foreign ledgers."))
        self.check_access("write")

    def _lock(self):
        """Let only one reading of a ledger happen at a time.

        :raises UserError: another one is under way
        """
        statement = SQL("SELECT pg_try_advisory_xact_lock(hashtext('collection.feed'), %s)", self.id)
        if not self.env.execute_query(statement)[0][0]:
            raise UserError(self.env._("%s is being read right now. Wait for the result, then try again.", self.name))
        # A reading that was committed since this transaction began is not seen by it. Writing the same row
        # makes PostgreSQL say so, and Odoo begins anew.
        self.env.cr.execute(
            SQL("UPDATE collection_feed SET write_date = now() AT TIME ZONE 'UTC' WHERE id = %s", self.id)
        )

    def _start(self, name, content, *, mode=None, source="file", attachment=None):
        """Read a file and return the run.

        :param content: bytes, or None when there is an attachment with them already
        :param source: `file`, or `rows` when the columns have the targets' names
        :raises UserError: too large, an unknown mode, or another reading is under way
        """
        self.ensure_one()
        modes = ("snapshot", "changes")
        if mode and mode not in modes:
            raise UserError(self.env._("“%(mode)s” is no mode: use one of %(modes)s.", mode=mode, modes=modes))
        self._check_size(attachment.file_size if attachment else len(content))
        self._lock()  # before the file is stored: Odoo takes the same file, half written by another call, for another
        # sudo: the caller's right was checked at the entry point; runs are never written by hand
        run = (
            self.env["collection.feed.run"]
            .sudo()
            .create(
                {
                    "feed_id": self.id,
                    "company_id": self.company_id.id,
                    "user_id": self.env.uid,
                    "mode": mode or self.mode,
                    "source": source,
                    "file_name": name or self.env._("no name"),
                }
            )
        )
        if attachment:
            attachment.write({"res_model": run._name, "res_id": run.id, "res_field": False, "name": run.file_name})
        else:
            attachment = (
                self.env["ir.attachment"]
                .sudo()
                .create({"name": run.file_name, "raw": content, "res_model": run._name, "res_id": run.id})
            )
        run.attachment_id = attachment
        run._read()
        return run.sudo(False)

    def _max_mb(self):
        # sudo: how large a file may be is no secret
        value = self.env["ir.config_parameter"].sudo().get_param("collection_cases.feed_max_mb")
        return int(value) if value and value.isdigit() and int(value) else MAX_MB

    def _check_size(self, size):
        limit = self._max_mb()
        if size > limit * 1_000_000:
            raise UserError(
                self.env._(
                    "The file has %(size)s MB, more than the %(limit)s MB that the settings of Collections allow. Split"
                    " it (with “Changes only”), or have the limit raised.",
                    size=-(-size // 1_000_000),
                    limit=limit,
                )
            )

    def _given(self, source="file"):
        """Return what is set, and what is usual at the company, for finding out how a file is written."""
        country = self.company_id.country_id.code or ""
        # sudo: how a language writes numbers is no secret
        language = self.env["res.lang"].sudo()._get_data(code=self.company_id.partner_id.lang or self.env.user.lang)
        encodings = {**dict.fromkeys(CENTRAL_EUROPE, "cp1250"), **dict.fromkeys(GREEK, "cp1253")}
        usual = {
            "usual_decimal": "comma" if language and language.decimal_point == "," else "point",
            "usual_date": "mdy" if country in MONTH_FIRST else "dmy",
            "usual_encoding": encodings.get(country, ""),
        }
        if source == "rows":
            return Given(file_format="json", encoding="utf-8", decimal_style="point", **usual)
        return Given(
            file_format=self.file_format or "",
            encoding=self.encoding or "",
            delimiter=self.delimiter or "",
            decimal_style=self.decimal_style or "",
            date_style=self.date_style or "",
            sheet=self.sheet or "",
            header_row=self.header_row,
            mapping=self._mapping(),
            **usual,
        )

    def _mapping(self):
        mapping = {}
        for column in self.column_ids:
            mapping.setdefault(column.target, []).append(column.header)
        return mapping
