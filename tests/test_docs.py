"""The documentation tells the truth: files and tests it names are there."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADDONS = sorted(path.parent.name for path in ROOT.glob("collection_*/__manifest__.py"))


def rows():
    """Return the rows of the feature list: number, file, test."""
    found = []
    for line in (ROOT / "docs/features.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"[FGRI]\d+", cells[0]):
            found.append((cells[0], cells[2].strip("`"), cells[3].strip("`")))
    return found


def test_every_feature_names_a_file_and_a_test_that_exist():
    """A row whose file or test is gone is a promise nobody keeps."""
    assert len(rows()) > 30
    for number, file, test in rows():
        assert (ROOT / file).is_file(), f"{number}: {file} is gone"
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), f"{number}: {path} is gone"
        assert re.search(rf"def {name}\(", (ROOT / path).read_text()), f"{number}: {test} is gone"


def test_no_feature_is_listed_twice():
    """One row a number."""
    numbers = [number for number, _file, _test in rows()]
    assert len(numbers) == len(set(numbers))


def test_links_in_the_documentation_lead_somewhere():
    """Relative links and pictures exist."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_test_module_is_imported():
    """Odoo runs only what tests/__init__.py imports."""
    for addon in ADDONS:
        imported = (ROOT / addon / "tests/__init__.py").read_text()
        for file in (ROOT / addon / "tests").glob("test_*.py"):
            assert f"import {file.stem}\n" in imported, f"{addon}: {file.name} never runs"


def test_the_metapackage_has_every_addon():
    """Installing the metapackage installs all."""
    project = tomllib.loads((ROOT / "setup/_metapackage/pyproject.toml").read_text())["project"]
    assert sorted(project["dependencies"]) == [f"odoo-addon-{addon}==19.0.*" for addon in ADDONS]


def test_nothing_of_one_machine_is_in_the_repository():
    """No absolute path of a developer's machine, no address of a registry."""
    bad = re.compile(r"(^|[^A-Za-z0-9_.])/(work|root|home/\w+)/|https?://[\w.-]*(debian|pypi|pythonhosted|npmjs)\.")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in tracked.splitlines()]
    assert len(files) > 50
    for file in files:
        if file != Path(__file__) and file.is_file() and file.suffix != ".png":
            assert not bad.search(file.read_text(errors="replace")), file
