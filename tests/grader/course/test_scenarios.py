"""What a suite ships holds no secret."""

from __future__ import annotations

import ast
import textwrap

import pytest

from grader.course.suite_rules import secrets


def found(text: str, *others: str) -> list[str]:
    """The names that a suite gives away."""
    return [name for _, name in secrets(*(ast.parse(textwrap.dedent(part)) for part in (text, *others)))]


@pytest.mark.parametrize(
    ("scenario", "call", "name"),
    [
        (
            "def play(submission, x): check_close(submission.f(x), x)",
            "submission.run(play, x)",
            "check_close",
        ),
        ("def play(submission, want): return want", "submission.run(play, 3)", "want"),
        ("def play(submission, x): expected_loss = 2", "submission.run(play, 3)", "expected_loss"),
        ("def play(submission, x): return reference('losses')", "submission.run(play, 3)", "reference"),
        ("def play(x): _oracle = x", "submission.build(play, 3)", "_oracle"),
        ("def play(submission, x): return x", "submission.run(play, x=want)", "want"),
        ("def play(submission, x): return x", "submission.run(play, [oracle(x), 2])", "oracle"),
    ],
)
def test_a_secret_in_a_scenario_is_found(scenario, call, name):
    assert found(f"{scenario}\ndef test_it(submission):\n    {call}") == [name]


def test_a_scenario_of_the_shared_file_is_looked_at():
    text = "def test_it(submission, shared): submission.run(shared.play, 3)"
    assert found(text, "def play(submission, x):\n    want = x") == ["want"]


@pytest.mark.parametrize(
    "text",
    [
        "def play(submission, x): return submission.f(x)\ndef test(submission): submission.run(play, 1)",
        "def play(want): return want\ndef test(submission): submission.apart(play, want)",
        "def oracle(want): return want\ndef test(submission): check_close(submission.f(1), oracle(2))",
        "def test(submission):\n    want = 1\n    check_close(submission.run(play, 2), want)",
    ],
)
def test_what_stays_in_the_judge_is_no_secret_given_away(text):
    assert found(text) == []
