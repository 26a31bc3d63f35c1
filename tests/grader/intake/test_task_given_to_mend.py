"""A body that is given to be mended counts as not attempted until anything of it changes."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from grader.intake import TaskState, check_task

REFERENCE = '''
    def halve(x):
        """Half of x."""
        return x / 2


    class Net:
        """A net."""

        def __init__(self, size):
            """Keep the size."""
            self.size = size

        def forward(self, x):
            """Go on."""
            return 2 * x

        def loss(self, x):
            """Say how wrong."""
            return x.mean()

        def later(self):
            """Do more."""
            return 3
'''

STUB = '''
    def halve(x):
        """Half of x."""
        y = x / 3  # is this right?
        return y


    class Net:
        """A net."""

        def __init__(self, size):
            """Keep the size."""
            self.size = size

        def forward(self, x):
            """Go on."""
            return 3 * x

        def loss(self, x):
            """Say how wrong."""
            return x.sum()

        def later(self):
            """Do more."""
            raise NotImplementedError("Net.later")
'''


def state(text: str, name: str) -> TaskState:
    trees = [ast.parse(dedent(source)) for source in (text, REFERENCE, STUB)]
    return check_task(trees[0], trees[1], name, trees[2]).state


@pytest.mark.parametrize("name", ["halve", "Net"])
def test_unchanged_given_body_is_not_attempted(name: str) -> None:
    assert state(STUB, name) is TaskState.NOT_ATTEMPTED


@pytest.mark.parametrize("name", ["halve", "Net"])
def test_reference_is_attempted(name: str) -> None:
    assert state(REFERENCE, name) is TaskState.DEFINED


@pytest.mark.parametrize(
    "text",
    [
        "def halve(x):\n    y = x / 3\n    return y",
        "def halve(x):\n    '''Another text.'''\n    y = (x / 3)\n    # a remark\n\n    return (y)",
        "def halve(x: int) -> int:\n    y = x / 3\n    return y",
        "def halve(x):\n    raise NotImplementedError",
    ],
)
def test_docstring_comments_and_layout_are_no_attempt(text: str) -> None:
    assert state(text, "halve") is TaskState.NOT_ATTEMPTED


@pytest.mark.parametrize(
    "text",
    [
        "def halve(x):\n    y = x / 4\n    return y",
        "def halve(x):\n    y = x / 3\n    return y + 0",
        "def halve(x):\n    z = x / 3\n    return z",
        "def halve(x):\n    return x / 2",
    ],
)
def test_any_change_of_a_given_body_is_an_attempt(text: str) -> None:
    assert state(text, "halve") is TaskState.DEFINED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return 3 * x", "return 2 * x"),
        ("return x.sum()", "return x.mean()"),
        ("return 3 * x", "return 3 * x + 0"),
        ('raise NotImplementedError("Net.later")', "return 4"),
        ("self.size = size", "self.size = size + 1"),
    ],
)
def test_one_changed_method_of_a_class_is_an_attempt(old: str, new: str) -> None:
    assert state(STUB.replace(old, new), "Net") is TaskState.DEFINED


def test_method_written_as_the_reference_has_it_is_an_attempt() -> None:
    """Without the stub it would look like one that was given whole."""
    text = STUB.replace("return 3 * x", "return 2 * x").replace("return x.sum()", "return x.mean()")
    assert state(text, "Net") is TaskState.DEFINED
