"""What the judge and the progress hold, which is English always, in the language of the page."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from grader.course import Task
from grader.learner import Failure
from grader.learner.progress_changes import Help
from grader.report import TaskReport
from grader.text import chosen, say, translated_advice, translated_failure, translated_task
from grader.text.translations import BadTranslation
from grader.watch.state import State
from grader.watch.work import still_graded


def spoken_result(result: TaskReport, state: State) -> TaskReport:
    """Return the report of a task in the language that is spoken; as it is where its translation cannot be read."""
    with suppress(BadTranslation):
        return translated_task(result, state.course, chosen())
    return result


def spoken_so_far(task: Task, state: State) -> TaskReport | None:
    """Return what is known of a task that is still graded, with a word where the name of its mistake will stand."""
    running = still_graded(state.work, task.id)
    if running is None or running.so_far is None:
        return None
    found = spoken_result(running.so_far, state)
    return found if running.named else _unnamed(found)


def _unnamed(found: TaskReport) -> TaskReport:
    test = found.first_failure
    if test is None or test.message is None:
        return found
    waiting = replace(test, message=replace(test.message, likely=say("watch.still_testing")))
    return replace(found, tests=tuple(waiting if each is test else each for each in found.tests))


def spoken_failure(failure: Failure | None, task: Task, state: State) -> Failure | None:
    """Return the same of what is remembered of a failure."""
    with suppress(BadTranslation):
        return failure and translated_failure(failure, task, state.course, chosen())
    return failure


def spoken_help(help_: Help, task: Task, state: State) -> Help:
    """Return the same of a hint about a failure; the general ones are of a course that is translated already."""
    failure = help_.failure
    if failure is None or failure.mistake is None:
        return replace(help_, failure=spoken_failure(failure, task, state))
    with suppress(BadTranslation):
        advice = translated_advice(help_.advice, task, failure.mistake, state.course, chosen())
        return replace(help_, failure=spoken_failure(failure, task, state), advice=advice)
    return help_
