import json

from odoo import api, models
from odoo.exceptions import UserError

FORMAT = "collection.strategy/1"
MAX_BYTES = 1_000_000

STEP_FIELDS = (
    *("name", "sequence", "tone", "trigger", "delay", "delay_unit", "event", "waits", "on_working_days", "mode"),
    *("is_legal", "min_overdue", "max_coverage", "reaction"),
)
TASK_FIELDS = ("sequence", "condition", "preferred", "role", "note")


class CollectionStrategyJson(models.AbstractModel):
    """A strategy as a file: to keep it, to compare versions, to bring it to another database (G20)."""

    _name = "collection.strategy.json"
    _description = "Strategies as files"

    @api.model
    def _export(self, strategy):
        """Return a version with its wordings as JSON text, readable and the same each time."""
        strategy.check_access("read")
        plain = strategy.with_context(lang="en_US")
        numbers = {step: number for number, step in enumerate(plain.step_ids, 1)}
        templates = plain.step_ids.task_ids.template_id
        content = {
            "format": FORMAT,
            "name": plain.name,
            "version": plain.version,
            "catch_up": plain.catch_up,
            "steps": [
                {
                    **{name: step[name] for name in STEP_FIELDS},
                    "after_step": numbers.get(step.after_step_id),
                    "tasks": [
                        {
                            **{name: task[name] for name in TASK_FIELDS},
                            "channel": task.channel_id.code,
                            "wording": task.template_id.name or None,
                            "activity_type": task.activity_type_id.name or None,
                        }
                        for task in step.task_ids
                    ],
                }
                for step in plain.step_ids
            ],
            "wordings": [
                {
                    "name": template.name,
                    "tone": template.tone,
                    "texts": [
                        {name: text[name] or "" for name in ("lang", "subject", "body", "sms", "letter")}
                        for text in template.text_ids
                    ],
                }
                for template in templates
            ],
        }
        return json.dumps(content, ensure_ascii=False, indent=2, default=str)

    @api.model
    def _import(self, text):
        """Make a draft from a file.

        Wordings that are here under the same name are used; the others are made.

        :param text: what `_export` gave
        :returns: `collection.strategy`, a draft
        :raises UserError: it is no such file; what is wrong and where
        """
        content = self._read(text)
        strategies = self.env["collection.strategy"].with_context(lang="en_US")
        strategy = strategies.create(
            {
                "name": str(content.get("name") or self.env._("Imported")),
                "catch_up": self._choice(strategies, "catch_up", content.get("catch_up", "first"), "catch_up"),
                "change_note": self.env._("Imported from a file"),
            }
        )
        wordings = self._wordings(content)
        steps = self.env["collection.strategy.step"].with_context(lang="en_US")
        made = [
            steps.create(self._step_vals(strategy, row, number, wordings))
            for number, row in enumerate(content["steps"], 1)
        ]
        for number, (row, step) in enumerate(zip(content["steps"], made, strict=True), 1):
            if after := row.get("after_step"):
                if not isinstance(after, int) or not 1 <= after <= len(made) or after == number:
                    raise UserError(self.env._("Step %s comes after a step that is not in the file.", number))
                step.after_step_id = made[after - 1]
        return strategy

    def _read(self, text):
        if len(text) > MAX_BYTES:
            raise UserError(self.env._("This file is too large to be a strategy."))
        try:
            content = json.loads(text)
        except ValueError as error:
            raise UserError(
                self.env._("This file is no JSON (%s). Choose one that was exported here.", error)
            ) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise UserError(
                self.env._(
                    "This file is no strategy: it does not begin with “%s”. Choose one that was exported here.", FORMAT
                )
            )
        steps = content.get("steps")
        if not isinstance(steps, list) or not steps or not all(isinstance(row, dict) for row in steps):
            raise UserError(self.env._("This strategy has no steps."))
        return content

    def _choice(self, model, name, value, where):
        """Return a value of a selection field, if it is one.

        :raises UserError: it is none, with those there are
        """
        known = [key for key, _label in model._fields[name].selection]
        if value not in known:
            raise UserError(
                self.env._(
                    "“%(value)s” is unknown (%(where)s). Use one of: %(known)s.",
                    value=value,
                    where=where,
                    known=", ".join(map(str, known)),
                )
            )
        return value

    def _step_vals(self, strategy, row, number, wordings):
        steps, where = self.env["collection.strategy.step"], self.env._("step %s", number)
        vals = {"strategy_id": strategy.id, "sequence": number * 10}
        for name in STEP_FIELDS:
            if name not in row or name == "sequence":
                continue
            field, value = steps._fields[name], row[name]
            if field.type == "selection" and value:
                value = self._choice(steps, name, value, where)
            elif field.type in ("integer", "float") and not isinstance(value, (int, float)):
                raise UserError(
                    self.env._(
                        "“%(name)s” of %(where)s is a number, not “%(value)s”.", name=name, where=where, value=value
                    )
                )
            vals[name] = value
        vals["name"] = str(vals.get("name") or self.env._("Step %s", number))
        rows = row.get("tasks") or []
        vals["task_ids"] = [(0, 0, self._task_vals(task, where, wordings)) for task in rows if isinstance(task, dict)]
        return vals

    def _task_vals(self, row, where, wordings):
        tasks = self.env["collection.strategy.step.task"]
        channel = self.env["collection.channel"].search(
            [("code", "=", str(row.get("channel"))), ("handler", "!=", False)], limit=1
        )
        if not channel:
            raise UserError(
                self.env._("There is no channel “%(code)s” for %(where)s.", code=row.get("channel"), where=where)
            )
        vals = {"channel_id": channel.id}
        for name in ("condition", "role"):
            if row.get(name):
                vals[name] = self._choice(tasks, name, row[name], where)
        vals.update(
            sequence=int(row.get("sequence") or 10), preferred=bool(row.get("preferred")), note=row.get("note") or False
        )
        if wording := row.get("wording"):
            if wording not in wordings:
                raise UserError(
                    self.env._("The wording “%(name)s” of %(where)s is not in the file.", name=wording, where=where)
                )
            vals["template_id"] = wordings[wording]
        if kind := row.get("activity_type"):
            vals["activity_type_id"] = (
                self.env["mail.activity.type"].with_context(lang="en_US").search([("name", "=", kind)], limit=1).id
            )
        return vals

    def _wordings(self, content):
        """Return {name: id} of the file's wordings, made where they are not here yet."""
        templates = self.env["collection.template"].with_context(lang="en_US")
        found = {}
        for row in content.get("wordings") or []:
            name = str(row.get("name") or "")
            known = templates.search([("name", "=", name)], limit=1)
            found[name] = (known or self._new_wording(templates, row, name)).id
        return found

    def _new_wording(self, templates, row, name):
        texts = [
            (0, 0, {key: str(text.get(key) or "") for key in ("lang", "subject", "body", "sms", "letter")})
            for text in row.get("texts") or []
            if isinstance(text, dict)
        ]
        return templates.create(
            {"name": name, "tone": self._choice(templates, "tone", str(row.get("tone", "1")), name), "text_ids": texts}
        )
