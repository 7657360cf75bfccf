import io
import itertools
import logging
import time
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from ..engine import feed_sniff
from ..engine.feed_reader import FeedError, read, unpacked_once
from ..engine.feed_rows import Bad, Good, Judge
from ..models.collection_feed_run import NeedsConfirmation
from ..queries import feed_apply, feed_stage
from .collection_feed_report import Report

_logger = logging.getLogger(__name__)

BATCH = 20_000
"""Rows that are in memory at a time."""

TOLERATED_MISSING = 10
"""Open items that may always be missing in a complete file."""


class CollectionFeedReading(models.AbstractModel):
    """Bring the shadow ledger in line with a file.

    The file is judged row by row (`engine/feed_rows.py`), copied into a temporary table, and compared
    with the entries in a handful of statements, however many rows it has. Nothing is committed here.
    """

    _name = "collection.feed.reading"
    _description = "Reading of foreign ledgers"

    @api.model
    def _report(self, run):
        """Return an empty report on a run: its counts, sums and problems."""
        return Report(run)

    @api.model
    def _findings(self, feed, opener, source="file"):
        """Return how a file of a feed is to be read.

        :raises FeedError: it cannot be, or a column that a person named is missing
        """
        given = feed._given(source)
        found = feed_sniff.sniff(opener, given)
        for headers in found.mapping.values():
            for header in headers:
                if header not in found.headers:
                    raise FeedError("no_column", column=header, headers=", ".join(found.headers)[:500])
        return found

    @api.model
    def _judge(self, feed, found, known=frozenset()):
        """Return the judge of a file's rows.

        :param known: customer numbers whose details are not needed
        :raises FeedError: a column is missing
        """
        currency = feed.default_currency_id or feed.company_id.currency_id
        return Judge(found, self._currencies(feed.company_id), currency.name, known)

    @api.model
    def _currencies(self, company):
        """Return {code: decimal places}, or the code of why a currency cannot be used."""
        currencies = self.env["res.currency"].with_context(active_test=False).search([])  # pylint: disable=no-search-all
        rates = self.env["res.currency.rate"]._read_group(
            [("company_id", "in", (False, company.root_id.id))], ["currency_id"]
        )
        rated = {currency.id for (currency,) in rates} | {company.currency_id.id}
        return {
            currency.name: "currency_inactive"
            if not currency.active
            else currency.decimal_places
            if currency.id in rated
            else "currency_no_rate"
            for currency in currencies
        }

    @api.model
    def _notes(self, found, rounded=0):
        """Return in words what was found out about a file, and what was only assumed.

        :param rounded: rows whose open amount was rounded
        """
        layout = found.layout
        values = {
            "encoding": layout.encoding,
            "sheet": layout.sheet,
            "decimal": "1.234,56" if found.decimal_style == "comma" else "1,234.56",
            "date": feed_sniff.example_date(found.date_style),
            "rounded": rounded,
        }
        codes = found.notes + (("rounded",) if rounded else ())
        problem_model = self.env["collection.feed.problem"]
        return "\n".join(problem_model._sentence(code, values) for code in codes)

    def _apply(self, run, opener, report, *, force=False):
        """Bring the entries of a run's feed in line with its file.

        :param opener: opens the file anew
        :param report: `Report`, filled here
        :param force: settle what is missing, however much it is
        :returns: dict of values for the run
        :raises FeedError: the file cannot be read
        :raises NeedsConfirmation: it would settle too much
        """
        begun = time.monotonic()
        feed, company = run.feed_id, run.company_id
        with unpacked_once(opener) as file:
            found = self._findings(feed, file, run.source)
            self.env.flush_all()
            known = {row[0] for row in self.env.execute_query(feed_stage.known_customers(feed))}
            judge = self._judge(feed, found, known)
            self._stage(file, found, judge, report)
        self._drop_unusable(feed, report)
        if not report.good:
            raise FeedError("nothing_good" if report.bad or report.ignored else "empty")
        if run.mode == "snapshot":
            self._check_not_too_much(run, force)
        self._resolve_customers(feed, judge, report)
        counts = self._write(run, company, report)
        same = self.env["collection.feed.run"].search(
            [("feed_id", "=", feed.id), ("file_hash", "=", run.file_hash), ("state", "=", "done")], limit=1
        )
        reason = False
        if not any(counts[name] for name in ("entries_new", "entries_changed", "entries_settled")):
            reason = self.env._("Nothing is new: everything in the file is known already.")
            if same:
                reason = self.env._("This very file was read before (%s); nothing changed.", same.display_name)
        _logger.info(
            "Foreign ledger %s: %s rows in %.1f s: %s", feed.id, report.rows_read, time.monotonic() - begun, counts
        )
        return {
            "state": "done",
            "reason": reason,
            "note": self._notes(found, judge.rounded),
            **report.counts(),
            **counts,
        }

    # === INTO THE TEMPORARY TABLE === #

    def _stage(self, opener, found, judge, report):
        """Judge all rows and copy the good ones, and what bad ones may be, into the temporary tables."""
        cr = self.env.cr
        for statement in feed_stage.create():
            cr.execute(statement)
        ids = {
            currency.name: currency.id
            for currency in self.env["res.currency"].search([])  # pylint: disable=no-search-all
        }
        rows = (row for row in read(opener, found.layout) if row[0] > found.header_row)
        for batch in iter(lambda: list(itertools.islice(rows, BATCH)), []):
            good, held = io.StringIO(), io.StringIO()
            for line, cells, fault in batch:
                verdict = judge.judge(line, cells, fault)
                if isinstance(verdict, Good):
                    good.write(_copy_line(verdict, ids[verdict.currency]))
                    report.add_good(verdict)
                else:
                    report.add(verdict)
                    if isinstance(verdict, Bad):
                        held.writelines(_escaped(token) + "\n" for token in verdict.tokens)
            for text, statement in ((good, feed_stage.COPY_ROWS), (held, feed_stage.COPY_HELD)):
                text.seek(0)
                cr.copy_expert(statement, text)
        for statement in feed_stage.ready():
            cr.execute(statement)

    def _drop_unusable(self, feed, report):
        """Take out what only a look at the other rows, or at the known entries, shows to be wrong."""
        execute = self.env.execute_query
        for row in execute(feed_stage.drop_repeated()):
            report.drop(row, "ignored", "repeated")
        for code, statement in (
            ("contradiction", feed_stage.drop_contradictory()),
            ("currency_changed", feed_stage.drop_other_currency(feed)),
        ):
            dropped = execute(statement)
            for row in dropped:
                report.drop(row, "bad", code)
            self._hold(dropped)

    def _hold(self, dropped):
        """Keep the entries of rows that were taken out from being settled as missing."""
        if dropped:
            self.env.cr.execute(feed_stage.hold([token for row in dropped for token in (row[2], row[3])]))

    def _check_not_too_much(self, run, force):
        if force:
            return
        known, gone = self.env.execute_query(feed_apply.count_gone(run))[0]
        if gone > TOLERATED_MISSING and gone * 2 > known:
            raise NeedsConfirmation(gone, known)

    def _resolve_customers(self, feed, judge, report):
        """Find or make the customers of the file; rows of unclear ones are taken out."""
        numbers = [row[0] for row in self.env.execute_query(feed_stage.unknown_customers(feed))]
        details = {number: judge.new_customers[number] for number in numbers}
        unclear = self.env["collection.feed.customer"]._resolve(feed, details)
        if not unclear:
            return
        dropped = self.env.execute_query(feed_stage.drop_customers(list(unclear)))
        for row in dropped:
            partners = unclear[row[1]]
            names = ", ".join(f"{partner.display_name} ({partner.id})" for partner in partners)
            message = self.env._(
                "This customer number fits more than one customer: %(names)s. Say which it is under “Customers” of the"
                " foreign ledger.",
                names=names,
            )
            report.drop(row, "bad", "", message=message, value=row[1])
        self._hold(dropped)

    # === INTO THE SHADOW LEDGER === #

    def _paid_since(self, run, day):
        """Return the value date of what was paid on an unknown day between two readings.

        The first day it can have been: nobody is called late because our file came late.

        :param day: the day of this reading
        """
        before = self.env["collection.feed.run"].search(
            [("feed_id", "=", run.feed_id.id), ("state", "=", "done"), ("id", "!=", run.id)], order="date desc", limit=1
        )
        return min(day, before.date.date() + timedelta(days=1)) if before else day

    def _write(self, run, company, report):
        """Take over the laid-out rows; returns the counts of entries.

        :raises UserError: what is stored afterwards is not what was laid out
        """
        cr = self.env.cr
        day = self.env["collection.refresh"]._today(company)
        self.env.flush_all()
        taken = self.env.execute_query(feed_stage.sums())
        cr.execute(feed_apply.rates(company))
        cr.execute(feed_apply.note_changed(run))
        changed = cr.rowcount
        if changed:
            cr.execute(feed_apply.move_changed(run, self._paid_since(run, day)))
            cr.execute(feed_apply.write_changed(run))
        cr.execute(feed_apply.insert_new(run))
        new = cr.rowcount
        settled = 0
        if run.mode == "snapshot":
            first, *others = feed_apply.settle_gone(run, self._paid_since(run, day))
            cr.execute(first)
            settled = cr.rowcount
            for statement in others if settled else ():
                cr.execute(statement)
        stored = self.env.execute_query(feed_apply.stored(run))
        if sorted(taken) != sorted(stored):
            raise UserError(
                self.env._("What was stored is not what the file has, so nothing was taken. Read the file again.")
            )
        report.note_sums(taken, stored, self.env.execute_query(feed_apply.open_now(run.feed_id)))
        return {
            "entries_new": new,
            "entries_changed": changed,
            "entries_settled": settled,
            "entries_unchanged": report.good - new - changed,
        }


NULL = "\\N"
"""What COPY reads as no value."""


def _copy_line(entry, currency_id):
    return (
        f"{entry.line}\t{_escaped(entry.customer)}\t{_escaped(entry.key)}\t{_escaped(entry.name)}"
        f"\t{entry.date or NULL}\t{entry.due_date}\t{currency_id}\t{entry.amount}\t{entry.residual}"
        f"\t{entry.paid_date or NULL}\n"
    )


def _escaped(text):
    """Return a text as PostgreSQL's COPY reads it; texts have no line breaks and no tabs by then."""
    return text.replace("\\", "\\\\") if "\\" in text else text
