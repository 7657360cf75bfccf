from odoo import api, fields, models

MAY_SET = "collection_cases.group_collection_user,account.group_account_invoice"
"""Who sees and sets how a customer is collected: not everybody who may edit contacts."""


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_participation = fields.Selection(
        [("no", "No"), ("yes", "Yes"), ("per_branch", "Per branch")],
        "Takes part in collections",
        company_dependent=True,
        groups=MAY_SET,
        help="Yes: overdue documents of this customer enter one collection case.\n"
        "Per branch: each of its addresses has a case of its own.",
    )
    debt_manager_id = fields.Many2one(
        "res.users",
        "Debt manager",
        company_dependent=True,
        groups=MAY_SET,
        domain="[('share', '=', False), ('is_debt_manager', '=', True)]",
        help="Who of us works this customer's (or branch's) cases.",
    )
    payment_contact_id = fields.Many2one(
        "res.partner",
        "Payments officer",
        company_dependent=True,
        groups=MAY_SET,
        domain="[('commercial_partner_id', '=', commercial_partner_id), ('is_company', '=', False)]",
        help="Who of the customer is responsible for payments: the person we call and write to.",
    )
    collection_case_ids = fields.One2many("collection.case", "partner_id", "Collection cases")
    collection_case_count = fields.Integer(compute="_compute_collection_standing")
    collection_currency_id = fields.Many2one("res.currency", compute="_compute_collection_standing")
    collection_amount_open = fields.Monetary(
        "In collection", compute="_compute_collection_standing", currency_field="collection_currency_id"
    )
    collection_amount_overdue = fields.Monetary(
        "Overdue in collection", compute="_compute_collection_standing", currency_field="collection_currency_id"
    )
    collection_days_overdue = fields.Integer("Days overdue", compute="_compute_collection_standing")

    @api.depends("collection_case_ids.amount_open", "collection_case_ids.amount_overdue", "collection_case_ids.state")
    @api.depends_context("company", "uid")
    def _compute_collection_standing(self):
        company = self.env.company
        self.collection_currency_id = company.currency_id
        readable = self.env["collection.case"].has_access("read")
        cases = self.env["collection.case"]
        if readable and self.ids:
            cases = cases.search(
                [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", company.id)]
            )
        by_partner = cases.grouped("partner_id")
        for partner in self:
            own = by_partner.get(partner.commercial_partner_id, cases.browse())
            if partner.parent_id and partner.commercial_partner_id != partner:
                own = own.filtered(lambda case, branch=partner: case.branch_id == branch)
            running = own.filtered(lambda case: case.state != "completed")
            partner.collection_case_count = len(own)
            partner.collection_amount_open = sum(running.mapped("amount_open"))
            partner.collection_amount_overdue = sum(running.mapped("amount_overdue"))
            partner.collection_days_overdue = max(running.mapped("days_overdue"), default=0)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # sudo: a new customer starts with each company's default, whoever types it in
        companies = self.env["res.company"].sudo().search([("collection_default_participation", "!=", "no")])
        for company in companies:
            starting = partners.browse(
                partner.id
                for partner, vals in zip(partners, vals_list, strict=True)
                if partner.commercial_partner_id == partner
                and not (company == self.env.company and "collection_participation" in vals)
                and partner.company_id in (company, self.env["res.company"])
            )
            starting.sudo().with_company(company).collection_participation = company.collection_default_participation
        return partners

    def action_open_collection_cases(self):
        """Open this customer's cases; the one case itself when there is only one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_case_action")
        domain = [("partner_id", "=", self.commercial_partner_id.id), ("company_id", "=", self.env.company.id)]
        if self.parent_id and self.commercial_partner_id != self:
            domain.append(("branch_id", "=", self.id))
        cases = self.env["collection.case"].search(domain)
        action.update(domain=domain, context={"default_partner_id": self.commercial_partner_id.id})
        if len(cases) == 1:
            action.update(views=[(False, "form")], view_mode="form", res_id=cases.id)
        return action
