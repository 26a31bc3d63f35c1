"""`grade list`, `next`, `lesson`, `hint`, `explain`, `solution`: what there is to solve, and help with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import learner, shared

if TYPE_CHECKING:
    from grader.course import Course, Task


@click.command("list")
@click.argument("topics", nargs=-1, metavar="[TOPIC]...")
@click.option("--open", "only_open", is_flag=True, help="Only tasks that do not pass yet.")
@click.option("--format", "kind", type=shared.FORMATS, default="terminal", help="What the list looks like.")
@learner.progress_option
def list_command(topics: tuple[str, ...], only_open: bool, kind: str, folder: Path | None) -> None:
    """Show the topics and tasks of the course, and which of them pass."""
    from grader.course import load_course
    from grader.render import course_pages as pages

    course = load_course()
    for slug in topics:
        course.topic(slug)
    place = learner.course_folder(folder)
    here = learner.current_in(place, course) if place else None
    if here and place:
        learner.refuse_elsewhere(here, place, topics)
        if here.problem:
            click.echo(here.problem, err=True)
    progress = here.progress if here else None
    if progress is None and only_open:
        raise shared.WrongCall(
            "no progress is known here: go into a folder that `grade init` made, or name it with --progress"
        )
    tasks = [task for task in (here or course).tasks if not topics or task.topic in topics]
    if progress is not None and only_open:
        tasks = [task for task in tasks if not progress.of(task.id).is_passed]
    if kind == "json":
        shared.write_json(pages.as_list(course, tasks, progress))
    else:
        shared.show(lambda console: pages.show(course, console, tasks, progress), None)


@click.command("hint", short_help="Show the next hint of a task.")
@click.argument("name", metavar="TASK")
@click.argument("number", metavar="[N]", type=shared.POSITIVE, required=False)
@learner.progress_option
def hint_command(name: str, number: int | None, folder: Path | None) -> None:
    """Show the next hint of a task: first about what went wrong, then N of rising strength."""
    from grader.course import load_course
    from grader.learner.progress import Progress
    from grader.learner.progress_changes import after_hint, next_help, picked
    from grader.render import course_pages as pages
    from grader.text.formatting import count

    course = load_course()
    task = learner.one_task(course, name)
    if number is not None and number > len(task.hints):
        raise shared.WrongCall(f"{task.id} has {count(len(task.hints), 'hint')}: there is no hint {number}")
    place = learner.course_folder(folder)
    progress = learner.progress_in(place) or Progress()
    help_ = picked(task, number) if number else next_help(course, task, progress.of(task.id))
    shared.show(lambda console: pages.show_hint(task, help_, console, keeps=place is not None), None)
    learner.remember(place, lambda progress: after_hint(progress, task.id, *help_.shown))


@click.command("next", short_help="Show the next open task.")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@learner.progress_option
def next_command(names: tuple[str, ...], folder: Path | None) -> None:
    """Show the next open task: what it builds on, where it lies, and how to grade it."""
    from grader.course import load_course
    from grader.learner.code_files import place_of
    from grader.learner.task_states import in_turn, open_needs
    from grader.render import course_pages as pages
    from grader.report import Verdict

    course = load_course()
    place = learner.needed_folder(folder)
    here = learner.current_in(place, course)
    if here.problem:
        raise shared.WrongCall(here.problem)
    asked = course.select(names)
    if names:
        learner.refuse_elsewhere(here, place, [task.topic for task in asked])
    tasks = [task for task in here.tasks if task in asked]
    if not tasks:
        raise shared.WrongCall(f"{' or '.join(names)} is not on the track that {place} was made for")
    if not any(task.topic in here.files for task in tasks):
        raise shared.WrongCall(_absent(" or ".join(names) or "any topic", place))
    waiting = in_turn(tasks, here.progress)
    waiting = tuple(sorted(waiting, key=lambda task: task.topic in here.missing))
    if not waiting:
        right = sum(here.progress.of(task.id).last is Verdict.RIGHT for task in tasks)
        shared.show(lambda console: pages.show_finished(console, len(tasks), right), None)
        return
    task = waiting[0]
    entry = here.progress.of(task.id)
    step = pages.Next(
        task,
        entry,
        open_needs(task, here.progress),
        place_of(task, here.files[task.topic], place)
        if task.topic in here.files
        else _absent(task.topic, place),
        f"grade {learner.shown_folder(place)} --task {task.id}",
        f"grade {learner.shown_folder(place)}",
        waiting[1] if len(waiting) > 1 else None,
    )
    passed = sum(here.progress.of(task.id).is_passed for task in tasks)
    shared.show(lambda console: pages.show_next(step, console, passed, len(tasks)), None)


def _absent(topic: str, folder: Path) -> str:
    update = f"grade init {learner.shown_folder(folder)} --update"
    return f"{folder} has no file of {topic}: put yours back, or `{update}` brings the stub"


@click.command("lesson", short_help="Read the lesson of a topic in a browser.")
@click.argument("slug", metavar="TOPIC")
@shared.page_option()
@learner.progress_option
def lesson_command(slug: str, page: Path | None, folder: Path | None) -> None:
    """Open the lesson of a topic in a browser, with its figures and formulas, and its tasks below."""
    from grader.course import load_course

    course = load_course()
    topic, place = course.topic(slug), learner.course_folder(folder)
    shared.writable(page, "--html")
    from grader.render.html.lesson import lesson_page

    text = lesson_page(course, topic, [*([place / slug] if place else []), course.exercises / slug])
    if page is not None:
        shared.write(text, page, "--html")
        click.echo(f"the page is in {page}")
    else:
        _open(text, f"{slug}.html", place)


def _open(text: str, name: str, place: Path | None) -> None:
    """Write a page into the course folder, or where there is none into a temporary one, and open it."""
    import tempfile
    import webbrowser

    from grader.learner.folder import MARK
    from grader.storage import atomic_write

    folder = place / MARK / "lessons" if place else Path(tempfile.mkdtemp(prefix="torchgrade-"))
    file = folder.resolve() / name
    try:
        atomic_write(file, text.encode("utf-8", "backslashreplace"))
    except OSError as problem:
        raise shared.WrongCall(f"{file}: {problem.strerror}: `--html FILE` writes it elsewhere") from problem
    if not webbrowser.open(file.as_uri()):
        raise shared.WrongCall(f"there is no browser to open {file} in: `--html FILE` writes it elsewhere")
    click.echo(f"the page is in {file}")


def _asked(name: str, folder: Path | None) -> tuple[Course, Task, Path, bool]:
    """Return the task of a name with its course, the folder that it is about, and whether it has passed there."""
    from grader.course import load_course

    course = load_course()
    task, place = learner.one_task(course, name), learner.needed_folder(folder)
    progress = learner.progress_in(place)
    return course, task, place, progress is not None and progress.of(task.id).ever_passed


def _code_of(course: Course, task: Task, text: str) -> str | None:
    """Return the definition of a task in a module, None where there is none."""
    from grader.learner.task_source import source_of

    others = {each.name for each in course.topic(task.topic).tasks} - {task.name}
    return source_of(text, task.name, others)


def _reference(course: Course, task: Task, place: Path) -> str:
    """Return the code of the solution, which the folder remembers, or refuse where the course has none."""
    from grader.learner.progress import now
    from grader.learner.progress_changes import after_solution

    file = course.solution_file(task.topic)
    if not file.is_file():
        raise shared.WrongCall(f"this course was handed out without its solutions: there is no {file.name}")
    learner.remember(place, lambda known: after_solution(known, task.id, now()))
    return _code_of(course, task, file.read_text(encoding="utf-8")) or ""


@click.command("explain", short_help="Show the reference beside your code.")
@click.argument("name", metavar="TASK")
@click.option("--no-cost", "cheap", is_flag=True, help="Leave the measurement out, which takes seconds.")
@learner.progress_option
def explain_command(name: str, cheap: bool, folder: Path | None) -> None:
    """Show the reference beside your code, what torch has for it, and what both cost."""
    from grader.learner.cost import costs_of
    from grader.render import explain as pages

    course, task, place, has_passed = _asked(name, folder)
    if not has_passed:
        raise shared.WrongCall(
            f"{task.id} has not passed yet: `grade {place} --task {task.id}` grades it, "
            f"`grade hint {task.id}` helps, `grade solution {task.id} --give-up` ends it"
        )
    text = _module(course, task.topic, place)
    theirs = _code_of(course, task, text)
    if theirs is None:
        raise shared.WrongCall(f"your file of {task.topic} does not define {task.name} by def or class")
    reference = _reference(course, task, place)
    costs = None if cheap else costs_of(course, task, text)
    shared.show(lambda console: pages.show(task, theirs, reference, console, costs), None)


def _module(course: Course, slug: str, place: Path) -> str:
    from grader.learner.task_source import module_text

    file = learner.file_of(place, course, slug)
    try:
        return module_text(file, [each.name for each in course.topic(slug).tasks])
    except (OSError, ValueError) as problem:
        raise shared.WrongCall(f"{file}: {problem}") from problem


@click.command("solution", short_help="Show the reference, passed or given up.")
@click.argument("name", metavar="TASK")
@click.option("--give-up", is_flag=True, help="Show it although the task has not passed; that is remembered.")
@learner.progress_option
def solution_command(name: str, give_up: bool, folder: Path | None) -> None:
    """Show the reference of a task that you have passed, or that you give up."""
    from grader.render import explain as pages

    course, task, place, has_passed = _asked(name, folder)
    if not give_up and not has_passed:
        raise shared.WrongCall(
            f"{task.id} has not passed yet: `grade hint {task.id}` helps; --give-up shows the "
            "solution all the same, and is remembered"
        )
    reference = _reference(course, task, place)
    shared.show(lambda console: pages.show_solution(task, reference, console), None)
