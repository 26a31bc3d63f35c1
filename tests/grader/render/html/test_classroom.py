"""The page of a class: what it counts, and what it points at."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from grader.classroom.pages import class_statistics
from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.class_statistics import groups_of
from grader.classroom.pages.feedback import feedback_file
from grader.classroom.records import ClassResult, HandIn, Outcome, Standing, Student, TaskColumn
from grader.report import Environment, Report, TaskReport, Verdict


def text_of(page):
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(scope="module")
def page(class_result):
    return class_page(class_result)


def test_every_student_is_named_in_any_script(page, class_result):
    """Latin, Chinese and Arabic names are written as they are, and kept apart from the line's direction."""
    for standing in class_result.standings:
        assert f"<bdi>{standing.student.name}</bdi>" in page


def test_students_link_to_their_feedback_unless_nothing_was_handed_in(page, class_result):
    """A link leads to the file that `feedback_file` names."""
    for standing in class_result.standings:
        linked = f'href="feedback/{feedback_file(standing.student)}"' in page
        assert linked == (standing.outcome is not Outcome.MISSING)


def test_files_of_feedback_are_safe_and_differ(class_result):
    """Ids that read alike, or differ in case alone, have files of their own; none is a path."""
    ids = ["a", "A", "a/b", "a-b", "../../etc", "", "王小明", "con", "x" * 500]
    names = [feedback_file(Student(each)) for each in ids]
    assert len({name.lower() for name in names}) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}\.html", name) for name in names)


def test_outcomes_without_a_score_have_their_reason(page, class_result):
    """Who is not graded is listed with why, and is no part of the mean."""
    text = text_of(page)
    for standing in class_statistics.not_graded(class_result):
        assert standing.outcome.value in text and standing.reason[:40] in text
    graded = [each for each in class_result.standings if each.outcome is Outcome.GRADED]
    assert f"Points of the {len(graded)} students who were graded" in text
    assert f"mean {sum(each.score for each in graded) / len(graded):.2f}" in text


def test_incomplete_grading_shows_no_score(class_result, page):
    """A fault of ours is no zero: the cell of the score is empty."""
    (standing,) = [each for each in class_result.standings if each.outcome is Outcome.INCOMPLETE]
    row = page[page.index("data-sortable") :]
    row = row[row.index(standing.student.name) :]
    assert re.match(r'.*?</th><td class="number"></td><td class="number" data-value=""></td>', row, re.DOTALL)


def test_mistake_is_counted_once_for_each_student(class_result):
    """A named mistake lists who made it, the most frequent first."""
    found = class_statistics.mistakes(class_result)
    counts = [len(row.students) for row in found]
    assert counts == sorted(counts, reverse=True)
    for row in found:
        assert len({student.id for student in row.students}) == len(row.students)
        makers = [each.student for each in class_statistics.graded(class_result) if row.name in named(each)]
        assert list(row.students) == makers


def test_hardest_task_comes_first(class_result):
    """Shares passed rise down the list, and what everybody passes is not in it."""
    rows = class_statistics.hardest_tasks(class_result)
    shares = [row.passed / row.graded for row in rows]
    assert shares == sorted(shares) and max(shares) < 1
    assert all(row.passed <= row.tried <= row.graded for row in rows)


def test_map_has_a_sign_for_every_verdict_and_an_empty_cell_for_nothing():
    """Each verdict is told by its sign, and a legend says it in words."""
    columns = tuple(TaskColumn(f"t.{verdict.value}", "", 1.0) for verdict in Verdict)
    tasks = tuple(TaskReport(f"t.{verdict.value}", "", verdict, 0.0, 1.0) for verdict in Verdict)
    page = class_page(small(columns, tasks[:-1]))
    row = page[page.index('class="map') :]
    assert re.findall(r"<td[^>]*>([^<\s]*)", row) == ["✓", "●", "✗", "!", "·", "◷", "▪", "⊘", "–", ""]
    legend = page[page.index('class="legend"') : page.index('class="map')]
    assert [verdict.value.replace("_", " ") in legend for verdict in Verdict] == [True] * 9 + [False]


def test_columns_are_grouped_by_topic():
    """Tasks of one topic that stand side by side share a heading."""
    columns = [TaskColumn(name, "", 1.0) for name in ("a.x", "a.y", "b.x")]
    assert [(group.topic, len(group.columns)) for group in groups_of(columns)] == [("a", 2), ("b", 1)]


def test_class_of_300_with_173_tasks_is_small():
    """The largest class there is meant to be stays below one and a half megabytes."""
    rng, verdicts = Random(1), list(Verdict)[:4]
    columns = tuple(TaskColumn(f"topic{k // 20}.task_number_{k}", "A title", 2.0) for k in range(173))
    every = [
        small(columns, tuple(TaskReport(column.id, "", rng.choice(verdicts), 1.0, 2.0) for column in columns))
        for _ in range(10)
    ]
    standings = []
    for number in range(300):
        (one,) = every[number % 10].standings
        standings.append(replace(one, student=Student(f"s{number}", f"A name of usual length {number}")))
    page = class_page(replace(small(columns, ()), standings=tuple(standings)))
    assert len(page.encode()) < 1_500_000
    assert page.count("<td") > 300 * 173


def test_class_without_students_is_a_page():
    """Nobody is no error."""
    assert "students" in class_page(replace(small((), ()), standings=()))


def named(standing: Standing) -> set[str | None]:
    tests = [test for task in standing.report.tasks for test in task.tests if test.message]
    return {test.message.mistake for test in tests}


def small(columns: tuple[TaskColumn, ...], tasks: tuple[TaskReport, ...]) -> ClassResult:
    environment = Environment("0", "3", "2", "Linux", "cpu", "forked", (), (), "0" * 64)
    report = Report("x", 1, environment, tasks, 1.0)
    student = Student("s1", "Ada")
    standing = Standing(
        student, Outcome.GRADED, "graded", 2.0, HandIn(student, "x.zip"), report, report.score
    )
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    return ClassResult("A class", 1, begin, "0" * 64, "cpu", "forked", columns, number=1, standings=(standing,))
