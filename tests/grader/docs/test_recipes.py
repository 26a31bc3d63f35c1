"""The jq programs of docs/report.md turn a report into what other systems take."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import documented
import pytest

from grader.report import Environment, Report, TaskReport, Verdict
from grader.report.json import to_json

PROGRAMS = re.findall(r"```jq\n(.*?)```", (documented.ROOT / "docs" / "report.md").read_text("utf-8"), re.DOTALL)
VARIABLES = ("CLASSROOM", "ASSIGNMENT", "OWNER", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL")
ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)
REPORT = Report(
    "work", 7, ENVIRONMENT, seconds=1.0,
    tasks=(
        TaskReport("losses.sigmoid", "A score into a probability", Verdict.RIGHT, 1.59, 2.0),
        TaskReport("losses.softmax", "Scores into probabilities", Verdict.FAIL, 0.0, 2.0),
        TaskReport("losses.entropy", "Bits of a distribution", Verdict.SKIPPED, 0.0, 1.0),
    ),
)  # fmt: skip

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def run(number, report=REPORT):
    return subprocess.run(
        ["jq", "--arg", "at", "2026-03-01T12:00:00+01:00", PROGRAMS[number]], input=to_json(report), text=True,
        capture_output=True, check=False, env={**os.environ, **{name: name.lower() for name in VARIABLES}},
    )  # fmt: skip


def incomplete():
    return Report("work", 7, ENVIRONMENT, REPORT.tasks, 1.0, "disk full")


def test_prairielearn_score_is_a_share():
    """Its score lies between 0 and 1; the tests carry points."""
    made = json.loads(run(0).stdout)
    assert (made["gradable"], round(made["score"], 3)) == (True, 0.318)
    assert [test["points"] for test in made["tests"]] == [1.59, 0, 0]


def test_prairielearn_incomplete_grading_is_not_gradable():
    """A fault of the grader uses up no attempt."""
    assert json.loads(run(0, incomplete()).stdout) == {"gradable": False, "format_errors": ["disk full"]}


def test_check50_says_true_false_and_nothing():
    """A task that is right has passed; one that was skipped has neither passed nor failed."""
    assert [each["passed"] for each in json.loads(run(1).stdout)["results"]] == [True, False, None]


def test_classroom50_has_whole_numbers_that_add_up():
    """A point is a hundred of theirs, so that nothing is lost to rounding."""
    made = json.loads(run(2).stdout)
    assert (made["schema"], made["score"], made["max-score"]) == ("classroom50/result/v1", 159, 500)
    assert [test["passed"] for test in made["tests"]] == [True, False, False]
    assert {made[name] for name in ("classroom", "commit", "owner")} == {"classroom", "commit_url", "owner"}


def test_classroom50_gives_no_result_of_an_incomplete_grading():
    """A fault of ours is an exit code other than 0, which is no grading."""
    done = run(2, incomplete())
    assert done.returncode != 0 and "disk full" in done.stderr
