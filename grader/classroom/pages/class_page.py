"""The page of a class: its figures, what was hard, who needs a look, and everybody's tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean, median

from grader.classroom.pages import class_statistics
from grader.classroom.pages.feedback import people_page
from grader.classroom.records import ClassResult, Outcome
from grader.render.html.markup import marks_in_use
from grader.text.formatting import number

# Rows of each table at most, by the function that gives them.
TABLES = {"mistakes": 40, "hardest_tasks": 15, "not_graded": None}
MOST_NAMES = 30  # of one mistake
WIDEST_ON_PAPER = 60  # columns of the map
EPSILON = 1e-9


def class_page(result: ClassResult) -> str:
    """One run over a class as one page for a browser."""
    scores = [standing.score for standing in class_statistics.graded(result)]
    most = max((standing.max_score for standing in result.standings), default=0.0)
    reported = [each for each in result.standings if each.report]
    return people_page(
        "class.html.j2",
        result=result,
        scores=scores,
        tenths=tenths(scores, most),
        most=most,
        tiles=_tiles(result, scores),
        groups=class_statistics.groups_of(result.columns),
        cells_of=class_statistics.cells_of,
        share_of=class_statistics.share_of,
        reported=reported,
        verdicts=marks_in_use(task.verdict for each in reported if each.report for task in each.report.tasks),
        MOST_NAMES=MOST_NAMES,
        WIDEST_ON_PAPER=WIDEST_ON_PAPER,
        **{name: getattr(class_statistics, name)(result)[:longest] for name, longest in TABLES.items()},
    )


def _tiles(result: ClassResult, scores: Sequence[float]) -> list[tuple[str, str]]:
    """The figures of the run, each with its word; an outcome that nobody has is left out."""
    outcomes = Counter(standing.outcome for standing in result.standings)
    counts = [(outcome.value, str(outcomes[outcome])) for outcome in Outcome if outcomes[outcome]]
    measures = (("mean", fmean), ("median", median), ("lowest", min), ("highest", max)) if scores else ()
    return [("students", str(len(result.standings))), *counts, *((name, number(of(scores))) for name, of in measures)]


def tenths(scores: Sequence[float], most: float) -> list[int]:
    """How many scores lie in each tenth of the points; an edge is in the tenth above it, what is more in the last."""
    places = Counter(min(9, int(10 * score / most + EPSILON)) for score in scores if most > 0)
    return [places[place] for place in range(10)]
