from odoo import api, models

JOBS = 4
"""Deliveries that may run at once; a job that finds the outbox empty ends at once."""


class CollectionDeliver(models.AbstractModel):
    """Delivery as jobs of OCA's `queue_job`, across nodes, where that is installed; else the scheduler's batches.

    Any number of them may run: PostgreSQL hands out the rows.
    """

    _inherit = "collection.deliver"

    @api.model
    def _has_jobs(self):
        """Tell whether `queue_job` is installed in this database."""
        return "queue.job" in self.env and hasattr(type(self), "with_delay")

    @api.model
    def _soon(self):
        if not self._has_jobs():
            return super()._soon()
        # sudo: whoever planned something may have it carried out
        for number in range(1, JOBS + 1):
            # The key keeps a job that waits already from being put in again.
            self.sudo().with_delay(
                identity_key=f"collection.deliver.{number}", description=self.env._("Deliver notices (%s)", number)
            )._job_deliver()
        return None

    @api.model
    def _job_deliver(self):
        """Deliver until the outbox is empty; the job of `queue_job`.

        It has a cursor of its own: it commits after each message, and the job's own transaction must not.
        """
        with self.env.registry.cursor() as cr:
            deliver = self.with_env(self.env(cr=cr))
            companies = deliver.env["res.company"].search([]).ids  # pylint: disable=no-search-all
            counts = deliver._deliver(companies, None)
        return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing"
