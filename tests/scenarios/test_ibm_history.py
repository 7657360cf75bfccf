"""The product on a real history, when its file is given: pytest tests/scenarios --ibm FILE."""

from pathlib import Path

import pytest


def test_cases_and_sums_equal_the_file_week_by_week(database, request):
    """Cases are the customers with something overdue, amounts equal to the cent, every week."""
    path = request.config.getoption("--ibm")
    if not path:
        pytest.skip("no file given: --ibm FILE")
    assert Path(path).is_file(), f"{path} is not there"
    script = (
        "import sys; sys.path.insert(0, 'tests/scenarios')\n"
        f"import ibm_history\nibm_history.run(env, {str(Path(path).resolve())!r})\n"
    )
    output = database.shell(script)
    print(output)
    assert "weeks equal to the file" in output
