import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import RedirectWarning
from odoo.tools import format_date

from odoo.addons.collection_cases.queries import promises

from ..engine import interest
from ..engine.interest import MissingRate, Receipt

_logger = logging.getLogger(__name__)

FLUSH = {
    **promises.FLUSH,
    "account.partial.reconcile": ["credit_move_id", "debit_amount_currency", "debit_move_id"],
}


@dataclass(frozen=True)
class Counted:
    """A charge as it is on a day; `item` is a `collection.item`, `rule` a `collection.charge.rule`."""

    item: object
    kind: str
    date_from: date
    date_to: date
    base: Decimal
    rate_text: str
    currency: object
    amount: Decimal
    rule: object


class CollectionCharges(models.AbstractModel):
    """What late payment costs: gathers what `engine/interest.py` needs, and keeps the memos up to date."""

    _name = "collection.charges"
    _description = "Counting charges"

    @api.model
    def _for_case(self, case, items, day, tone):
        """Return the charges that a notice names: plain values, in the language of the context.

        Nothing while the company has not switched charges on. Interest that documents of the case earned before they
        were paid late is among it. Where a rate is missing there is no interest, and the case says why.

        :param case: `collection.case`
        :param items: `collection.item` on the notice
        :param day: up to and including
        :param tone: of the notice, 0 to 4
        :returns: list of {"kind", "label", "amount" (Decimal), "currency" (code), "basis" (a sentence)}
        """
        service, case = self.sudo(), case.sudo()  # sudo: rules and charges count whoever sends
        rule = service._rule(case)
        if not rule or not case.company_id.collection_charges_on or not rule.on_notices or tone < int(rule.tone_from):
            return []
        paid_late = case.item_ids.filtered(lambda item: item.state == "settled")
        counted, missing = service._count(items.sudo() | paid_late, day, rule)
        if missing:
            _logger.warning(
                "%s: no rate of %s for %s; the notice names no interest", case.name, rule.rate_id.name, missing
            )
        found = defaultdict(list)
        for charge in counted:
            if not missing or charge.kind == "compensation":
                found[charge.kind, charge.currency].append(charge)
        return [service._as_values(kind, currency, charges) for (kind, currency), charges in found.items()]

    def _as_values(self, kind, currency, charges):
        """Return charges of one kind and currency as one line of a notice."""
        rule = charges[0].rule
        law = f" ({rule.law})" if rule.law else ""
        if kind == "interest":
            label = self.env._("Interest for late payment")
            basis = self.env._(
                "%(rate)s%(law)s, %(first)s to %(last)s",
                rate=rule._say_percent(),
                law=law,
                first=format_date(self.env, min(charge.date_from for charge in charges)),
                last=format_date(self.env, max(charge.date_to for charge in charges)),
            )
        else:
            label = self.env._("Compensation for recovery costs")
            texts = sorted({charge.rate_text for charge in charges})
            basis = self.env._("%(amounts)s for each document%(law)s", amounts=", ".join(texts), law=law)
        amount = sum((charge.amount for charge in charges), Decimal(0))
        return {"kind": kind, "label": label, "amount": amount, "currency": currency.name, "basis": basis}

    def _rule(self, case):
        return self.env["collection.charge.rule"]._for(case.company_id, case.partner_id._is_consumer())

    def _problem(self, case):
        """Return why the interest of a case cannot be told, False when it can or nobody wants to know."""
        case = case.sudo()  # sudo: said to whoever may read the case
        if not case.company_id.collection_charges_on or case.state == "completed":
            return False
        rule = self.sudo()._rule(case)
        missing = rule and self.sudo()._count(case.item_ids, case._today(), rule)[1]
        return str(rule.rate_id._missing(missing)) if missing else False

    # === COUNTING === #

    def _count(self, items, day, rule):
        """Return what may be charged on items that is neither invoiced nor waived.

        :param items: `collection.item`, open or settled; what left its case is not charged
        :param day: up to and including
        :returns: (list of `Counted`, the first day without a rate or None)
        """
        # What late payment costs is not late itself: no interest on interest.
        own = self.env["collection.charge"].search([("move_id", "in", items.move_id.ids)]).move_id
        items = items.filtered(
            lambda item: item.state in ("open", "settled") and item.due_date < day and item.move_id not in own
        )
        receipts, frozen = self._receipts(items), self._frozen(items)
        terms, table = rule._terms(), rule._compensation_table()
        counted, missing = [], None
        for item in items:
            came = receipts.get(item.id, [])
            principal = _exact(item.residual, item.currency_id) + sum((receipt.amount for receipt in came), Decimal(0))
            late = principal - sum((receipt.amount for receipt in came if receipt.day <= item.due_date), Decimal(0))
            if late <= 0:
                continue
            try:
                counted += self._count_interest(item, rule, terms, principal, came, day, frozen)
            except MissingRate as error:
                missing = min(missing or error.day, error.day)
            counted += self._count_compensation(item, rule, table, late, frozen)
        return counted, missing

    def _count_interest(self, item, rule, terms, principal, came, day, frozen):
        start = item.due_date + timedelta(days=1)
        before = [charge for charge in frozen.get(item.id, ()) if charge.kind == "interest"]
        if any(charge.is_final for charge in before):
            return []
        first = max([start, *(charge.date_to + timedelta(days=1) for charge in before)])
        # Paid in full: the last day that earned is known, and a rate for later days is not needed.
        last = day
        if item.state == "settled" and came:
            last = min(day, max(receipt.day for receipt in came))
        found = interest.periods(terms, principal, came, first, last, delay_from=start)
        amount = interest.total(found, Decimal(repr(item.currency_id.rounding)))
        if amount <= 0:
            return []
        percents = list(dict.fromkeys(f"{period.percent.normalize():f} %" for period in found))
        return [
            Counted(
                item,
                "interest",
                found[0].first,
                found[-1].last,
                found[0].base,
                ", ".join(percents),
                item.currency_id,
                amount,
                rule,
            )
        ]

    def _count_compensation(self, item, rule, table, late, frozen):
        if not table or any(charge.kind == "compensation" for charge in frozen.get(item.id, ())):
            return []
        day = item.due_date + timedelta(days=1)
        debt = self._convert(late, item.currency_id, rule.debt_currency_id, item.company_id, day)
        if debt is None:
            return []
        flat = interest.compensation(table, debt)
        if not flat:
            return []
        text = rule.flat_currency_id.format(float(flat))
        amount = self._convert(flat, rule.flat_currency_id, item.currency_id, item.company_id, day)
        # Without a rate between the two currencies it is owed in the law's own.
        currency, amount = (rule.flat_currency_id, flat) if amount is None else (item.currency_id, amount)
        return [Counted(item, "compensation", day, day, late, text, currency, amount, rule)]

    def _convert(self, amount, currency, other, company, day):
        """Return an amount in another currency, rounded to it; None when there is no rate between the two."""
        if currency == other:
            return amount
        items = self.env["collection.item"]
        if any(one != company.currency_id and not items._has_rate(one, company) for one in (currency, other)):
            return None
        return _exact(currency._convert(float(amount), other, company, day), other)

    def _receipts(self, items):
        """Return the money that came for items: {item id: list of `engine.interest.Receipt`}.

        What a credit note or a write-off takes off was, to interest, never owed.
        """
        for model, names in FLUSH.items():
            self.env[model].flush_model(names)
        found = defaultdict(list)
        for item_id, _currency, day, amount in self.env.execute_query(promises.matched_receipts(items.ids)):
            found[item_id].append(Receipt(day, Decimal(amount)))
        return found

    def _frozen(self, items):
        """Return what was invoiced or waived for the same documents, in this or an earlier case: {item id: charges}."""
        twins = items._twins()
        charges = self.env["collection.charge"].search(
            [("item_id", "in", [twin.id for twin in twins]), ("state", "!=", "memo")]
        )
        found = defaultdict(list)
        for charge in charges:
            found[twins[charge.item_id].id].append(charge)
        return found

    # === KEEPING === #

    def _bring_up_to_date(self, case):
        """Count the memos of a case as of today and keep them.

        :returns: all `collection.charge` of the case
        :raises RedirectWarning: a rate is missing
        """
        case.ensure_one()
        day, service = case._today(), self.sudo()  # sudo: charges are counted, never typed in
        rule = service._rule(case.sudo())
        items = case.sudo().item_ids
        counted, missing = service._count(items, day, rule) if rule else ([], None)
        if missing:
            raise RedirectWarning(
                str(rule.rate_id._missing(missing)),
                {
                    "type": "ir.actions.act_window",
                    "res_model": "collection.rate",
                    "res_id": rule.rate_id.id,
                    "views": [(False, "form")],
                },
                self.env._("Open the reference rate"),
            )
        twins = items._twins()
        charges = service.env["collection.charge"]
        memos = charges.search([("item_id", "in", [twin.id for twin in twins]), ("state", "=", "memo")])
        known = {(twins[memo.item_id], memo.kind): memo for memo in memos}
        new = []
        for charge in counted:
            vals = service._prepare_vals(case, charge)
            memo = known.pop((charge.item, charge.kind), None)
            if memo is None:
                new.append(vals)
            else:
                memo.write(vals)
        charges.union(*known.values()).unlink()
        charges.create(new)
        return case.charge_ids

    def _prepare_vals(self, case, charge):
        return {
            "case_id": case.id,
            "item_id": charge.item.id,
            "kind": charge.kind,
            "date_from": charge.date_from,
            "date_to": charge.date_to,
            "base": float(charge.base),
            "rate_text": charge.rate_text,
            "currency_id": charge.currency.id,
            "amount": float(charge.amount),
            "rule_id": charge.rule.id,
            "law": charge.rule.law,
            "move_id": False,
        }


def _exact(amount, currency):
    """Return a stored amount as Decimal, rounded to its currency."""
    return Decimal(repr(currency.round(amount)))
