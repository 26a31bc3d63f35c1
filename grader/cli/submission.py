"""`grade PATH...`: one submission, graded and reported."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exit_codes import FAILED, OURS, WrongCall, judge_problems
from grader.cli.group import DefaultCommand
from grader.cli.learner import in_language, language_option, progress_option
from grader.cli.output import (
    REPORT_FORMATS,
    device_option,
    live_progress,
    output_option,
    show,
    writable,
    write,
)

if TYPE_CHECKING:
    from grader.course import Course
    from grader.report import Report


def missing(path: Path, commands: Iterable[str]) -> str:
    """One sentence that says what is missing, and one that says what to type instead."""
    from grader.text.escape import one_line

    found = _command(path, commands) or _task(path) or _neighbour(path)
    remedy = f"did you mean `{one_line(found)}`?" if found else "give a folder or file of the course"
    return f"there is no file or folder {one_line(str(path))!r}: {remedy}"


def _command(path: Path, commands: Iterable[str]) -> str | None:
    from grader.course.suggestions import suggestions

    near = suggestions(str(path), commands, most=5)
    near.sort(key=lambda name: sorted(name) != sorted(str(path)))  # letters changed places: `hnit` is `hint`
    return f"grade {near[0]}" if near else None


def _task(path: Path) -> str | None:
    """A task or topic whose name was typed in place of a path."""
    from grader.course import CourseError, UnknownTask, load_course

    try:
        load_course().select([str(path)])
    except (CourseError, UnknownTask):
        return None
    from grader.learner import folder_above

    return f"grade {'.' if folder_above(Path.cwd()) else 'exercises/'} --task {path}"


def _neighbour(path: Path) -> str | None:
    """A file or folder beside the one that was meant, with almost its name."""
    from grader.course.suggestions import suggestions

    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return None
    near = suggestions(path.name, names, cutoff=0.7)
    return f"grade {path.parent / near[0]}" if near else None


def graded(paths: Sequence[Path], options: Mapping[str, Any]) -> Report:
    """Grade what lies under `paths`; the options are those of the judge."""
    from grader.judge.grading import grade_submission

    progress = live_progress()
    try:
        with judge_problems():
            return grade_submission(paths, progress=progress, **options)
    finally:
        if progress:
            progress.stop()


def graded_and_kept(paths: Sequence[Path], folder: Path | None, options: Mapping[str, Any]) -> Report:
    """Grade, and add it to the progress of a folder that `grade init` made or that was named; of no other.

    In a course folder its own topics are graded where none are named, and in a part of it those that lie there.
    """
    from grader.learner import folder_of

    made = folder_of(paths)
    place = folder or made
    if place is None:
        return graded(paths, options)
    from grader.course import load_course
    from grader.learner import record
    from grader.learner.code_files import Reader
    from grader.learner.task_states import codes_in

    with judge_problems():
        course = load_course()
        if made is not None and not options["tasks"]:
            options = {**options, "tasks": _topics(course, paths, made)}
        asked = {task.topic for task in course.select(options["tasks"])}
    reader = Reader(course, paths, asked)
    before = codes_in(reader.read(), course)
    report = graded(paths, options)
    if options.get("keyword"):  # some of a task's tests say nothing about the task
        return report
    after = codes_in(reader.read(), course)  # what was saved meanwhile may not be what was graded
    note = record(place, report, codes={key: code for key, code in after.items() if before.get(key) == code})
    if note:
        click.echo(note, err=True)
    return report


def _topics(course: Course, paths: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """Return the topics that paths in a course folder stand for; none for all of the course."""
    from grader.learner.code_files import Reader
    from grader.learner.task_states import topics_of

    files = Reader(course, paths, ()).read().parts
    whole = any(path.resolve() == folder for path in paths)
    found = [topic.slug for topic in topics_of(folder, course, files)] if whole else list(files)
    return () if len(found) == len(course.slugs) else tuple(found)


LARGEST_SEED = 2**63 - 1


def _seed(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and not 0 <= value <= LARGEST_SEED:
        raise click.BadParameter("give a whole number from 0 to 2**63 - 1")
    return value


@click.command(cls=DefaultCommand)
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task or topic; repeatable.")
@click.option("-k", "keyword", default="", metavar="EXPR", help="Only tests that match, as in pytest.")
@click.option("--seed", type=int, callback=_seed, metavar="N", help="Meet the inputs of an earlier run.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["terminal", *REPORT_FORMATS]),
    default="terminal",
    help="What the report looks like.",
)
@output_option
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "strict", "none"]),
    default="auto",
    help="Confinement: the strongest there is, all or nothing, or none (for a breakpoint).",
)
@device_option
@click.option("--curves", is_flag=True, help="Draw the curves of passed tests too, where a test draws one.")
@click.option("--repeat", is_flag=True, help="Write Python that repeats the first failing call.")
@click.option("--first", is_flag=True, help="Stop at the first task that does not pass.")
@click.option(
    "--ignore-needs", "needs", is_flag=True, flag_value=False, default=True,
    help="Judge every task on its own, whatever it builds on.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Tasks to grade at the same time.")
@progress_option
@language_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    kind: str,
    output: Path | None,
    curves: bool,
    repeat: bool,
    folder: Path | None,
    language: str | None,
    **options: Any,
) -> int:
    """Grade the files of the course that lie under each PATH."""
    _check(ctx, paths)
    writable(output)
    report = graded_and_kept(paths, folder, options)
    people = kind == "terminal"  # the others stay English: programs read them
    _present(in_language(report, language) if people else report, kind, output, paths, curves, repeat)
    if report.incomplete is not None:
        return OURS
    from grader.report.selection import passed

    return 0 if passed(report) else FAILED


def _check(ctx: click.Context, paths: Sequence[Path]) -> None:
    if not paths:
        from grader.learner import folder_above

        place = "." if folder_above(Path.cwd()) else "exercises/"
        raise WrongCall(f"say what to grade: a folder or a file, such as `grade {place}`")
    group = ctx.parent.command if ctx.parent else None
    commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
    for path in paths:
        if not os.path.exists(path):
            raise WrongCall(missing(path, commands))


def _present(
    report: Report, kind: str, output: Path | None, paths: Sequence[Path], curves: bool, repeat: bool
) -> None:
    if kind in REPORT_FORMATS:
        write(REPORT_FORMATS[kind](report, paths), output)
    else:
        from grader.render import terminal

        typed = shlex.join(str(path) for path in paths)
        show(
            lambda console: terminal.show(report, console, paths=typed, curves=curves, repeat=repeat), output
        )
    if output is not None:
        from grader.text.formatting import earned, number

        points = f"{earned(report.score, report.max_score)} of {number(report.max_score)} points"
        click.echo(f"{points}; the report is in {output}")
