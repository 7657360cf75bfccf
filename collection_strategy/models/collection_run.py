from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionRun(models.Model):
    """One run of the policy: its day, what it decided, what it planned, and what it could not do."""

    _name = "collection.run"
    _description = "Run"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("As of", required=True, readonly=True)
    is_dry = fields.Boolean("Dry run", readonly=True, help="Decides, and does nothing.")
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("stopped", "Stopped"), ("failed", "Failed")],
        required=True,
        default="running",
        readonly=True,
        index=True,
    )
    phase = fields.Selection(
        [("refresh", "Reading the ledger"), ("decide", "Deciding"), ("done", "Done")], readonly=True, default="refresh"
    )
    cases_total = fields.Integer("Cases", readonly=True)
    cases_done = fields.Integer("Looked at", readonly=True)
    progress = fields.Integer(compute="_compute_progress")
    last_case_id = fields.Integer(readonly=True, help="Where it goes on after a stop or a crash.")
    is_stop_wanted = fields.Boolean(readonly=True)
    planned_count = fields.Integer("Planned", readonly=True)
    nothing_count = fields.Integer("Cases with nothing", readonly=True)
    error = fields.Text(readonly=True)
    user_id = fields.Many2one("res.users", "Started by", readonly=True, default=lambda self: self.env.user)
    date_start = fields.Datetime("Started", readonly=True, default=fields.Datetime.now)
    date_end = fields.Datetime("Ended", readonly=True)
    decision_ids = fields.One2many("collection.decision", "run_id", "Decisions")
    action_ids = fields.One2many("collection.action", "run_id", "Planned actions")
    summary = fields.Json(compute="_compute_summary")
    summary_text = fields.Char(compute="_compute_summary")

    _one_running_uniq = models.UniqueIndex(
        "(company_id) WHERE state = 'running' AND NOT is_dry", "A run of this company is under way already."
    )

    @api.depends("date", "is_dry")
    def _compute_name(self):
        for run in self:
            day = format_date(self.env, run.date)
            run.name = self.env._("Dry run as of %s", day) if run.is_dry else self.env._("Run of %s", day)

    @api.depends("name")
    def _compute_display_name(self):
        for run in self:
            run.display_name = run.name

    @api.depends("cases_total", "cases_done")
    def _compute_progress(self):
        for run in self:
            run.progress = 100 if not run.cases_total else int(100 * run.cases_done / run.cases_total)

    @api.depends("decision_ids")
    def _compute_summary(self):
        decisions = self.env["collection.decision"]
        for run in self:
            rows = decisions._read_group(
                [("run_id", "=", run.id)], ["verdict", "channel_id", "code"], ["__count"], order="__count desc"
            )
            sent, nothing = {}, {}
            for verdict, channel, code, count in rows:
                if verdict == "nothing":
                    nothing[code] = nothing.get(code, 0) + count
                else:
                    key = (channel.name, channel.icon, channel.id)
                    sent[key] = sent.get(key, 0) + count
            total = sum(nothing.values())
            run.summary = {
                "planned": [
                    {"label": name, "icon": icon, "count": count, "channel": id_}
                    for (name, icon, id_), count in sent.items()
                ],
                "nothing": [
                    {"label": decisions._reason_label(code), "code": code, "count": count}
                    for code, count in nothing.items()
                ],
                "nothing_total": total,
            }
            parts = [f"{count:,} {name}" for (name, _icon, _id), count in sent.items()]
            text = " · ".join(parts) or self.env._("nothing to do")
            if total:
                text = self.env._("%(planned)s; %(count)s cases nothing", planned=text, count=f"{total:,}")
            run.summary_text = text

    # === STARTING === #

    @api.model
    def start(self, date=None, dry_run=False):
        """Run the policy for the companies chosen in the company switcher.

        A company that was not switched live yet gets a dry run, whatever is asked.

        :param date: the day to decide for, today by default (`YYYY-MM-DD` over the API); only a dry run
            may be for another day than today
        :param dry_run: decide and show, but plan and send nothing
        :returns: the runs, one for each company
        :raises AccessError: the caller is no collection manager
        :raises UserError: another run of the company is under way, or a live run for another day
        """
        self.env["collection.refresh"]._check_manager()
        runs = self.sudo().browse()
        for company in self.env.companies:
            # sudo: the right was checked; only what follows from ledger and policy is written
            runs += self.sudo()._begin(company, fields.Date.to_date(date), dry_run)
        for run in runs:
            run._go_on()
        return runs.sudo(False)

    @api.model
    def _begin(self, company, date, dry_run):
        """Make the record of a run."""
        today = self.env["collection.refresh"]._today(company)
        is_dry = dry_run or not company.collection_is_live
        if date and date != today and not is_dry:
            raise UserError(
                self.env._(
                    "Notices go out for today only. For another day, start a dry run: it shows what would go out."
                )
            )
        if not is_dry and (
            other := self.search([("company_id", "=", company.id), ("state", "=", "running"), ("is_dry", "=", False)])
        ):
            raise UserError(
                self.env._("%(run)s is under way already (%(progress)s %%).", run=other.name, progress=other.progress)
            )
        return self.create({"company_id": company.id, "date": date or today, "is_dry": is_dry, "user_id": self.env.uid})

    def _go_on(self):
        """Do the rest of a run in this transaction."""
        self.ensure_one()
        self.env["collection.agenda"]._run(self)

    def action_stop(self):
        """Stop a run after the cases it is at; Resume goes on where it stopped."""
        self.env["collection.refresh"]._check_manager()
        # sudo: the right was checked; runs are never written by hand
        self.sudo().filtered(lambda run: run.state == "running").is_stop_wanted = True

    def action_resume(self):
        """Go on with a run that was stopped or failed."""
        self.env["collection.refresh"]._check_manager()
        for run in self.sudo():  # sudo: as above
            if run.state not in ("stopped", "failed"):
                raise UserError(self.env._("Only a run that was stopped or failed can go on."))
            if run.date != self.env["collection.refresh"]._today(run.company_id):
                raise UserError(self.env._("%s was for another day: start a new run.", run.name))
            run.write({"state": "running", "is_stop_wanted": False, "error": False})
            run._go_on()

    def action_dry_run(self):
        """Start a dry run for tomorrow from the menu and open it."""
        run = self.start(fields.Date.add(fields.Date.context_today(self), days=1), dry_run=True)[:1]
        return run._open()

    def action_run_now(self):
        """Start a run for today from the menu and open it."""
        return self.start()[:1]._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_open_decisions(self):
        """List the decisions of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_strategy.collection_decision_action")
        return {**action, "domain": [("run_id", "=", self.id)], "context": {"search_default_group_verdict": 1}}

    def action_open_notices(self):
        """List what the run planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_strategy.collection_notice_action")
        return {**action, "domain": [("action_id.run_id", "=", self.id)], "context": {}}

    @api.autovacuum
    def _forget_decisions(self):
        """Delete old decisions; the run keeps its counts, and what was sent is kept for ever."""
        limit = fields.Date.subtract(fields.Date.today(), days=30)
        gone = self.env["collection.decision"].search([("run_id.date", "<", limit)], limit=50_000)
        gone.unlink()
        return len(gone), len(gone) == 50_000
