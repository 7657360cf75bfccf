from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.collection_cases.tests.common import TODAY

from .common import StrategyCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestWorkplan(StrategyCommon):
    """A plan for Kate and Oleg: made, carried out, taken back; absences, skills, rights, the daily list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["collection.workplan"].create(
            {
                "name": "March",
                "date_from": "2026-03-10",
                "date_to": "2026-03-31",
                "member_ids": [
                    Command.create({"user_id": cls.collector.id}),
                    Command.create({"user_id": cls.other_collector.id}),
                ],
            }
        )
        cls.kate, cls.oleg = cls.plan.member_ids.sorted(lambda member: member.user_id.login)
        cls.call_type = cls.env["mail.activity.type"].search(
            [("collection_participates", "=", True), ("collection_channel_id.code", "=", "call")], limit=1
        )
        cls.greek = (
            cls.env["hr.skill"]
            .sudo()
            .create({"name": "Greek", "skill_type_id": cls.env.ref("hr_skills.hr_skill_type_lang").id})
        )

    def _cases(self, count=2, owner=None):
        """Return refreshed cases of so many customers, with an owner."""
        partners = [self.customer, self.other_customer]
        partners += [self._participant(f"C{number}") for number in range(count - 2)]
        for partner in partners[:count]:
            partner.debt_manager_id = owner
            self._invoice(100, -20, partner)
        self.refresh.run()
        return self.env["collection.case"].search([("company_id", "=", self.company.id)], order="id")

    def _line(self, case):
        return self.plan.line_ids.filtered(lambda line: line.case_id == case)

    def _speaks(self, user, skill, level=90):
        employee = (
            self.env["hr.employee"]
            .sudo()
            .create({"name": user.name, "user_id": user.id, "company_id": self.company.id, "is_debt_manager": True})
        )
        mastery = (
            self.env["hr.skill.level"]
            .sudo()
            .create({"name": f"L{level}", "skill_type_id": skill.skill_type_id.id, "level_progress": level})
        )
        self.env["hr.employee.skill"].sudo().create(
            {
                "employee_id": employee.id,
                "skill_id": skill.id,
                "skill_type_id": skill.skill_type_id.id,
                "skill_level_id": mastery.id,
            }
        )
        return employee

    def _need_greek(self):
        lang = self.env["res.lang"].with_context(active_test=False).search([("code", "=", "el_GR")])
        lang.active = True
        self.env["collection.skill.need"].create({"kind": "language", "lang_id": lang.id, "skill_id": self.greek.id})
        self.customer.lang = "el_GR"

    # === MAKING === #

    def test_load_is_evened_out_and_each_case_says_why(self):
        self._cases(6, self.collector)
        self.plan.action_distribute()
        self.assertEqual(self.plan.case_count, 6)
        self.assertEqual((self.kate.case_count, self.oleg.case_count), (3, 3))
        moved = self.plan.line_ids.filtered(lambda line: line.code == "load")
        self.assertIn("more than a fair share", moved[0].reason)
        self.assertTrue(all(self.plan.line_ids.mapped("reason")))
        self.assertEqual(self.plan.line_ids.case_id.user_id, self.collector, "nothing moves before it is activated")

    def test_speaker_of_the_language_gets_the_case(self):
        self._need_greek()
        self._speaks(self.other_collector, self.greek)
        cases = self._cases(2, self.collector)
        self.plan.action_distribute()
        line = self._line(cases.filtered(lambda case: case.partner_id == self.customer))
        self.assertEqual((line.user_id, line.code), (self.other_collector, "skill"))
        self.assertIn("Greek", line.reason)
        self.assertFalse(line.missing)
        line.user_id = self.collector
        self.assertEqual((line.missing, line.code, line.state), ("Greek", "by_hand", "kept"), "refused is nothing")

    def test_legal_step_and_segment_need_their_skills(self):
        strategy = self._strategy((3, self.call), (5, self.call, {"is_legal": True}))
        segment = self._segment(strategy)
        cases = self._cases(2, self.collector)
        self.env["collection.policy"]._assign(self.company)
        kinds = [{"kind": "legal"}, {"kind": "segment", "segment_id": segment.id}]
        self.env["collection.skill.need"].search([]).active = False
        for vals in kinds:
            need = self.env["collection.skill.need"].create({**vals, "skill_id": self.greek.id})
            self.plan.action_distribute()
            self.assertEqual(
                bool(self._line(cases[0]).needs), vals["kind"] == "segment", "the legal step is not reached yet"
            )
            need.active = False
        self.runs.start()
        self.env["collection.skill.need"].create({"kind": "legal", "skill_id": self.greek.id})
        with freeze_time("2026-03-13"):
            self.plan.action_distribute()
        self.assertEqual(self._line(cases[0]).needs, [[self.greek.id, 0]])
        self.assertIn("Nobody there has: Greek", self._line(cases[0]).reason)

    def test_small_cases_are_left_to_the_automatic_steps(self):
        self._segment(self._strategy((30, self.email)))
        cases = self._cases(2, self.collector)
        cases[1].activity_schedule(act_type_xmlid="mail.mail_activity_data_todo", user_id=self.collector.id)
        self.env["collection.policy"]._assign(self.company)
        cases._write_derived({"priority": "0"})
        self.plan.automatic_below = 500
        self.plan.action_distribute()
        self.assertEqual(self.plan.line_ids.sorted("case_id").mapped("code"), ["automatic", "kept"])
        self.assertEqual(self.plan.nobody_count, 0)

    def test_people_come_from_the_departments(self):
        for user in (self.collector, self.other_collector):
            self._speaks(user, self.greek)
        self.plan.member_ids.unlink()
        self._cases(2)
        self.plan.action_distribute()
        self.assertEqual(self.plan.member_ids.user_id, self.collector | self.other_collector)
        self.plan.member_ids.unlink()
        self.env["hr.employee"].sudo().search([]).is_debt_manager = False
        with self.assertRaisesRegex(UserError, "nobody to give cases to"):
            self.plan.action_distribute()

    def test_what_a_person_chose_stays(self):
        self._cases(3, self.collector)
        self.plan.action_distribute()
        line = self.plan.line_ids.filtered(lambda line: line.user_id == self.collector)[0]
        line.user_id = self.other_collector
        self.plan.action_distribute()
        self.assertEqual((line.user_id, line.code, line.state), (self.other_collector, "by_hand", "planned"))
        with self.assertRaisesRegex(UserError, "is not in March"):
            line.user_id = self.sales

    # === CARRYING OUT === #

    def test_activation_moves_cases_with_their_work_and_undo_takes_them_back(self):
        cases = self._cases(6, self.collector)
        for case in cases:
            case.activity_schedule(
                activity_type_id=self.call_type.id, user_id=self.collector.id, date_deadline=self.today
            )
        self.plan.action_distribute()
        answer = self.plan.action_activate()
        self.assertIn("3 cases moved", answer["params"]["message"])
        moved = self.plan.line_ids.filtered(lambda line: line.state == "moved").case_id
        self.assertEqual((len(moved), moved.user_id, moved.activity_ids.user_id), (3, *[self.other_collector] * 2))
        self.assertEqual((cases - moved).user_id, self.collector)
        self.assertIn("Handed over from", " ".join(moved[0].message_ids.mapped("body")))
        self.assertIn("Work plan March", " ".join(moved[0].message_ids.mapped("body")))
        self.plan.action_undo()
        self.assertEqual((cases.user_id, cases.activity_ids.user_id), (self.collector, self.collector))
        self.assertEqual((self.plan.state, self.plan.job), ("draft", False))

    def test_what_people_did_since_comes_first(self):
        cases = self._cases(6, self.collector)
        self.plan.action_distribute()
        planned = self.plan.line_ids.filtered(lambda line: line.state == "planned")
        planned[0].case_id._hand_over(self.env.user)
        self.plan.action_activate()
        self.assertEqual((planned[0].state, planned[0].case_id.user_id), ("skipped", self.env.user))
        planned[1].case_id._hand_over(self.env.user)
        self.plan.action_undo()
        self.assertEqual(planned[1].case_id.user_id, self.env.user)
        self.assertEqual(len(cases.filtered(lambda case: case.user_id == self.collector)), 4)

    def test_cases_of_nobody_are_given_and_released_again(self):
        cases = self._cases(2)
        cases.user_id = False
        self.plan.action_distribute()
        self.plan.action_activate()
        self.assertEqual(cases.user_id, self.collector | self.other_collector)
        self.plan.action_undo()
        self.assertFalse(cases.user_id)

    def test_everybody_is_told_once_with_what_comes(self):
        self._segment(self._strategy((22, self.call), (40, self.email)))
        self._cases(6, self.collector)
        self.env["collection.policy"]._assign(self.company)
        self.plan.action_distribute()
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.plan.action_activate()
        told = self.env["mail.message"].search([("id", ">", before), ("subject", "ilike", "are yours")])
        self.assertEqual(told.partner_ids, (self.collector | self.other_collector).partner_id)
        self.assertEqual(len(told), 2)
        own = told.filtered(lambda message: message.partner_ids == self.other_collector.partner_id)
        self.assertIn("3 cases", own.subject)
        self.assertRegex(own.body, rf"3 × {self.call.name}")
        self.assertIn("/odoo/my-collections", own.body)
        notified = self.env["mail.notification"].search(
            [("mail_message_id", ">", before), ("res_partner_id", "in", told.partner_ids.ids)]
        )
        self.assertEqual(notified.mail_message_id, told, "no second message for each case")

    def test_moving_a_case_while_the_plan_runs_hands_it_over_at_once(self):
        cases = self._cases(2, self.collector)
        self.plan.action_distribute()
        self.plan.action_activate()
        self._line(cases[0]).user_id = self.other_collector
        self.assertEqual(cases[0].user_id, self.other_collector)
        with self.assertRaisesRegex(UserError, "choose who"):
            self._line(cases[0]).user_id = False
        self.plan.action_done()
        with self.assertRaisesRegex(UserError, "is over"):
            self._line(cases[0]).user_id = self.collector

    def test_many_cases_move_in_the_background(self):
        self._cases(6, self.collector)
        self.plan.action_distribute()
        self.patch(type(self.plan), "_work_now", lambda plan: True)
        self.plan.action_activate()
        self.assertEqual((self.plan.waiting_count, self.plan.progress), (3, 0))
        with self.enter_registry_test_mode():
            self.env.ref("collection_strategy.ir_cron_workplan").method_direct_trigger()
        self.plan.invalidate_recordset()
        self.assertEqual((self.plan.job, self.plan.moved_count), (False, 3))

    def test_queries_per_case_are_constant(self):
        """Twice the cases, at most about twice the queries: no work on a case looks at the others."""
        counts = []
        for number in (10, 20):
            cases = self._cases(number + 2)
            cases.user_id = self.collector
            self.plan.line_ids.unlink()
            self.plan.state = "draft"
            self.plan.member_ids.told_date = False
            self.plan.action_distribute()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.plan.action_activate()
            self.env.flush_all()
            counts.append((self.env.cr.sql_log_count - before, self.plan.moved_count))
        (few, moved), (more, twice) = counts
        self.assertGreater(twice, moved)
        self.assertLess((more - few) / (twice - moved), 8, counts)

    # === ABSENCE === #

    def test_absent_people_get_nothing_and_give_away(self):
        self.kate.write({"absent_from": "2026-03-01", "absent_to": "2026-04-10"})
        cases = self._cases(2, self.collector)
        self.plan.action_distribute()
        self.assertEqual(self.plan.line_ids.user_id, self.other_collector)
        self.assertIn("away", self._line(cases[0]).reason)

    def test_part_of_the_period_is_part_of_the_work(self):
        self.kate.write({"absent_from": "2026-03-21", "absent_to": "2026-04-10"})
        self.assertEqual(self.kate.presence, 56)
        with self.assertRaises(ValidationError):
            self.kate.absent_to = "2026-03-01"

    def test_substitute_sees_what_is_due_and_it_goes_back_by_itself(self):
        cases = self._cases(2, self.collector)
        for case, day in zip(cases, (0, 30), strict=True):
            case.activity_schedule(
                activity_type_id=self.call_type.id,
                user_id=self.collector.id,
                date_deadline=self.today + timedelta(days=day),
            )
        self.plan.action_distribute()
        self.kate.write(
            {"absent_from": "2026-03-10", "absent_to": "2026-03-11", "substitute_id": self.other_collector.id}
        )
        self._line(cases[0]).user_id = self._line(cases[1]).user_id = self.collector
        action = self.env.ref("collection_cases.collection_my_day_action")
        domain = fields.Domain(eval(action.domain, {"uid": self.other_collector.id}))
        theirs = self.env["collection.case"].with_user(self.other_collector)
        self.assertFalse(theirs.search(domain), "the plan does not run yet")
        self.plan.action_activate()
        found = theirs.search(domain)
        self.assertEqual(found.sudo(), cases[0])
        self.assertIn("For kate", found.stood_in_text)
        self.assertEqual(found.user_id, self.collector)
        found.activity_ids.action_feedback("Called")
        self.assertEqual(found.item_ids.mapped("name"), cases[0].item_ids.mapped("name"))
        cases[0].activity_schedule(activity_type_id=self.call_type.id, user_id=self.collector.id)
        pill = {row["filter"]: row["count"] for row in theirs.get_my_day_counts()}
        self.assertEqual(pill["stood_in"], 1)
        wizard = self.env["collection.log.contact"].with_user(self.other_collector).create({"case_id": found.id})
        self.assertEqual(wizard.activity_id, cases[0].activity_ids, "the colleague's planned work is what is done")
        found.action_snooze()
        self.assertEqual(cases[0].activity_ids.mapped("date_deadline"), [self.today + timedelta(days=1)])
        with freeze_time("2026-03-12"):
            self.env.invalidate_all()
            self.assertFalse(theirs.search(domain))
            with self.assertRaises(AccessError):
                cases[0].with_user(self.other_collector).check_access("read")

    def test_time_off_in_the_working_hours_is_an_absence(self):
        employee = self._speaks(self.collector, self.greek)
        leave = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .create(
                {
                    "name": "Holiday",
                    "resource_id": employee.resource_id.id,
                    "calendar_id": employee.resource_calendar_id.id,
                    "date_from": "2026-03-12 05:00:00",
                    "date_to": "2026-03-17 17:00:00",
                }
            )
        )
        self.assertEqual(str(self.kate.absent_from), "2026-03-12")
        self.assertEqual((str(self.kate.absent_to), self.kate.is_from_calendar), ("2026-03-17", True))
        leave.unlink()
        self.assertFalse(self.kate.absent_from)
        self.kate.write({"absent_from": "2026-03-20", "absent_to": "2026-03-21"})
        self.env["collection.workplan"]._end_and_read()
        self.assertEqual(str(self.kate.absent_from), "2026-03-20", "what was typed in stays")

    def test_substitute_must_be_a_collector(self):
        with self.assertRaisesRegex(ValidationError, "cannot stand in"):
            self.kate.substitute_id = self.sales
        with self.assertRaisesRegex(ValidationError, "cannot stand in"):
            self.kate.substitute_id = self.collector

    def test_plan_ends_by_itself(self):
        self._cases(2, self.collector)
        self.plan.action_distribute()
        self.plan.action_activate()
        with freeze_time("2026-04-01"):
            self.env["collection.workplan"]._end_and_read()
        self.assertEqual(self.plan.state, "done")

    # === RIGHTS === #

    def test_collectors_read_their_own_part_of_running_plans_only(self):
        self._cases(6, self.collector)
        self.plan.action_distribute()
        own = self.plan.with_user(self.collector)
        self.assertFalse(own.search([]), "a draft is nobody's business yet")
        self.plan.action_activate()
        self.assertEqual(own.search([]), self.plan)
        self.assertEqual(own.line_ids.search([]).user_id, self.collector)
        self.assertEqual(own.member_ids.search([]).user_id, self.collector)
        for call in (own.action_undo, own.action_done, lambda: self._line_of(own).write({"user_id": False})):
            with self.assertRaises(AccessError):
                call()
        outsider = self._user("olga", "collection_cases.group_collection_user")
        self.assertFalse(self.plan.with_user(outsider).search([]))
        with self.assertRaises(AccessError):
            self.env["collection.workplan"].with_user(outsider).get_board(self.plan.id)
        with self.assertRaises(AccessError):
            self.plan.with_user(self.sales).read(["name"])

    def _line_of(self, plan):
        return plan.line_ids.search([], limit=1)

    def test_companies_are_apart(self):
        other = self.setup_other_company()["company"]
        boss = self._user("boss", "collection_cases.group_collection_manager", other)
        self._cases(2, self.collector)
        self.plan.action_distribute()
        for model in ("collection.workplan", "collection.workplan.member", "collection.workplan.line"):
            self.assertFalse(self.env[model].with_user(boss).search([]), model)
        theirs = self.env["collection.workplan"].with_user(boss).create({"name": "Theirs"})
        theirs.member_ids = [Command.create({"user_id": boss.id})]
        theirs.action_distribute()
        self.assertFalse(theirs.line_ids)

    # === THE DAILY LIST === #

    def test_daily_list_is_mailed_to_whoever_wants_it_once(self):
        cases = self._cases(2, self.collector)
        cases[0].activity_schedule(
            activity_type_id=self.call_type.id, user_id=self.collector.id, date_deadline=self.today
        )
        self.collector.email = "kate@example.com"
        self.collector.with_user(self.collector).collection_day_list = True
        before = self.env["mail.message"].sudo().search([], order="id desc", limit=1).id
        with self.enter_registry_test_mode():
            self.env.ref("collection_strategy.ir_cron_day_list").method_direct_trigger()
            self.env.ref("collection_strategy.ir_cron_day_list").method_direct_trigger()
        messages = self.env["mail.message"].sudo()
        found = messages.search([("id", ">", before), ("subject", "ilike", "Your cases today")])
        self.assertEqual(found.partner_ids, self.collector.partner_id)
        self.assertEqual(len(found), 1)
        self.assertIn("Alpha", found.body)
        self.assertIn(self.call_type.name, found.body)
        self.assertIn("overdue", found.body)
