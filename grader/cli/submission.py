"""`grade PATH...` and `grade report`: one submission, graded and reported, on the terminal or as a page."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import shared
from grader.cli.group import DefaultCommand
from grader.cli.learner import progress_option

if TYPE_CHECKING:
    from grader.course import Course, Topic
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
    from grader.learner.folder import folder_above

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
    from grader.process.kernel import can_fork

    if can_fork():
        import torch  # noqa: F401  # before the judge: a fork then copies a sixth less of the memory that it shares

    from grader.judge.grading import grade_submission

    with shared.live_progress() as progress:
        return grade_submission(paths, progress=progress, **options)


def graded_and_kept(paths: Sequence[Path], folder: Path | None, options: Mapping[str, Any]) -> Report:
    """Grade, and add it to the progress of a folder that `grade init` made or that was named; of no other.

    In a course folder its own topics are graded where none are named, and in a part of it those that lie there.
    """
    from grader.learner.folder import folder_of

    made = folder_of(paths)
    place = folder or made
    if place is None:
        return graded(paths, options)
    from grader.course import load_course
    from grader.learner.code_files import Reader
    from grader.learner.progress_changes import record
    from grader.learner.task_states import codes_in

    course = load_course()
    if made is not None and not options["tasks"]:
        options = {**options, "tasks": _topics(course, paths, made)}
    asked = {task.topic for task in course.select(options["tasks"])}
    reader = Reader(course, paths, asked)
    before = codes_in(reader.read(), course)
    report = graded(paths, {**options, "folder": place})
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
    topics = [topic for topic in topics_of(folder, course, files) if whole or topic.slug in files]
    found = [name for topic in topics for name in _names(course, topic)]
    return () if found == list(course.slugs) else tuple(found)


def _names(course: Course, topic: Topic) -> list[str]:
    """Return the topic as `--task` names it, or its tasks where the folder asks for some of them alone."""
    return [topic.slug] if topic in course.topics else [task.id for task in topic.tasks]


@click.command(cls=DefaultCommand)
@click.argument("paths", nargs=-1, metavar="PATH...", type=shared.PATH)
@shared.tasks_option
@click.option("-k", "keyword", default="", metavar="EXPR", help="Only tests that match, as in pytest.")
@shared.seed_option
@click.option(
    "--format", "kind", type=click.Choice(["terminal", *shared.REPORT_FORMATS]), default="terminal",
    help="What the report looks like.",
)  # fmt: skip
@shared.output_option
@shared.sandbox_option
@shared.device_option
@click.option("--repeat", is_flag=True, help="Write Python that repeats the first failing call.")
@click.option("--first", is_flag=True, help="Stop at the first task that is not right.")
@click.option("--core", is_flag=True, help="Leave details out: refusals, manners, memory layout.")
@click.option("--details", is_flag=True, help="Exit with 1 while a detail is open, too.")
@shared.needs_option
@shared.jobs_option
@shared.start_method_option
@progress_option
@click.pass_context
def path_command(
    ctx: click.Context, /, paths: tuple[Path, ...], kind: str, output: Path | None, repeat: bool,
    details: bool, folder: Path | None, **options: Any,
) -> int:  # fmt: skip
    """Grade the files of the course that lie under each PATH."""
    _check_paths(ctx, paths)
    shared.writable(output)
    report = graded_and_kept(paths, folder, options)
    _present(report, kind, output, paths, repeat)
    return _exit_code(report, details=details)


def _exit_code(report: Report, *, details: bool = False) -> int:
    """0 where every task is right, and with `details` none of them is open."""
    from grader.report.selection import passed

    if report.incomplete is not None:
        return shared.OURS
    return 0 if passed(report) and not (details and any(task.details_open for task in report.tasks)) else shared.FAILED


def _check_paths(ctx: click.Context, paths: Sequence[Path]) -> None:
    if not paths:
        from grader.learner.folder import folder_above

        place = "." if folder_above(Path.cwd()) else "exercises/"
        raise shared.WrongCall(f"say what to grade: a folder or a file, such as `grade {place}`")
    group = ctx.parent.command if ctx.parent else None
    commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
    for path in paths:
        if not os.path.exists(path):
            raise shared.WrongCall(missing(path, commands))


def _present(
    report: Report, kind: str, output: Path | None, paths: Sequence[Path], repeat: bool
) -> None:
    if kind in shared.REPORT_FORMATS:
        shared.write(shared.report_text(report, kind), output)
    else:
        from grader.render import terminal

        typed = shlex.join(str(path) for path in paths)
        shared.show(lambda console: terminal.show(report, console, paths=typed, repeat=repeat), output)
    if output is not None:
        click.echo(f"{_points(report)}; the report is in {output}")


def _points(report: Report) -> str:
    from grader.text.formatting import scored

    return scored(report.score, report.max_score)


@click.command("report")
@click.argument("paths", nargs=-1, metavar="PATH...", type=shared.PATH)
@shared.page_option(required=True)
@click.option(
    "--from", "kept", type=shared.PATH, metavar="REPORT.json",
    help="Show this report instead of grading; `grade PATH --format json` writes one.",
)  # fmt: skip
@shared.tasks_option
@shared.seed_option
@shared.sandbox_option
@shared.device_option
@shared.jobs_option
def report_command(
    paths: tuple[Path, ...], page: Path, kept: Path | None, **options: Any
) -> int:
    """Grade the files under each PATH and write the report as a page, with its curves, paths and pictures."""
    _check_report(paths, page, kept)
    report = shared.kept_report(kept, "--from") if kept else graded_and_kept(paths, None, options)
    from grader.render.html.report_page import report_page

    shared.write(report_page(report), page, "--html")
    click.echo(f"{_points(report)}; the page is in {page}")
    return _exit_code(report)


def _check_report(paths: Sequence[Path], page: Path, kept: Path | None) -> None:
    if kept and paths:
        raise shared.WrongCall(f"--from {kept} shows a report that is there already: leave out {paths[0]}")
    if not kept and not paths:
        raise shared.WrongCall(
            "say what to grade, such as `grade report exercises/ --html report.html`, or give --from"
        )
    for path in paths:
        if not os.path.exists(path):
            raise shared.WrongCall(missing(path, ()))
    shared.writable(page, "--html")
