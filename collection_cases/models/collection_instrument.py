from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

KINDS = [("cheque", "Cheque"), ("bill", "Bill of exchange"), ("note", "Promissory note")]

INSTRUMENT_STATES = [
    ("received", "Received"),
    ("deposited", "Deposited"),
    ("cleared", "Cleared"),
    ("bounced", "Bounced"),
    ("returned", "Given back"),
]

WRITTEN_ON_IT = {"kind", "number", "bank", "drawer", "drawer_id", "amount", "due_date", "received_date", "item_ids"}
"""What can be read on the paper, and for what it was given; mended while it lies in the drawer."""

ALWAYS_EDITED = {"note"}


class CollectionInstrument(models.Model):
    """A cheque, bill of exchange or promissory note that a debtor gave, from the drawer to the bank's answer."""

    _name = "collection.instrument"
    _description = "Cheque or bill"
    _order = "due_date, id"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    debt_manager_id = fields.Many2one(related="case_id.user_id", string="Debt manager")
    kind = fields.Selection(KINDS, required=True, default="cheque")
    number = fields.Char(required=True, index="trigram")
    bank = fields.Char(help="The bank it is drawn on.")
    drawer_id = fields.Many2one("res.partner", "Drawer in contacts", help="Who signed it, when in the contacts.")
    drawer = fields.Char(
        "Drawn by", compute="_compute_drawer", store=True, readonly=False, precompute=True, help="Who signed it."
    )
    item_ids = fields.Many2many("collection.item", string="For", domain="[('case_id', '=', case_id)]")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True)
    received_date = fields.Date("Received on", required=True)
    due_date = fields.Date("Payable on", required=True, index=True, help="A post-dated cheque is deposited then.")
    state = fields.Selection(
        INSTRUMENT_STATES, required=True, default="received", readonly=True, copy=False, index=True, group_expand=True
    )
    deposited_date = fields.Date("Deposited on", readonly=True, copy=False)
    cleared_date = fields.Date("Cleared on", readonly=True, copy=False)
    bounced_date = fields.Date("Bounced on", readonly=True, copy=False)
    returned_date = fields.Date("Given back on", readonly=True, copy=False)
    payment_id = fields.Many2one("account.payment", copy=False, ondelete="set null", index="btree_not_null")
    bounce_reason = fields.Char("Why it bounced", readonly=True, copy=False)
    bounce_cost = fields.Monetary("Bank's fee", readonly=True, copy=False, help="For the record; nothing is booked.")
    user_id = fields.Many2one("res.users", "Taken by", default=lambda self: self.env.user, readonly=True)
    note = fields.Text()

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A cheque is about an amount above zero.")
    _number_uniq = models.UniqueIndex(
        "(company_id, partner_id, kind, number, COALESCE(bank, '')) WHERE state NOT IN ('bounced', 'returned')",
        "This cheque or bill is here already. Look for its number under Cheques and bills.",
    )
    _running_idx = models.Index("(company_id, due_date) WHERE state IN ('received', 'deposited')")

    @api.depends("kind", "number", "amount", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for instrument in self:
            amount = instrument.currency_id.format(instrument.amount) if instrument.currency_id else ""
            instrument.display_name = f"{kinds.get(instrument.kind)} {instrument.number or ''} · {amount}"

    @api.depends("drawer_id", "case_id")
    def _compute_drawer(self):
        for instrument in self:
            instrument.drawer = instrument.drawer_id.name or instrument.drawer or instrument.partner_id.name

    # === MAKING === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Set outright, because defaults in the caller's context would get past the filter.
            derived = {"state": "received", "payment_id": False, "bounce_reason": False, "bounce_cost": 0}
            derived |= {f"{step}_date": False for step in ("deposited", "cleared", "bounced", "returned")}
            typed = WRITTEN_ON_IT | ALWAYS_EDITED | {"case_id", "currency_id"}
            vals_list = [
                {name: value for name, value in vals.items() if name in typed} | derived | {"user_id": self.env.uid}
                for vals in vals_list
            ]
        for vals in vals_list:
            self._complete(vals)
            self.new(vals)._check_paper()  # before the database would say it in its own words
        instruments = super().create(vals_list)
        instruments._check_items()
        for instrument in instruments:
            instrument._tell(self.env._("received, payable on %s", format_date(self.env, instrument.due_date)))
        return instruments

    @api.model
    def _complete(self, vals):
        """Fill in what is not said: what it is for (the oldest debts), their currency, today."""
        case = self.env["collection.case"].browse(vals["case_id"])
        vals["received_date"] = vals.get("received_date") or case._today()
        self._tidy(vals)
        if not vals.get("drawer"):
            vals.pop("drawer", None)  # the customer, as far as nobody says otherwise
        if not vals.get("item_ids"):
            owed = case._owed_items()
            vals["item_ids"] = [
                fields.Command.set(owed.filtered(lambda item: item.currency_id == owed[:1].currency_id).ids)
            ]
        if not vals.get("currency_id"):
            items = self.new({"item_ids": vals["item_ids"]}).item_ids._origin
            vals["currency_id"] = items[:1].currency_id.id or case.currency_id.id

    @api.model
    def _tidy(self, vals):
        """Write numbers and banks one way, so that the same cheque is known again."""
        if vals.get("number"):
            vals["number"] = "".join(vals["number"].split()).upper()
        if "bank" in vals:
            vals["bank"] = " ".join((vals["bank"] or "").split()) or False

    def _check_paper(self):
        """Refuse what cannot be written on a cheque, or is on one that is here already.

        :raises UserError: with what to do instead
        """
        self.ensure_one()
        if not self.number:
            raise UserError(self.env._("Enter the number printed on the cheque or bill."))
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount written on it: above zero."))
        today = self.case_id._today()
        if self.received_date > today:
            raise UserError(
                self.env._(
                    "It was received today at the latest: %s is to come.", format_date(self.env, self.received_date)
                )
            )
        # sudo: a limit of the company's is no secret
        years = self.company_id.sudo().collection_cheque_years
        if years and self.due_date > self.received_date + relativedelta(years=years):
            raise UserError(
                self.env._(
                    "%(date)s is more than %(years)s years away. Look at the date again, or ask for an earlier one.",
                    date=format_date(self.env, self.due_date),
                    years=years,
                )
            )
        # sudo: the twin may be a colleague's; only its case is told
        twin = self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("kind", "=", self.kind),
                ("number", "=", self.number),
                ("bank", "=", self.bank),
                ("state", "not in", ("bounced", "returned")),
                ("id", "!=", self._origin.id),
            ],
            limit=1,
        )
        if twin:
            raise UserError(
                self.env._(
                    "%(instrument)s is here already, received on %(date)s (%(case)s).",
                    instrument=twin.display_name,
                    date=format_date(self.env, twin.received_date),
                    case=twin.case_id.name,
                )
            )

    def _check_items(self):
        """Refuse items that the paper cannot be for, and more than is open on them.

        :raises UserError: with what to do instead
        """
        for instrument in self:
            instrument._check_items_of_one()

    def _check_items_of_one(self):
        case, items, currency = self.case_id, self.item_ids, self.currency_id
        if items.case_id - case:
            raise UserError(self.env._("%s belongs to another case.", (items - case.item_ids)[:1].name))
        if items.currency_id - currency:
            raise UserError(self.env._("A cheque is in one currency: take one for each currency."))
        if self.env.su and self.env.context.get("collection_taken_in_the_field"):
            return  # the paper is in the collector's hand, whatever the debt is by now
        if case.state == "completed":
            raise UserError(self.env._("%s is completed: nothing is left to pay.", case.name))
        owed = items.filtered(lambda item: item.state == "open" and item.residual > 0)
        if not owed:
            raise UserError(self.env._("Choose the open items the cheque or bill is for."))
        others = self._running_on(owed) - self
        covered = sum(float(part) for other in others for id_, part in other._shares().items() if id_ in owed.ids)
        left = sum(owed.mapped("residual")) - covered
        if currency.compare_amounts(self.amount, left) <= 0:
            return
        if others:
            raise UserError(
                self.env._(
                    "Of these items only %(left)s is not covered by another cheque or bill (%(other)s)."
                    " Choose more items, or lower the amount.",
                    left=currency.format(max(0, left)),
                    other=others[:1].display_name,
                )
            )
        raise UserError(
            self.env._(
                "%(amount)s is more than is open on these items (%(left)s). Choose more items, or lower the amount.",
                amount=currency.format(self.amount),
                left=currency.format(left),
            )
        )

    def write(self, vals):
        if not self.env.su:
            if set(vals) == {"payment_id"}:
                return self._link_payment(self.env["account.payment"].browse(vals["payment_id"]))
            mended = set(vals) & WRITTEN_ON_IT
            if set(vals) - WRITTEN_ON_IT - ALWAYS_EDITED:
                raise UserError(self.env._("A cheque or bill is moved on with its buttons."))
            if mended and any(instrument.state != "received" for instrument in self):
                raise UserError(self.env._("It was handed to the bank, or given back: what is written on it stays."))
            if mended and self._receipts():
                raise UserError(
                    self.env._("A receipt was given for it, so it stays as it was. Have the receipt cancelled first.")
                )
            self._tidy(vals)
            for instrument in self if mended else ():
                paper = {name: value for name, value in vals.items() if name != "item_ids"}
                instrument.new(paper, origin=instrument)._check_paper()
            res = super().write(vals)
            if mended:
                self._check_items()
            return res
        return super().write(vals)

    def _link_payment(self, payment):
        """Link the payment that accounting has booked for a cleared cheque or bill.

        :param payment: `account.payment`; who may not read it cannot link it
        """
        self.check_access("write")
        payment.check_access("write")
        for instrument in self:
            if instrument.state != "cleared" or instrument.payment_id:
                raise UserError(self.env._("A payment is linked to a cleared cheque that has none yet."))
            same = payment.partner_id.commercial_partner_id == instrument.partner_id
            if payment.company_id != instrument.company_id or payment.payment_type != "inbound" or not same:
                raise UserError(self.env._("Choose a payment of %s.", instrument.partner_id.name))
            instrument.sudo().payment_id = payment  # sudo: both rights were checked; others cannot set it
            instrument._tell(self.env._("booked as %s", payment.name))
        return True

    def _receipts(self):
        """Hook: the receipts given for these cheques and bills."""
        return self.browse()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unmoved(self):
        for instrument in self:
            if instrument.state != "received" or instrument._receipts():
                raise UserError(
                    self.env._("%s is history and cannot be deleted. Give it back instead.", instrument.display_name)
                )

    # === WHAT IT COVERS === #

    @api.model
    def _running_on(self, items):
        """Return the cheques and bills that are on their way to being money for some items."""
        return self.search([("item_ids", "in", items.ids), ("state", "in", ("received", "deposited"))])

    def _shares(self):
        """Return which part of each of its items it is for: {item id: Decimal}, the oldest first."""
        self.ensure_one()
        return self.item_ids._shares_of(self.amount)[0]

    def _tell(self, text):
        """Write a line about this instrument into its case."""
        for instrument in self:
            # sudo: the note is the product's; callers have checked the right to the instrument
            instrument.case_id.sudo()._message_log(body=f"{instrument.display_name}: {text}")
