"""The page of `grade verify`."""

from dataclasses import dataclass, replace
from io import StringIO

import pytest
from rich.console import Console

from grader.render.verification import show
from grader.verify.unit import MistakeProof


@dataclass(frozen=True)
class Task:
    id: str = "losses.softmax"
    tests: int = 12
    mistakes: int = 4
    caught: int = 4
    named: int = 4
    alike: tuple[str, ...] = ()
    stub: str = "not_attempted"
    solution: str = "pass"
    seeds: int = 1
    seeds_passed: int = 1
    problems: tuple[str, ...] = ()
    statistical: int = 0
    statistical_seeds: int = 0
    statistical_seeds_passed: int = 0
    details: int = 3
    rows: tuple[MistakeProof, ...] = ()
    mutation: None = None


@dataclass(frozen=True)
class Topic:
    slug: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Proof:
    topics: tuple[Topic, ...]
    problems: tuple[str, ...]
    ok: bool


GOOD = Proof((Topic("losses", (Task(), Task(id="losses.binary_cross_entropy_with_logits"))),), (), True)


def shown(proof, width=100):
    file = StringIO()
    show(proof, Console(file=file, width=width, color_system=None, markup=False))
    return file.getvalue()


def test_proof_that_holds_says_so():
    page = shown(GOOD)
    assert "✓ proven  2 tasks, 8 of 8 known mistakes caught, 8 named" in page
    assert "ok" in page
    assert "softmax                             9+3         4" in page


def test_mistakes_that_details_alone_catch_are_named():
    """They are no problem, and an author is told."""
    rows = tuple(MistakeProof(name, "", ("test",), (), name == "kept_a_view") for name in ("kept_a_view", "another"))
    page = shown(Proof((Topic("losses", (Task(rows=rows),)),), (), True))
    assert "losses.softmax  only details catch kept_a_view" in page
    assert "named, 1 caught by details alone" in page


def test_each_problem_is_told_with_its_place():
    weak = Task(
        caught=3, named=2, problems=("forgot_padding is not caught",), stub="fail", alike=("a is like b",)
    )
    page = shown(Proof((Topic("losses", (weak,)),), ("exercises/x is no topic",), False))
    assert "✗ losses.softmax  forgot_padding is not caught" in page
    assert "✗ course  exercises/x is no topic" in page
    assert "✗ 2 problems" in page
    assert "fail" in page


def test_seeds_are_counted_for_lucky_tests_and_for_the_others():
    lucky = Task(
        seeds=100, seeds_passed=100, statistical=2, statistical_seeds=1000, statistical_seeds_passed=998
    )
    page = shown(Proof((Topic("training", (lucky,)),), (), True), 120)
    assert "100 of 100" in page
    assert "998 of 1000" in page


def test_markup_and_control_characters_are_shown_as_text():
    page = shown(replace(GOOD, problems=("[red]\x1b[2J",), ok=False))
    assert r"[red]\x1b[2J" in page


@pytest.mark.parametrize("width", [60, 80, 100])
def test_page_fits_the_terminal(width):
    assert max(len(line.rstrip()) for line in shown(GOOD, width).splitlines()) <= width
