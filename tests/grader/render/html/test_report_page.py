"""The page of one report."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.render.html.report_page import report_page
from grader.report import Verdict


def only(report, **verdicts):
    """The report with tasks of these verdicts, one topic each."""
    (like, *_) = report.tasks
    tasks = [replace(like, id=f"{topic}.task", verdict=verdict) for topic, verdict in verdicts.items()]
    return replace(report, tasks=tuple(tasks))


def test_every_task_and_test_is_in_the_page(report):
    """Each task with its verdict, and each test with its sentence."""
    page = report_page(report)
    for task in report.tasks:
        part = page[page.index(f'id="task-{task.id}"') :]
        assert task.verdict.value.replace("_", " ") in part[:300]
        assert all(test.title in part for test in task.tests)


def test_cases_of_one_sentence_say_what_differs(report):
    """One sentence may stand several times; behind it is the case."""
    task = next(task for task in report.tasks if task.verdict is Verdict.PASS and task.tests)
    test = replace(task.tests[0], name="test_x[float32-a<b]", title="The same.", verdict=Verdict.PASS)
    page = report_page(replace(report, tasks=(replace(task, tests=(test,)),)))
    assert '<span class="title">The same.</span> <code class="case">float32-a&lt;b</code>' in page


def test_first_failure_is_open_and_linked(report):
    """Only the task to look at now is open, and the head of the page leads there."""
    page = report_page(report)
    first = next(task for task in report.tasks if task.verdict is Verdict.FAIL)
    assert f'Look at this next: <a href="#task-{first.id}">' in page
    opened = re.findall(r'<li id="task-([^"]+)">\n<details open>', page)
    assert opened == [first.id]


def test_traceback_of_the_learner_is_whole(report):
    """The learner's own page keeps the words of the exception, and all six labels."""
    page = report_page(report)
    assert "NameError: name &#39;dim&#39; is not defined" in page
    for label in ("Checked", "Expected", "Got", "Where", "Next"):
        assert f"<dt>{label}</dt>" in page


def test_what_was_printed_and_how_to_repeat_stand_below_the_failure(report):
    """As plain text, each under a heading; long output is cut."""
    task = next(task for task in report.tasks if task.verdict is Verdict.FAIL)
    tests = [replace(test, printed="<b>x</b>\n" * 99, repeat=f"x = {list(range(300))}") for test in task.tests]
    page = report_page(replace(report, tasks=(replace(task, tests=tuple(tests)),)))
    assert "Your code printed" in page and "&lt;b&gt;x&lt;/b&gt;\n...</pre>" in page and "<b>x" not in page
    assert "Repeat the call" in page and f"x = {list(range(300))}</pre>" in page


def test_drawings_of_passed_tests_are_there_too(report):
    """Curves, paths, shapes and pictures of all tests are drawn."""
    page = report_page(report)
    for words in ("training loss by step", "descent with lr", "Shapes on the way", "taken for", "Blue is"):
        assert words in page


def test_topic_without_anything_to_do_is_folded(report):
    """What is all done or untouched takes one line while there is something elsewhere."""
    page = report_page(only(report, a=Verdict.PASS, b=Verdict.NOT_ATTEMPTED, c=Verdict.FAIL))
    assert page.count('<details class="topic">') == 2
    assert '<details class="topic">' not in report_page(only(report, a=Verdict.PASS, b=Verdict.PASS))


def test_fault_of_ours_is_told_and_has_no_advice(report):
    """An incomplete grading says so, and sends nobody after a hint."""
    task = next(task for task in report.tasks if task.verdict is Verdict.FAIL)
    broken = replace(task, verdict=Verdict.INTERNAL)
    page = report_page(
        replace(report, tasks=(broken,), incomplete="the worker did not start", notes=("a note",))
    )
    assert "the worker did not start. This is the grader" in page and "a note" in page
    assert "<dt>Next</dt>" not in page
