"""Grading a submission: what is chosen, how the work is done, and that neither changes a verdict."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from types import SimpleNamespace

import pytest

from grader.course import load_course
from grader.course.stub import write_stubs
from grader.judge.order import OurProblem
from grader.judge.subject import open_workers
from grader.report import Verdict

CASES = Path(__file__).parent.parent / "cases"
SOME_WRONG = (
    "sigmoid_where_runs_both_exponentials",
    "softmax_backward_without_sum_term",
    "l1_root_of_the_squared_difference",
)

RIGHT, WRONG, STUB = "    return {} * x\n", "    return {} * x + 1\n", "    raise NotImplementedError\n"


def solved(double, quadruple):
    return f"def double(x):\n{double.format(2)}\n\ndef quadruple(x):\n{quadruple.format(4)}\n"


def told(report):
    """Everything of a report that must not depend on how the work was done."""
    return [
        replace(task, tests=tuple(replace(test, seconds=0.0) for test in task.tests)) for task in report.tasks
    ]


@pytest.fixture
def grade(made_up, host):
    """Grades `double` and `quadruple` as a test writes them."""
    return lambda double, quadruple, **options: host.grade(
        made_up.submit(solved(double, quadruple)), made_up.package, **{"seed": 1, **options}
    )


def test_points_verdicts_and_environment_are_reported(grade):
    report = grade(RIGHT, WRONG, seed=7).report
    assert [str(task.verdict) for task in report.tasks] == ["pass", "fail"]
    assert (report.tasks[0].points, report.max_score, report.seed) == (3, 5, 7)
    assert (report.environment.sandbox, len(report.environment.course_digest)) == ("forked", 64)
    assert report.incomplete is None


def test_only_the_chosen_task_is_graded(grade):
    assert grade(RIGHT, WRONG, tasks=["maths.double"]).verdicts() == {"maths.double": "pass"}


def test_misspelt_task_is_a_usage_problem_with_a_near_match(grade):
    assert "double" in grade(RIGHT, WRONG, tasks=["maths.duoble"]).problem
    assert grade(RIGHT, WRONG, tasks=["maths.duoble"]).problem.startswith("usage: ")


def test_only_the_tests_are_run_that_match_the_keyword(grade):
    (task,) = grade(RIGHT, WRONG, keyword="quadruple and values").report.tasks
    assert [test.name for test in task.tests] == ["test_quadruple_values"]


@pytest.mark.parametrize(
    ("double", "quadruple", "verdicts"),
    [
        (RIGHT, RIGHT, ["pass", "pass"]),
        (RIGHT, WRONG, ["pass", "fail"]),
        (WRONG, RIGHT, ["fail"]),
        (WRONG, STUB, ["fail"]),
        (STUB, WRONG, ["not_attempted"]),
        (RIGHT, STUB, ["pass", "not_attempted"]),
    ],
)
def test_first_stops_at_the_first_task_that_does_not_pass(grade, double, quadruple, verdicts):
    answer = grade(double, quadruple, first=True, sandbox="none")
    assert list(answer.verdicts().values()) == verdicts
    assert list(answer.verdicts()) == ["maths.double", "maths.quadruple"][: len(verdicts)]


def test_failed_task_is_skipped_when_the_task_that_it_needs_failed_in_another_process(grade):
    assert list(grade(WRONG, WRONG, jobs=2).verdicts().values()) == ["fail", "skipped"]


def test_two_processes_give_the_same_report_as_one(grade):
    assert told(grade(RIGHT, WRONG, jobs=2).report) == told(grade(RIGHT, WRONG).report)


def test_file_stands_for_its_topic_and_a_folder_for_the_course(made_up, host):
    made_up.add_topic("words", 20)
    file = made_up.submit(solved(RIGHT, RIGHT))
    by_file, by_folder = (
        host.grade(path, made_up.package, seed=1, sandbox="none") for path in (file, file.parent)
    )
    assert list(by_file.verdicts()) == ["maths.double", "maths.quadruple"]
    assert list(by_folder.verdicts().values()) == ["pass", "pass", "not_attempted", "not_attempted"]
    assert by_folder.report.tasks[2].message.got == "no words.py in the submission"


def test_empty_folder_is_a_usage_problem(made_up, host, tmp_path):
    (tmp_path / "empty").mkdir()
    assert host.grade(tmp_path / "empty", made_up.package).problem.startswith("usage: no topic file found")


def test_two_candidates_are_a_usage_problem_that_names_both(made_up, host):
    file = made_up.submit(solved(RIGHT, RIGHT))
    (file.parent / "old").mkdir()
    (file.parent / "old/maths.py").write_text("")
    problem = host.grade(file.parent, made_up.package).problem
    assert problem.startswith("usage: ")
    assert str(Path("old/maths.py")) in problem


def test_course_that_cannot_be_read_is_our_problem(made_up, host):
    (made_up.root / "exercises/maths/topic.toml").write_text("title =")
    assert host.grade(made_up.submit(""), made_up.package).problem.startswith("ours: ")


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_progress_is_told_of_every_test_between_start_and_stop(grade, sandbox):
    progress = grade(RIGHT, WRONG, jobs=2, sandbox=sandbox).progress
    assert (progress[0], progress[-1]) == (["start", 2], ["stop"])
    rows = [tuple(row[1:]) for row in progress[1:-1]]
    assert len(rows) == 6
    assert ("maths.double", "test_double_values", "pass") in rows
    assert ("maths.quadruple", "test_quadruple_values", "fail") in rows


def test_second_grading_in_one_process_gives_the_same_as_the_first(made_up, host):
    file = made_up.submit(solved(RIGHT, WRONG))
    order = {"paths": [file], "seed": 1}
    unconfined = {**order, "sandbox": "none"}
    answers = host.send(order, order, unconfined, unconfined, package=made_up.package)()
    first, *others = [told(answer.report) for answer in answers]
    assert others == [first] * 3


def test_grading_works_after_a_backward_pass_in_this_process(host):
    """A process that has run one has further threads and cannot be forked."""
    order = {
        "paths": [CASES / "bystander/losses.py"],
        "seed": 1,
        "tasks": ["losses.l2_penalty"],
        "keyword": "gradient",
    }
    before, after = host.send(order, {**order, "after_backward": True})()
    assert told(after.report) == told(before.report)
    assert after.verdicts() == {"losses.l2_penalty": "pass"}


@pytest.mark.parametrize("name", SOME_WRONG)
def test_verdicts_are_the_same_without_a_sandbox(host, name):
    folder = CASES / "wrong_losses" / name
    task = tomllib.loads((folder / "case.toml").read_text())["task"]
    waits = [
        host.send({"paths": [folder], "tasks": [task], "seed": 1, "sandbox": kind})
        for kind in ("auto", "none")
    ]
    confined, plain = (wait()[0].report for wait in waits)
    assert told(confined) == told(plain)
    assert plain.environment.sandbox == "none"


@pytest.mark.parametrize(
    ("path", "task", "keyword"),
    [
        (CASES / "wrong_losses/sigmoid_where_runs_both_exponentials", "losses.sigmoid", "large or zero"),
        (CASES.parents[2] / "solutions/tensors.py", "tensors.save_tensors", "of_a_list or empty"),  # read apart
    ],
)
def test_spawned_workers_give_the_same_verdicts(host, path, task, keyword):
    order = {"paths": [path], "tasks": [task], "seed": 1, "keyword": keyword}
    spawned, forked = host.send(order, spawn=True), host.send(order)
    (one,), (other,) = spawned(), forked()
    assert told(one.report) == told(other.report)
    assert (one.report.environment.sandbox, other.report.environment.sandbox) == ("spawned", "forked")


def test_strict_grading_is_refused_when_a_layer_is_missing(made_up, host):
    order = {"paths": [made_up.submit(solved(RIGHT, RIGHT))], "seed": 1}
    strict, auto = host.send(
        {**order, "sandbox": "strict"}, order, package=made_up.package, missing=("seccomp",)
    )()
    assert strict.problem.startswith("ours: strict grading needs every layer")
    assert "seccomp" in strict.problem
    assert auto.report.environment.missing_layers == ("seccomp",)


def test_workers_are_closed_when_strict_grading_is_refused(monkeypatch):
    closed = []
    workers = SimpleNamespace(missing=("landlock",), close=lambda: closed.append(1))
    monkeypatch.setattr("grader.judge.subject.ForkServer", lambda: workers)
    with pytest.raises(OurProblem, match="landlock"):
        open_workers("strict")
    assert closed == [1]
    assert open_workers("auto") is workers


def test_given_body_is_not_attempted_until_it_is_changed(made_up, host):
    file = made_up.root / "solutions/maths.py"
    marked = "    return 2 * x\n    ### BEGIN STUB\n    # return 3 * x\n    ### END STUB\n"
    file.write_text(file.read_text().replace("    return 2 * x\n", marked))
    write_stubs(made_up.course)
    stub = made_up.root / "exercises/maths/maths.py"
    assert "    return 3 * x\n" in stub.read_text()
    changed = made_up.submit(stub.read_text().replace("3 * x", "4 * x"))
    assert host.grade(stub, made_up.package).verdicts()["maths.double"] == "not_attempted"
    assert host.grade(changed, made_up.package).verdicts()["maths.double"] == "fail"
    assert host.grade(file, made_up.package).verdicts()["maths.double"] == "pass"


# Code that takes long

BUSY, ASLEEP = "while True:\n    pass\n", "import time\nwhile True:\n    time.sleep(0.1)\n"


@pytest.mark.parametrize("body", [BUSY, ASLEEP], ids=["busy", "asleep"])
def test_a_function_that_never_ends_costs_seconds(grade, body):
    """Its first test says what happened, the others that they were not tried, and other tasks are graded."""
    report = grade(RIGHT, indent(body, "    ")).report
    right, hanging = report.tasks
    assert (right.verdict, hanging.verdict) == (Verdict.PASS, Verdict.TIMEOUT)
    got = [test.message.got for test in hanging.tests]
    assert got[0].startswith("none: the code still ran when the time of this test was used up")
    assert {*got[1:]} == {"not tried: a test of this task had run out of time before, and none had passed"}
    assert sum(test.seconds for test in hanging.tests[1:]) == 0


def test_code_that_is_slower_than_the_first_look_allows_passes(grade):
    """The reference takes less than a millisecond; every test has two seconds all the same."""
    assert grade("    import time\n    time.sleep(1.2)\n" + RIGHT, RIGHT).report.score == 5


@pytest.mark.rest  # as the one above, seconds are slept
def test_time_of_an_import_is_not_the_time_of_a_test(made_up, host):
    text = "import time\ntime.sleep(1.2)\n" + solved("    time.sleep(0.9)\n" + RIGHT, RIGHT)
    report = host.grade(made_up.submit(text), made_up.package, seed=1, keyword="double").report
    assert report.tasks[0].verdict is Verdict.PASS


@pytest.mark.parametrize("jobs", [1, pytest.param(4, marks=pytest.mark.rest)])
def test_a_topic_is_given_up_after_three_tasks_that_never_end(host, tmp_path, jobs):
    """Ten functions that never end cost less than a minute, in one process too."""
    tree, endless = ast.parse(load_course().stub_file("tensors").read_text(encoding="utf-8")), ast.parse(ASLEEP).body
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)][:10]
    for function in functions:
        function.body = endless
    (tmp_path / "tensors.py").write_text(ast.unparse(tree), encoding="utf-8")
    tasks = [f"tensors.{function.name}" for function in functions]
    report = host.grade(tmp_path, seed=1, jobs=jobs, tasks=tasks).report
    ran = [task.id for task in report.tasks if task.tests[0].message.got.startswith("none: the code still ran")]
    given_up = "not tried: 3 tasks of this topic had run out of time before, and the rest of it is given up"
    assert len(ran) == 3
    assert {task.tests[0].message.got for task in report.tasks if task.id not in ran} == {given_up}
    assert report.seconds < 45


def test_function_that_the_file_does_not_have_is_not_attempted(made_up, host):
    """One line names all of them; what needs one of them and fails is skipped."""
    for text, verdicts, notes in (
        ("x = 1\n", ["not_attempted", "not_attempted"], ("these are not in maths.py: double, quadruple",)),
        ("def quadruple(x):\n    return x\n", ["not_attempted", "skipped"], ("these are not in maths.py: double",)),
        ("def duoble(x):\n    return 2 * x\n", ["error", "not_attempted"], ("these are not in maths.py: quadruple",)),
    ):
        report = host.grade(made_up.submit(text), made_up.package, seed=1).report
        assert [str(task.verdict) for task in report.tasks] == verdicts
        assert report.notes == notes


def test_exception_at_import_and_a_syntax_error_come_with_their_line(made_up, host):
    """There is no traceback of what was never called, so the message quotes the line."""
    for text, said in (
        ("X = [1]\nY = X[7]\n", "IndexError: list index out of range (line 2)\n    Y = X[7]"),
        ("def double(x):\n    return 2 * (x\n", "maths.py, line 2, column 16: syntax error: '(' was never closed\n"
         "    return 2 * (x\n               ^\nNo task of this file can be graded until Python can read it."),
        ("raise ValueError('a\\n    b')\n", "ValueError: a b (line 1)\n    raise ValueError('a\\n    b')"),
    ):  # fmt: skip
        file = made_up.submit(text + solved(RIGHT, RIGHT))
        (task,) = host.grade(file, made_up.package, tasks=["double"]).report.tasks
        assert (task.message.got, task.message.next) == (said, "mend maths.py")


# What repeats the failing call

REPEATED = (
    "entropy_in_bits", "hinge_mean_over_all_scores", "huber_line_shifted_by_a_half", "l2_penalty_without_the_half",
    "cosine_eps_bounds_the_product_of_lengths", "l1_absolute_value_after_the_mean",
)  # fmt: skip


@pytest.mark.parametrize("name", REPEATED)
def test_text_that_repeats_the_failing_call_gives_what_the_report_says(host, name, monkeypatch):
    """It is run beside the learner's file; one failure has it, the first."""
    folder = CASES / "wrong_losses" / name
    task = tomllib.loads((folder / "case.toml").read_text())["task"]
    (report,) = host.grade(folder, tasks=[task], seed=1).report.tasks
    first = report.first_failure
    assert [test.name for test in report.tests if test.repeat] == [first.name]
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "losses", raising=False)
    printed = []
    exec(first.repeat, {"print": printed.append})
    monkeypatch.delitem(sys.modules, "losses")
    got = float(re.match(r"-?[\d.]+(e-?\d+)?", first.message.got)[0])
    assert (printed[0].double() - got).abs().min() < 1e-4 * abs(got)
