"""Measures the room around each tolerance: `python tests/grader/tolerances.py [TASK ...] [--seeds N] [--output FILE]`.

Every comparison of numbers that a suite makes is measured as a share of what it allows: 1 is the edge. Right code, the
references under several seeds and all of `cases/correct_*`, should need a tenth of it at most; each known mistake
should go ten times beyond it, or differ by more than numbers, in at least one test. Right code is not measured on tests
that train or sample, which are proven by their seeds. Prints a table of topics and below
it each test and each mistake with less room. The whole course takes a while: name a few tasks for a first look.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from correct_seeds import CASES, beside, solved
from torch import Tensor

from grader.course import Course, Task, load_course
from grader.device.choice import simulated_accelerator, using
from grader.intake import Source, find_submission, read_source
from grader.judge.diagnosis import is_telling, play_mistake
from grader.judge.references import References
from grader.judge.runner import Runner, is_statistical
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject, SourceSubject, Subject
from grader.process.prepare import prepare_torch
from grader.report import Verdict
from grader.sandbox.loopback import NoSandbox
from grader.suite import compare
from grader.suite.mistakes import Mistake

ROOM = 10  # times, on both sides
FAR = 1000.0  # of a mistake that goes so far beyond what is allowed no more is asked


def share_of(got: Tensor, want: Tensor, rtol: float, atol: float) -> float:
    """Return the largest difference of two tensors as a share of what is allowed."""
    if not (want.is_floating_point() or want.is_complex()):
        return 0.0 if torch.equal(got, want) else float("inf")
    kind = torch.complex128 if want.is_complex() else torch.float64
    got, want = got.to(kind), want.to(kind)
    shares = ((got - want).abs() / (atol + rtol * want.abs())).nan_to_num(float("inf"))
    shares = shares[(got != want) & ~(got.isnan() & want.isnan())]  # what is equal has no share, not 0 / 0
    return float(shares.max()) if shares.numel() else 0.0


@contextmanager
def measured() -> Iterator[list[float]]:
    """Have each comparison of numbers measured as it is made."""
    shares, check = list[float](), compare._check_values

    def measure(got: Tensor, want: Tensor, checked: str | None, rtol: float, atol: float) -> None:
        shares.append(share_of(got, want, rtol, atol))
        check(got, want, checked, rtol, atol)

    compare._check_values = measure
    try:
        yield shares
    finally:
        compare._check_values = check


@dataclass
class Room:
    """What was measured of one task: shares by test of right code, and the largest share of each mistake."""

    task: Task
    checks: set[str] = field(default_factory=set)  # tests that compare numbers
    reference: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    styles: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    mistakes: dict[str, float] = field(default_factory=dict)


class Measurement:
    """Plays right and wrong code against the suites in this process."""

    def __init__(self, course: Course, seeds: int) -> None:
        """Load nothing yet."""
        self.course, self.references, self.seeds = course, References(course), seeds

    def of(self, task: Task, folders: Sequence[Path]) -> Room:
        """Measure one task with the reference, the submissions in `folders`, and all known mistakes."""
        room = Room(task)
        runner = Runner(self.course, self.references, ReferenceSubject(self.references), 1)

        def play() -> None:
            items = runner.by_task[task.id]
            for seed in range(1, self.seeds + 1):
                self._right(runner, items, ReferenceSubject(self.references), seed, room.reference, room)
            for folder in folders:
                self._right(runner, items, self._submission(folder), 1, room.styles, room)
            for mistake in self.references.mistakes(task):
                room.mistakes[mistake.name] = self._beyond(runner, task, items, mistake)

        run_session(runner, [task], "", play)
        return room

    def _submission(self, folder: Path) -> Subject:
        files = find_submission([folder, *beside(folder)], self.course.slugs)
        read = {slug: read_source(file) for slug, file in files.files.items()}
        sources = {slug: source for slug, source in read.items() if isinstance(source, Source)}
        return SourceSubject(sources, NoSandbox().worker, self.references)

    def _right(
        self,
        runner: Runner,
        items: Sequence[pytest.Item],
        subject: Subject,
        seed: int,
        into: dict[str, float],
        room: Room,
    ) -> None:
        for item in (item for item in items if not is_statistical(item)):
            with measured() as shares:
                runner.play(item, subject, seed)
            if shares:
                room.checks.add(item.name)
                into[item.name] = max(into[item.name], *shares)

    def _beyond(self, runner: Runner, task: Task, items: Sequence[pytest.Item], mistake: Mistake) -> float:
        """Return how far a mistake goes beyond what some test allows: infinitely where more than numbers differ."""
        furthest = 0.0
        for item in sorted(items, key=is_statistical):
            with measured() as shares:
                outcome = play_mistake(runner, task, mistake, item)
            if outcome.verdict is Verdict.FORBIDDEN:
                return float("inf")
            if not is_telling(outcome):
                continue
            evidence = getattr(outcome.problem, "evidence", None)
            if evidence is None or evidence.kind not in ("value", "finite"):
                return float("inf")
            furthest = max(furthest, *shares, 0.0)
            if furthest > FAR:
                break
        return furthest


def table(rooms: Sequence[Room], course: Course) -> str:
    """Return the table of topics in Markdown."""
    lines = [
        "| topic | tests that compare numbers | reference, largest share | other right code, largest share "
        "| tests with less room | known mistakes | nearest | with less room |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for topic in course.topics:
        of_topic = [room for room in rooms if room.task.topic == topic.slug]
        if not of_topic:
            continue
        reference = max((share for room in of_topic for share in room.reference.values()), default=0.0)
        styles = max((share for room in of_topic for share in room.styles.values()), default=0.0)
        beyond = [share for room in of_topic for share in room.mistakes.values()]
        cells = (
            topic.slug, sum(len(room.checks) for room in of_topic), f"{reference:.2g}", f"{styles:.2g}",
            sum(len(narrow(room)) for room in of_topic), len(beyond), f"{min(beyond, default=0.0):.3g}",
            sum(share < ROOM for share in beyond),
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def narrow(room: Room) -> dict[str, float]:
    """Return the tests in which right code needs more than a tenth of what is allowed."""
    shares = {name: max(room.reference[name], room.styles[name]) for name in room.checks}
    return {name: share for name, share in sorted(shares.items()) if share * ROOM > 1}


def main() -> None:
    """Measure, and print or write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="play the references under the seeds 1 to N")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of the terminal")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    course = load_course()
    solving = {path: solved(path) for path in sorted(CASES.glob("correct_*/*")) if path.is_dir()}
    with using(simulated_accelerator()):
        prepare_torch()
        measurement, rooms = Measurement(course, given.seeds), list[Room]()
        for task in course.select(given.tasks):
            print(task.id, file=sys.stderr, flush=True)
            rooms.append(measurement.of(task, [path for path, ids in solving.items() if task.id in ids]))
    lines = [table(rooms, course), ""]
    for room in rooms:
        lines += [f"- `{room.task.id}`, {name}: {share:.2g}" for name, share in narrow(room).items()]
        near = {name: share for name, share in room.mistakes.items() if share < ROOM}
        lines += [f"- `{room.task.id}`, mistake {name}: {share:.3g} times" for name, share in near.items()]
    text = "\n".join(lines) + "\n"
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
