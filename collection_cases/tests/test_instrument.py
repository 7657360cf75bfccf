from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestInstrument(CollectionCommon):
    """Cheques and bills, from the drawer to the bank's answer."""

    def test_smoke(self):
        self._invoice(100)
        case = self._refreshed_case()
        self.env["collection.instrument"].create({"case_id": case.id, "number": "1", "amount": 60, "due_date": TODAY})
