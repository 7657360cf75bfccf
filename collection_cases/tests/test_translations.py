import io
import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

FOLDER = Path(__file__).resolve().parents[1] / "i18n"
PLACEHOLDER = re.compile(r"%\([a-z_]+\)s|%s|%%|\{[a-z_]*\}")
COMPLETE = ("el", "hu")
"""Languages in which every text of the addon is translated."""


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Every text can be translated, and the files say the same as the code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        exported = io.BytesIO()
        trans_export(None, ["collection_cases"], exported, "po", cls.env)
        cls.texts = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}

    def test_pot_is_current(self):
        known = {entry.msgid for entry in polib.pofile(str(FOLDER / "collection_cases.pot"))}
        self.assertFalse(self.texts - known, "new texts: run ./setup/translate")
        self.assertFalse(known - self.texts, "texts that are gone: run ./setup/translate")

    def test_greek_and_hungarian_are_complete(self):
        for language in COMPLETE:
            translated = polib.pofile(str(FOLDER / f"{language}.po"))
            missing = [entry.msgid for entry in translated if not entry.msgstr or entry.fuzzy]
            self.assertFalse(missing[:5], f"{language}: {len(missing)} texts have no translation")
            self.assertFalse(self.texts - {entry.msgid for entry in translated}, language)

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

    def test_a_greek_collector_reads_greek(self):
        self.env["res.lang"]._activate_lang("el_GR")
        self.env["ir.module.module"].search([("name", "=", "collection_cases")])._update_translations(["el_GR"])
        labels = self.env["collection.promise"].with_context(lang="el_GR").fields_get(["date", "state"])
        states = dict(labels["state"]["selection"])
        self.assertNotEqual(states["broken"], "Broken")
        self.assertRegex(states["broken"], "[α-ω]")
        self.assertRegex(labels["date"]["string"], "[α-ω]")
