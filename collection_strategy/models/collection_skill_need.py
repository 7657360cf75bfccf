from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.workplan import Need

KINDS = [("language", "The debtor speaks"), ("legal", "The legal step is reached"), ("segment", "The segment is")]


class CollectionSkillNeed(models.Model):
    """Which skill whoever works a case should have: for the debtor's language, the legal step, a segment."""

    _name = "collection.skill.need"
    _description = "Needed skill"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10, help="What is further up counts more when nobody can do everything.")
    kind = fields.Selection(KINDS, "When", required=True, default="language")
    lang_id = fields.Many2one(
        "res.lang", "Language", context={"active_test": False}, ondelete="cascade", help="Any country's variety of it."
    )
    segment_id = fields.Many2one("collection.segment", ondelete="cascade", check_company=True)
    skill_id = fields.Many2one("hr.skill", required=True, ondelete="cascade", index=True)
    skill_type_id = fields.Many2one(related="skill_id.skill_type_id")
    level_id = fields.Many2one(
        "hr.skill.level",
        "At least",
        domain="[('skill_type_id', '=', skill_type_id)]",
        ondelete="set null",
        help="Left empty, any level will do.",
    )
    company_id = fields.Many2one("res.company", help="Left empty, it is for all companies.", index=True)
    active = fields.Boolean(default=True)

    @api.constrains("kind", "lang_id", "segment_id", "skill_id", "level_id")
    def _check_kind(self):
        for need in self:
            if need.kind == "language" and not need.lang_id:
                raise ValidationError(self.env._("Choose the language that “%s” is needed for.", need.skill_id.name))
            if need.kind == "segment" and not need.segment_id:
                raise ValidationError(self.env._("Choose the segment that “%s” is needed for.", need.skill_id.name))
            if need.level_id and need.level_id.skill_type_id != need.skill_type_id:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” is no level of “%(skill)s”.", level=need.level_id.name, skill=need.skill_id.name
                    )
                )

    @api.depends("kind", "lang_id", "segment_id", "skill_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for need in self:
            of = need.lang_id.name or need.segment_id.name or ""
            need.display_name = f"{kinds.get(need.kind, '')} {of} → {need.skill_id.name or ''}"

    @api.model
    def _for_company(self, company):
        """Return the needs that count at a company, the most important first."""
        return self.search([("company_id", "in", (False, company.id))])

    def _is_of(self, lang, segment_id, legal):
        """Tell whether a case has this need.

        :param lang: code of the debtor's language, such as `el_GR`; may be None
        """
        self.ensure_one()
        if self.kind == "language":
            return bool(lang) and lang.split("_")[0] == self.lang_id.code.split("_")[0]
        return legal if self.kind == "legal" else segment_id == self.segment_id.id

    def _as_need(self):
        """Return it as the engine wants it."""
        self.ensure_one()
        return Need(self.skill_id.id, self.level_id.level_progress or 0)
