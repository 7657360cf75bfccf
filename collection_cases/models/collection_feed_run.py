import hashlib
import io
import os

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine.feed_reader import FeedError
from ..queries import feed_apply
from .collection_feed import SHOWN

COUNTS = (
    "rows_read",
    "rows_good",
    "rows_bad",
    "rows_ignored",
    "entries_new",
    "entries_changed",
    "entries_settled",
    "entries_unchanged",
)
"""What a reading counts; rows_read = rows_good + rows_bad + rows_ignored."""

KEPT_RUNS = 30
"""Readings of a ledger that can be undone; older ones would grow without end."""

FEW = 2000
"""Customers up to whom cases follow at once; more are left to the scheduler."""


class NeedsConfirmation(Exception):
    """A file would settle more than a person would expect it to."""

    def __init__(self, gone, known):
        super().__init__(gone, known)
        self.gone, self.known = gone, known


class CollectionFeedRun(models.Model):
    """One reading of a foreign ledger: what came in, what became of it, and the way back."""

    _name = "collection.feed.run"
    _description = "Reading of a foreign ledger"
    _order = "id desc"

    feed_id = fields.Many2one(
        "collection.feed", "Foreign ledger", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Read by", readonly=True)
    mode = fields.Selection([("snapshot", "All open items"), ("changes", "Changes only")], required=True, readonly=True)
    source = fields.Selection([("file", "File"), ("rows", "Rows over the API")], required=True, readonly=True)
    file_name = fields.Char("File", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "File as read", readonly=True, ondelete="set null")
    file_hash = fields.Char("SHA-256", readonly=True)
    state = fields.Selection(
        [
            ("draft", "Waits for you"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("undone", "Undone"),
        ],
        required=True,
        default="draft",
        readonly=True,
    )
    reason = fields.Char(readonly=True, help="Why nothing was taken, or that nothing was new.")
    note = fields.Text("Assumed", readonly=True)
    rows_read = fields.Integer("Rows", readonly=True)
    rows_good = fields.Integer("Good", readonly=True)
    rows_bad = fields.Integer("Not taken", readonly=True)
    rows_ignored = fields.Integer("Ignored", readonly=True, help="Empty rows, totals, payables, repeated rows.")
    entries_new = fields.Integer("New", readonly=True)
    entries_changed = fields.Integer("Changed", readonly=True)
    entries_settled = fields.Integer("Settled", readonly=True, help="Were open and are missing in the file.")
    entries_unchanged = fields.Integer("Unchanged", readonly=True)
    sum_ids = fields.One2many("collection.feed.sum", "run_id", "Sums", readonly=True)
    problem_ids = fields.One2many("collection.feed.problem", "run_id", "Problems", readonly=True)
    problem_attachment_id = fields.Many2one("ir.attachment", "Problems as CSV", readonly=True, ondelete="set null")
    is_final = fields.Boolean("Cannot be undone any more", readonly=True)
    is_proven = fields.Boolean("Sums agree", compute="_compute_is_proven")

    @api.depends("sum_ids.is_proven")
    def _compute_is_proven(self):
        for run in self:
            run.is_proven = all(run.sum_ids.mapped("is_proven"))

    @api.depends("feed_id.name", "date")
    def _compute_display_name(self):
        for run in self:
            day = fields.Datetime.context_timestamp(run, run.date).strftime("%Y-%m-%d %H:%M") if run.date else ""
            run.display_name = f"{run.feed_id.name} {day}"

    # === BUTTONS === #

    def action_apply_anyway(self):
        """Take a file that would settle more than expected; a person has looked at it."""
        self.ensure_one()
        self.feed_id._check_manager()
        if self.state != "draft":
            raise UserError(self.env._("Only a reading that waits can be applied."))
        later = self._later()
        if later:
            raise UserError(
                self.env._(
                    "%s was read after this one. Read a newer file, or undo that reading first.", later.display_name
                )
            )
        self.sudo()._read(force=True)  # sudo: right checked above; runs are never written by hand

    def action_undo(self):
        """Make every entry what it was before this reading."""
        self.ensure_one()
        self.feed_id._check_manager()
        if self.state != "done":
            raise UserError(self.env._("Only a reading that was done can be undone."))
        if self.is_final:
            raise UserError(
                self.env._("The last %s readings can be undone; what was before this one is not kept.", KEPT_RUNS)
            )
        later = self._later()
        if later:
            raise UserError(self.env._("%s was read later: undo it first, then this one.", later.display_name))
        self.sudo()._undo()  # sudo: right checked above; entries are never written by hand

    def action_open_problems(self):
        """Open what was not taken."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Problems"),
            "res_model": "collection.feed.problem",
            "view_mode": "list",
            "domain": [("run_id", "=", self.id)],
        }

    def action_download_problems(self):
        """Download all problems as CSV, also those beyond what the screen shows."""
        self.ensure_one()
        self.check_access("read")
        if not self.problem_attachment_id:
            raise UserError(self.env._("There was no problem in this file."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.problem_attachment_id.id}?download=true",
            "target": "self",
        }

    @api.autovacuum
    def _forget_old_images(self):
        """Delete what entries were before readings that are too old to be undone, and the files of these readings."""
        for feed in self.env["collection.feed"].with_context(active_test=False).search([]):  # pylint: disable=no-search-all
            old = self.search(
                [("feed_id", "=", feed.id), ("state", "=", "done"), ("is_final", "=", False)], offset=KEPT_RUNS
            )
            self.env["collection.feed.change"].search([("run_id", "in", old.ids)]).unlink()
            old.is_final = True
            self._of_files_to_forget(feed)._forget_files()

    @api.model
    def _of_files_to_forget(self, feed):
        """Return the readings of a ledger whose files are of no use any more.

        Those up to the last that cannot be undone any more; of failed and undone ones, all but the last.
        """
        own = Domain("feed_id", "=", feed.id)
        with_file = Domain("attachment_id", "!=", False) | Domain("problem_attachment_id", "!=", False)
        final = self.search(own & Domain("is_final", "=", True), limit=1)
        of_no_use = self.search(own & Domain("state", "in", ("failed", "undone")), offset=KEPT_RUNS)
        return self.search(own & with_file & (Domain("id", "<=", final.id or 0) | Domain("id", "in", of_no_use.ids)))

    def _forget_files(self):
        """Delete the files as read and the lists of problems; the counts, sums and shown problems stay."""
        files = self.attachment_id | self.problem_attachment_id
        files.filtered(lambda file: file.res_model == self._name).unlink()

    # === READING === #

    def _later(self):
        """Return the latest reading of the same ledger that was done after this one."""
        return self.search([("feed_id", "=", self.feed_id.id), ("state", "=", "done"), ("id", ">", self.id)], limit=1)

    @api.model
    def _opener_of(self, attachment):
        """Return a function that opens an attachment's file; from the file store it takes no memory."""
        if attachment.store_fname:
            path = attachment._full_path(attachment.store_fname)
            if os.path.exists(path):
                return lambda: open(path, "rb")
        content = attachment.raw or b""
        return lambda: io.BytesIO(content)

    def _read(self, *, force=False):
        """Read the file and write what came of it; nothing of a failed reading stays but its reason.

        :param force: settle what is missing, however much it is
        :raises UserError: another reading of this ledger is under way
        """
        self.ensure_one()
        self.feed_id._lock()
        reading = self.env["collection.feed.reading"]
        opener = self._opener_of(self.attachment_id)
        self.problem_ids.unlink()
        self.sum_ids.unlink()
        self.problem_attachment_id.unlink()
        self.write({"state": "running", "date": fields.Datetime.now(), "file_hash": _hash(opener), "reason": False})
        report = reading._report(self)
        partner_ids = []
        try:
            with self.env.cr.savepoint():
                vals = reading._apply(self, opener, report, force=force)
                partner_ids = [row[0] for row in self.env.execute_query(feed_apply.concerned(self))]
        except FeedError as error:
            vals = {"state": "failed", "reason": self._explain(error), **report.counts()}
        except NeedsConfirmation as error:
            vals = {"state": "draft", "reason": self._warn(error), **report.counts()}
        except UserError as error:  # something of Odoo refused, for example a customer that another addon checks
            vals = {"state": "failed", "reason": str(error.args[0]), **report.counts()}
        self.env.invalidate_all()
        self.write(vals)
        report.keep()
        if self.state == "done":
            self._announce(partner_ids)

    def _explain(self, error):
        values = dict(error.values)
        if "targets" in values:
            names = dict(self.env["collection.feed.column"]._selection_target())
            values["targets"] = ", ".join(names[target] for target in values["targets"])
        return self.env["collection.feed.problem"]._sentence(error.code, values)

    def _warn(self, error):
        return self.env._(
            "%(gone)s of %(known)s open items are missing in this file and would be settled. If the file is complete,"
            " press “Apply anyway”; if it is cut off, read the right one.",
            gone=f"{error.gone:,}",
            known=f"{error.known:,}",
        )

    def _announce(self, partner_ids):
        """Have the cases of the customers concerned follow."""
        refresh = self.env["collection.refresh"]
        if len(partner_ids) <= FEW:
            refresh._soon({(self.company_id.id, partner_id) for partner_id in partner_ids})
        else:
            self.env.ref("collection_cases.ir_cron_refresh")._trigger()

    def _undo(self):
        self.feed_id._lock()
        self.env.flush_all()
        partner_ids = [row[0] for row in self.env.execute_query(feed_apply.concerned(self))]
        for statement in feed_apply.undo(self):
            self.env.cr.execute(statement)
        self.env.invalidate_all()
        self.state = "undone"
        self._announce(partner_ids)

    def _result(self):
        """Return what came of the reading as plain values, for the API."""
        self.ensure_one()
        shown = self.problem_ids.filtered(lambda problem: problem.kind == "bad")[:SHOWN]
        return {
            "run_id": self.id,
            "state": self.state,
            "reason": self.reason or "",
            "note": self.note or "",
            **{name: self[name] for name in COUNTS},
            "sums": [
                {
                    "currency": row.currency_code,
                    "read": row.amount_read,
                    "taken": row.amount_taken,
                    "stored": row.amount_stored,
                }
                for row in self.sum_ids
            ],
            "problems": [
                {
                    "line": problem.line,
                    "column": problem.column or "",
                    "value": problem.value or "",
                    "message": problem.message,
                }
                for problem in shown
            ],
        }


def _hash(opener):
    digest = hashlib.sha256()
    with opener() as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
