"""A report and a course in another language: pure functions at the edge, between the judge and the pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.course import Course, Task, Topic, load_course
from grader.report import POSSIBLE, Message, Report, TaskReport, TestReport
from grader.text import translations
from grader.text.judge_sentences import localised
from grader.text.lookup import sentence_of
from grader.text.translations import ENGLISH, STOPS, Translation, read, topic_file

if TYPE_CHECKING:
    from grader.report.selection import Failure


def translated(report: Report, language: str, course: Course | None = None) -> Report:
    """Return a report whose titles, checks and mistakes are in a language; English where there is no translation.

    Args:
        report: as the judge made it.
        language: a code such as de.
        course: whose translations serve; that of this package if None.
    """
    if language == ENGLISH:
        return report
    known = course or load_course()
    return replace(
        report,
        tasks=tuple(translated_task(task, known, language) for task in report.tasks),
        notes=tuple(localised(note, language) for note in report.notes),
    )


def translated_task(task: TaskReport, course: Course, language: str) -> TaskReport:
    """Return the report of one task in a language."""
    if language == ENGLISH:
        return task
    words = read(topic_file(course.exercises, task.id.partition(".")[0], language))
    title = words.of(translations.title(task.id), task.title)
    tests = tuple(_test(test, task.id, words, language) for test in task.tests)
    message = task.message and _message(task.message, task.id, task.title, title, words, language)
    return replace(task, title=title, tests=tests, message=message)


def translated_course(course: Course, language: str) -> Course:
    """Return a course whose titles, hints and differences are in a language."""
    if language == ENGLISH:
        return course
    return replace(course, topics=tuple(_topic(topic, course, language) for topic in course.topics))


def translated_failure(failure: Failure, task: Task, course: Course, language: str) -> Failure:
    """Return what is remembered of a failure in a language."""
    if language == ENGLISH:
        return failure
    words = read(topic_file(course.exercises, task.topic, language))
    checked, likely = failure.checked, failure.likely
    if checked:
        english = sentence_of(course, task, failure.test) if failure.test else ""
        title = words.of(translations.check(task.id, failure.test), english) if failure.test else ""
        checked = _with_title(checked, english, title, language)
    if likely and failure.mistake:
        likely = _likely(likely, translations.mistake(task.id, failure.mistake), words, language)
    following = failure.next and localised(failure.next, language)
    return replace(failure, checked=checked, likely=likely, next=following)


def translated_advice(
    advice: str | None, task: Task, mistake: str, course: Course, language: str
) -> str | None:
    """Return what is advised on a known mistake in a language."""
    if advice is None or language == ENGLISH:
        return advice
    words = read(topic_file(course.exercises, task.topic, language))
    return words.of(translations.advice(task.id, mistake), advice)


def _test(test: TestReport, task_id: str, words: Translation, language: str) -> TestReport:
    title = words.of(translations.check(task_id, test.name), test.title)
    message = test.message and _message(test.message, task_id, test.title, title, words, language)
    tables = tuple(
        replace(table, title=localised(table.title, language), sentence=localised(table.sentence, language))
        for table in test.tables
    )
    return replace(test, title=title, message=message, tables=tables)


def _message(
    message: Message, task_id: str, english: str, title: str, words: Translation, language: str
) -> Message:
    """Translate what a message says of the check, which begins with the title, of values, and of the mistake."""
    likely = message.likely
    if likely is not None and message.mistake is not None:
        likely = _likely(likely, translations.mistake(task_id, message.mistake), words, language)
    return replace(
        message,
        checked=_with_title(message.checked, english, title, language),
        expected=message.expected and localised(message.expected, language),
        got=message.got and localised(message.got, language),
        where=message.where and localised(message.where, language),
        likely=likely,
        next=message.next and localised(message.next, language),
    )


def _likely(likely: str, key: str, words: Translation, language: str) -> str:
    """Translate the sentence of a mistake, and what may stand before it."""
    sentence = likely.removeprefix(POSSIBLE)
    whole = likely if sentence == likely else localised(likely, language)
    return whole.replace(sentence, words.of(key, sentence))


def _with_title(checked: str, english: str, title: str, language: str) -> str:
    """Return what was checked with the translated sentence of the test in front, where it has one there."""
    head = english.rstrip(STOPS)
    if not head or not checked.startswith(head):
        return localised(checked, language)
    rest = checked.removeprefix(head)
    if rest in ("", "."):
        return title
    more = f": {localised(rest.removeprefix(': '), language)}" if rest.startswith(": ") else rest
    return title.rstrip(STOPS) + more


def _topic(topic: Topic, course: Course, language: str) -> Topic:
    words = read(topic_file(course.exercises, topic.slug, language))
    tasks = tuple(_of_course(task, words) for task in topic.tasks)
    return replace(topic, title=words.of(translations.topic_title(topic.slug), topic.title), tasks=tasks)


def _of_course(task: Task, words: Translation) -> Task:
    hints = tuple(words.of(translations.hint(task.id, number), hint) for number, hint in enumerate(task.hints, 1))
    differs = task.differs and words.of(translations.differs(task.id), task.differs)
    return replace(task, title=words.of(translations.title(task.id), task.title), hints=hints, differs=differs)
