"""A body that a stub gives to be mended."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import StubError
from grader.course.stub import stub_text

FILE = Path("solutions/losses.py")

SOLUTION = '''
    def halve(x):
        """Half of x."""
        ### BEGIN SOLUTION
        return x / 2
        ### BEGIN STUB
        # if x > 0:
        #     # a comment that stays

        #     return x / 3
        #
        # return -x  # and one behind
        ### END STUB
        ### END SOLUTION


    class Net:
        def forward(self, x):
            ### BEGIN SOLUTION
            ### BEGIN STUB
            #return x
            ### END STUB
            return 2 * x
            ### END SOLUTION

        def backward(self, x):
            ### BEGIN SOLUTION
            return 2
            ### END SOLUTION
'''

STUB = '''
    def halve(x):
        """Half of x."""
        if x > 0:
            # a comment that stays

            return x / 3

        return -x  # and one behind


    class Net:
        def forward(self, x):
            return x

        def backward(self, x):
            raise NotImplementedError("Net.backward")
'''


def stub(text: str) -> str:
    return stub_text(dedent(text).lstrip("\n"), FILE)


def test_given_body_stands_in_the_stub_without_its_comment_signs() -> None:
    assert stub(SOLUTION) == dedent(STUB).lstrip("\n")


def function(*lines: str) -> str:
    return "\n".join(["def f():", *(f"    {line}" for line in lines), ""])


BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
GIVEN, OVER = "### BEGIN STUB", "### END STUB"


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        (function(GIVEN, "# return 1", OVER, "return 1"), 2, "outside of a block"),
        (function(BEGIN, "return 2", OVER, END), 4, "### END STUB without ### BEGIN STUB"),
        (function(BEGIN, "return 2", GIVEN, "# return 1", END), 4, "is never closed: add ### END STUB"),
        (function(BEGIN, "return 2", GIVEN, "# return 1", OVER, GIVEN, OVER, END), 7, "a second ### BEGIN STUB"),
        (function(BEGIN, "return 2", GIVEN, "# return 1", GIVEN, OVER, END), 6, "a second ### BEGIN STUB"),
        (function(BEGIN, "return 2", GIVEN, BEGIN, OVER, END), 5, "inside the block of line 2"),
        (function(BEGIN, "return 2", GIVEN, OVER, END), 4, "the given body is empty"),
        (function(BEGIN, "return 2", GIVEN, "# # nothing", OVER, END), 5, "the given body is not Python"),
        (function(BEGIN, "return 2", GIVEN, "# x = 1", "# return (", OVER, END), 6, "the given body is not Python"),
        (function(BEGIN, "return 2", GIVEN, "x = 1", OVER, END), 5, "is written as comments"),
        (
            function(BEGIN, "if 1: pass", f"    {GIVEN}", "    # x", f"    {OVER}", "return 2", END),
            4,
            "is indented by 8",
        ),
        (function(BEGIN, "return 2", GIVEN, "# x", "  " + OVER, END), 6, "is indented by 6"),
        (f"{BEGIN}\nx = 1\n{GIVEN}\n# x = 2\n{OVER}\n{END}\n", 3, "outside of a function"),
        (f"class A:\n    {BEGIN}\n    x = 1\n    {GIVEN}\n    # x = 2\n    {OVER}\n    {END}\n", 4, "outside of"),
        (function(BEGIN, "return 2", "# begin stub", END), 4, "write ### BEGIN STUB or ### END STUB alone"),
        (function("pass", BEGIN, GIVEN, "# return 1", OVER, END), 3, "holds no statement"),
    ],
)  # fmt: skip
def test_fault_in_a_given_body_is_named_with_file_and_line(text: str, line: int, fault: str) -> None:
    with pytest.raises(StubError) as error:
        stub_text(text, FILE)
    assert fault in str(error.value)
    assert error.value.line == line


LINES = st.sampled_from(
    [BEGIN, END, GIVEN, OVER, "# x = 1", "x = 2", "", "# if x:", "#     return", "#(", "  # y"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=10))
def test_stub_with_a_given_body_is_python_or_a_stub_error(lines: list[str]) -> None:
    try:
        got = stub_text(function("pass", *lines), FILE)
    except StubError as error:
        assert error.line >= 1
        return
    compile(got, "stub", "exec")
    assert not any(marker in got for marker in (BEGIN, END, GIVEN, OVER))
