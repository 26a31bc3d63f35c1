"""Details: which tests are some, what they weigh and decide, and that no refusal is asked of a task that is right."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import load_course
from grader.report.json import from_json

ROOT = Path(__file__).parents[3]
LEAST = 0.8  # of its points a task keeps without any refusal

SUITE = '''
import pytest
import torch
from grader.suite import check_close, check_manners, check_raises


def refuse(double, x):
    with check_raises(TypeError):
        double(x)


def test_double_refuses_words(submission):
    """Words are refused."""
    refuse(submission.double, "two")


def test_double_of_two(submission):
    """Two becomes four, and words are refused."""
    check_close(submission.double(torch.tensor(2.0)), torch.tensor(4.0))
    if WITH_WORDS:
        refuse(submission.double, "two")


@pytest.mark.detail
@pytest.mark.weight(2)
def test_double_of_a_transpose(submission):
    """Any layout will do."""
    check_close(submission.double(torch.ones(3, 2).t()), torch.full((2, 3), 2.0))


def test_double_has_manners(submission):
    """The random state stays."""
    check_manners(submission, lambda: submission.double(torch.ones(2)))
'''
SOLVED = "    return 2 * x\n"


@pytest.fixture
def grade(made_up, host):
    """Grades `double` as a test writes it."""
    made_up.suite(SUITE.replace("WITH_WORDS", "False"))

    def graded(body, **options):
        text = f"import torch\n\n\ndef double(x):\n{body}\n\ndef quadruple(x):\n    return 4 * x + 1\n"
        answer = host.grade(made_up.submit(text), made_up.package, seed=1, **options)
        return answer.report.tasks[0], answer

    return graded


def test_tests_that_only_refuse_or_look_at_manners_are_details_by_themselves(grade):
    """A helper of the suite is read too; what computes anything is of the core, and comes first."""
    task, _ = grade("    if not isinstance(x, torch.Tensor):\n        raise TypeError('x')\n" + SOLVED)
    assert [(test.name[12:], test.detail) for test in task.tests] == [
        ("of_two", False), ("refuses_words", True), ("of_a_transpose", True), ("has_manners", True),
    ]  # fmt: skip
    assert (str(task.verdict), task.points) == ("pass", 3)


def test_task_whose_core_passes_is_right_and_is_built_on(grade):
    """What it refuses is open, and what needs it is judged by itself."""
    task, answer = grade(SOLVED)
    assert [test.name for test in task.details_open] == ["test_double_refuses_words"]
    assert (str(task.verdict), task.points) == ("right", 2.85)
    assert answer.verdicts()["maths.quadruple"] == "fail"


def test_first_failure_is_of_the_core_and_details_earn_nothing_without_it(grade):
    """An idle constant has manners, and that is worth nothing."""
    task, _ = grade("    return torch.zeros(2)\n")
    assert (str(task.verdict), task.points, task.first_failure.name) == ("fail", 0, "test_double_of_two")


def test_details_are_not_run_where_the_core_alone_is_asked_for(grade):
    """They are skipped, said in a note, and their share is open."""
    task, answer = grade(SOLVED, core=True)
    assert [str(test.verdict) for test in task.tests] == ["pass", "skipped", "skipped", "skipped"]
    assert (str(task.verdict), task.points, task.only_core) == ("right", 2.4, True)
    assert "details were not run: their share of the points is open" in answer.report.notes


def test_display_counts_no_open_detail_as_a_failure(grade):
    """What is told of a detail that is open is that the task is right."""
    _, answer = grade(SOLVED)
    assert [row[2:] for row in answer.progress if row[:2] == ["advance", "maths.double"]][1] == [
        "test_double_refuses_words", "right",
    ]  # fmt: skip


class _WithoutRefusals(ast.NodeTransformer):
    """Takes every `raise` out, with the `if` in which it stands alone; a check that is asked for keeps its own."""

    def visit(self, node: ast.AST) -> ast.AST | None:
        self.generic_visit(node)
        refuses = isinstance(node, ast.Raise) and "AssertionError" not in ast.unparse(node)
        if refuses or (isinstance(node, ast.If) and not node.body and not node.orelse):
            return None
        if "body" in node._fields and node.body == []:
            node.body = [ast.Pass()]
        return node


def without_refusals(text: str) -> str:
    """Return a module without any `raise`."""
    return ast.unparse(ast.fix_missing_locations(_WithoutRefusals().visit(ast.parse(text))))


def refuses(slug: str) -> bool:
    text = (ROOT / f"solutions/{slug}.py").read_text(encoding="utf-8")
    return without_refusals(text) != ast.unparse(ast.parse(text))


SLUGS = [slug for slug in load_course().slugs if refuses(slug)]


def test_refusals_are_taken_out_whole():
    assert without_refusals("if x:\n    raise A\nelif y:\n    raise B\nreturn_ = 1") == "return_ = 1"
    assert without_refusals("if x:\n    raise A\nelse:\n    y = 1") == "if x:\n    pass\nelse:\n    y = 1"


@pytest.mark.parametrize(
    "slug", [pytest.param(slug, marks=[] if slug == "losses" else [pytest.mark.rest]) for slug in SLUGS]
)
def test_reference_without_any_refusal_is_right(slug, tmp_path):
    """Each task keeps at least four fifths of its points, and none is skipped."""
    shutil.copytree(ROOT / "solutions", tmp_path, dirs_exist_ok=True)  # with the topics that it imports
    file = tmp_path / f"{slug}.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(without_refusals(text), encoding="utf-8")
    command = [sys.executable, "-m", "grader", str(file), "--seed", "1", "--format", "json", "-k", "not statistical"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    for task in from_json(done.stdout).tasks:
        assert task.verdict.is_right, (task.id, task.first_failure)
        assert task.points >= LEAST * task.max_points - 0.01, (task.id, task.points)
