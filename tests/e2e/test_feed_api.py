"""Foreign ledgers over Odoo's JSON-2 interface, as another ERP sends its open items."""

import base64

import pytest


@pytest.fixture
def feed(database):
    """A new foreign ledger of the first company; gives its id."""
    return database.json(
        """
import json
feed = env["collection.feed"].create({"name": "ERP", "company_id": env.ref("base.main_company").id})
env.cr.commit()
print("JSON", json.dumps(feed.id))
"""
    )


def row(number, residual, **values):
    """Return an open item as another system sends it."""
    return {
        "customer_number": "API-1",
        "document_number": number,
        "due_date": "2026-01-31",
        "residual": residual,
        **values,
    }


def test_rows_come_in_once_and_are_settled_when_they_are_gone(served, feed):
    """New, the same again, paid in part, gone: counts come back as JSON."""
    admin = served("admin")

    def load(rows, **arguments):
        status, answer = admin.call("collection.feed", "load", [feed], rows=rows, **arguments)
        assert status == 200, answer
        return {name: answer[f"entries_{name}"] for name in ("new", "changed", "settled", "unchanged")}, answer

    rows = [row("R1", 100), row("R2", "50.50"), row("R3", 7)]
    assert load(rows)[0] == {"new": 3, "changed": 0, "settled": 0, "unchanged": 0}
    counts, answer = load(rows)
    assert counts == {"new": 0, "changed": 0, "settled": 0, "unchanged": 3}
    assert "was read before" in answer["reason"]
    assert load([row("R1", 40, amount=100)], mode="changes")[0]["changed"] == 1
    counts, answer = load([row("R1", 40, amount=100), row("R2", "fifty")])
    assert counts == {"new": 0, "changed": 0, "settled": 1, "unchanged": 1}, "R3 is gone; what R2 is nobody knows"
    assert answer["problems"] == [
        {"line": 2, "column": "residual", "value": "fifty", "message": answer["problems"][0]["message"]}
    ]
    assert [found["stored"] for found in answer["sums"]] == [40.0]
    status, answer = admin.call("collection.feed.run", "action_undo", [answer["run_id"]])
    assert status == 200, answer
    assert load([row("R1", 40, amount=100), row("R2", "50.50"), row("R3", 7)])[0]["unchanged"] == 3


def test_file_comes_in_over_the_api(served, feed):
    """A file as its program wrote it, with its own names, encoding and decimals."""
    admin = served("admin")
    content = "Kundennr;Name;Beleg;Fällig am;Offen\r\nAPI-2;Müller;R9;31.01.2026;1.234,50\r\n".encode("cp1252")
    status, answer = admin.call(
        "collection.feed", "load_file", [feed], name="op.csv", content_base64=base64.b64encode(content).decode()
    )
    assert status == 200 and (answer["state"], answer["entries_new"]) == ("done", 1), answer
    assert answer["sums"][0]["taken"] == 1234.5


def test_nobody_else_reads_files_and_nothing_else_can_be_called(served, feed, database):
    """A collector is refused; private methods and writing entries are not there for anybody."""
    database.shell(
        """
env["res.users"].create({"name": "Cora", "login": "cora-feed", "group_ids": [
    (4, env.ref("collection_cases.group_collection_user").id)]})
env.cr.commit()
"""
    )
    collector, admin = served("cora-feed"), served("admin")
    for method, arguments in (("load", {"rows": []}), ("load_file", {"name": "x", "content_base64": ""})):
        status, answer = collector.call("collection.feed", method, [feed], **arguments)
        assert status == 403, answer
    for model, method in (("collection.feed", "_start"), ("collection.feed.reading", "_apply")):
        status, answer = admin.call(model, method, [feed])
        assert status in (403, 404), answer
    for model in ("collection.feed.entry", "collection.feed.run", "collection.feed.movement", "collection.feed.change"):
        status, answer = admin.call(model, "create", vals_list=[{}])
        assert status == 403, answer
    assert admin.call("collection.feed", "load", [feed], rows=[1])[0] == 422
