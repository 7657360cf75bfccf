from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_default_participation = fields.Selection(
        [("no", "No"), ("yes", "Yes"), ("per_branch", "Per branch")],
        "New customers take part in collections",
        default="no",
        required=True,
        help="What new customers of this company start with. Customers that exist are not changed.",
    )
    collection_user_id = fields.Many2one(
        "res.users",
        "Default debt manager",
        domain="[('share', '=', False), ('is_debt_manager', '=', True)]",
        help="Gets the cases of customers that have no debt manager of their own.",
    )
    collection_tolerance = fields.Monetary(
        "Do not chase up to",
        help="A customer whose net overdue amount is not above this is left alone.",
    )
    collection_promise_tolerance_days = fields.Integer(
        "Promises: days of grace", default=0, help="A promise is kept when the money's value date is so many days late."
    )
    collection_promise_tolerance = fields.Float(
        "Promises: percent short", default=0, help="A promise is kept when so many percent are missing."
    )
    collection_promise_days = fields.Integer(
        "Promises: at most days ahead", default=90, help="A promise for a later day is refused; 0 is no limit."
    )
    collection_plan_on_missed = fields.Selection(
        [("plan", "The whole plan is broken"), ("instalment", "Only that instalment is")],
        "A missed instalment",
        default="plan",
        required=True,
    )
    collection_hold_days = fields.Integer(
        "Holds: at most days", default=180, help="A longer hold is refused; 0 is no limit."
    )
    collection_escalation_days = fields.Integer(
        "Escalate after days without progress",
        default=0,
        help="The department's head gets an activity when nothing has moved for so long; 0 switches it off.",
    )

    collection_cheque_journal_id = fields.Many2one(
        "account.journal",
        "Journal for cheques",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="A cheque or bill that clears is booked there; left empty, accounting books it.",
    )
    collection_cheque_grace_days = fields.Integer(
        "Cheques: days of grace",
        default=5,
        help="So many days after its date a cheque still keeps its items from being asked for.",
    )
    collection_cheque_years = fields.Integer(
        "Cheques: at most years ahead", default=2, help="A later date is refused; 0 is no limit."
    )
    collection_cash_journal_id = fields.Many2one(
        "account.journal",
        "Cash journal of field collectors",
        check_company=True,
        domain="[('type', '=', 'cash')]",
        help="Cash taken in the field is booked there at once; left empty, accounting books it after the hand-over.",
    )
    collection_cash_limit = fields.Monetary(
        "Cash: at most", help="The most that may be taken in cash at once, as the law has it; 0 is no limit."
    )
    collection_field_mail = fields.Boolean(
        "Mail the day's visits", help="Field collectors get their visits by e-mail each morning."
    )
    collection_receipt_sequence_id = fields.Many2one("ir.sequence", "Numbers of receipts", readonly=True, copy=False)

    _collection_tolerances = models.Constraint(
        "CHECK(collection_promise_tolerance_days >= 0 AND collection_promise_tolerance >= 0"
        " AND collection_promise_tolerance < 100 AND collection_promise_days >= 0"
        " AND collection_hold_days >= 0 AND collection_escalation_days >= 0)",
        "Days are zero or more, and a tolerance is from 0 to less than 100 percent.",
    )
    _collection_field_limits = models.Constraint(
        "CHECK(collection_cheque_grace_days >= 0 AND collection_cheque_years >= 0 AND collection_cash_limit >= 0)",
        "Days, years and limits for cheques and cash are zero or more.",
    )

    def _collection_lead_days(self):
        """Return how many days before they are due documents enter a case; override to return more."""
        self.ensure_one()
        return 0

    def _collection_receipt_number(self):
        """Take the next number of a receipt: without gaps, because it is taken with the receipt or not at all."""
        self.ensure_one()
        # sudo: collectors number receipts, and change neither the company nor its sequences
        company = self.sudo()
        if not company.collection_receipt_sequence_id:
            # Two first receipts at once: both write the company, so one starts anew and finds the other's.
            company.collection_receipt_sequence_id = (
                self.env["ir.sequence"]
                .sudo()
                .create(
                    {
                        "name": self.env._("Receipts of %s", company.name),
                        "code": "collection.receipt",
                        "prefix": "RC/%(year)s/",
                        "padding": 5,
                        "implementation": "no_gap",
                        "company_id": company.id,
                    }
                )
            )
        return company.collection_receipt_sequence_id.next_by_id()
