import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..engine import field as judge

KINDS = {"payment", "visit", "promise"}
OUTCOMES = {"no_answer", "reached", "refused", "wrong_contact"}
"""How a visit without money or promise may have ended."""

UUID = re.compile(r"[0-9a-fA-F-]{16,64}")


class CollectionField(models.AbstractModel):
    """The desk of the field collectors: what they have to do today, and what they report.

    Each report (*entry*) is done exactly once, whatever the phone's connection does to it. Money is
    taken, promises and visits are logged in one transaction with the entry that asked for it.
    """

    _name = "collection.field"
    _description = "Field collection"

    # === REPORTING === #

    @api.model
    def enter(self, entry):
        """Do what an entry from the field says, once; the second time only its answer is given.

        :param entry: dict of `uuid`, `kind` (payment, visit, promise), `case` (id), and, as the kind needs:
            `activity` (id), `at` (UTC, `YYYY-MM-DD HH:MM:SS`), `method`, `amount`, `items` (ids), `cheque`
            (dict of number, bank, drawer, due_date, kind), `email`, `outcome`, `date`, `next_date`, `note`,
            `latitude`, `longitude`
        :returns: dict of `message` and `warnings` (sentences), `receipt` (id, name) for a payment, and
            `again` when it was done before
        :raises AccessError: the user is no collector, or does not work this case
        :raises UserError: the entry cannot be meant; the sentence says what to do
        """
        self._check_collector()
        if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
            raise UserError(self.env._("This entry is not understood. Load the page anew."))
        uuid = entry.get("uuid")
        if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
            raise UserError(self.env._("This entry has no identifier. Load the page anew."))
        record, is_new = self.env["collection.field.entry"]._claim(uuid, entry["kind"], entry)
        if not is_new:
            return {**(record.answer or {}), "again": True}
        case, activity = self._case_of(entry)
        note = self._text(entry, "note", 2000)
        now = fields.Datetime.now()
        when, believed = judge.believable(self._time(entry.get("at")), now)
        answer = getattr(self, f"_enter_{entry['kind']}")(entry, case, activity, note, when)
        if not believed:
            answer["warnings"].append(self.env._("The phone's clock is wrong, or the entry is old: it is dated now."))
        record.write({"case_id": case.id, "answer": answer})
        return answer

    def _check_collector(self):
        if not self.env.user.has_group("collection_cases.group_collection_user"):
            raise AccessError(self.env._("This page is for collectors. Ask an administrator for the role “Collector”."))

    def _case_of(self, entry):
        """Return the case and the visit of an entry; what the user may work, and no other.

        A collector works own cases, those of headed departments, and those somebody gave them a visit on.

        :returns: (`collection.case`, `mail.activity` or empty), with all rights
        """
        # sudo: whether the user may work the case is checked here, before anything is told about it
        case = self.env["collection.case"].sudo().browse(self._id(entry.get("case"))).exists()
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        lately = fields.Date.today() - judge.OLDEST  # an entry may come in after its visit was marked done
        mine = activities.search(
            [
                *self._visit_domain(self.env.user),
                ("res_id", "=", case.id),
                "|",
                ("active", "=", True),
                ("date_done", ">=", lately),
            ]
        )
        if (
            not case
            or case.company_id not in self.env.user.company_ids
            or not mine
            and not case.with_user(self.env.user).has_access("write")
        ):
            case = case.browse()
        if not case:
            raise AccessError(self.env._("This case is not yours. Ask its debt manager to plan a visit for you."))
        activity = activities.browse(self._id(entry.get("activity"))).exists()
        if activity and (activity.res_model != case._name or activity.res_id != case.id):
            raise AccessError(self.env._("This visit belongs to another case. Load the page anew."))
        company_case = case.with_company(case.company_id)
        return company_case, activity.filtered("active")

    @api.model
    def _id(self, value):
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    @api.model
    def _text(self, entry, name, limit):
        value = entry.get(name)
        return value.strip()[:limit] if isinstance(value, str) and value.strip() else False

    @api.model
    def _time(self, value):
        try:
            return fields.Datetime.to_datetime(value) if isinstance(value, str) and value else None
        except ValueError:
            return None

    def _day(self, value):
        """Return a day somebody typed, None when there is none.

        :raises UserError: it is no date
        """
        if not value:
            return None
        try:
            return fields.Date.to_date(value)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("“%s” is no date. Choose one from the calendar.", value)) from error

    def _amount(self, entry, currency):
        value = judge.amount(entry.get("amount"), currency.decimal_places)
        if value is None:
            raise UserError(
                self.env._(
                    "“%(amount)s” is no amount in %(currency)s. Enter a number above zero.",
                    amount=entry.get("amount"),
                    currency=currency.name,
                )
            )
        return value

    def _items(self, entry, case):
        ids = entry.get("items") or []
        if not isinstance(ids, list) or len(ids) > 1000:
            raise UserError(self.env._("This entry is not understood. Load the page anew."))
        # sudo: that they belong to the case is checked by who uses them
        return self.env["collection.item"].sudo().browse([self._id(id_) for id_ in ids]).exists()

    def _enter_payment(self, entry, case, activity, note, when):
        items = case._items_of_money(self._items(entry, case))
        amount = self._amount(entry, items[:1].currency_id or case.currency_id)
        method = entry.get("method")
        if method not in ("cash", "cheque"):
            raise UserError(self.env._("Choose cash or cheque."))
        receipt, warnings = case._take_money(
            method,
            amount,
            items=items,
            date=when,
            activity=activity,
            cheque=self._cheque(entry) if method == "cheque" else None,
            uuid=entry["uuid"],
            note=note,
            **self._position(entry),
        )
        message = self.env._(
            "%(amount)s taken: receipt %(receipt)s.",
            amount=receipt.currency_id.format(receipt.amount),
            receipt=receipt.name,
        )
        if address := self._text(entry, "email", 200):
            try:
                with self.env.cr.savepoint():
                    receipt._send(address)
                message = self.env._("%(message)s It goes to %(address)s.", message=message, address=address)
            except UserError as refusal:
                warnings.append(refusal.args[0])  # the money is taken, whatever becomes of the e-mail
        return {
            "message": message,
            "warnings": warnings,
            "receipt": {"id": receipt.id, "name": receipt.name},
            "done": True,
        }

    def _cheque(self, entry):
        cheque = entry.get("cheque")
        if not isinstance(cheque, dict):
            raise UserError(self.env._("Enter the number printed on the cheque or bill."))
        kind = cheque.get("kind") or "cheque"
        if kind not in ("cheque", "bill", "note"):
            raise UserError(self.env._("This entry is not understood. Load the page anew."))
        return {
            "kind": kind,
            "number": self._text(cheque, "number", 64),
            "bank": self._text(cheque, "bank", 100),
            "drawer": self._text(cheque, "drawer", 200),
            "due_date": self._day(cheque.get("due_date")),
        }

    def _position(self, entry):
        found = {}
        for name, limit in (("latitude", 90), ("longitude", 180)):
            value = entry.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit:
                found[name] = value
        return found if len(found) == 2 else {}

    def _enter_visit(self, entry, case, activity, note, when):
        outcome = entry.get("outcome")
        if outcome not in OUTCOMES:
            raise UserError(self.env._("Choose how the visit ended."))
        day = self._day(entry.get("next_date"))
        if day and day < case._today():
            raise UserError(
                self.env._("The next step is planned for a day to come: %s has passed.", format_date(self.env, day))
            )
        kind = activity.activity_type_id or self.env.ref("collection_cases.mail_activity_type_visit")
        case._log_contact(
            self.env["collection.channel"]._by_code("visit"),
            self.env["collection.outcome"]._by_code(outcome),
            note=note,
            date=when,
            activity=activity,
        )
        message = self.env._("Noted.")
        warnings = []
        if day and case.state == "completed":
            warnings.append(self.env._("%s is completed: no other visit was planned.", case.name))
        elif day:
            case._plan(kind, day, user=self.env.user)
            message = self.env._("Noted. The next visit is on %s.", format_date(self.env, day))
        return {"message": message, "warnings": warnings, "done": True}

    def _enter_promise(self, entry, case, activity, note, when):
        items = self._items(entry, case)
        if items.case_id - case:
            raise UserError(self.env._("%s belongs to another case.", (items - case.item_ids)[:1].name))
        currency = items[:1].currency_id or case._items_of_money(items)[:1].currency_id or case.currency_id
        amount = self._amount(entry, currency)
        day = self._day(entry.get("date"))
        if not day:
            raise UserError(self.env._("Enter the day the debtor promised to pay on."))
        action = case._log_contact(
            self.env["collection.channel"]._by_code("visit"),
            self.env["collection.outcome"]._by_code("promised"),
            note=note,
            date=when,
            activity=activity,
            items=items,
        )
        promise = (
            self.env["collection.promise"]
            .sudo()
            .create(  # sudo: the right to the case was checked
                {
                    "case_id": case.id,
                    "amount": float(amount),
                    "date": day,
                    "note": note,
                    "action_id": action.id,
                    "user_id": self.env.uid,
                    "made_on": min(fields.Datetime.context_timestamp(self, when).date(), case._today()),
                    **({"item_ids": [fields.Command.set(items.ids)]} if items else {}),
                }
            )
        )
        return {
            "message": self.env._("Promise noted: %s", promise.display_name),
            "warnings": [],
            "done": True,
        }
