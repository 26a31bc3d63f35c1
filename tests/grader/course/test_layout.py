"""Every rule of the layout, broken once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, load_course
from grader.course.layout import layout_problems
from grader.course.problem import Problem

SUITE = "tests/suites/losses/test_softmax.py"
MISTAKES = "tests/suites/losses/mistakes/softmax.py"
STUB = "exercises/losses/losses.py"
TOPIC = "exercises/losses/topic.toml"


def problems(root: Path) -> tuple[Problem, ...]:
    return layout_problems(load_course(root / "grader"))


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_layout_has_no_problem_when_every_rule_is_kept(course: Course) -> None:
    assert layout_problems(course) == ()


def test_layout_ignores_what_python_and_editors_leave_behind(root: Path) -> None:
    for name in ("solutions/__pycache__", "tests/suites/losses/__pycache__", "exercises/losses/.idea"):
        (root / name).mkdir()
    assert problems(root) == ()


def test_layout_allows_one_conftest_for_all_suites(root: Path) -> None:
    (root / "tests/suites/conftest.py").write_text("")
    assert problems(root) == ()


@pytest.mark.parametrize(
    "name", ["exercises/losses/README.md", SUITE, MISTAKES, "tests/suites/losses/mistakes", STUB]
)
def test_layout_tells_a_file_that_is_missing(root: Path, name: str) -> None:
    (root / name).rename(root / "elsewhere")
    assert any(problem.file == root / name and "missing" in problem.text for problem in problems(root))


def test_layout_tells_a_solution_that_is_missing(root: Path) -> None:
    (root / "solutions/losses.py").unlink()
    assert any("solutions/losses.py: is missing" in str(problem) for problem in problems(root))


@pytest.mark.parametrize(
    "name",
    [
        "exercises/notes.txt",
        "exercises/losses/helper.py",
        "solutions/helper.py",
        "tests/suites/helper.py",
        "tests/suites/losses/helper.py",
        "tests/suites/losses/mistakes/sigmoid.py",
    ],
)
def test_layout_tells_a_file_that_is_unexpected(root: Path, name: str) -> None:
    (root / name).write_text("")
    assert [problem.file for problem in problems(root)] == [root / name]


def test_layout_tells_a_stub_that_does_not_follow_from_its_solution(root: Path) -> None:
    replace(root / STUB, 'raise NotImplementedError("softmax")', "return x")
    (problem,) = problems(root)
    assert (problem.file, problem.text) == (
        root / STUB,
        "does not follow from its solution: generate the stubs again",
    )


def test_layout_tells_the_line_of_a_wrong_marker(root: Path) -> None:
    replace(root / "solutions/losses.py", "    ### END SOLUTION", "")
    assert any(problem.line and "never closed" in problem.text for problem in problems(root))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("dim: int = 1", "dim: int = 0", "the signature of softmax differs"),
        ('"""Do what is asked."""', '"""Do what is asked"""', "the docstring of softmax differs"),
        ('"""A topic."""', '"""Another topic."""', "the docstring of the module differs"),
        ("def softmax", "def soft_max", "does not define softmax"),
        ('    """Do what is asked."""\n', "", "softmax has no docstring"),
        ("import torch", "import torch = 3", "is not Python"),
    ],
)
def test_layout_tells_where_stub_and_solution_disagree(root: Path, old: str, new: str, text: str) -> None:
    replace(root / STUB, old, new)
    found = [problem for problem in problems(root) if text in problem.text]
    assert found, problems(root)
    assert found[0].file == root / STUB


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("def test_softmax_has", "def test_shape_has", "must be called test_softmax_<rule>"),
        ("The result has", "The result has " + "x" * 60, "at most 79 characters"),
        ('    """The result has the shape of the input."""\n', "", "has no docstring"),
        ("check_shape(got, (5, 3))", "assert got.shape == (5, 3)", "a bare assert"),
        ("import torch\n", "import torch\nimport numpy\n", "imports numpy"),
        ("import torch\n", "import torch\nfrom solutions import losses\n", "imports solutions"),
        ("import torch\n", "import torch = 2\n", "is not Python"),
        ("def test_softmax_", "def check_softmax_", "has no test"),
        ("test_softmax_on_a_device", "test_softmax_elsewhere", "has no test of softmax on a device"),
    ],
)
def test_layout_tells_what_a_suite_must_not_do(root: Path, old: str, new: str, text: str) -> None:
    replace(root / SUITE, old, new)
    found = [problem for problem in problems(root) if text in problem.text]
    assert found, problems(root)
    assert found[0].file == root / SUITE


@pytest.mark.parametrize(
    "statement",
    [
        "check_that(got.shape == (5, 3), 'a', 'b', 'c')",
        "check_that(torch.allclose(got, x), 'a', 'b', 'c')",
        "check_that(got.equal(x), 'a', 'b', 'c')",
        "check_that(submission.softmax(x).max() < 1, 'a', 'b', 'c')",
        "check_that(float(got[0, 0]) < 1, 'a', 'b', 'c')",
        "first = got[0].sum(); check_that(first == 1, 'a', 'b', 'c')",
        "a, b = submission.pair(x); check_that(a == 1, 'a', 'b', 'c')",
        "check_that(all(y == 1 for y in submission.pair(x)), 'a', 'b', 'c')",
        "net = submission.Net(); y = net(x); check_that(y == 1, 'a', 'b', 'c')",
    ],
)
def test_layout_tells_an_operator_on_what_was_not_checked(root: Path, statement: str) -> None:
    replace(root / SUITE, "check_shape(got, (5, 3))", statement)
    found = [problem for problem in problems(root) if "which the submission returned" in problem.text]
    assert found
    assert found[0].line is not None


@pytest.mark.parametrize(
    "statement",
    [
        "check_shape(got, (5, 3)); check_that(bool((got.sum(1) > 0).all()), 'a', 'b', 'c')",
        "check_shape(got, (5, 3)); want = x; check_that(bool((want > 0).any()), 'a', 'b', 'c')",
        "check_that(got is not None, 'a', 'b', 'c'); check_shape(got, (5, 3))",
        "got = torch.softmax(x, 1)",
        "check_shape(got, (5, 3))\n    for size in (1, 2):\n        check_that(size > 0, 'a', 'b', 'c')",
    ],
)
def test_layout_allows_an_operator_on_what_was_checked(root: Path, statement: str) -> None:
    replace(root / SUITE, "check_shape(got, (5, 3))", statement)
    assert problems(root) == ()


def test_layout_tells_mistakes_without_a_mistake(root: Path) -> None:
    replace(root / MISTAKES, '@mistake("the sum ran over the batch")\n', "")
    assert [problem.file for problem in problems(root)] == [root / MISTAKES]


@pytest.mark.parametrize(
    "damage", [lambda file: file.write_bytes(b"\xff\0"), lambda file: file.write_text("(" * 300)]
)
@pytest.mark.parametrize("name", [STUB, SUITE, MISTAKES, "solutions/losses.py"])
def test_layout_survives_a_file_that_is_no_text(
    root: Path, name: str, damage: Callable[[Path], object]
) -> None:
    damage(root / name)
    assert any(problem.file == root / name for problem in problems(root)), problems(root)


def test_problem_reads_as_file_line_and_text() -> None:
    assert str(Problem(Path("a.py"), 3, "is wrong")) == "a.py:3: is wrong"
    assert str(Problem(Path("a.py"), None, "is wrong")) == "a.py: is wrong"


SHARED = ("tests/suites/losses/shared.py", "tests/suites/losses/mistakes/shared.py")


@pytest.mark.parametrize("name", SHARED)
def test_layout_allows_what_the_suites_or_the_known_mistakes_of_a_topic_share(root: Path, name: str) -> None:
    (root / name).write_text("import torch\nfrom grader.suite import check_close\n")
    assert problems(root) == ()


def test_layout_allows_known_mistakes_to_import_what_they_share(root: Path) -> None:
    (root / MISTAKES).write_text("from shared import scaled\n" + (root / MISTAKES).read_text())
    assert problems(root) == ()


def test_layout_tells_a_suite_that_imports_what_it_shares(root: Path) -> None:
    (root / SUITE).write_text("from shared import scaled\n" + (root / SUITE).read_text())
    assert "imports shared" in str(problems(root)[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import numpy\n", "imports numpy"),
        ("def f():\n    assert True\n", "bare assert"),
        ("def test_f():\n    pass\n", "test_f is never played here"),
        ("def f(:\n", "is not Python"),
    ],
)
@pytest.mark.parametrize("name", SHARED)
def test_layout_tells_a_fault_in_what_is_shared(root: Path, name: str, text: str, said: str) -> None:
    (root / name).write_text(text)
    assert [said in str(problem) for problem in problems(root)] == [True]


@pytest.mark.parametrize("slug", ["random", "torch", "numpy", "pytest", "click"])
def test_layout_refuses_a_topic_with_the_name_of_a_module(root: Path, slug: str) -> None:
    for folder in ("exercises", "tests/suites"):
        (root / folder / "losses").rename(root / folder / slug)
    told = [str(problem) for problem in problems(root)]
    assert any(f"has the name of the module {slug}" in problem for problem in told)


def test_layout_lets_a_task_that_computes_nothing_do_without_a_device(root: Path) -> None:
    replace(root / SUITE, "test_softmax_on_a_device", "test_softmax_elsewhere")
    replace(root / TOPIC, "points = ", "computes = false\npoints = ")
    assert problems(root) == ()
