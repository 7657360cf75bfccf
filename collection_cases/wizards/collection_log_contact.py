from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionLogContact(models.TransientModel):
    """Log contact: what was said, what follows from it, and the next step, in one dialog."""

    _name = "collection.log.contact"
    _description = "Log contact"

    case_id = fields.Many2one("collection.case", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_id = fields.Many2one(related="case_id.company_id")
    activity_id = fields.Many2one("mail.activity", "Planned as", readonly=True, ondelete="cascade")
    channel_id = fields.Many2one(
        "collection.channel",
        compute="_compute_channel_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('by_hand', '=', True)]",
    )
    contact_id = fields.Many2one(
        "res.partner", "With", compute="_compute_contact_id", store=True, readonly=False, precompute=True
    )
    contact_phone = fields.Char(related="contact_id.phone")
    contact_ids = fields.Many2many("res.partner", compute="_compute_contact_ids")
    minutes = fields.Float(digits=(8, 1))
    outcome_id = fields.Many2one("collection.outcome", domain="[('by_hand', '=', True)]")
    follow_up = fields.Selection(related="outcome_id.follow_up")
    note = fields.Text()
    line_ids = fields.One2many(
        "collection.log.contact.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=False
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_amount", store=True)
    # promise
    promise_amount = fields.Monetary("Promised amount", compute="_compute_amount", store=True, readonly=False)
    promise_date = fields.Date("By")
    # dispute
    dispute_reason_id = fields.Many2one("collection.dispute.reason", "Reason")
    # wrong contact
    new_contact_name = fields.Char("Right person")
    new_contact_phone = fields.Char("Phone")
    new_contact_email = fields.Char("E-mail")
    # next step
    next_activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Next step",
        compute="_compute_next_step",
        store=True,
        readonly=False,
        domain="[('collection_participates', '=', True)]",
    )
    next_date = fields.Date("On", compute="_compute_next_step", store=True, readonly=False)
    next_summary = fields.Char("About")

    # === PROPOSALS === #

    @api.depends("activity_id", "case_id")
    def _compute_channel_id(self):
        call = self.env["collection.channel"].search([("code", "=", "call")], limit=1)
        for wizard in self:
            planned = wizard.activity_id.activity_type_id.collection_channel_id
            wizard.channel_id = (planned if planned.by_hand else False) or call or planned.search([], limit=1)

    @api.depends("case_id", "channel_id")
    def _compute_contact_id(self):
        for wizard in self:
            if wizard.case_id and wizard.channel_id:
                found = wizard.case_id._resolve_addressee(wizard.channel_id)["partner"]
                wizard.contact_id = found or wizard.case_id.payment_contact_id or wizard.partner_id

    @api.depends("case_id")
    def _compute_contact_ids(self):
        for wizard in self:
            candidates = wizard.case_id._addressee_candidates() if wizard.case_id else []
            found = self.env["res.partner"].browse([partner.id for _why, partner in candidates])
            wizard.contact_ids = found | wizard.partner_id.child_ids

    @api.depends("case_id")
    def _compute_line_ids(self):
        for wizard in self:
            owed = wizard.case_id._owed_items()
            overdue = wizard.case_id._overdue_items()
            main = (overdue or owed)[:1].currency_id
            # Disputed and promised parts cannot be promised again.
            running = wizard.case_id.promise_ids.filtered(lambda promise: promise.state == "open").item_ids
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {
                        "item_id": item.id,
                        "is_chosen": item in (overdue or owed) and item.currency_id == main and item not in running,
                    }
                )
                for item in owed
            ]

    @api.depends("line_ids.is_chosen", "outcome_id")
    def _compute_amount(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            wizard.currency_id = chosen[:1].currency_id or wizard.case_id.currency_id
            wizard.promise_amount = sum(line.residual for line in chosen if line.currency_id == wizard.currency_id)

    @api.depends("outcome_id", "promise_date")
    def _compute_next_step(self):
        for wizard in self:
            outcome, case = wizard.outcome_id, wizard.case_id
            if not outcome:
                wizard.next_activity_type_id = wizard.next_date = False
                continue
            kinds = {
                "same": wizard.activity_id.activity_type_id or wizard._channel_type(),
                "type": outcome.next_activity_type_id,
            }
            wizard.next_activity_type_id = kinds.get(outcome.next_step)
            today = case._today()
            wizard.next_date = today + timedelta(days=outcome.next_days) if wizard.next_activity_type_id else False

    def _channel_type(self):
        kinds = self.env["mail.activity.type"]
        return kinds.search(
            [("collection_channel_id", "=", self.channel_id.id), ("collection_participates", "=", True)], limit=1
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            case = self.env["collection.case"].browse(vals.get("case_id") or self.env.context.get("default_case_id"))
            case.check_access("write")  # here, because what is proposed is computed as superuser
            planned = self.env["mail.activity"].browse(vals.get("activity_id"))
            if "activity_id" not in vals or (planned.res_model, planned.res_id) != ("collection.case", case.id):
                vals["activity_id"] = self._due_activity(case).id
        return super().create(vals_list)

    def write(self, vals):
        if not {"case_id", "activity_id"}.isdisjoint(vals):
            raise UserError(self.env._("Close this dialog and open the one of the other case."))
        return super().write(vals)

    @api.model
    def _due_activity(self, case):
        """Return the caller's planned work on a case that is due: logging a contact does it."""
        return case.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id.collection_participates
                and activity.user_id == self.env.user
                and activity.date_deadline <= case._today()
                and activity.activity_type_id.collection_channel_id.by_hand
            )
        ).sorted("date_deadline")[:1]

    # === LOGGING === #

    def _open(self):
        return {
            "name": self.env._("Log contact — %s", self.partner_id.name),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    def action_log(self):
        """Log the contact with all that follows."""
        self.ensure_one()
        self._log()
        return {"type": "ir.actions.act_window_close", "infos": {"logged": True}}

    def action_log_and_next(self):
        """Log the contact and open the case to work next."""
        self.ensure_one()
        self._log()
        following = self.case_id._next_case()
        if not following:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("Logged. Nothing else waits for you today."),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_case_action")
        return {**action, "views": [(False, "form")], "res_id": following.id, "target": "current"}

    def _log(self):
        case = self.case_id
        case.check_access("write")
        if not self.outcome_id:
            raise UserError(self.env._("Choose how the contact ended."))
        if self.activity_id and not self.activity_id.active:
            raise UserError(self.env._("Somebody has marked this activity done meanwhile. Close and look at the case."))
        chosen = self.line_ids.filtered("is_chosen")
        if self.next_activity_type_id and self.next_date and self.next_date < case._today():
            raise UserError(self.env._("The next step is planned for a day to come: %s has passed.", self.next_date))
        asked = self.follow_up in ("promise", "dispute")
        action = case._log_contact(
            self.channel_id,
            self.outcome_id,
            minutes=self.minutes,
            note=self.note,
            contact=self.contact_id,
            activity=self.activity_id,
            items=chosen.item_id if asked else None,
        )
        follow = getattr(self, f"_follow_{self.follow_up}", None)
        if follow:
            follow(action, chosen)
        if self.next_activity_type_id and case.state != "completed":
            case._plan(self.next_activity_type_id, self.next_date, summary=self.next_summary)
        return action

    def _follow_promise(self, action, chosen):
        if not self.promise_date:
            raise UserError(self.env._("Say by which day the debtor promised to pay."))
        if not chosen:
            raise UserError(self.env._("Choose the items the promise is for."))
        promise = self.env["collection.promise"].create(
            {
                "case_id": self.case_id.id,
                "item_ids": [fields.Command.set(chosen.item_id.ids)],
                "currency_id": self.currency_id.id,
                "amount": self.promise_amount,
                "date": self.promise_date,
                "contact_id": self.contact_id.id,
                "note": self.note,
            }
        )
        promise.sudo().action_id = action  # sudo: a link that is not typed in

    def _follow_dispute(self, action, chosen):
        if not self.dispute_reason_id:
            raise UserError(self.env._("Choose the reason of the dispute."))
        if not chosen:
            raise UserError(self.env._("Choose the items that are contested."))
        dispute = self.env["collection.dispute"].create(
            {
                "case_id": self.case_id.id,
                "reason_id": self.dispute_reason_id.id,
                "contact_id": self.contact_id.id,
                "note": self.note,
                "line_ids": [
                    fields.Command.create({"item_id": line.item_id.id, "amount": line.amount}) for line in chosen
                ],
            }
        )
        dispute.sudo().action_id = action  # sudo: a link that is not typed in

    def _follow_wrong_contact(self, _action, _chosen):
        case, wrong = self.case_id, self.contact_id
        if not self.new_contact_name:
            if self.new_contact_phone or self.new_contact_email:
                raise UserError(self.env._("Who is the right person? Type the name."))
            case._message_log(body=self.env._("%s is the wrong contact; the right one is not known yet.", wrong.name))
            return
        # sudo: a collector may name whom to call without the right to edit all contacts
        person = (
            self.env["res.partner"]
            .sudo()
            .create(
                {
                    "name": self.new_contact_name,
                    "phone": self.new_contact_phone,
                    "email": self.new_contact_email,
                    "parent_id": case.partner_id.id,
                    "type": "contact",
                    "company_id": case.partner_id.company_id.id,
                }
            )
        )
        case.payment_contact_id = person
        self.env["collection.contact"].sudo().create(  # sudo: see above
            {"partner_id": case.partner_id.id, "contact_id": person.id, "is_primary": True}
        )
        case._message_log(
            body=self.env._("%(wrong)s is the wrong contact; it is %(right)s.", wrong=wrong.name, right=person.name)
        )


class CollectionLogContactLine(models.TransientModel):
    """One open item in the dialog: is the promise or the dispute about it?"""

    _name = "collection.log.contact.line"
    _description = "Item of a logged contact"

    wizard_id = fields.Many2one("collection.log.contact", required=True, ondelete="cascade")
    item_id = fields.Many2one("collection.item", required=True, ondelete="cascade", readonly=True)
    name = fields.Char(related="item_id.name")
    due_date = fields.Date(related="item_id.due_date")
    currency_id = fields.Many2one(related="item_id.currency_id")
    residual = fields.Monetary(related="item_id.residual")
    is_chosen = fields.Boolean("Take")
    amount = fields.Monetary("Contested", compute="_compute_amount", store=True, readonly=False, precompute=True)

    @api.depends("item_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.amount or line.item_id.residual
