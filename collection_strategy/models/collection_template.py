from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import wording
from ..engine.wording import WordingError
from .collection_strategy_step import TONES

PARTS = {"subject": False, "body": True, "sms": False, "letter": True}
"""The parts of a wording, and whether each is HTML."""


class CollectionTemplate(models.Model):
    """A wording: what is said, in each language, on each channel."""

    _name = "collection.template"
    _description = "Wording"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Left empty, all companies may use it.")
    tone = fields.Selection(TONES, default="1", required=True)
    text_ids = fields.One2many("collection.template.text", "template_id", "Languages", copy=True)
    lang_names = fields.Char(compute="_compute_lang_names", string="In")
    attach_documents = fields.Boolean(
        "Attach the documents", default=True, help="The invoices of the items, as PDF, to e-mails."
    )

    @api.depends("text_ids.lang")
    def _compute_lang_names(self):
        names = dict(self.env["collection.template.text"]._selection_lang())
        for template in self:
            template.lang_names = ", ".join(names.get(text.lang, text.lang) for text in template.text_ids)

    def _text_for(self, lang):
        """Return the wording in a language: that one, its language in another country, English, any.

        :param lang: code such as `el_GR`; may be empty
        :returns: `collection.template.text`
        """
        self.ensure_one()
        wanted = lang or "en_US"
        for fits in (
            lambda text: text.lang == wanted,
            lambda text: text.lang.split("_")[0] == wanted.split("_")[0],
            lambda text: text.lang.startswith("en"),
        ):
            if found := self.text_ids.filtered(fits)[:1]:
                return found
        return self.text_ids[:1]

    @api.constrains("text_ids")
    def _check_has_text(self):
        for template in self:
            if not template.text_ids:
                raise ValidationError(self.env._("“%s” says nothing yet: add a language.", template.name))


class CollectionTemplateText(models.Model):
    """A wording in one language."""

    _name = "collection.template.text"
    _description = "Wording in a language"
    _order = "template_id, lang"

    template_id = fields.Many2one("collection.template", required=True, ondelete="cascade", index=True)
    lang = fields.Selection(selection="_selection_lang", string="Language", required=True)
    subject = fields.Char()
    body = fields.Html("E-mail", sanitize="email_outgoing", sanitize_attributes=False)
    sms = fields.Text("Text of the SMS")
    sms_length = fields.Char(compute="_compute_sms_length", string="Length")
    letter = fields.Html(sanitize="email_outgoing", help="Left empty, the letter says what the e-mail says.")
    preview_case_id = fields.Many2one("collection.case", store=False, string="Look at it on")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _lang_uniq = models.Constraint("UNIQUE(template_id, lang)", "This language is there already.")

    @api.model
    def _selection_lang(self):
        # sudo: which languages there are is no secret; wordings may be kept for ones that are not switched on
        langs = self.env["res.lang"].sudo().with_context(active_test=False).search([])  # pylint: disable=no-search-all
        return [(lang.code, lang.name) for lang in langs]

    @api.constrains("subject", "body", "sms", "letter")
    def _check_wording(self):
        """Fill the wording in with a sample: what fails here would fail at the customer."""
        sample = self.env["collection.wording"]._sample()
        for text in self:
            for part, is_html in PARTS.items():
                if not text[part]:
                    continue
                try:
                    wording.render(str(text[part]), sample, html=is_html)
                except WordingError as error:
                    raise ValidationError(text._explain(part, error)) from error

    def _explain(self, part, error):
        """Return what is wrong with a part of the wording, in a sentence that says what to do."""
        where = self.env._(
            "%(part)s of “%(template)s” (%(lang)s)",
            part=self._fields[part]._description_string(self.env),
            template=self.template_id.name,
            lang=self.lang,
        )
        texts = {
            "unknown": self.env._(
                "there is no “%s”. The names that can be used are listed below the text.", error.detail
            ),
            "syntax": self.env._("this cannot be read (%s). Look for a brace that is not closed.", error.detail),
            "forbidden": self.env._(
                "“%s” cannot be used in a wording. Use the names listed below the text.", error.detail
            ),
            "too_long": self.env._("this is too long. Shorten it."),
            "failed": self.env._("this cannot be filled in (%s).", error.detail),
        }
        line = self.env._(", line %s", error.line) if error.line else ""
        return f"{where}{line}: {texts[error.code]}"

    @api.depends("sms")
    def _compute_sms_length(self):
        wordings = self.env["collection.wording"]
        channel = self.env["collection.channel"].search([("code", "=", "sms")], limit=1)
        for text in self:
            text.sms_length = wordings._sms_length(text, channel) if text.sms else False

    @api.depends("subject", "body", "sms", "letter", "preview_case_id")
    def _compute_preview(self):
        for text in self:
            text.preview = self.env["collection.wording"]._preview(text, text.preview_case_id)
