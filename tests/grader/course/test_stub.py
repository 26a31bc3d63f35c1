"""A stub is its solution without what lies between the markers."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import Course, CourseError, StubError
from grader.course.stub import stale_stubs, stub_text, write_stubs

FILE = Path("solutions/losses.py")
WHOLE = '''
"""Topic."""

import torch
from torch import Tensor

### BEGIN SOLUTION
LIMIT = 3


def _helper(x):
    return x


### END SOLUTION


def softmax(x: Tensor) -> Tensor:
    """Scores."""
    ### BEGIN SOLUTION
    y = _helper(x)
    return y
    ### END SOLUTION


class Value:
    """A node."""

    def __init__(self, data):
        """Keep data."""
        self.data = data

    ### BEGIN SOLUTION
    def _visit(self):
        return 3

    ### END SOLUTION

    def backward(self):
        """Go back."""
        for child in self.children:
            ### BEGIN SOLUTION
            child.visit()
            ### END SOLUTION


### BEGIN SOLUTION
def _last():
    return 1


### END SOLUTION
'''
STUB = '''
"""Topic."""

import torch
from torch import Tensor


def softmax(x: Tensor) -> Tensor:
    """Scores."""
    raise NotImplementedError("softmax")


class Value:
    """A node."""

    def __init__(self, data):
        """Keep data."""
        self.data = data

    def backward(self):
        """Go back."""
        for child in self.children:
            raise NotImplementedError("Value.backward")
'''


def stub(text: str) -> str:
    return stub_text(dedent(text).lstrip("\n"), FILE)


def test_stub_replaces_bodies_and_removes_private_blocks() -> None:
    assert stub(WHOLE) == STUB.lstrip("\n")


def test_stub_has_the_layout_of_ruff_format(tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is a tool of developers")
    file = tmp_path / "stub.py"
    file.write_text(stub(WHOLE))
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(file)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_stub_is_the_solution_when_nothing_is_marked() -> None:
    assert stub("x = 1\n") == "x = 1\n"


def test_stub_leaves_a_marker_inside_a_text_alone() -> None:
    text = 'x = """\n### BEGIN SOLUTION\n"""\n'
    assert stub(text) == text


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("x = 1\n### END SOLUTION\n", 2, "without ### BEGIN SOLUTION"),
        ("### BEGIN SOLUTION\nx = 1\n", 1, "never closed"),
        (
            "### BEGIN SOLUTION\nx = 1\n### BEGIN SOLUTION\n### END SOLUTION\n",
            3,
            "inside the block of line 1",
        ),
        ("def f():\n    ### BEGIN SOLUTION\n    return 1\n### END SOLUTION\n", 4, "is indented by 0"),
        ("def f():\n    return 1\n    ### BEGIN SOLUTION\n    ### END SOLUTION\n", 3, "holds no statement"),
        (
            "def f():\n    ### BEGIN SOLUTION\n    return 1\n\ndef g():\n    pass\n    ### END SOLUTION\n",
            5,
            "this leaves the block of line 2",
        ),
        ("def f():\n    # BEGIN SOLUTION\n    return 1\n", 2, "is not a marker"),
        ("x = 1  ### BEGIN SOLUTION\n", 1, "is not a marker"),
        ("def f(:\n", 1, "is not Python"),
        ("x = f(\n    ### BEGIN SOLUTION\n    1,\n    ### END SOLUTION\n)\n", 2, "holds no statement"),
        ("class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION\n", 1, "would not be Python"),
    ],
)
def test_stub_names_file_and_line_when_a_marker_is_wrong(text: str, line: int, fault: str) -> None:
    with pytest.raises(StubError) as error:
        stub(text)
    assert error.value.line == line
    assert str(error.value).startswith(f"{FILE}, line {line}: ")
    assert fault in str(error.value)


def test_write_stubs_writes_only_what_is_stale(course: Course) -> None:
    assert stale_stubs(course) == ()
    file = course.stub_file("losses")
    file.write_text("changed")
    assert stale_stubs(course) == (file,)
    assert write_stubs(course) == (file,)
    assert stale_stubs(course) == write_stubs(course) == ()
    assert 'raise NotImplementedError("softmax")' in file.read_text()


def test_stale_stubs_sees_a_stub_that_is_missing_but_not_the_line_ends_of_git(course: Course) -> None:
    file = course.stub_file("losses")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert stale_stubs(course) == ()
    file.unlink()
    assert stale_stubs(course) == (file,)


def test_write_stubs_writes_nothing_when_a_solution_is_broken(course: Course) -> None:
    course.stub_file("tensors").write_text("changed")
    course.solution_file("losses").write_text("### BEGIN SOLUTION\n")
    with pytest.raises(StubError):
        write_stubs(course)
    assert course.stub_file("tensors").read_text() == "changed"


def test_stale_stubs_says_which_solution_cannot_be_read(course: Course) -> None:
    course.solution_file("losses").unlink()
    with pytest.raises(CourseError, match="losses.py: cannot be read"):
        stale_stubs(course)


LINES = st.sampled_from(
    ["### BEGIN SOLUTION", "### END SOLUTION", "x = 1", "def f():", "class A:", "    ### BEGIN SOLUTION"]
    + ["    ### END SOLUTION", "    return 1", "    x = 2", "", "if x:", "    def g(self):", "        pass"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(LINES, max_size=12).map("\n".join) | st.text(max_size=60))
def test_stub_is_python_without_markers_or_a_stub_error(text: str) -> None:
    try:
        got = stub_text(text, FILE)
    except StubError as error:
        assert error.line >= 1
        return
    ast.parse(got)
    assert all(line.strip() not in ("### BEGIN SOLUTION", "### END SOLUTION") for line in got.split("\n"))
