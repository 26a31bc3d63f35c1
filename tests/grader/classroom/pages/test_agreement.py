"""One grade of a student: every output of a random class under a random policy, read back, has the same points."""

from __future__ import annotations

import csv
import html
import io
import random
import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.pages.class_page import class_page, tenths
from grader.classroom.pages.exports import grades_csv
from grader.classroom.pages.feedback import feedback_page
from grader.classroom.pages.terminal import as_dict
from grader.classroom.policy.columns import columns_of, hidden_tasks
from grader.classroom.policy.course_policy import (
    Counts,
    Dates,
    Extension,
    Late,
    Policy,
    Visibility,
)
from grader.classroom.policy.standing import standing_of
from grader.classroom.records import Adjustment, HandIn, Run, Student
from grader.classroom.tables.canvas import fill_canvas
from grader.classroom.tables.moodle import fill_moodle
from grader.course import load_course
from grader.report import Environment, Report, TaskReport, Verdict
from grader.text.formatting import number

COURSE = load_course()
TASKS = [task for slug in ("tensors", "losses") for task in COURSE.topic(slug).tasks[:3]]
DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)
STUDENTS = [
    Student(f"s{n}", f"Name{n} Family{n}", f"s{n}@example.org", {"canvas": f"{n}", "moodle": f"{n}"})
    for n in range(12)
]
DAYS = [timedelta(days=days) for days in (-3, -1, 0.2, 2, 9)]


def policy_of(rng):
    ids = [task.id for task in TASKS]
    return Policy(
        dates=Dates(DUE, DUE + timedelta(days=7) if rng.random() < 0.5 else None),
        late=Late(Fraction(rng.choice([0, 5, 10])), timedelta(days=1), Fraction(50), of_possible=rng.random() < 0.5),
        counts=rng.choice([*Counts]),
        dropped=tuple(rng.sample(ids, rng.randrange(3))),
        bonus=tuple(rng.sample(ids, rng.randrange(2))),
        points={name: Fraction(rng.choice(["0.7", "4", "2.5"])) for name in rng.sample(ids, rng.randrange(4))},
        visibility={"all": rng.choice([Visibility.VISIBLE, Visibility.VISIBLE, *Visibility])},
        extensions={"s1": Extension(DUE + timedelta(days=3))} if rng.random() < 0.5 else {},
        missing_is_zero=rng.random() < 0.5,
        published=rng.random() < 0.5,
        published_at=rng.choice([None, DUE, DUE + timedelta(days=40_000)]),
    )  # fmt: skip


def report_of(rng):
    """A report with random points; now and then one that our own failure has left incomplete."""
    tasks = []
    for task in TASKS:
        points = round(task.points * rng.choice([0, 1, 1, rng.random()]), 2)
        verdict = Verdict.PASS if points == task.points else Verdict.FAIL
        tasks.append(TaskReport(task.id, task.title, verdict, points, task.points))
    return Report("x", 7, ENVIRONMENT, tuple(tasks), 1.0, "a worker did not start" if rng.random() < 0.1 else None)


def graded_of(rng, student):
    """Up to three hand-ins, some of which cannot be read."""
    found = []
    for attempt in range(1, 1 + rng.choice([0, 1, 1, 2, 3])):
        problem = "this is no zip file" if rng.random() < 0.15 else None
        files = {} if problem else {"losses.py": b"%d" % attempt, "tensors.py": b"%d" % rng.randrange(2)}
        hand_in = HandIn(student, f"up/{attempt}", files, DUE + rng.choice(DAYS), attempt=attempt, problem=problem)
        found.append((hand_in, None if problem else report_of(rng)))
    return found


@pytest.fixture(params=range(40), ids=lambda seed: f"class {seed}")
def result(request, tmp_path):
    """A random class, as it comes out of the gradebook."""
    rng = random.Random(request.param)
    policy = policy_of(rng)
    columns = tuple(column for column in columns_of(COURSE, policy) if column.id in {task.id for task in TASKS})
    given = [
        Adjustment(each.id, rng.choice([-2.0, 1.5, 40.0]), "a", DUE, "by hand")
        for each in STUDENTS
        if rng.random() < 0.3
    ]
    standings = [standing_of(each, graded_of(rng, each), policy, columns, given) for each in STUDENTS]
    with Gradebook(tmp_path / "gradebook.sqlite") as book:
        facts = Run("A class", 7, DUE, "0" * 64, "cpu", "forked", columns)
        run = book.begin(facts)
        book.finish(run, standings, seconds=1.0)
        made = book.result(run)
    assert made.standings == tuple(standings)
    return made, policy


def cell(grade):
    return "" if grade is None else number(grade)


def test_every_output_has_the_grade_of_each_student(result):
    made, _ = result
    want = {each.student.id: cell(each.grade) for each in made.standings}
    assert {row["student"]: row["score"] for row in of_table(grades_csv(made))} == want
    assert of_canvas(made) == want
    assert of_moodle(made) == want
    assert of_class_page(made) == want
    assert {each["id"]: cell(each["score"]) for each in as_dict(made)["students"]} == want
    assert of_feedback(made) == {each.student.id: total_of(made, each) for each in made.standings}


def test_what_is_shown_of_the_tasks_adds_up_to_what_was_earned(result):
    made, policy = result
    rows = {row["student"]: row for row in of_table(grades_csv(made))}
    counted = [column.id for column in made.columns if column.counts]
    for standing in made.standings:
        if standing.grade is None or standing.report is None:
            continue
        cells = sum(Fraction(rows[standing.student.id][name]) for name in counted)
        assert cells == Fraction(str(standing.earned))


def of_table(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def of_canvas(made):
    rows = "".join(f'"{each.name}",{each.ids["canvas"]},{each.id},{each.id},A,\n' for each in STUDENTS)
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (101)\n    Points Possible,,,,,2\n"
    filled = of_table(fill_canvas((head + rows).encode(), made, "Week 1").data)
    return {row["SIS User ID"]: shorter(row["Week 1 (101)"]) for row in filled[1:]}


def of_moodle(made):
    rows = "".join(f'"Participant {each.ids["moodle"]}",{each.name},{each.email},,500,-\n' for each in STUDENTS)
    head = "Identifier,Full name,Email address,Grade,Maximum grade,Last modified (grade)\n"
    filled = of_table(fill_moodle((head + rows).encode(), made).data)
    return {row["Email address"].partition("@")[0]: shorter(row["Grade"]) for row in filled}


def shorter(text):
    return text and number(float(text))


def of_class_page(made):
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td class="number">([^<]*)</td>', class_page(made))
    names = {each.name: each.id for each in STUDENTS}
    texts = [(html.unescape(re.sub(r"<[^>]*>", " ", who)), score.strip()) for who, score in rows]
    return {
        name: score
        for who, score in texts
        for known, name in names.items()
        if known in who.split("  ") or known in who
    }


def total_of(made, standing):
    """What a page of feedback may say: the grade, where there is one and no task of the report waits."""
    now = datetime.now(UTC)
    waits = standing.report is not None and hidden_tasks(made.columns, now)
    return "" if waits else cell(standing.grade)


def of_feedback(made):
    found = {}
    for standing in made.standings:
        text = feedback_page(standing, made)
        score = re.search(r'<p class="score"><b>([^<]*)</b>', text)
        found[standing.student.id] = score[1] if score else ""
    return found


def test_tenths_count_everybody_once():
    """All points are in the last tenth, an edge in the tenth above it, and a bonus in the last."""
    assert tenths([0.0, 0.99, 1.0, 9.99, 10.0, 11.5], 10.0) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert tenths([0.3, 0.7, 1.0], 1.0)[3] == 1
