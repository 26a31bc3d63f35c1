"""How the scores of a class are spread: a bar for each range, with the mean and the median."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from markupsafe import Markup

from grader.render.html.svg.axes import Frame, Scale
from grader.render.html.svg.element import drawing, element, line, text
from grader.render.words import count, number

WIDTH, HEIGHT = 440.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 12.0, 426.0, 56.0, 188.0
TENTHS = 10
GAP = 2.0
EPSILON = 1e-9
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
        WIDTH, HEIGHT, "Distribution of scores", describe(scores, most),
        *(_bar(frame, place, students) for place, students in enumerate(counts)),
        line((LEFT, BOTTOM), (RIGHT, BOTTOM), "axis"),
        *edges,
        text(((LEFT + RIGHT) / 2, HEIGHT - 6), "percent of the points", "middle"),
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
    parts = []
    for y, name, middle in ((14, "mean", fmean), (32, "median", median)) if scores and most > 0 else ():
        x = frame.across(middle(scores) / most)
        left = x > (LEFT + RIGHT) / 2
        words = text(
            (x - 6 if left else x + 6, y), f"{name} {number(middle(scores))}", "end" if left else "start"
        )
        parts += [line((x, y - 10), (x, BOTTOM), name), words]
    return parts
