"""Several systems, or one that is impatient, send the same foreign ledger at the same time."""

from concurrent.futures import ThreadPoolExecutor


def test_same_rows_sent_six_times_at_once(served, database):
    """Each call is done or refused with a sentence; entries and customers are there once."""
    feed = database.json(
        """
import json
feed = env["collection.feed"].create({"name": "At once", "company_id": env.ref("base.main_company").id})
env.cr.commit()
print("JSON", json.dumps(feed.id))
"""
    )
    admin = served("admin")
    rows = [
        {"customer_number": f"C{n % 40}", "document_number": f"R{n}", "due_date": "2026-01-31", "residual": n + 1}
        for n in range(400)
    ]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _n: admin.call("collection.feed", "load", [feed], rows=rows), range(6)))
    done = [answer for status, answer in answers if status == 200]
    refused = [answer for status, answer in answers if status != 200]
    assert done and all("being read right now" in answer["message"] for answer in refused), answers
    assert max(answer["entries_new"] for answer in done) == 400
    assert sum(answer["entries_new"] for answer in done) == 400
    found = database.sql(f"SELECT COUNT(*), SUM(residual)::int FROM collection_feed_entry WHERE feed_id = {feed}")
    assert found == [["400", "80200"]]
    assert database.sql("SELECT COUNT(*) FROM res_partner WHERE ref = 'C7'") == [["1"]]


def test_reading_that_is_killed_leaves_nothing(database):
    """A process that dies in the middle of a reading: no entry, no run, and the next one is not blocked."""
    script = """
import os, json
from unittest.mock import patch
feed = env["collection.feed"].create({"name": "Killed"})
env.cr.commit()
rows = [{"customer_number": "KILLED", "document_number": "R1", "due_date": "2026-01-31", "residual": 1}]
reading = type(env["collection.feed.reading"])
write = reading._write
def die(*arguments):
    write(*arguments)
    os._exit(9)
with patch.object(reading, "_write", die):
    feed.load(rows)
"""
    process = database.start_shell(script)
    process.communicate()
    assert process.returncode == 9
    count = "SELECT COUNT(*) FROM {} WHERE feed_id IN (SELECT id FROM collection_feed WHERE name = 'Killed')"
    assert database.sql(count.format("collection_feed_entry")) == [["0"]]
    assert database.sql(count.format("collection_feed_run")) == [["0"]]
    answer = database.json(
        """
import json
feed = env["collection.feed"].search([("name", "=", "Killed")])
rows = [{"customer_number": "KILLED", "document_number": "R1", "due_date": "2026-01-31", "residual": 1}]
print("JSON", json.dumps(feed.load(rows)["entries_new"]))
"""
    )
    assert answer == 1
