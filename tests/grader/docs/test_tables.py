"""The tables of the docs are those that `docs/tables.py` writes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from grader.course import load_course

ROOT = Path(__file__).resolve().parents[3]
COURSE = load_course()


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_topics_of_the_readme_are_those_of_the_course(tables):
    """`python docs/tables.py` writes them."""
    assert tables.between(tables.README.read_text(encoding="utf-8"), "topics") == tables.topics(COURSE)


def test_proof_has_every_topic_with_its_tasks_and_points_and_sums_up(tables):
    """`python docs/tables.py PROOF.json` writes it; what else stands there is measured."""
    lines = tables.between(tables.PROOF.read_text(encoding="utf-8"), "proof").splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    figures = {name: list(map(int, cells)) for name, *cells in rows}
    total = figures.pop("all")
    assert {name: cells[:2] for name, cells in figures.items()} == {
        topic.slug: [len(topic.tasks), sum(task.points for task in topic.tasks)] for topic in COURSE.topics
    }
    assert total == [sum(column) for column in zip(*figures.values(), strict=True)]
    assert all(mistakes == caught == named for *_, mistakes, caught, named, _ in figures.values())
