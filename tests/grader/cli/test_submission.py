"""`grade PATH...`: what is passed on, what comes out, and the exit code."""

import json
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from grader.judge.order import OurProblem, UsageProblem
from grader.report import TestReport, Verdict
from grader.report.json import from_json


def test_path_is_graded_without_a_command_name(grade, judge, work):
    code, out, _ = grade("exercises/")
    assert code == 0
    assert "Everything passes." in out
    assert judge.asked["paths"] == ["exercises"]


def test_defaults_are_those_of_everyday(grade, judge, work):
    grade("exercises/")
    assert judge.asked == {
        "paths": ["exercises"],
        "tasks": (),
        "keyword": "",
        "seed": None,
        "sandbox": "auto",
        "device": "auto",
        "first": False,
        "jobs": None,
        "needs": True,
        "core": False,
        "progress": None,
    }


def test_options_may_come_before_the_path_and_are_passed_on(grade, judge, work):
    tasks = ("--task", "losses.softmax", "--task", "tensors")
    options = ("-k", "rows", "--seed", "7", "--sandbox", "none", "--first", "--jobs", "2", "--device", "sim")
    code, _, _ = grade(*tasks, *options, "exercises", "exercises/losses.py")
    assert code == 0
    assert judge.asked["paths"] == ["exercises", "exercises/losses.py"]
    assert judge.asked["tasks"] == ("losses.softmax", "tensors")
    assert judge.asked["keyword"] == "rows"
    assert (judge.asked["seed"], judge.asked["jobs"]) == (7, 2)
    assert (judge.asked["sandbox"], judge.asked["first"]) == ("none", True)
    assert judge.asked["device"] == "sim"


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.is_right])
def test_exit_code_is_1_when_not_everything_is_right(grade, judge, work, report_with, verdict):
    judge.report = report_with(verdict)
    code, out, _ = grade("exercises/")
    assert code == 1
    assert "grade exercises --task losses.softmax" in out


def test_exit_code_is_0_when_details_alone_are_open(grade, judge, work, report_with):
    """A pipeline that wants the details too asks for them."""
    report = report_with(Verdict.RIGHT)
    manners = TestReport("test_manners", "x stays.", Verdict.FAIL, False, 1.0, 0.0, detail=True)
    judge.report = replace(report, tasks=(replace(report.tasks[0], tests=(manners,)),))
    assert grade("exercises/")[0] == 0
    assert grade("exercises/", "--details")[0] == 1
    assert grade("exercises/", "--core")[0] == 0 and judge.asked["core"] is True


def test_exit_code_is_3_when_the_grading_is_incomplete(grade, judge, work, report_with):
    judge.report = report_with(Verdict.PASS, incomplete="a worker did not start")
    code, out, _ = grade("exercises/")
    assert code == 3
    assert "a worker did not start" in out


def test_usage_problem_of_the_judge_is_a_wrong_call(grade, judge, work):
    judge.problem = UsageProblem("two files could be losses: a/losses.py and b/losses.py")
    code, out, err = grade("exercises/")
    assert (code, out) == (2, "")
    assert "a/losses.py and b/losses.py" in err


def test_problem_of_the_machine_is_ours(grade, judge, work):
    judge.problem = OurProblem("strict sandbox: this machine has no seccomp")
    code, out, err = grade("exercises/", "--sandbox", "strict")
    assert (code, out) == (3, "")
    assert "no seccomp" in err


def test_unforeseen_fault_is_ours_and_says_so(grade, judge, work):
    judge.problem = ZeroDivisionError("division by zero")
    code, _, err = grade("exercises/")
    assert code == 3
    assert "ZeroDivisionError" in err
    assert "a fault of the grader" in err


def test_interrupt_stops_without_a_traceback(grade, judge, work):
    judge.problem = KeyboardInterrupt()
    code, _, err = grade("exercises/")
    assert code == 130
    assert "Traceback" not in err


def test_json_is_the_report_and_nothing_else(grade, judge, work):
    code, out, _ = grade("exercises/", "--format", "json")
    assert code == 0
    assert from_json(out) == judge.report


def test_junit_is_xml(grade, judge, work):
    _, out, _ = grade("exercises/", "--format", "junit")
    assert ElementTree.fromstring(out.encode()).get("tests") == "1"


@pytest.mark.parametrize("kind", ["terminal", "json", "junit"])
def test_output_goes_into_the_file(grade, judge, work, kind):
    code, out, _ = grade("exercises/", "--format", kind, "--output", "report.txt")
    assert code == 0
    assert "2 of 2 points; the report is in report.txt" in out
    assert "losses" in (work / "report.txt").read_text(encoding="utf-8")
    assert "\x1b" not in (work / "report.txt").read_text(encoding="utf-8")


def test_output_into_a_missing_folder_is_refused_before_grading(grade, judge, work):
    code, _, err = grade("exercises/", "--output", "nowhere/report.json")
    assert code == 2
    assert "there is no folder nowhere" in err
    assert judge.asked is None


def test_output_that_cannot_be_written_is_a_wrong_call(grade, judge, work):
    code, _, err = grade("exercises/", "--format", "json", "--output", "/dev/full")
    assert code == 2
    assert "/dev/full" in err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lst", "grade list"),
        ("verfy", "grade verify"),
        ("softmax", "grade exercises/ --task softmax"),
        ("losses.softmax", "grade exercises/ --task losses.softmax"),
        ("exercies", "grade exercises"),
        ("exercises/loses.py", "grade exercises/losses.py"),
    ],
)
def test_path_that_does_not_exist_gets_a_near_match(grade, judge, work, typed, meant):
    code, _, err = grade(typed)
    assert code == 2
    assert f"did you mean `{meant}`?" in err
    assert judge.asked is None


def test_path_like_nothing_at_all_gets_the_rule(grade, judge, work):
    code, _, err = grade("\x1b[2Jzzz")
    assert code == 2
    assert "give a folder or file of the course" in err
    assert "\x1b" not in err


def test_name_of_the_default_command_is_a_path(grade, judge, work):
    (work / "PATH").mkdir()
    grade("PATH")
    assert judge.asked["paths"] == ["PATH"]


def test_no_path_is_a_wrong_call(grade, judge, work):
    code, _, err = grade("--task", "losses.softmax")
    assert code == 2
    assert "`grade exercises/`" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seed", "-1"),
        ("--seed", str(2**63)),
        ("--seed", "many"),
        ("--jobs", "0"),
        ("--format", "html"),
        ("--sandbox", "some"),
        ("--speed",),
    ],
)
def test_wrong_option_is_a_wrong_call(grade, judge, work, arguments):
    code, _, err = grade("exercises/", *arguments)
    assert code == 2
    assert "Usage: grade [OPTIONS] PATH..." in err
    assert judge.asked is None


def test_next_command_can_be_typed_again(grade, judge, work, report_with):
    (work / "my work").mkdir()
    judge.report = report_with(Verdict.FAIL)
    _, out, _ = grade("my work", "exercises")
    assert "grade 'my work' exercises --task losses.softmax" in out


def test_terminal_report_fits_100_columns_when_nobody_looks(grade, judge, work, report_with):
    judge.report = report_with(Verdict.FAIL)
    _, out, _ = grade("exercises/")
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "\x1b" not in out


def test_seed_of_the_report_is_json_number(grade, judge, work):
    _, out, _ = grade("exercises/", "--format", "json")
    assert json.loads(out)["seed"] == 7


def test_progress_is_shown_only_where_somebody_looks(grade, judge, work, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    grade("exercises/")
    progress = judge.asked["progress"]
    assert {"start", "advance", "stop"} <= set(dir(progress))
