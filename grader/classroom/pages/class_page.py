"""The page of a class: its figures, what was hard, who needs a look, and everybody's tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from markupsafe import Markup

from grader.classroom.pages import class_statistics
from grader.classroom.pages.feedback import people_page
from grader.classroom.records import ClassResult, Outcome
from grader.render.html.markup import marks_in_use
from grader.render.html.svg_elements import Frame, Scale, drawing, element, line, text
from grader.text.formatting import count, number

# Rows of each table at most, by the function that gives them.
TABLES = {
    "mistakes": 40, "hardest_tasks": 15, "hardest_tests": 15, "out_of_bounds": 100,
    "not_graded": None, "late": None, "adjusted": None, "slow": None,
}  # fmt: skip
MOST_NAMES = 30  # of one mistake
WIDEST_ON_PAPER = 60  # columns of the map


def class_page(result: ClassResult) -> str:
    """One run over a class as one page for a browser."""
    scores = [standing.score for standing in class_statistics.graded(result)]
    reported = [each for each in result.standings if each.report]
    return people_page(
        "class.html.j2",
        result=result,
        scores=scores,
        histogram_svg=histogram_svg,
        most=max((standing.max_score for standing in result.standings), default=0.0),
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


_WIDTH, _HEIGHT = 440.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 12.0, 426.0, 56.0, 188.0
TENTHS = 10
GAP = 2.0
EPSILON = 1e-9
ROWS = (14.0, 32.0)  # of words above the bars
ROOM = 90.0  # that a word takes beside its line
MOST_TENTHS = 29  # three times the points, and more than any bonus


def histogram_svg(scores: Sequence[float], most: float) -> Markup:
    """A bar for each tenth of the points there are, with its number of students on top."""
    counts = binned(scores, most)
    share = Scale((0.0, len(counts) / TENTHS), LEFT, RIGHT)
    frame = Frame(share, Scale((0.0, float(max(counts))), BOTTOM, TOP))
    edges = [
        text((share(place / TENTHS), BOTTOM + 17), str(100 * place // TENTHS), "middle")
        for place in range(0, len(counts) + 1, 2)
    ]
    return drawing(
        _WIDTH, _HEIGHT, "Distribution of scores", describe(scores, most),
        *(_bar(frame, place, students) for place, students in enumerate(counts)),
        line((LEFT, BOTTOM), (RIGHT, BOTTOM), "axis"),
        *edges,
        text(((LEFT + RIGHT) / 2, _HEIGHT - 6), "percent of the points", "middle"),
        *_middles(frame, scores, most),
    )  # fmt: skip


def binned(scores: Sequence[float], most: float) -> list[int]:
    """How many scores there are in each tenth; an edge belongs to the tenth above it, everything to the last."""
    places = [_tenth(score, most) for score in scores]
    counts = [0] * max([TENTHS, *(place + 1 for place in places)])  # more than ten where a bonus leads beyond
    for place in places:
        counts[place] += 1
    return counts


def describe(scores: Sequence[float], most: float) -> str:
    """The drawing in words, for whoever does not see it."""
    ranges = [
        f"{count(students, 'student')} from {10 * place} to {10 * place + 10} percent"
        for place, students in enumerate(binned(scores, most))
        if students
    ]
    middle = (
        f" Mean {number(fmean(scores))} points, median {number(median(scores))} points." if scores else ""
    )
    return f"{'; '.join(ranges) or 'No scores'}.{middle}"


def _tenth(score: float, most: float) -> int:
    if most <= 0 or abs(score - most) < EPSILON:
        return TENTHS - 1
    return min(MOST_TENTHS, max(0, int(score / most * TENTHS + EPSILON)))


def _bar(frame: Frame, place: int, students: int) -> Markup:
    left, right = frame.across(place / TENTHS), frame.across((place + 1) / TENTHS)
    height = BOTTOM - frame.up(students)
    box = element(
        "rect", x=left + GAP / 2, y=BOTTOM - height, width=right - left - GAP, height=height, class_="column"
    )
    top = text(((left + right) / 2, BOTTOM - height - 5), str(students), "middle")
    return box + top if students else box


def _middles(frame: Frame, scores: Sequence[float], most: float) -> list[Markup]:
    """The mean as a full line, the median as a broken one, each with its word above the bars."""
    if not scores or most <= 0:
        return []
    middles = {"mean": fmean(scores), "median": median(scores)}
    at = {name: frame.across(middle / most) for name, middle in middles.items()}
    parts = []
    for name, row, left in _rows(at):
        x, y = at[name], ROWS[row]
        words = f"{name} {number(middles[name])}"
        word = text((x - 6 if left else x + 6, y), words, "end" if left else "start")
        parts += [line((x, y - 10), (x, BOTTOM), name), word]
    return parts


def _rows(at: Mapping[str, float]) -> list[tuple[str, int, bool]]:
    """Name, row, and whether its word stands left of its line; no line runs through the other one's word."""
    first, last = sorted(at, key=lambda name: at[name])
    if at[first] - LEFT < ROOM:  # no room on the left: the line in the lower row begins below the word
        return [(first, 0, False), (last, 1, RIGHT - at[last] < ROOM)]
    if RIGHT - at[last] < ROOM:
        return [(last, 0, True), (first, 1, True)]
    return [("mean", 0, first == "mean"), ("median", 1, first == "median")]
