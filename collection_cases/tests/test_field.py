from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestField(CollectionCommon):
    """Taking money at the debtor's door."""

    def test_smoke(self):
        self._invoice(100)
        case = self._refreshed_case()
        answer = (
            self.env["collection.field"]
            .with_user(self.collector)
            .enter({"uuid": "a" * 32, "kind": "payment", "case": case.id, "method": "cash", "amount": "60"})
        )
        self.assertTrue(answer["receipt"])
