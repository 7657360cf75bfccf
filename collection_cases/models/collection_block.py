from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import blocks
from ..engine.blocks import Block
from ..queries import kept_back


class CollectionItem(models.Model):
    """Why nothing may be sent about items (rule I6)."""

    _inherit = "collection.item"

    amount_disputed = fields.Monetary("Contested", compute="_compute_amounts_kept_back")
    amount_free = fields.Monetary(
        "May be asked for", compute="_compute_amounts_kept_back", help="What holds, promises and disputes leave."
    )

    def _compute_amounts_kept_back(self):
        found = {}
        for company, items in self.grouped("company_id").items():
            found.update(items._block_reasons(self.env["collection.refresh"]._today(company)))
        for item in self:
            reasons = found.get(item.id, [])
            contested = sum(float(block.amount or 0) for block in reasons if block.code == blocks.DISPUTED)
            item.amount_disputed = min(contested, max(0, item.residual))
            item.amount_free = float(blocks.free(Decimal(repr(item.residual)), reasons))

    def _block_reasons(self, today):
        """Return why nothing may be sent about each item today: the one question everything that sends asks.

        Addons add reasons by overriding and calling super(); a reason can only be added.

        :param today: the day asked about
        :returns: {item id: list of `engine.blocks.Block`}, items without any left out
        """
        found = defaultdict(list)
        for item in self:
            if item.state != "open" or item.residual <= 0:
                code = blocks.EXCLUDED if item.release_reason == "excluded" else blocks.SETTLED
                found[item.id].append(Block(code))
        twins = self._twins()
        self._add_holds(found, today, twins)
        self._add_disputes(found, twins)
        self._add_promises(found, today, twins)
        self._add_instruments(found, today)
        self._add_takings(found)
        return dict(found)

    def _twins(self):
        """Return the items that stand for the same entries, in this or an earlier case: {item: one of these}.

        What was said about a document holds wherever the document is collected now.
        """
        entries = {item.sudo().move_line_id or item.sudo().feed_entry_id: item for item in self}
        lines, foreign = self.sudo().move_line_id, self.sudo().feed_entry_id
        # sudo: an earlier case may be a colleague's; only what holds is asked
        known = (
            self.env["collection.item"]
            .sudo()
            .search(["|", ("move_line_id", "in", lines.ids), ("feed_entry_id", "in", foreign.ids)])
        )
        twins = {item: item for item in self}
        for item in known:
            twins[item] = entries.get(item.move_line_id or item.feed_entry_id, item)
        return {twin.sudo(): item for twin, item in twins.items()}

    def _add_holds(self, found, today, twins):
        # sudo: why nothing is sent is asked by whoever may read the item
        holds = self.env["collection.hold"].sudo()
        running = holds.search(
            holds._active_domain(today)
            & Domain("partner_id", "in", self.partner_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
        )
        by_case = self.grouped("case_id")
        by_partner = self.grouped(lambda item: (item.partner_id.id, item.company_id.id))
        for hold in running:
            block = Block(blocks.HELD, until=hold.date_until, source=("collection.hold", hold.id))
            if hold.item_id:
                held = [twins[hold.item_id]] if hold.item_id in twins else []
            elif hold.case_id:
                held = by_case.get(hold.case_id, ())
            else:
                held = by_partner.get((hold.partner_id.id, hold.company_id.id), ())
            for item in held:
                found[item.id].append(block)

    def _add_disputes(self, found, twins):
        # sudo: as above
        lines = (
            self.env["collection.dispute.line"]
            .sudo()
            .search([("item_id", "in", [twin.id for twin in twins]), ("dispute_id.state", "in", ("open", "accepted"))])
        )
        for line in lines:
            amount = Decimal(repr(line._held_back()))
            if amount > 0:
                source = ("collection.dispute", line.dispute_id.id)
                found[twins[line.item_id].id].append(Block(blocks.DISPUTED, amount=amount, source=source))

    def _add_promises(self, found, today, twins):
        # sudo: as above
        promises = (
            self.env["collection.promise"]
            .sudo()
            .search([("item_ids", "in", [twin.id for twin in twins]), ("state", "=", "open")])
        )
        for promise in promises:
            until = fields.Date.add(promise.date, days=promise.tolerance_days)
            if until < today:
                continue
            for item in {twins[item] for item in promise.item_ids if item in twins}:
                found[item.id].append(Block(blocks.PROMISED, until=until, source=("collection.promise", promise.id)))

    def _add_instruments(self, found, today):
        """Hook of the file on cheques and bills."""

    def _add_takings(self, found):
        """Hook of the file on receipts given in the field."""


class CollectionCase(models.Model):
    """What a case keeps back, and why, in sentences."""

    _inherit = "collection.case"

    dispute_ids = fields.One2many("collection.dispute", "case_id", "Disputes")
    hold_ids = fields.One2many("collection.hold", "case_id", "Holds")
    all_hold_ids = fields.Many2many(
        "collection.hold",
        string="Holds on it and on its customer",
        compute="_compute_all_hold_ids",
        help="What holds for the case: holds on the customer count for all its cases at the company.",
    )
    amount_disputed = fields.Monetary(
        "Contested",
        compute="_compute_amount_disputed",
        store=True,
        help="What open disputes keep out of collection, in the company's currency.",
    )
    block_text = fields.Text("Why not", compute="_compute_block_text")
    block_count = fields.Integer(compute="_compute_block_text")

    @api.depends("hold_ids", "partner_id", "company_id")
    def _compute_all_hold_ids(self):
        holds = self.env["collection.hold"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                "|",
                ("case_id", "=", False),
                ("case_id", "in", self.ids),
            ]
        )
        of_customer = holds.filtered(lambda hold: not hold.case_id).grouped(
            lambda one: (one.partner_id, one.company_id)
        )
        for case in self:
            own = holds.filtered(lambda hold, case=case: hold.case_id == case._origin)
            case.all_hold_ids = own | of_customer.get((case.partner_id, case.company_id), holds.browse())

    @api.depends(
        "dispute_ids.state",
        "dispute_ids.line_ids.amount",
        "dispute_ids.credit_move_ids.state",
        "item_ids.residual",
    )
    def _compute_amount_disputed(self):
        for case in self:
            # sudo: stored for everybody who may read the case
            lines = case.sudo().dispute_ids.filtered(lambda dispute: dispute.state in ("open", "accepted")).line_ids
            case.amount_disputed = sum(line._in_company_currency(line._held_back()) for line in lines)

    def _block_reasons(self, today):
        """Return why nothing may be sent about each case today.

        A case is blocked as a whole when it is completed, nothing is overdue, or every overdue item is.

        :param today: the day asked about
        :returns: {case id: list of `engine.blocks.Block`}, cases without any left out
        """
        found = defaultdict(list)
        items = self._owed_items()
        by_item = items._block_reasons(today)
        for case in self:
            if case.state == "completed":
                found[case.id].append(Block(blocks.COMPLETED))
                continue
            overdue = case._overdue_items(today)
            if not overdue:
                found[case.id].append(Block(blocks.NOT_OVERDUE))
            elif case.amount_overdue <= 0:
                found[case.id].append(Block(blocks.COVERED))
            elif all(not blocks.free(Decimal(repr(item.residual)), by_item.get(item.id, ())) for item in overdue):
                found[case.id] += dict.fromkeys(block for item in overdue for block in by_item[item.id])
        return dict(found)

    @api.model
    def _customers_kept_back(self, company):
        """Return the ids of the customers of whom anything may be kept back; of nobody else it need be asked.

        Who adds a reason to `_block_reasons` adds its customers here. One that is missing here is still
        found by the gate, which asks for every message.

        :param company: `res.company`
        """
        self._flush_for(kept_back.FLUSH)
        return {row[0] for row in self.env.execute_query(kept_back.customers(company))}

    @api.depends("item_ids.state", "promise_ids.state", "dispute_ids.state", "hold_ids.ended_date", "amount_overdue")
    @api.depends_context("lang")
    def _compute_block_text(self):
        # The company's day: who works abroad reads what the night job goes by.
        whole, by_item = {}, {}
        for company, cases in self.grouped("company_id").items():
            today = self.env["collection.refresh"]._today(company)
            whole.update(cases._block_reasons(today))
            by_item.update(cases._owed_items()._block_reasons(today))
        for case in self:
            sentences = [case._block_sentence(block) for block in whole.get(case.id, []) if not block.source]
            items = case._owed_items()
            concerned = defaultdict(list)
            for item in items:
                for block in by_item.get(item.id, []):
                    concerned[case._block_cause(block)].append((item, block))
            for found in concerned.values():
                sentences.append(case._cause_sentence(found, items))
            case.block_text = "\n".join(sentences) or self.env._("Nothing is in the way.")
            case.block_count = len(sentences)

    def _block_cause(self, block):
        """Return what reasons have in common that are told in one sentence: their record, or their plan."""
        if block.code == blocks.PROMISED:
            plan = self.env["collection.promise"].sudo().browse(block.source[1]).plan_id  # sudo: only grouped by
            if plan:
                return ("collection.plan", plan.id)
        return block.source or (block.code, None)

    def _cause_sentence(self, found, items):
        """Return one cause in a sentence, naming the items when it is not about all of them.

        :param found: list of (item, `engine.blocks.Block`)
        :param items: all open debts of the case
        """
        block = min((block for _item, block in found), key=lambda block: (block.until is None, block.until or 0))
        text = self._block_sentence(block)
        amounts = {item: block.amount for item, block in found if block.amount is not None}
        concerned = self.env["collection.item"].union(*(item for item, _block in found))
        if amounts:
            parts = [f"{item.name} {item.currency_id.format(float(amount))}" for item, amount in amounts.items()]
        else:
            parts = [] if concerned == items else concerned.mapped("name")
        return f"{text} ({', '.join(parts)})" if parts else text

    def _block_sentence(self, block):
        """Return a reason as a sentence.

        :param block: `engine.blocks.Block`
        """
        texts = {
            blocks.HELD: self.env._("Held"),
            blocks.DISPUTED: self.env._("Contested"),
            blocks.PROMISED: self.env._("Promised"),
            blocks.CHEQUE: self.env._("A cheque or bill for it is being collected"),
            blocks.COLLECTED: self.env._("Paid to our collector, not booked yet"),
            blocks.EXCLUDED: self.env._("Excluded from follow-up in accounting"),
            blocks.SETTLED: self.env._("Nothing is open"),
            blocks.NOT_OVERDUE: self.env._("Nothing is overdue"),
            blocks.COVERED: self.env._("Credits cover what is overdue"),
            blocks.COMPLETED: self.env._("The case is completed"),
        }
        text = texts.get(block.code, block.code)
        if block.until:
            text = self.env._("%(text)s until %(date)s", text=text, date=format_date(self.env, block.until))
        if block.source:
            # sudo: the reason may be read by whoever may read the case
            extra = self.env[block.source[0]].sudo().browse(block.source[1])._block_detail()
            text = f"{text}: {extra}" if extra else text
        return text
