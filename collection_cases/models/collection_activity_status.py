from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionActivityStatus(models.Model):
    """A state that planned work may have, such as not started or completed."""

    _name = "collection.activity.status"
    _description = "Activity status"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("open", "Still to do"), ("done", "Done")],
        required=True,
        default="open",
        help="An activity that gets a status of the kind Done is marked done.",
    )
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "There is a status of this name already.")


class CollectionActivityTypeStatus(models.Model):
    """One status that activities of a type may have: order, default, what must be reached before."""

    _name = "collection.activity.type.status"
    _description = "Status of an activity type"
    _order = "sequence, id"
    _rec_name = "status_id"

    activity_type_id = fields.Many2one("mail.activity.type", required=True, index=True, ondelete="cascade")
    status_id = fields.Many2one("collection.activity.status", required=True, ondelete="restrict")
    kind = fields.Selection(related="status_id.kind")
    sequence = fields.Integer(default=10)
    is_default = fields.Boolean(
        "Default", help="One per kind: what a new activity starts with, and what it gets when it is marked done."
    )
    previous_status_id = fields.Many2one(
        "collection.activity.status",
        "Only after",
        ondelete="restrict",
        help="The status that must have been reached before.",
    )

    _status_uniq = models.Constraint(
        "UNIQUE(activity_type_id, status_id)", "The activity type has this status already."
    )

    @api.constrains("is_default", "status_id", "previous_status_id", "activity_type_id")
    def _check_consistent(self):
        for kind in self.activity_type_id:
            lines = kind.collection_status_line_ids
            for group, theirs in lines.grouped("kind").items():
                if len(theirs.filtered("is_default")) > 1:
                    raise ValidationError(
                        self.env._(
                            "%(type)s has two defaults among its %(kind)s statuses: leave one.",
                            type=kind.name,
                            kind=dict(self.env["collection.activity.status"]._fields["kind"].selection)[group],
                        )
                    )
            for line in lines:
                if line.is_default and line.kind == "open" and line.previous_status_id:
                    raise ValidationError(
                        self.env._(
                            "%(status)s is what a new %(type)s starts with, so nothing can be required before it.",
                            status=line.status_id.name,
                            type=kind.name,
                        )
                    )
            before = {line.status_id: line.previous_status_id for line in lines}
            for status in before:
                self._check_chain(kind, status, before)

    def _check_chain(self, kind, status, before):
        seen = status
        step = before.get(status)
        while step:
            if step not in before:
                raise ValidationError(
                    self.env._(
                        "%(status)s of %(type)s asks for %(missing)s first, which the type does not have: add it.",
                        status=status.name,
                        type=kind.name,
                        missing=step.name,
                    )
                )
            if step in seen:
                raise ValidationError(
                    self.env._("The statuses of %s wait for each other in a circle: clear one “Only after”.", kind.name)
                )
            seen |= step
            step = before[step]
