"""A suite is cut down by name: what a visible test needs goes along, and nothing else."""

from __future__ import annotations

import ast
from textwrap import dedent
from types import SimpleNamespace

import pytest

from grader.course import Course
from grader.course.topics import read_topics
from grader.release.cut import cut, needed
from grader.release.suites import CannotRelease, Counted, _tests, visible_suites

SUITE = dedent(
    '''
    """The hidden suite."""

    import math

    import pytest
    import torch
    from torch import nn

    from grader.suite import check_close, check_that

    SECRET = "the answer to everything there is"
    CASES = [(1, 2)]
    CASES.append((3, 4))


    class Oracle(nn.Linear):
        """A network that knows."""


    def helper(x):
        """Needed."""
        return x + OFFSET


    helper.calls = 0
    OFFSET = math.pi


    @pytest.fixture
    def drawn(rng):
        """Some numbers."""
        return helper(rng.normal(3))


    @pytest.mark.visible
    @pytest.mark.parametrize("case", CASES)
    def test_double_shape(submission, drawn, case):
        """The shape stays."""
        check_close(submission.double(drawn), 2 * drawn)


    def test_double_hidden(submission):
        """Nobody sees this."""
        check_that(SECRET == "", "a secret", "kept", "told")


    @pytest.mark.visible
    def test_double_of_a_network(submission):
        """It doubles what a network gives."""
        check_close(submission.double(Oracle(1, 1)), 0)
    '''
).lstrip()
SOLUTION = dedent(
    '''
    """A topic."""


    def double(x):
        """Double x."""
        ### BEGIN SOLUTION
        something_telling = 2 * x + 0 * x * x
        return something_telling
        ### END SOLUTION
    '''
).lstrip()
TOPIC = (
    'title = "Topic"\norder = 10\n[[tasks]]\nname = "double"\ntitle = "Twice"\npoints = 1\nhints = ["add"]\n'
)
COUNTS = {"test_double_shape": 2, "test_double_hidden": 1, "test_double_of_a_network": 1}


@pytest.fixture
def course(tmp_path):
    """A course of one task."""
    texts = {
        "exercises/topic/topic.toml": TOPIC,
        "exercises/topic/README.md": "# Topic\n",
        "solutions/topic.py": SOLUTION,
        "suites/topic/test_double.py": SUITE,
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    places = [tmp_path / name for name in ("exercises", "solutions", "suites", "datasets")]
    return Course(*places, read_topics(places[0]))


def suites(course, visible=("test_double_shape",)):
    return visible_suites(course, course.tasks, {"topic.double": Counted(COUNTS, tuple(visible))})


def test_cut_takes_helpers_fixtures_and_constants_along():
    """Everything that a test reads is kept, in its order, and what only changes it too."""
    text = cut(SUITE, ["test_double_shape"], "Visible.")
    tree = ast.parse(text)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert names == ["helper", "drawn", "test_double_shape"]
    assert "CASES.append" in text and "helper.calls = 0" in text and "OFFSET = math.pi" in text


def test_cut_leaves_the_rest_behind():
    """Secrets, other tests, networks, the docstring and imports that nobody reads any more stay."""
    text = cut(SUITE, ["test_double_shape"], "Visible.")
    for word in ("SECRET", "hidden", "Oracle", "nn", "check_that"):
        assert word not in text


def test_statements_of_a_fixture_are_found_by_the_parameter_of_a_test():
    """A fixture is read by its name in the parameters."""
    nodes = needed(ast.parse(SUITE), ["test_double_shape"])
    assert "drawn" in {getattr(node, "name", "") for node in nodes}


def test_visible_and_hidden_tests_are_counted_with_their_parameters(course):
    """Two cases of one visible function are two tests; the others are hidden."""
    found = suites(course)
    assert (found.visible, found.hidden) == ({"topic.double": 2}, {"topic.double": 2})


def test_test_that_needs_a_network_is_kept_back_with_its_name(course):
    """A network of torch's layers in a suite may be the answer: the test stays, and its name is told."""
    found = suites(course, ["test_double_shape", "test_double_of_a_network"])
    (kept,) = found.kept_back
    assert kept.startswith("topic.double, test_double_of_a_network: class Oracle")
    assert "Oracle" not in found.files["topic/test_double.py"]


def test_test_with_a_line_of_the_solution_is_kept_back(course):
    """A helper that holds a line of a solution gives it away."""
    file = course.suite_file(course.tasks[0])
    file.write_text(SUITE.replace("return x + OFFSET", "something_telling = 2 * x + 0 * x * x"))
    (kept,) = suites(course).kept_back
    assert "something_telling" in kept


def test_visible_test_that_reads_the_reference_is_refused_by_name(course):
    """Whoever marks such a test is told which it is, and what to do."""
    file = course.suite_file(course.tasks[0])
    text = SUITE.replace("import check_close", "import reference, check_close")
    file.write_text(text.replace("return x + OFFSET", 'return reference("topic").double(x) + OFFSET'))
    with pytest.raises(CannotRelease, match="test_double_shape reads the reference"):
        suites(course)


def test_task_without_a_visible_test_gets_an_empty_suite(course):
    """Its suite says who grades it."""
    found = suites(course, ())
    text = found.files["topic/test_double.py"]
    assert "graded by your instructor" in text and "def " not in text
    assert found.hidden == {"topic.double": 4}


def test_test_that_is_visible_for_some_parameters_is_refused(course):
    """A mark on one of the parameters cannot be cut out."""

    def item(visible):
        mark = SimpleNamespace() if visible else None
        return SimpleNamespace(originalname="test_double_shape", get_closest_marker=lambda name: mark)

    with pytest.raises(CannotRelease, match="visible for 1 of its 2 parameters"):
        _tests(course.tasks[0], [item(True), item(False)])
