from datetime import timedelta

from odoo import api, fields, models

from ..engine.backoff import next_try


class CollectionAction(models.Model):
    """The outbox: what is to be sent, what is being sent, and what became of it.

    A row is claimed and the claim committed before anything leaves; see `services/collection_deliver.py`.
    """

    _inherit = "collection.action"

    step_id = fields.Many2one("collection.strategy.step", ondelete="restrict", index="btree_not_null")
    task_id = fields.Many2one("collection.strategy.step.task", ondelete="restrict")
    cycle = fields.Integer(help="The cycle of the case it belongs to: one task reaches a case once in a cycle.")
    run_id = fields.Many2one("collection.run", ondelete="set null", index="btree_not_null")
    notice_ids = fields.One2many("collection.notice", "action_id")
    is_outbox = fields.Boolean(help="Planned and carried out by the policy, not logged by a person.")
    intent = fields.Char(help="What else must happen once only, for example a thank-you for one promise.")
    approval = fields.Selection([("needed", "To be approved"), ("given", "Approved")], readonly=True)
    approved_by_id = fields.Many2one("res.users", readonly=True)
    is_final = fields.Boolean(help="Not done, and not to be tried again in this cycle.")
    due_date = fields.Date("To be done on")
    attempts = fields.Integer(default=0)
    next_try = fields.Datetime(help="Not before.")
    claim = fields.Char(help="Which database session is sending it: when that is gone, it is uncertain.")
    message_uid = fields.Char("Message-Id")

    # Rule I3: read by apply's ON CONFLICT. What was skipped may be decided again, unless for good.
    _once_uniq = models.UniqueIndex(
        "(case_id, task_id, cycle) WHERE task_id IS NOT NULL AND (state <> 'skipped' OR is_final)",
        "This step has been taken for the case already.",
    )
    _intent_uniq = models.UniqueIndex(
        "(intent) WHERE intent IS NOT NULL AND (state <> 'skipped' OR is_final)", "This has been said already."
    )
    # Read by the claim.
    _outbox_idx = models.Index(
        "(next_try, id) WHERE state = 'planned' AND is_outbox AND approval IS DISTINCT FROM 'needed'"
    )
    _sending_idx = models.Index("(id) WHERE state = 'sending'")
    _taken_idx = models.Index("(case_id, cycle) WHERE step_id IS NOT NULL")
    _uid_idx = models.Index("(message_uid) WHERE message_uid IS NOT NULL")

    def _skip(self, reason, *, final=False):
        """Note that something is not sent, and why.

        :param final: not to be decided again in this cycle
        """
        self.write({"state": "skipped", "reason": reason, "is_final": final, "claim": False, "approval": False})

    def _done(self, vals=None):
        """Note that something is done."""
        now = fields.Datetime.now()
        for action in self:
            action.write(
                {
                    "state": "done",
                    "reason": False,
                    "claim": False,
                    "date": now,
                    "cost": action.channel_id._cost(action.company_id),
                    **(vals or {}),
                }
            )

    def _fail(self, reason):
        """Note that something failed for good."""
        self.write({"state": "failed", "reason": reason[:500], "claim": False, "date": fields.Datetime.now()})

    def _later(self, reason, now):
        """Note that something could not be sent for a reason that passes; after the last try it has failed.

        :returns: whether it will be tried again
        """
        self.ensure_one()
        attempts = self.attempts + 1
        again = next_try(attempts, now)
        if again is None:
            self._fail(self.env._("Given up after %(count)s tries: %(why)s", count=attempts, why=reason))
            return False
        self.write(
            {"state": "planned", "attempts": attempts, "next_try": again, "reason": reason[:500], "claim": False}
        )
        return True

    def _postpone(self, until, reason):
        """Keep something for later: not a failure, only not now.

        :param until: naive UTC datetime
        """
        self.write({"state": "planned", "next_try": until, "reason": reason, "claim": False})

    def _requeue(self):
        """Put back into the outbox what a person wants sent again."""
        again = {"state": "planned", "attempts": 0, "next_try": False, "reason": False, "claim": False}
        self.write({**again, "approval": "given", "approved_by_id": self.env.uid})

    @api.autovacuum
    def _forget_refusals(self):
        """Delete what was decided and not sent a year ago: nothing happened, and nobody needs it any more."""
        old = fields.Datetime.now() - timedelta(days=365)
        gone = self.search([("state", "=", "skipped"), ("task_id", "!=", False), ("date", "<", old)], limit=10_000)
        gone.unlink()
        return len(gone), len(gone) == 10_000
