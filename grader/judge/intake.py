"""What can be said about each task before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.course import Course, Task
from grader.intake import (
    Content,
    Source,
    SourceProblem,
    Submission,
    TaskState,
    check_task,
    read_source,
    shown,
)
from grader.intake.topic_imports import imported_topics
from grader.judge.references import References
from grader.judge.scoring import absent, untested
from grader.report import Message, TaskReport, Verdict

TakenIn = tuple[dict[str, Source], dict[str, TaskReport]]  # by topic, and by task id
UNWRITTEN = (TaskState.NOT_ATTEMPTED, TaskState.MISSING)


def take_in(course: Course, references: References, submission: Submission, tasks: Sequence[Task]) -> TakenIn:
    """Read the files of a submission; return the sources that can run, and the reports of tasks that need not."""
    asked = {slug: [task.name for task in course.topic(slug).tasks] for slug in submission.files}
    read = {slug: read_source(file, asked[slug], course.slugs) for slug, file in submission.files.items()}
    sources = {slug: source for slug, source in read.items() if isinstance(source, Source)}
    reports: dict[str, TaskReport] = {}
    for task in tasks:
        given = submission.files.get(task.topic, f"{task.topic}.py")
        file = shown(given.name if isinstance(given, Content) else given)
        report = _report_of(references, task, read.get(task.topic), file)
        if report is None:
            report = _report_of_imports(course, task, read, sources[task.topic], file)
        if report is not None:
            reports[task.id] = report
    return sources, reports


def _report_of(
    references: References, task: Task, source: Source | SourceProblem | None, file: str
) -> TaskReport | None:
    if source is None:
        return absent(task)
    if isinstance(source, SourceProblem):
        message = Message(task.title, got=source.message, next=f"mend {_last(file)}")
        return untested(task, Verdict.ERROR, message)
    if source.notebook and (cell := source.notebook.broken.get(task.name)):
        return untested(task, Verdict.ERROR, Message(task.title, got=cell.message, next=f"mend {cell.label}"))
    check = check_task(source.tree, references.tree(task.topic), task.name, references.stub(task.topic))
    if check.ok:
        return None
    place = f"{file}, {source.place(check.line)}" if check.line else file
    verdict = Verdict.NOT_ATTEMPTED if check.state in UNWRITTEN else Verdict.ERROR
    following = check.next or f"grade hint {task.id}"
    return untested(task, verdict, Message(task.title, check.expected, check.got, place, next=following))


def _report_of_imports(
    course: Course, task: Task, read: Mapping[str, Source | SourceProblem], source: Source, file: str
) -> TaskReport | None:
    """Return the report of a task whose file imports another topic that is not there, or cannot be read."""
    for slug, line in imported_topics(source.tree, course.slugs, nested=False).items():
        other = read.get(slug)
        if isinstance(other, Source):
            continue
        got = f"an import of {slug}, and there is no {slug}.py in the submission" if other is None else other.message
        following = f"hand in {slug}.py too, or remove the import" if other is None else f"mend {slug}.py"
        place = f"{file}, {source.place(line)}"
        return untested(task, Verdict.ERROR, Message(task.title, got=got, where=place, next=following))
    return None


def _last(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]
