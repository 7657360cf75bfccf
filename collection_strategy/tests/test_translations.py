"""Translations: complete for who works here in Greek and Hungarian; for debtors in Polish and Romanian, too."""

import io
import re
from pathlib import Path

import polib
from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from odoo.addons.collection_cases.tests.common import TODAY

from ..engine import sms_text
from .common import StrategyCommon

FOLDER = Path(__file__).resolve().parents[1] / "i18n"
NAME = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
"""What is filled in, in a wording."""
PLACEHOLDER = re.compile(rf"{NAME.pattern}|%\([a-z_]+\)s|%s|%%|\{{[a-z_]*\}}")
COMPLETE = ("el", "hu")
"""Languages in which every text of the addon is translated."""
FOR_DEBTORS = (*COMPLETE, "pl", "ro")
"""Languages in which at least what a debtor reads is translated."""
READ_BY_DEBTORS = (
    "arch_db:collection_strategy.notice_table",
    "arch_db:collection_strategy.notice_how_to_pay",
    "arch_db:collection_strategy.notice_mail",
    "collection_strategy/channels/channel_letter.py",
    "collection_strategy/services/collection_wording.py",
    "collection_strategy/services/collection_charges.py",
    "collection_strategy/models/collection_balance.py",
    "collection.rate,name",
    "product.template,name",
)
"""Where the texts come from that e-mails, SMS and letters are made of, beside the wordings."""
WORDINGS = {"el": "el_GR", "hu": "hu_HU", "pl": "pl_PL", "ro": "ro_RO"}
SHIPPED = ("before_due", "friendly", "reminder", "firm", "last", "thanks")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Every text can be translated, and the files say the same as the code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        exported = io.BytesIO()
        trans_export(None, ["collection_strategy"], exported, "po", cls.env)
        cls.exported = polib.pofile(exported.getvalue().decode())
        cls.texts = {entry.msgid for entry in cls.exported}

    def test_pot_is_current(self):
        known = {entry.msgid for entry in polib.pofile(str(FOLDER / "collection_strategy.pot"))}
        self.assertFalse(self.texts - known, "new texts: run ./setup/translate")
        self.assertFalse(known - self.texts, "texts that are gone: run ./setup/translate")

    def test_greek_and_hungarian_are_complete(self):
        for language in COMPLETE:
            translated = polib.pofile(str(FOLDER / f"{language}.po"))
            missing = [entry.msgid for entry in translated if not entry.msgstr or entry.fuzzy]
            self.assertFalse(missing[:5], f"{language}: {len(missing)} texts have no translation")
            self.assertFalse(self.texts - {entry.msgid for entry in translated}, language)

    def test_what_debtors_read_is_translated_into_their_languages(self):
        read = {
            entry.msgid for entry in self.exported if any(where.endswith(READ_BY_DEBTORS) for where in _places(entry))
        }
        self.assertGreater(len(read), 25)
        for language in FOR_DEBTORS:
            translated = {entry.msgid for entry in polib.pofile(str(FOLDER / f"{language}.po")) if entry.msgstr}
            self.assertFalse(read - translated, language)

    def test_placeholders_and_tags_survive_translation(self):
        for path in FOLDER.glob("*.po"):
            for entry in polib.pofile(str(path)):
                if entry.msgstr:
                    for pattern in (PLACEHOLDER, re.compile(r"</?[a-z]+")):
                        self.assertEqual(
                            sorted(pattern.findall(entry.msgid)),
                            sorted(pattern.findall(entry.msgstr)),
                            f"{path.name}: {entry.msgid}",
                        )

    def test_a_greek_manager_reads_greek(self):
        self.env["res.lang"]._activate_lang("el_GR")
        self.env["ir.module.module"].search([("name", "=", "collection_strategy")])._update_translations(["el_GR"])
        labels = self.env["collection.strategy"].with_context(lang="el_GR").fields_get(["state", "step_ids"])
        self.assertRegex(dict(labels["state"]["selection"])["live"], "[α-ω]")
        self.assertRegex(labels["step_ids"]["string"], "[α-ω]")

    def test_shipped_wordings_fill_in_the_same_in_every_language(self):
        for name in SHIPPED:
            template = self.env.ref(f"collection_strategy.template_{name}")
            english = template.text_ids.filtered(lambda text: text.lang == "en_US")
            for short, lang in WORDINGS.items():
                text = self.env.ref(f"collection_strategy.text_{name}_{short}")
                self.assertEqual((text.template_id, text.lang), (template, lang))
                for part in ("subject", "body", "sms"):
                    self.assertTrue(text[part], f"{name} {lang} {part}")
                    self.assertEqual(
                        set(NAME.findall(str(text[part]))),
                        set(NAME.findall(str(english[part]))),
                        f"{name} {lang} {part}",
                    )

    def test_shipped_sms_are_short(self):
        # A part holds 70 signs where a letter is not of the GSM alphabet (always in Greek), else 160.
        for name in SHIPPED:
            for short, most in (("el", 70), ("hu", 90), ("pl", 90), ("ro", 90)):
                said = NAME.sub("", self.env.ref(f"collection_strategy.text_{name}_{short}").sms)
                self.assertLessEqual(len(said), most, said)
                self.assertEqual(sms_text.parts(said), 1, said)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDebtorsLanguage(StrategyCommon):
    """A debtor reads one language from the first word to the footer."""

    def _mail_to(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"].search([("name", "=", "collection_strategy")])._update_translations([lang])
        self.customer.lang = lang
        task = {"channel_id": self.email.id, "template_id": self.env.ref("collection_strategy.template_friendly").id}
        self._segment(self._strategy((3, task)))
        self._invoice(100, due=-10)
        self.runs.start()
        with self.mails() as found:
            self.deliver.run()
        self.assertEqual(len(found), 1)
        return found[0]

    def _assert_says(self, mail, subject, *words):
        self.assertIn(subject, mail.subject)
        for word in words:
            self.assertIn(word, mail.html)
        for english in ("Document", ">Due<", "Total", "By transfer", "bank details", "Dear", "days)"):
            self.assertNotIn(english, mail.html)

    def test_hungarian_debtor_reads_hungarian_all_over(self):
        mail = self._mail_to("hu_HU")
        self._assert_says(
            mail, "Emlékeztető", "Tisztelt", ">Bizonylat<", ">Összesen<", "Átutalással", "számlaadataink", "STOP"
        )

    def test_greek_debtor_reads_greek_all_over(self):
        mail = self._mail_to("el_GR")
        self._assert_says(mail, "Υπενθύμιση", "Αξιότιμη", ">Παραστατικό<", ">Σύνολο<", "έμβασμα", "στοιχεία", "STOP")

    def test_polish_debtor_reads_polish_all_over(self):
        mail = self._mail_to("pl_PL")
        self._assert_says(mail, "Przypomnienie", "Szanowni", ">Dokument<", ">Razem<", "Przelewem", "rachunek", "STOP")

    def test_romanian_debtor_reads_romanian_all_over(self):
        mail = self._mail_to("ro_RO")
        self.assertIn("Reamintire", mail.subject)
        for word in ("Stimată", ">Scadență<", ">Rest de plată<", "Prin transfer", "Datele noastre bancare", "STOP"):
            self.assertIn(word, mail.html)

    def test_wording_of_the_nearest_language_has_dates_and_table_that_can_be_read(self):
        """The debtor's country has a language of its own, the wording is of another country."""
        template = self.env.ref("collection_strategy.template_friendly")
        text = template.text_ids.filtered(lambda text: text.lang == "pl_PL")
        self.assertFalse(self.env["res.lang"]._get_data(code="pl_PL"), "not switched on")
        self._invoice(100, due=-10)
        self.refresh.run()
        text.preview_case_id = self._case()
        text._compute_preview()
        self.assertNotIn("text-danger", str(text.preview))
        self.assertIn("Szanowni", str(text.preview))


def _places(entry):
    """Return where a text comes from; a place in the code without its line, one in the data without its record."""
    return [
        re.sub(r"^(model:(?:collection\.rate|product\.template),name):.*", r"\1", where)
        for where, _ in entry.occurrences
    ]
