"""The refresh under real faults: killed in the middle, run twice at once, while payments come in."""

import random
import time

CUSTOMERS = 120
KILLS = 4

SETUP = f"""
import sys; sys.path.insert(0, "tests")
from bench import ledger
from odoo import fields
ledger.generate(env, ledger.Shape(items={CUSTOMERS * 20}, customers={CUSTOMERS}), fields.Date.today())
"""

REFRESH = """
from odoo.addons.collection_cases.services import collection_refresh
collection_refresh.BATCH = 10
service = type(env["collection.refresh"])
whole = service._refresh
def told(self, *arguments):
    print("BATCH BEGUN", flush=True)
    found = whole(self, *arguments)
    print("BATCH READY", flush=True)
    return found
service._refresh = told
env["collection.refresh"]._cron_refresh()
env.cr.commit()
"""

STANDING = """
SELECT record.partner_id, record.branch_id, record.state, record.amount_open, record.amount_overdue,
       (SELECT string_agg(item.move_line_id || ':' || item.state, ',' ORDER BY item.move_line_id)
          FROM collection_item item WHERE item.case_id = record.id)
  FROM collection_case record JOIN res_partner partner ON partner.id = record.partner_id
 WHERE partner.name LIKE 'Customer %' ORDER BY 1, 2
"""

COUNT = "SELECT count(*) FROM collection_item"

DOUBLES = """
SELECT count(*) FROM (SELECT move_line_id FROM collection_item WHERE state = 'open'
                       GROUP BY move_line_id HAVING count(*) > 1) twice
"""

CHECK = """
import json
print("JSON", json.dumps(len(env["collection.refresh"].check())))
"""


def kill_after(process, signs, seconds):
    """Kill -9 a refresh a moment after it has given so many signs of life."""
    for row in process.stdout:
        signs -= row.startswith("BATCH")
        if not signs:
            break
    assert not signs, "the refresh ended before it could be killed"
    time.sleep(seconds)
    process.kill()
    process.wait()


def test_killed_and_run_twice_ends_as_if_nothing_had_happened(database):
    """Kill the refresh at random points, run two at once, then compare with an undisturbed refresh."""
    database.shell(SETUP)
    dice = random.Random(7)
    halfway = set()
    for _kill in range(KILLS):
        process = database.start_shell(REFRESH)
        kill_after(process, dice.randint(3, 9), dice.uniform(0, 0.03))
        halfway.add(database.sql(COUNT)[0][0])
    assert all(0 < int(count) < CUSTOMERS * 20 for count in halfway), halfway
    pair = [database.start_shell(REFRESH) for _worker in range(2)]
    outputs = [process.communicate()[0] for process in pair]
    assert all(process.returncode == 0 for process in pair), outputs
    assert "Traceback" not in "".join(outputs), outputs
    disturbed = database.sql(STANDING)
    assert database.sql(DOUBLES) == [["0"]]
    assert database.json(CHECK) == 0

    database.sql("DELETE FROM collection_item")
    database.sql("DELETE FROM collection_case")
    database.shell(REFRESH)
    assert database.sql(STANDING) == disturbed
    assert len(disturbed) > CUSTOMERS / 2
