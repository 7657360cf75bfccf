import logging
import random
import time

from psycopg2 import errors

from odoo import api, models

_logger = logging.getLogger(__name__)

RETRIES = 10
CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)


class CollectionRefresh(models.AbstractModel):
    """The night job: batch by batch, each committed, repeated when it met a conflict."""

    _inherit = "collection.refresh"

    @api.model
    def _cron_refresh(self):
        """Refresh all companies, batch by batch, each batch committed with how far it got.

        The scheduler gives a job some seconds at a time and calls it again; the next call, or the next
        process after a crash, goes on after the last committed batch.
        """
        cron, progress = self.env["ir.cron"], self.env["collection.refresh.progress"]
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        work = []
        for company in companies:
            day = self._today(company)
            done = progress._reached(company, day)
            work += [(company, day, batch) for batch in self._batches(company, after=done)]
        cron._commit_progress(remaining=len(work))
        for number, (company, day, partner_ids) in enumerate(work, 1):
            self._with_retries(self._refresh_and_note, company, day, partner_ids)
            if not cron._commit_progress(1) and number < len(work):
                _logger.info("Refresh: out of time, the scheduler goes on with what is left.")
                return
        for company in companies:
            self._with_retries(self.env["collection.case"]._escalate_stale, company, self._today(company))
            cron._commit_progress()  # a conflict at the next company must not undo this one's
            self._with_retries(self.env["collection.case"]._prioritise, company)
            cron._commit_progress()
        self._with_retries(progress._clear)

    def _refresh_and_note(self, company, day, partner_ids):
        counts = self._refresh(company, day, partner_ids)
        self.env["collection.refresh.progress"]._note(company, day, partner_ids[-1])
        return counts

    def _with_retries(self, work, *arguments):
        """Do a piece of work; try again when somebody booked on the same customers meanwhile.

        The scheduler does not repeat a job that met a conflict as Odoo does with a person's request.

        :param work: a method; what it did since the last commit is rolled back before another try
        """
        for attempt in range(RETRIES):
            try:
                result = work(*arguments)
                self.env.flush_all()
                return result
            except CONFLICTS:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if attempt == RETRIES - 1:
                    raise
                _logger.info("Refresh: met a concurrent booking, trying again.")
                # Two in lockstep would meet again and again.
                time.sleep(random.uniform(0, min(2, 0.05 * 2**attempt)))
