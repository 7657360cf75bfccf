from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..queries import balance
from ..report.letter_pdf import Letter, draw


class CollectionBalance(models.Model):
    """A balance confirmation: what the books say a customer owed on a day, and what the customer answered (F75)."""

    _name = "collection.balance"
    _description = "Balance confirmation"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, readonly=True, index=True)
    date = fields.Date("Balance of", required=True, readonly=True)
    balance_text = fields.Char("Balance", readonly=True, help="A sum for each currency.")
    attachment_id = fields.Many2one("ir.attachment", "Letter", readonly=True, ondelete="set null")
    state = fields.Selection(
        [("sent", "Waits for the answer"), ("agreed", "Agreed"), ("differs", "Differs")],
        default="sent",
        required=True,
        readonly=True,
    )
    answer_date = fields.Date("Answered on", readonly=True)
    answer_note = fields.Text("What differs")

    _customer_uniq = models.Constraint(
        "UNIQUE(company_id, partner_id, date)", "There is a letter on the balance of this day for the customer already."
    )

    @api.depends("partner_id", "date")
    def _compute_name(self):
        for record in self:
            day = format_date(self.env, record.date)
            record.name = self.env._("%(who)s, %(day)s", who=record.partner_id.name or "", day=day)

    @api.model
    def _make(self, company, partners, day):
        """Make the letters on the balance of a day; a customer whose letter is there already keeps it.

        :param partners: `res.partner`; their commercial partners are written to
        :returns: the confirmations, new ones and those that were there
        :raises UserError: the day lies ahead, or nobody had anything open
        """
        if day > self.env["collection.refresh"]._today(company):
            raise UserError(self.env._("A balance can be confirmed for a day that has passed."))
        company = company.with_company(company)
        customers = partners.commercial_partner_id
        known = self.search([("company_id", "=", company.id), ("partner_id", "in", customers.ids), ("date", "=", day)])
        # sudo: a collector confirms what the ledger says and may not read all of it
        accounts = self.env["collection.refresh"].sudo()._receivable_accounts(company)
        self.env["collection.case"]._flush_for(balance.FLUSH)
        missing = customers - known.partner_id
        rows = self.env.execute_query_dict(balance.open_on(company, missing.ids, accounts.ids, day))
        by_partner = defaultdict(list)
        for row in rows:
            by_partner[row["partner_id"]].append(row)
        made = self.browse()
        for partner in missing.filtered(lambda partner: partner.id in by_partner):
            made |= self._make_one(company, partner, day, by_partner[partner.id])
        if not made and not known:
            raise UserError(self.env._("Nobody of these had anything open on %s.", format_date(self.env, day)))
        return known | made

    def _make_one(self, company, partner, day, rows):
        lang = partner.lang or company.partner_id.lang or "en_US"
        here = self.with_context(lang=lang if self.env["res.lang"]._get_data(code=lang) else self.env.lang)
        currencies = self.env["res.currency"]
        sums = defaultdict(float)
        for row in rows:
            sums[currencies.browse(row["currency_id"])] += row["residual"]
        totals = [format_amount(here.env, amount, currency) for currency, amount in sums.items()]
        record = self.create(
            {"company_id": company.id, "partner_id": partner.id, "date": day, "balance_text": " + ".join(totals)}
        )
        # sudo: the letter belongs to the confirmation, which the user was allowed to make
        record.attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"balance-{partner.id}-{day}.pdf",
                    "raw": draw(here._letter(company, partner, day, rows, totals)),
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": record.id,
                }
            )
        )
        return record

    def _letter(self, company, partner, day, rows, totals):
        letter = self.env["collection.channel.letter"]
        invoice_to = self.env["res.partner"].browse(partner.address_get(["invoice"])["invoice"])
        shown_day = format_date(self.env, day)
        text = self.env._(
            "<p>our books show the open items below as of %(day)s. Please compare them with yours and tell us whether"
            " they agree; where they differ, name the document and the amount.</p><p>This is no reminder: it does not"
            " matter whether an item was due.</p>",
            day=shown_day,
        )
        answer = self.env._(
            "<p>We agree ☐</p><p>We do not agree ☐, because: ………………………………………………………</p>"
            "<p>Date, signature: …………………………………</p>"
        )
        currencies = self.env["res.currency"]
        return Letter(
            sender=tuple(
                filter(None, (company.name, company.street, f"{company.zip or ''} {company.city or ''}".strip()))
            ),
            recipient=tuple(filter(None, (partner.name, *letter._address(invoice_to).splitlines()))),
            place_date=", ".join(
                filter(None, (company.city, format_date(self.env, self.env["collection.refresh"]._today(company))))
            ),
            subject=self.env._("Balance confirmation as of %s", shown_day),
            html=text + answer,
            columns=(self.env._("Document"), self.env._("Due"), self.env._("Of"), self.env._("Open")),
            rows=tuple(
                (
                    row["name"] or "",
                    format_date(self.env, row["due_date"]),
                    format_date(self.env, row["date"]),
                    format_amount(self.env, row["residual"], currencies.browse(row["currency_id"])),
                )
                for row in rows
            ),
            totals=tuple((self.env._("Balance"), total) for total in totals),
            pay_title="",
            pay=(),
            qr="",
            closing=(company.name,),
            footer=self.env._("Our bank details did not change. If a letter names another account, call us first."),
        )

    def action_agreed(self):
        """Note that the customer agrees."""
        self._answer({"state": "agreed"})

    def action_differs(self):
        """Note that the customer's books differ; what differs stands in the note."""
        for record in self:
            if not record.answer_note:
                raise UserError(self.env._("Write down what differs first: the document and the amount."))
        self._answer({"state": "differs"})

    def _answer(self, vals):
        self.check_access("write")
        today = fields.Date.context_today(self)
        # sudo: the right to write was checked; states are not written by hand
        self.sudo().write({**vals, "answer_date": today})

    def action_print(self):
        """Return the chosen letters in one PDF."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": "/collections/balances?ids=" + ",".join(map(str, self.ids)),
            "target": "new",
        }
