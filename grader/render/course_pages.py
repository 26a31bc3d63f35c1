"""The course on the terminal: its topics and tasks, the next open task, and a hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.page import Page
from grader.report import Verdict
from grader.text import say
from grader.text.formatting import MARKS, count, word

if TYPE_CHECKING:
    from grader.course import Course, Task, Topic
    from grader.learner.progress import Progress, TaskProgress
    from grader.learner.progress_changes import Help
    from grader.report.selection import Failure

OTHER_KINDS = {  # than code to write
    "debug": "kind.debug", "test": "kind.test", "experiment": "kind.experiment", "project": "kind.project",
}  # fmt: skip
TOLD = ("id", "name", "title", "kind", "points", "minutes", "difficulty", "tracks", "needs")  # of a task, as JSON
LONG = 10_000  # a hint is the course's own text, and is never cut


def as_list(
    course: Course, tasks: Sequence[Task] | None = None, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """The topics and tasks as plain values; the text of the hints stays with `grade hint`."""
    chosen = course.tasks if tasks is None else tasks
    return [
        {
            "slug": topic.slug,
            "title": topic.title,
            "order": topic.order,
            "tasks": [_task(task, progress) for task in topic.tasks if task in chosen],
        }
        for topic in course.topics
        if any(task.topic == topic.slug for task in chosen)
    ]


def show(
    course: Course, console: Console, tasks: Sequence[Task] | None = None, progress: Progress | None = None
) -> None:
    """Write each topic with its tasks, what they are worth, what they need, and what became of them."""
    page = Page(console)
    chosen = course.tasks if tasks is None else tasks
    for topic in course.topics:
        if of_topic := [task for task in chosen if task.topic == topic.slug]:
            _topic(page, topic, of_topic, progress)
    points = sum(task.points for task in chosen)
    total = f"{count(len(chosen), 'task')}, {count(points, 'point')}"
    page.line((total, "bold"), (_hours(chosen), "dim"), _passed(chosen, progress))


def show_hint(task: Task, help_: Help, console: Console, *, keeps: bool = False) -> None:
    """Write what went wrong, a hint, or both, and how to get the next.

    Args:
        task: what it is about.
        help_: what to show.
        console: where to.
        keeps: whether it is remembered which hints were shown, so that the next one needs no number.
    """
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    if help_.failure is not None:
        show_failure(page, help_.failure, "Failed")
        if help_.advice:
            page.labelled("Advice", help_.advice, most=LONG)
    if help_.number is not None:
        which = f"Hint {help_.number}/{len(task.hints)}"
        page.labelled(which, task.hints[help_.number - 1], most=LONG)
    page.line()
    if help_.left:
        number = "" if keeps else f" {(help_.number or 0) + 1}"
        page.copyable("Stronger", f"grade hint {task.id}{number}", "cyan")
    else:
        page.line((say("hint.strongest"), "dim"))


def _topic(page: Page, topic: Topic, tasks: Sequence[Task], progress: Progress | None) -> None:
    points = sum(task.points for task in tasks)
    facts = f"  {count(len(tasks), 'task')}, {count(points, 'point')}{_hours(tasks)}"
    page.line((topic.title, "bold"), (facts, "dim"), _passed(tasks, progress))
    table = Table.grid(padding=(0, 2, 0, 0))
    if progress is not None:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for task in tasks:
        mark = [] if progress is None else [_mark(task, progress)]
        title, *told = (Text(words, "dim") for words in (_title(task, progress), *effort(task)))
        table.add_row(*mark, Text(task.id), title, Text(str(task.points)), *told)
    page.console.print(table, width=page.width)
    page.line()


def effort(task: Task) -> tuple[str, str]:
    """How long a task takes, and how hard it is; empty where that is not said."""
    return say("task.minutes", minutes=task.minutes) if task.minutes else "", "*" * task.difficulty


def _hours(tasks: Sequence[Task]) -> str:
    """Return how long tasks take together, as their author judges."""
    minutes = sum(task.minutes for task in tasks)
    return ", " + say("tasks.hours", hours=max(1, round(minutes / 60))) if minutes else ""


def _passed(tasks: Sequence[Task], progress: Progress | None) -> str:
    if progress is None:
        return ""
    passed = sum(progress.of(task.id).is_passed for task in tasks)
    return ", " + say("tasks.passed", passed=passed)


def _mark(task: Task, progress: Progress) -> Text:
    last = progress.of(task.id).last
    return Text(" ") if last is None else Text(*MARKS[last])


def titled(task: Task) -> str:
    """The title of a task, behind its kind where that is not code to write."""
    return f"{say(OTHER_KINDS[task.kind])}: {task.title}" if task.kind in OTHER_KINDS else task.title


def _title(task: Task, progress: Progress | None) -> str:
    title = titled(task)
    if progress is None:
        return title + (" " + say("task.needs", tasks=", ".join(task.needs)) if task.needs else "")
    from grader.learner.task_states import open_needs

    waiting = open_needs(task, progress)
    needs = " " + say("task.builds_on", tasks=", ".join(waiting)) if waiting else ""
    given_up = " " + say("task.given_up") if progress.of(task.id).given_up else ""
    return title + needs + given_up


def _task(task: Task, progress: Progress | None) -> dict[str, Any]:
    known = {name: getattr(task, name) for name in TOLD} | {"hints": len(task.hints)}
    if progress is None:
        return known
    from grader.learner.task_states import open_needs

    entry = progress.of(task.id)
    return {
        **known,
        "verdict": entry.last and entry.last.value,
        "attempts": entry.attempts,
        "first_passed": entry.passed,
        "open_needs": list(open_needs(task, progress)),
    }


@dataclass(frozen=True)
class Next:
    """A task to do, and what a learner has to know about it now."""

    task: Task
    entry: TaskProgress
    needs: tuple[str, ...]  # that are still open
    place: str  # file:line
    grade: str  # the command
    everything: str  # the command that grades the whole folder
    after: Task | None = None  # the open task behind it


def show_next(step: Next, console: Console, passed: int, of: int) -> None:
    """Write one task as the next to do."""
    page, task = Page(console), step.task
    page.line((say("tasks.passed_of_all", passed=passed, tasks=count(of, "task")), "dim"))
    page.line()
    facts = "".join(f", {fact}" for fact in effort(task) if fact)
    page.labelled("Next", f"{task.id}: {titled(task)} ({count(task.points, 'point')}{facts})", "bold", most=LONG)
    _state(page, step)
    if step.needs:
        page.labelled("Builds on", say("next.needs", tasks=", ".join(step.needs)), most=LONG)
    page.copyable("Open", step.place)
    page.copyable("Grade", step.grade, "cyan")
    page.copyable("All", step.everything, "cyan")
    page.copyable("Hint", f"grade hint {task.id}", "cyan")
    if step.after is not None:
        page.labelled("After it", f"{step.after.id}: {step.after.title}", "dim", most=LONG)


def show_finished(console: Console, of: int, right: int = 0) -> None:
    """Write that nothing is left to do; of so many tasks details are open."""
    page, style = Page(console), MARKS[Verdict.RIGHT if right else Verdict.PASS][1]
    details = f", {right} {word(Verdict.RIGHT)}" if right else ""
    said = say("tasks.all_right" if right else "next.finished")
    page.line((said, f"bold {style}"), f"  {count(of, 'task')}", (details, style))


def _state(page: Page, step: Next) -> None:
    entry = step.entry
    if entry.last is None or entry.last is Verdict.NOT_ATTEMPTED:
        return
    mark, style = MARKS[entry.last]
    words = say("next.state", verdict=f"{mark} {word(entry.last)}", attempts=count(entry.attempts, "attempt"))
    page.labelled("Stands at", words, style, most=LONG)
    if entry.failure is not None:
        show_failure(page, entry.failure)


def show_failure(page: Page, failure: Failure, label: str = "Checked") -> None:
    """Write what is known of a failure; `label` stands before what was checked."""
    for words, text, style in ((label, failure.checked, ""), ("Likely", failure.likely, "yellow")):
        if text:
            page.labelled(words, text, style, most=LONG)
