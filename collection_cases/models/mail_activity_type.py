from odoo import Command, api, fields, models

from .collection_case_flow import STATES


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    collection_participates = fields.Boolean(
        "Takes part in collection cases",
        help="Activities of this type are work on a collection case: they can move its state,"
        " and those still planned are cancelled when the case is completed.",
    )
    collection_case_state = fields.Selection(
        STATES,
        "Collection case state",
        help="The state the case moves to when such an activity is marked done.",
    )
    collection_channel_id = fields.Many2one(
        "collection.channel", "Channel", help="How the debtor is contacted: decides what the contact costs."
    )
    collection_status_line_ids = fields.One2many(
        "collection.activity.type.status", "activity_type_id", "Statuses", copy=True
    )

    @api.onchange("collection_participates")
    def _onchange_collection_participates(self):
        if not self.collection_participates:
            self.collection_case_state = False
        elif not self.collection_status_line_ids:
            self.collection_status_line_ids = self._two_statuses()

    @api.model
    def _two_statuses(self):
        """Return the commands for the advised two statuses: not started, completed."""
        found = [
            self.env.ref(f"collection_cases.activity_status_{name}", raise_if_not_found=False)
            for name in ("not_started", "completed")
        ]
        return [
            Command.create({"status_id": status.id, "is_default": True, "sequence": 10 * number})
            for number, status in enumerate(found, 1)
            if status
        ]

    def _default_status(self, kind):
        """Return the status that activities of this type get at first (`open`) or when done (`done`).

        :param kind: `open` or `done`
        """
        lines = self.collection_status_line_ids.filtered(lambda line: line.kind == kind)
        return (lines.filtered("is_default") or lines)[:1].status_id
