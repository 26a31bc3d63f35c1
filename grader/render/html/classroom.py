"""The page of a class: its figures, what was hard, who needs a look, and everybody's tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean, median
from typing import Any

from grader.classroom.records import ClassResult, Outcome
from grader.render.html import concerns, figures
from grader.render.html.environment import page
from grader.render.html.heat import groups_of, lines_of
from grader.render.html.marks import marks_in_use
from grader.render.html.rows import rows_of
from grader.render.words import number

MOST_HARD = 15  # tasks and tests
MOST_MISTAKES = 40
MOST_NAMES = 30  # of one mistake
WIDEST_ON_PAPER = 60  # columns of the map
MOST_ROWS = 100  # of what needs a look


def class_page(result: ClassResult) -> str:
    """One run over a class as one page for a browser."""
    scores = [standing.score for standing in figures.graded(result)]
    return page(
        "classroom.html.j2",
        result=result,
        scores=scores,
        most=max((standing.max_score for standing in result.standings), default=0.0),
        tiles=_tiles(result, scores),
        rows=rows_of(result),
        groups=groups_of(result.columns),
        lines=lines_of(result),
        verdicts=_verdicts(result),
        WIDEST_ON_PAPER=WIDEST_ON_PAPER,
        **_hard(result),
        **_concerns(result),
    )


def _hard(result: ClassResult) -> dict[str, Any]:
    return {
        "mistakes": figures.mistakes(result)[:MOST_MISTAKES],
        "tasks": figures.hardest_tasks(result)[:MOST_HARD],
        "tests": figures.hardest_tests(result)[:MOST_HARD],
        "MOST_NAMES": MOST_NAMES,
    }


def _concerns(result: ClassResult) -> dict[str, Any]:
    found = {
        "late": concerns.late(result),
        "adjusted": concerns.adjusted(result),
        "slow": concerns.slow(result),
        "out_of_bounds": concerns.out_of_bounds(result)[:MOST_ROWS],
    }
    return {"not_graded": concerns.not_graded(result), "concerns_found": any(found.values()), **found}


def _tiles(result: ClassResult, scores: Sequence[float]) -> list[tuple[str, str]]:
    """The figures of the run, each with its word; an outcome that nobody has is left out."""
    outcomes = Counter(standing.outcome for standing in result.standings)
    counts = [(outcome.value, str(outcomes[outcome])) for outcome in Outcome if outcomes[outcome]]
    middle = [("mean", number(fmean(scores))), ("median", number(median(scores)))] if scores else []
    spread = [("lowest", number(min(scores))), ("highest", number(max(scores)))] if scores else []
    return [("students", str(len(result.standings))), *counts, *middle, *spread]


def _verdicts(result: ClassResult) -> list[Any]:
    return marks_in_use(
        task.verdict for each in result.standings if each.report for task in each.report.tasks
    )
