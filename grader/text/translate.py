"""A report and a course in the language that is spoken: pure functions at the edge, between the judge and the pages.

A report or a course is whole, and a broken translation of it is told: BadTranslation. What is shown piece by piece
afterwards stays English where its translation is broken.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.course import Course, Task, Topic, load_course
from grader.report import OF_PART, OF_TWO, POSSIBLE, Message, Report, TaskReport, TestReport
from grader.text import ENGLISH, STOPS, BadTranslation, Translation, chosen, keys, localised, read, topic_file
from grader.text.catalogue import sentence_of

if TYPE_CHECKING:
    from grader.report.selection import Failure


def translated(report: Report, course: Course | None = None) -> Report:
    """Return a report whose titles, checks and mistakes are translated, by this package's course if None is given."""
    if chosen() == ENGLISH:
        return report
    known = course or load_course()
    return replace(
        report,
        tasks=tuple(_task(task, known) for task in report.tasks),
        notes=tuple(map(localised, report.notes)),
    )


def translated_course(course: Course) -> Course:
    """Return a course whose titles, hints and differences are translated."""
    return replace(course, topics=tuple(_topic(topic, _words(course, topic.slug)) for topic in course.topics))


def translated_task(task: TaskReport, course: Course) -> TaskReport:
    """Return the report of one task translated."""
    with suppress(BadTranslation):
        return _task(task, course)
    return task


def translated_failure(failure: Failure, task: Task, course: Course) -> Failure:
    """Return what is remembered of a failure translated."""
    if chosen() == ENGLISH:
        return failure
    with suppress(BadTranslation):
        words = _words(course, task.topic)
        checked, likely = failure.checked, failure.likely and localised(failure.likely)
        if checked:
            english = sentence_of(course, task, failure.test) if failure.test else ""
            title = words.of(keys.check(task.id, failure.test), english) if failure.test else ""
            checked = _with_title(checked, english, title)
        if failure.likely and failure.mistake:
            likely = _likely(failure.likely, keys.mistake(task.id, failure.mistake), words)
        return replace(failure, checked=checked, likely=likely, next=failure.next and localised(failure.next))
    return failure


def translated_advice(advice: str, task: Task, mistake: str, course: Course) -> str:
    """Return what is advised on a known mistake translated."""
    with suppress(BadTranslation):
        return _words(course, task.topic).of(keys.advice(task.id, mistake), advice)
    return advice


def _words(course: Course, slug: str) -> Translation:
    return Translation() if chosen() == ENGLISH else read(topic_file(course.exercises, slug, chosen()))


def _task(task: TaskReport, course: Course) -> TaskReport:
    words = _words(course, task.id.partition(".")[0])
    title = words.of(keys.title(task.id), task.title)
    tests = tuple(_test(test, task.id, words) for test in task.tests)
    message = task.message and _message(task.message, task.id, task.title, title, words)
    return replace(task, title=title, tests=tests, message=message)


def _test(test: TestReport, task_id: str, words: Translation) -> TestReport:
    title = words.of(keys.check(task_id, test.name), test.title)
    message = test.message and _message(test.message, task_id, test.title, title, words)
    tables = tuple(
        replace(table, title=localised(table.title), sentence=localised(table.sentence)) for table in test.tables
    )
    return replace(test, title=title, message=message, tables=tables)


def _message(message: Message, task_id: str, english: str, title: str, words: Translation) -> Message:
    """Translate what a message says of the check, which begins with the title, of values, and of the mistake."""
    likely = message.likely and localised(message.likely)
    if message.likely is not None and message.mistake is not None:
        likely = _likely(message.likely, keys.mistake(task_id, message.mistake), words)
    return replace(
        message,
        checked=_with_title(message.checked, english, title),
        expected=message.expected and localised(message.expected),
        got=message.got and localised(message.got),
        relation=message.relation and localised(message.relation),
        where=message.where and localised(message.where),
        likely=likely,
        next=message.next and localised(message.next),
    )


def _likely(likely: str, key: str, words: Translation) -> str:
    """Translate the sentence of a mistake, and what may stand before it."""
    both = OF_TWO.fullmatch(likely)
    among = both or OF_PART.fullmatch(likely)
    sentence = among[1] if among else likely.removeprefix(POSSIBLE)
    whole = likely if sentence == likely else localised(likely)
    whole = whole.replace(both[2], words.of_english(both[2])) if both else whole
    return whole.replace(sentence, words.of(key, sentence))


def _with_title(checked: str, english: str, title: str) -> str:
    """Return what was checked with the translated sentence of the test in front, where it has one there."""
    head = english.rstrip(STOPS)
    if not head or not checked.startswith(head):
        return localised(checked)
    rest = checked.removeprefix(head)
    if rest in ("", "."):
        return title
    more = f": {localised(rest.removeprefix(': '))}" if rest.startswith(": ") else rest
    return title.rstrip(STOPS) + more


def _topic(topic: Topic, words: Translation) -> Topic:
    tasks = tuple(_of_course(task, words) for task in topic.tasks)
    return replace(topic, title=words.of(keys.topic_title(topic.slug), topic.title), tasks=tasks)


def _of_course(task: Task, words: Translation) -> Task:
    hints = tuple(words.of(keys.hint(task.id, number), hint) for number, hint in enumerate(task.hints, 1))
    differs = task.differs and words.of(keys.differs(task.id), task.differs)
    return replace(task, title=words.of(keys.title(task.id), task.title), hints=hints, differs=differs)
