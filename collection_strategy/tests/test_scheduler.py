"""The scheduler's jobs: run and deliver, piece by piece."""

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.collection_cases.tests.common import TODAY

from .common import StrategyCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestScheduler(StrategyCommon):
    def _cron(self, name):
        with self.enter_registry_test_mode(), self.mails() as mails:
            self.env.ref(f"collection_strategy.{name}").sudo().method_direct_trigger()
        return mails

    def test_night_plans_and_delivers_once(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self._cron("ir_cron_run")
        self.assertEqual(self._actions().state, "planned")
        self.assertEqual(len(self._cron("ir_cron_deliver")), 1)
        self.assertFalse(self._cron("ir_cron_run"))
        self.assertFalse(self._cron("ir_cron_deliver"))
        self.assertEqual(self._actions().state, "done")

    def test_dry_run_by_hand_does_not_take_the_nights_place(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self.runs.start(dry_run=True)
        self._cron("ir_cron_run")
        self.assertEqual(self._actions().state, "planned")

    def test_company_that_is_not_live_gets_a_dry_run(self):
        self.company.collection_is_live = False
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self.refresh.run()
        self._cron("ir_cron_run")
        runs = self.runs.search([("company_id", "=", self.company.id)])
        self.assertEqual(runs.mapped("is_dry"), [True])
        self.assertFalse(self._actions())
        self._cron("ir_cron_run")
        self.assertEqual(self.runs.search([("company_id", "=", self.company.id)]), runs, "once a day")

    def test_nothing_is_delivered_while_the_company_is_not_live(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self.runs.start()
        self.company.collection_is_live = False
        self.assertFalse(self._cron("ir_cron_deliver"))
        self.assertEqual(self._actions().state, "planned")

    def test_other_companies_do_not_see_it(self):
        other = self.setup_other_company()["company"]
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self._cron("ir_cron_run")
        self._cron("ir_cron_deliver")
        manager = self._user("otto", "collection_cases.group_collection_manager", other)
        for model in ("collection.notice", "collection.run", "collection.decision", "collection.rating"):
            self.assertFalse(self.env[model].with_user(manager).search([]), model)
