"""The refresh over Odoo's JSON-2 interface, as another system calls it."""


def test_manager_refreshes_and_proves_over_the_api(served):
    """The counts come back as JSON; a date can be given; the proof is empty."""
    admin = served("admin")
    status, counts = admin.call("collection.refresh", "run")
    assert status == 200 and counts["customers"] >= 0, counts
    status, counts = admin.call("collection.refresh", "run", date="2026-03-10")
    assert status == 200 and set(counts) >= {"cases_opened", "items_settled"}, counts
    status, counts = admin.call("collection.refresh", "run")
    assert admin.call("collection.refresh", "check") == (200, [])


def test_private_verbs_cannot_be_called(served):
    """What starts with an underscore is not there for callers."""
    admin = served("admin")
    for method in ("_refresh", "_cron_refresh", "_soon"):
        status, answer = admin.call("collection.refresh", method)
        assert status in (403, 404), answer
