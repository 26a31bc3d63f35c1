"""How the scores of a class are spread: a bar for each range, with the mean and the median."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from markupsafe import Markup

from grader.render.html.svg.axes import Frame, Scale
from grader.render.html.svg.element import drawing, element, line, text
from grader.render.words import count, number

WIDTH, HEIGHT = 640.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 626.0, 58.0, 222.0
BINS = 10
GAP = 2.0


def histogram_svg(scores: Sequence[float], most: float) -> Markup:
    """A bar for each tenth of the points there are, with its number of students on top."""
    top = max([most, *scores, 1e-9])
    counts = binned(scores, top)
    frame = Frame(Scale((0.0, top), LEFT, RIGHT), Scale((0.0, float(max([*counts, 1]))), BOTTOM, TOP))
    parts = [_bar(frame, top, place, students) for place, students in enumerate(counts)]
    edges = [text((frame.across(top * k / 5), BOTTOM + 18), number(top * k / 5), "middle") for k in range(6)]
    base = line((LEFT, BOTTOM), (RIGHT, BOTTOM), "axis")
    return drawing(
        WIDTH, HEIGHT, "Distribution of scores", describe(scores, top), *parts, base, *edges, *_middles(frame, scores)
    )  # fmt: skip


def binned(scores: Sequence[float], top: float) -> list[int]:
    """How many scores there are in each tenth from 0 to `top`; an edge belongs to the tenth above it."""
    counts = [0] * BINS
    for score in scores:
        counts[max(0, min(BINS - 1, int(score / top * BINS + 1e-9)))] += 1
    return counts


def describe(scores: Sequence[float], top: float) -> str:
    """The drawing in words, for whoever does not see it."""
    counts = binned(scores, top)
    ranges = [
        f"{count(students, 'student')} from {number(top * k / BINS)} to {number(top * (k + 1) / BINS)}"
        for k, students in enumerate(counts)
        if students
    ]
    middle = f" Mean {number(fmean(scores))}, median {number(median(scores))}." if scores else ""
    return f"{'; '.join(ranges) or 'No scores'}.{middle}"


def _bar(frame: Frame, top: float, place: int, students: int) -> Markup:
    left, right = (frame.across(top * (place + side) / BINS) for side in (0, 1))
    height = frame.up(0.0) - frame.up(students)
    return Markup().join(
        [
            element(
                "rect",
                x=left + GAP / 2,
                y=BOTTOM - height,
                width=right - left - GAP,
                height=height,
                class_="column",
            ),
            *([text(((left + right) / 2, BOTTOM - height - 5), str(students), "middle")] if students else []),
        ]
    )


def _middles(frame: Frame, scores: Sequence[float]) -> list[Markup]:
    """The mean as a full line, the median as a broken one, each with its word above the bars."""
    if not scores:
        return []
    parts = []
    for y, kind, name, value in (
        (14, "mean", "mean", fmean(scores)),
        (32, "median", "median", median(scores)),
    ):
        x = frame.across(value)
        anchor = "end" if x > (LEFT + RIGHT) / 2 else "start"
        words = text((x - 6 if anchor == "end" else x + 6, y), f"{name} {number(value)}", anchor)
        parts += [line((x, y - 10), (x, BOTTOM), kind), words]
    return parts
