"""JUnit XML of a class; Classroom 50, PrairieLearn and check50 for one report."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.classroom.pages.exports import class_junit
from grader.cli.shared import REPORT_FORMATS, report_text
from grader.render.other_graders import NoResult, to_check50, to_classroom50, to_prairielearn
from grader.report import Message, Verdict

VARIABLES = {
    "CLASSROOM": "deep", "ASSIGNMENT": "losses", "SUBMISSION_TAG": "submit/1", "COMMIT_URL": "c", "RELEASE_URL": "r",
    "REVIEW_URL": "v", "USERNAME": "ada",
}  # fmt: skip
LATE = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-2)))


def test_junit_of_a_class_has_a_suite_a_student(every_outcome):
    """Each student is a suite, each task a case, and the counts agree."""
    root = ElementTree.fromstring(class_junit(every_outcome).encode("utf-8"))
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["s1", "s2", "s3", "s4", "x5"]
    assert [suites["s1"].get(name) for name in ("tests", "failures", "errors")] == ["2", "1", "0"]
    assert suites["s3"].find("testcase/error").get("type") == "unreadable"
    assert suites["s4"].find("testcase/skipped").get("type") == "missing"
    assert root.get("tests") == str(len(list(root.iter("testcase"))))


def test_junit_of_a_class_is_well_formed_whatever_a_name_holds(every_outcome):
    """A hostile name is carried as text, without what XML cannot hold."""
    root = ElementTree.fromstring(class_junit(every_outcome).encode("utf-8"))
    name = root[4].find("properties/property[@name='name']").get("value")
    assert name.startswith('=HYPERLINK("http://x","y")') and name.endswith("</testcase>")
    assert "\x00" not in name and "\x1b" not in name


def test_classroom50_has_whole_numbers_that_add_up(make_report):
    """A point is a hundred of theirs, so that nothing is lost to rounding."""
    result = json.loads(to_classroom50(make_report(points=0.59), VARIABLES, LATE, LATE))
    assert result["schema"] == "classroom50/result/v1"
    assert (result["score"], result["max-score"]) == (259, 1000)
    assert all(type(test["score"]) is int and type(test["max-score"]) is int for test in result["tests"])
    assert sum(test["score"] for test in result["tests"]) == result["score"]
    assert (result["datetime"], result["owner"], result["review"]) == ("2026-03-03T01:30:00Z", "ada", "v")
    assert result["tests"][1]["test-name"] == "losses.softmax" and result["tests"][1]["passed"] is False


def test_classroom50_gives_no_result_of_an_incomplete_grading(make_report):
    """A fault of ours ends with a code that is not 0, and not as a result."""
    with pytest.raises(NoResult, match="incomplete: disk full"):
        to_classroom50(make_report(incomplete="disk full"), VARIABLES, LATE, LATE)


def test_classroom50_names_the_variables_that_are_missing(make_report):
    """Outside Classroom 50 the message says what is not set."""
    with pytest.raises(NoResult, match="has not set CLASSROOM, .*, OWNER"):
        to_classroom50(make_report(), {}, LATE, LATE)


def test_prairielearn_score_is_a_share(make_report):
    """The score lies between 0 and 1; tests have points."""
    results = json.loads(to_prairielearn(make_report()))
    assert (results["gradable"], results["score"]) == (True, 0.35)
    assert results["tests"][1]["points"] == 1.5 and results["tests"][1]["max_points"] == 8.0


def test_prairielearn_incomplete_grading_is_not_gradable(make_report):
    """A fault of ours uses up no attempt."""
    results = json.loads(to_prairielearn(make_report(incomplete="disk full")))
    assert results["gradable"] is False and "score" not in results and results["format_errors"]


def test_check50_says_true_false_and_nothing(make_report):
    """A skipped task is neither passed nor failed, and names the task that it waits for."""
    report = make_report()
    skipped = replace(
        report.tasks[1], id="losses.nll", verdict=Verdict.SKIPPED, tests=(),
        message=Message("x", next="grade hint losses.softmax"),
    )  # fmt: skip
    document = json.loads(to_check50(replace(report, tasks=(*report.tasks, skipped)), "course/losses"))
    results = document["results"]
    assert [result["passed"] for result in results] == [True, False, None]
    assert results[1]["cause"] == {
        "rationale": "The rows sum to 1.",
        "help": "the softmax ran over the batch",
    }
    assert (results[2]["dependency"], document["slug"]) == ("losses.softmax", "course/losses")
    assert "error" not in document


def test_check50_tells_of_an_incomplete_grading(make_report):
    """A fault of ours stands beside the results."""
    document = json.loads(to_check50(make_report(incomplete="disk full"), "x"))
    assert "fault of the grader" in document["error"]["value"]


def test_every_format_is_written_from_a_report_alone(make_report):
    """What `--format` offers needs no more than the report, but for Classroom 50's, which reads its environment."""
    for kind in set(REPORT_FORMATS) - {"classroom50"}:
        assert report_text(make_report(), kind, Path("losses.py")).strip()
    assert json.loads(report_text(make_report(), "check50", Path("losses.py")))["slug"] == make_report().submission
