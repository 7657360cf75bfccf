"""What became of a file's rows: counted, summed, and kept with their problems."""

import csv
import io
from collections import Counter, defaultdict

from ..engine.feed_rows import Bad

KEPT_PROBLEMS = 1000
"""Problems that a reading shows; all of them are in its CSV file."""

MANY_IN_FILE = 100_000
"""Problems in that CSV file: who has more has read the wrong file."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Report:
    """What became of a file's rows, while it is read; `keep` writes it down.

    :param run: `collection.feed.run`
    """

    def __init__(self, run):
        self.run = run
        self.env = run.env
        self.good = self.bad = self.ignored = 0
        self._problems = []
        self._sums = defaultdict(Counter)
        self._sentences = self.env["collection.feed.problem"]._sentences()
        self._file = io.StringIO(newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(["line", "column", "value", "what", "message"])
        self._codes = {}

    @property
    def rows_read(self):
        return self.good + self.bad + self.ignored

    def counts(self):
        """Return the counts of rows, as fields of the run."""
        return {
            "rows_read": self.rows_read,
            "rows_good": self.good,
            "rows_bad": self.bad,
            "rows_ignored": self.ignored,
        }

    def add_good(self, entry):
        """Count a good row."""
        self.good += 1
        sums = self._sums[entry.currency]
        sums["read"] += entry.residual
        sums["rows"] += 1

    def add(self, verdict):
        """Note a bad or ignored row."""
        if isinstance(verdict, Bad):
            self.bad += 1
            if verdict.residual is not None:
                sums = self._sums[verdict.currency]
                sums["read"] += verdict.residual
                sums["bad"] += verdict.residual
                sums["rows"] += 1
            self._note("bad", verdict.line, verdict.column, verdict.value, self._sentences[verdict.code])
            return
        self.ignored += 1
        if verdict.code != "blank":
            self._note("ignored", verdict.line, "", verdict.value, self._sentences[verdict.code])

    def drop(self, row, kind, code, *, message="", value=""):
        """Note a row that was good by itself and is not taken.

        :param row: as `feed_stage.removed` returns it
        :param kind: `bad` or `ignored`
        """
        line, _customer, key, name, currency_id, residual = row
        self.good -= 1
        if kind == "bad":
            self.bad += 1
        else:
            self.ignored += 1
        if currency_id not in self._codes:
            self._codes[currency_id] = self.env["res.currency"].browse(currency_id).name
        self._sums[self._codes[currency_id]][kind] += residual
        self._note(kind, line, "", value or name or key, message or self._sentences[code])

    def _note(self, kind, line, column, value, message):
        if len(self._problems) < KEPT_PROBLEMS:
            self._problems.append(
                {
                    "run_id": self.run.id,
                    "kind": kind,
                    "line": line,
                    "column": column,
                    "value": value,
                    "message": message,
                }
            )
        if self.bad + self.ignored <= MANY_IN_FILE:
            self._writer.writerow([line, _harmless(column), _harmless(value), kind, message])

    def note_sums(self, taken, stored, open_now):
        """Note what was taken, what the shadow ledger has of it, and what is open in it in all.

        :param taken: list of (currency id, rows, amount), as the other two
        """
        for name, rows in (("taken", taken), ("stored", stored), ("open", open_now)):
            for currency_id, _count, amount in rows:
                self._sums[self.env["res.currency"].browse(currency_id).name][name] += amount

    def keep(self):
        """Write down problems and sums on the run."""
        self.env["collection.feed.problem"].create(self._problems)
        self.env["collection.feed.sum"].create(
            [
                {
                    "run_id": self.run.id,
                    "currency_code": code,
                    "rows_read": sums["rows"],
                    **{f"amount_{name}": sums[name] for name in ("read", "bad", "ignored", "taken", "stored", "open")},
                }
                for code, sums in self._sums.items()
            ]
        )
        if self._problems:
            self.run.problem_attachment_id = self.env["ir.attachment"].create(
                {
                    "name": self.env._("problems.csv"),
                    "raw": self._file.getvalue().encode("utf-8-sig"),
                    "mimetype": "text/csv",
                    "res_model": self.run._name,
                    "res_id": self.run.id,
                }
            )


def _harmless(text):
    """Return a text that a spreadsheet program shows and does not calculate."""
    text = str(text)
    return f"'{text}" if text.startswith(FORMULA) else text
