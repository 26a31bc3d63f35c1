"""A made-up course of two topics that keeps every rule; a test breaks the one that it is about."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from grader.course import Course
from grader.course.stub import write_stubs
from grader.course.topics import read_topics

SOLUTION = dedent(
    '''
    """A topic."""

    import torch
    from torch import Tensor

    ### BEGIN SOLUTION
    LIMIT = 3


    def _helper(x: Tensor) -> Tensor:
        return x * LIMIT


    ### END SOLUTION


    def NAME(x: Tensor, dim: int = 1) -> Tensor:
        """Do what is asked."""
        ### BEGIN SOLUTION
        y = _helper(x)
        return torch.softmax(y, dim)
        ### END SOLUTION
    '''
).lstrip()

SUITE = dedent(
    '''
    import torch
    from grader.suite import check_close, check_device, check_shape, check_that


    def test_NAME_has_the_shape_of_its_input(submission, rng):
        """The result has the shape of the input."""
        x = rng.normal(5, 3)
        got = submission.NAME(x)
        check_shape(got, (5, 3))
        check_that(bool((got >= 0).all()), "sign", "no negative entry", "one")


    def test_NAME_on_a_device(submission, rng):
        """On an accelerator the result is the same and stays there."""
        check_device(submission.NAME, rng.normal(5, 3))
    '''
).lstrip()

MISTAKES = dedent(
    """
    import torch
    from grader.suite import mistake


    @mistake("the sum ran over the batch")
    def NAME_over_batch(x, dim=1):
        return torch.softmax(x, 0)
    """
).lstrip()


def add_topic(root: Path, slug: str, order: int, task: str) -> None:
    write(
        root / f"exercises/{slug}/topic.toml",
        f'title = "Topic {slug}"\norder = {order}\n[[tasks]]\nname = "{task}"\ntitle = "A task"\n'
        'points = 2\nneeds = []\nhints = ["look at the axes"]\n',
    )
    write(root / f"exercises/{slug}/README.md", f"# {slug}\n")
    write(root / f"solutions/{slug}.py", SOLUTION.replace("NAME", task))
    write(root / f"tests/suites/{slug}/test_{task}.py", SUITE.replace("NAME", task))
    write(root / f"tests/suites/{slug}/mistakes/{task}.py", MISTAKES.replace("NAME", task))


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def course_at(root: Path) -> Course:
    places = (root / name for name in ("exercises", "solutions", "tests/suites", "datasets"))
    return Course(*places, read_topics(root / "exercises"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    add_topic(tmp_path, "losses", 30, "softmax")
    add_topic(tmp_path, "tensors", 10, "one_hot")
    (tmp_path / "datasets").mkdir()
    write_stubs(course_at(tmp_path))
    return tmp_path


@pytest.fixture
def course(root: Path) -> Course:
    return course_at(root)
