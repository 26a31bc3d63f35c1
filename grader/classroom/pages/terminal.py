"""A class run on the terminal, what it would grade and what came of it, both as plain values too; points by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import Any

from rich.console import Console
from rich.text import Text

from grader.classroom.pages.exports import row_of
from grader.classroom.records import Adjustment, ClassIntake, ClassResult, HandIn, Outcome, Standing, Student
from grader.render.page import Page, cut
from grader.storage import to_plain
from grader.text.escape import one_line
from grader.text.formatting import clock, count, number

MOST_LISTED = 20
SIGNS = {
    Outcome.INCOMPLETE: "our fault",
    Outcome.UNREADABLE: "unreadable",
    Outcome.UNKNOWN: "unknown",
    Outcome.MISSING: "missing",
}


def show(result: ClassResult, folder: str, console: Console) -> None:
    """Write the figures of the run, then whoever has no grade and why, then where everything lies."""
    page = Page(console)
    by_outcome = Counter(standing.outcome for standing in result.standings)
    page.line((one_line(result.title), "bold"))
    page.line()
    page.labelled("Students", ", ".join(f"{by_outcome[each]} {each}" for each in Outcome if by_outcome[each]))
    scores = [standing.score for standing in result.standings if standing.outcome is Outcome.GRADED]
    if scores:
        most = max(standing.max_score for standing in result.standings)
        middle = f"mean {number(round(mean(scores), 2))}, median {number(round(median(scores), 2))}"
        page.labelled("Scores", f"{middle} of {number(most)} points")
    _ungraded(page, result)
    for note in result.notes[:MOST_LISTED]:
        page.labelled("Note", one_line(note))
    page.labelled("Run", _run(result))
    page.labelled("Look at", f"{folder}/class.html, {folder}/grades.csv, {folder}/feedback/")


def _ungraded(page: Page, result: ClassResult) -> None:
    bad = [standing for standing in result.standings if standing.outcome is not Outcome.GRADED]
    order = list(SIGNS)
    for standing in sorted(bad, key=lambda one: order.index(one.outcome))[:MOST_LISTED]:
        who = "" if standing.outcome is Outcome.UNKNOWN else f"{one_line(standing.student.called)}: "
        page.labelled(SIGNS[standing.outcome].capitalize(), f"{who}{one_line(standing.reason)}")
    if len(bad) > MOST_LISTED:
        page.labelled("", f"and {len(bad) - MOST_LISTED} more, in class.html")


def _run(result: ClassResult) -> str:
    made = f"{count(result.graded, 'grading')} made, {result.cached} known from before"
    return f"{result.number}, {made}, seed {result.seed}, {number(round(result.seconds, 1))} s"


def as_dict(result: ClassResult) -> dict[str, Any]:
    """The run and how everybody stands, without the tests of their reports."""
    return {
        "title": result.title,
        "run": result.number,
        "seed": result.seed,
        "started": result.started.isoformat(),
        "seconds": result.seconds,
        "course_digest": result.course_digest,
        "device": result.device,
        "graded": result.graded,
        "cached": result.cached,
        "notes": list(result.notes),
        "students": [_standing_values(standing) for standing in result.standings],
    }


def _standing_values(standing: Standing) -> dict[str, Any]:
    tasks = standing.report.tasks if standing.report else ()
    row = row_of(standing)
    return {
        "id": row.pop("student"),
        "adjusted": row.pop("adjustments"),
        **row,
        "place": standing.hand_in.place if standing.hand_in else None,
        "tasks": {task.id: {"verdict": task.verdict.value, "points": task.points} for task in tasks},
        "notes": list(standing.notes),
    }


PLACE = 72  # of a place, which then takes a few lines
NARROW = 80  # with fewer columns the time is left out
MOST_TEXT = 2_000  # characters of one sentence
MOST_MISSING = 12  # names on the page; the JSON has them all


def intake_as_dict(intake: ClassIntake) -> dict[str, Any]:
    """The hand-ins as plain values, without their bytes."""
    return {
        "layout": intake.layout,
        "hand_ins": [_hand_in(each) for each in intake.hand_ins],
        "missing": [to_plain(student) for student in intake.missing],
        "unknown": list(intake.unknown),
        "notes": list(intake.notes),
    }


def show_intake(intake: ClassIntake, console: Console, zone: str = "") -> None:
    """Write who would be graded, then what stands in the way, then the totals."""
    page = Page(console)
    root = _common([each.place for each in intake.hand_ins])
    page.line((one_line(intake.layout) or "no hand-ins", "bold"), (f"  {one_line(root)}", "dim"))
    page.line()
    good = [each for each in intake.hand_ins if not each.problem]
    if good:
        _table(page, good, root, zone)
    broken = [f"{_name(each.student)}: {each.problem}" for each in intake.hand_ins if each.problem]
    _list(page, "Broken", broken, "red")
    _list(page, "Unknown", intake.unknown, "red")
    _list(page, "Missing", _few([_name(student) for student in intake.missing]), "yellow")
    remarks = [f"{_name(each.student)}: {note}" for each in good for note in each.notes]
    _list(page, "Notes", [*remarks, *intake.notes], "dim")
    _totals(page, intake)


def _table(page: Page, hand_ins: list[HandIn], root: str, zone: str) -> None:
    timed = page.width >= NARROW and any(each.submitted_at or each.late for each in hand_ins)
    rows = [
        (
            Text(_name(each.student)),
            Text(str(each.attempt)),
            Text(one_line(", ".join(each.files))),
            *([_when(each, zone)] if timed else []),
            Text(cut(one_line(each.place.replace(root, "")), PLACE), "dim"),
        )
        for each in hand_ins
    ]
    page.table(("student", "try", "files", *(["handed in"] if timed else []), "from"), rows, right=("try",))
    if timed:
        page.line((f"times are in {zone or 'UTC'}", "dim"))
    page.line()


def _when(hand_in: HandIn, zone: str) -> Text:
    time = clock(hand_in.submitted_at, zone, "%Y-%m-%d %H:%M") if hand_in.submitted_at else ""
    return Text("late" if hand_in.late and not time else time, "yellow" if hand_in.late else "")


def _common(places: list[str]) -> str:
    """The folder or archive that all places begin with."""
    roots = {place.partition("/")[0] for place in places if "/" in place}
    return f"{roots.pop()}/" if len(roots) == 1 else ""


def _list(page: Page, title: str, sentences: Iterable[str], style: str) -> None:
    listed = list(sentences)
    for place, sentence in enumerate(listed):
        page.labelled("" if place else title, sentence, style, most=MOST_TEXT)
    if listed:
        page.line()


def _few(names: list[str]) -> list[str]:
    if len(names) <= MOST_MISSING:
        return names
    return [*names[:MOST_MISSING], f"and {len(names) - MOST_MISSING} more"]


def _totals(page: Page, intake: ClassIntake) -> None:
    broken = {each.student.id for each in intake.hand_ins if each.problem}
    ready = {each.student.id for each in intake.hand_ins if not each.problem}
    attempts = sum(not each.problem for each in intake.hand_ins)
    parts = [
        f"{count(len(ready), 'student')} to grade with {count(attempts, 'attempt')}",
        f"{len(broken - ready)} unreadable",
        f"{len(intake.unknown)} unknown",
        f"{len(intake.missing)} missing",
    ]
    page.line((", ".join(parts), "bold"))


def _name(student: Student) -> str:
    return cut(one_line(student.named), 60)


def _hand_in(hand_in: HandIn) -> dict[str, Any]:
    plain = {**vars(hand_in), "student": to_plain(hand_in.student)}
    plain["files"] = {name: len(data) for name, data in hand_in.files.items()}
    plain["submitted_at"] = hand_in.submitted_at.isoformat() if hand_in.submitted_at else None
    del plain["uploads"]
    return plain


def show_adjustments(given: Sequence[Adjustment], zone: str, console: Console) -> None:
    """Write one row for each adjustment, and what they come to for a single student."""
    page = Page(console)
    if not given:
        page.line("No points were given or taken by hand.")
        return
    page.table(
        ("no.", "student", "points", "who", "when", "why"),
        ([
            Text(str(each.number), "bold"),
            Text(one_line(each.student_id)),
            Text(f"{each.points:+g}", "green" if each.points > 0 else "red"),
            Text(one_line(each.who)),
            Text(clock(each.when, zone), "dim"),
            Text(one_line(each.why)),
        ] for each in given),
        right=("no.", "points"),
    )  # fmt: skip
    if len({each.student_id for each in given}) == 1:
        page.line((f"{sum(each.points for each in given):+g} in all", "bold"))
