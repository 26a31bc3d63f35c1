"""The house stays small, and its needs run one way: bounds for what `python tests/structure.py` prints."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "structure.py"
spec = importlib.util.spec_from_file_location("structure", FILE)
assert spec is not None and spec.loader is not None
structure = sys.modules["structure"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(structure)

MOST = {
    "lines of code": 24_000,
    "modules": 240,
    "packages": 32,
    "lines of a module, median": 160,
    "lines of a module, most": 400,
    "lines of a function, median": 10,
    "lines of a function, most": 60,
    "circles of files": 0,
    "circles of packages": 0,
}
# What the modules of a package may import, also inside functions and for types, from the bottom to the top.
NEEDS = {
    "grader": "",
    "course": "",
    "device": "",
    "wire": "",
    "data": "course grader",
    "report": "grader",
    "intake": "course",
    # The wall: what is executed with a submission, and what speaks to it.
    "process": "device",
    "worker.confine": "process",
    "worker": "device process wire worker.confine",
    "sandbox": "device wire worker worker.confine",
    "proxy": "sandbox wire",
    # The verdict.
    "suite": "data device proxy report wire",
    "judge": "course device grader intake process proxy report sandbox suite wire worker",  # the server's warming up
    "verify": "course device judge process proxy report suite",
    # What is said, and the learner.
    "text": "report",
    "learner": "course device grader intake judge process proxy report sandbox wire",
    "render": "course learner report text verify",
    "render.html": "course intake render report text",
    "notebook": "course intake learner render render.html report text",
    "watch": "course device grader intake judge learner process render report text",
    # Classes.
    "classroom": "report",
    "classroom.policy": "classroom course report text",
    "classroom.tables": "classroom classroom.policy course intake report text",
    "classroom.reading": "classroom classroom.tables course intake",
    "classroom.similar": "classroom course intake",
    "classroom.gradebook": "classroom grader report",
    "classroom.pages": (
        "classroom classroom.gradebook classroom.policy classroom.similar classroom.tables grader render render.html"
        " report text"
    ),
    "classroom.grading": (
        "classroom classroom.gradebook classroom.pages classroom.policy classroom.reading"
        " classroom.tables course device grader intake judge notebook process report sandbox text"
    ),
    # What is handed out, and the command line.
    "release": "course device grader intake judge process render report text",
    "doctor": "device grader process worker.confine",
    "cli": (
        "classroom classroom.gradebook classroom.grading classroom.pages classroom.policy"
        " classroom.reading classroom.similar classroom.tables course data doctor grader intake judge learner"
        " process release render render.html report text verify watch"
    ),
    "__main__": "cli",
}


@pytest.fixture(scope="module")
def house():
    return structure.House()


@pytest.mark.parametrize("name", MOST)
def test_figure_stays_within_its_bound(house, name):
    assert structure.figures(house)[name] <= MOST[name]


def test_package_imports_only_what_its_row_allows(house):
    found = {
        package.removeprefix("grader."): {each.removeprefix("grader.") for each in needed}
        for package, needed in house.packages().items()
    }
    assert set(found) == set(NEEDS)
    assert {package: needed - set(NEEDS[package].split()) for package, needed in found.items()} == {
        package: set() for package in NEEDS
    }


def test_row_allows_nothing_that_makes_a_circle():
    assert structure.circles({package: needed.split() for package, needed in NEEDS.items()}) == []


MOST_ENTERED = 55  # modules of which a grading of one task calls a function, before and after its processes
ENTERED = """
import sys
entered, root = set(), sys.argv[1]  # the words of a process do not stay in its workers
def note(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_name != "<module>" and code.co_filename.startswith(root):
        entered.add(code.co_filename)
sys.setprofile(note)
from grader.cli import main
code = main(sys.argv[2:])
sys.setprofile(None)
print(*sorted(entered), sep="\\n", file=sys.stderr)
sys.exit(code)
"""


def test_one_task_in_the_terminal_enters_few_modules():
    command = [sys.executable, "-P", "-c", ENTERED, str(FILE.parents[1] / "grader"), "solutions", "--task", "softmax"]
    done = subprocess.run(command, cwd=FILE.parents[1], capture_output=True, text=True, check=True)
    assert len(done.stderr.split()) <= MOST_ENTERED, done.stderr


PAGES = [FILE.parents[1] / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
NAMED = re.compile(r"`((?:grader|tests)/[a-z_/]+/|(?:[a-z_]+/)+[a-z_]+\.py)`")


@pytest.mark.parametrize("page", [*PAGES, *sorted((FILE.parents[1] / "docs").glob("*.md"))], ids=lambda page: page.name)
def test_place_that_a_document_names_is_there(page):
    """In the project, or in `grader/`, whose name is left out where a page is about nothing else."""
    root = FILE.parents[1]
    named = set(NAMED.findall(page.read_text(encoding="utf-8")))
    assert {place for place in named if not (root / place).exists() and not (root / "grader" / place).exists()} == set()
