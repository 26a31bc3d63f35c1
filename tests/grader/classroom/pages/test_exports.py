"""`grades.csv`, and Gradescope's `results.json` of a report."""

import csv
import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from grader.classroom.pages.exports import grades_csv
from grader.classroom.tables.sheet import harmless
from grader.cli.main import cli
from grader.render.gradescope import VISIBILITIES, Look, failed_results, results_of, to_gradescope
from grader.report import Message, Verdict

TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data",
}  # fmt: skip


def test_gradescope_has_only_fields_of_the_format(make_report):
    """Every name and every type is one that the format knows."""
    results = json.loads(to_gradescope(make_report()))
    assert set(results) <= TOP and results["visibility"] in VISIBILITIES
    assert (results["score"], results["execution_time"]) == (3.5, 1.23)
    for test in results["tests"]:
        assert (
            set(test) <= TEST
            and test["status"] in ("passed", "failed")
            and test["visibility"] in VISIBILITIES
        )
        assert all(isinstance(tag, str) for tag in test["tags"])


def test_gradescope_entry_is_a_task_with_its_points(make_report):
    """A task is an entry: number, name, points, status and tags."""
    first, second = results_of(make_report())["tests"]
    assert (first["number"], first["name"]) == ("1.1", "losses.sigmoid: A score into a probability")
    assert (first["score"], first["max_score"], first["status"]) == (2.0, 2.0, "passed")
    assert (second["score"], second["max_score"], second["status"]) == (1.5, 8.0, "failed")
    assert second["tags"] == ["losses", "fail"]


def test_gradescope_hidden_test_shows_what_was_checked_and_the_diagnosis_only(make_report):
    """A hidden test keeps its expected value and its place to itself."""
    output = results_of(make_report())["tests"][1]["output"]
    assert output.splitlines() == [
        "fail, 1 of 2 tests passed",
        "Checked   The rows sum to 1.",
        "Likely    the softmax ran over the batch",
        "Next      grade hint losses.softmax",
    ]


def test_gradescope_visible_test_shows_all_labels(make_report):
    """A test that its author made visible shows all six labels."""
    output = results_of(make_report(visible=True))["tests"][1]["output"]
    assert "Expected  1 at [0]\nGot       0.4\nWhere     x (2, 3)" in output


def test_gradescope_hidden_test_does_not_quote_an_exception(make_report):
    """The words of an exception may carry what a hidden test passed in; where it was raised stays."""
    report = make_report()
    task = report.tasks[1]
    raised = replace(
        task.tests[1], traceback="losses.py, line 3, in f\n    raise E(x)\nValueError: secret 0.25"
    )
    report = replace(report, tasks=(replace(task, tests=(raised,)),))
    output = results_of(report)["tests"][0]["output"]
    assert "losses.py, line 3, in f" in output and output.endswith("ValueError") and "secret" not in output
    shown = replace(report, tasks=(replace(task, tests=(replace(raised, visible=True),)),))
    assert results_of(shown)["tests"][0]["output"].endswith("ValueError: secret 0.25")


def test_gradescope_visibility_is_that_of_the_task_then_the_topic_then_all(make_report):
    """What is said of a task counts before what is said of its topic and of everything."""
    look = Look("after_published", {"losses": "hidden", "losses.softmax": "visible"})
    results = results_of(make_report(), look)
    assert results["visibility"] == "after_published"
    assert [test["visibility"] for test in results["tests"]] == ["hidden", "visible"]


def test_gradescope_page_does_not_tell_the_total_of_hidden_tasks(make_report):
    """The text of the page is shown to everybody, so it has a total only where every task is."""
    assert "3.5 of 10 points" in results_of(make_report())["output"]
    hidden = results_of(make_report(), Look(tasks={"losses.softmax": "after_due_date"}))["output"]
    assert "points" not in hidden and "fail" not in hidden


def test_gradescope_skipped_task_does_not_tell_of_a_hidden_one(make_report):
    """A task that was skipped for a hidden one is shown when that one is."""
    report = make_report()
    told = Message("x", got="losses.sigmoid has not passed, and this task builds on it")
    skipped = replace(report.tasks[1], verdict=Verdict.SKIPPED, message=told)
    results = results_of(
        replace(report, tasks=(report.tasks[0], skipped)), Look(tasks={"losses.sigmoid": "hidden"})
    )
    assert [test["visibility"] for test in results["tests"]] == ["hidden", "hidden"]


def test_gradescope_points_are_scaled_to_the_assignment(make_report):
    """With the points of the assignment every entry and the total are scaled alike."""
    results = results_of(make_report(), Look(factor=10.0))
    assert results["score"] == 35.0
    assert [test["max_score"] for test in results["tests"]] == [20.0, 80.0]


def test_gradescope_incomplete_grading_has_no_score_anywhere(make_report):
    """A fault of ours is no zero: neither the page nor an entry has a score."""
    results = results_of(make_report(incomplete="disk full"))
    assert "score" not in results and not any("score" in test for test in results["tests"])
    assert results["output"].startswith("The grading is incomplete by a fault of the grader")


def test_gradescope_failure_says_that_it_is_no_zero():
    """What could not be graded has a text and no score."""
    results = failed_results("No file.", "Hand it in again.")
    assert "score" not in results and results["tests"] == []
    assert "This is no zero" in results["output"]


def test_gradescope_is_ascii_whatever_a_submission_wrote(make_report):
    """No character of a submission leaves the JSON or its ASCII."""
    message = replace(make_report().tasks[1].tests[1].message, checked="\x1b[2J\u202e\ud800</script>\x00")
    text = to_gradescope(make_report(message=message))
    assert text.isascii() and "\\u001b" not in text
    assert json.loads(text)["tests"][1]["output"].startswith("fail")


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_grades_have_a_row_a_student_and_a_column_a_task(every_outcome):
    """Each student has one row, with points, penalty, adjustments and attempts."""
    rows = rows_of(grades_csv(every_outcome))
    assert [row["student"] for row in rows] == ["s1", "s2", "s3", "s4", "x5"]
    assert rows[0] == {
        "student": "s1", "name": "Ada Lovelace", "email": "ada@example.org", "outcome": "graded",
        "reason": "is graded", "score": "3.25", "max_score": "10", "penalty": "0.5", "adjustments": "0.25",
        "attempts": "2", "losses.sigmoid": "2", "losses.softmax": "1.5",
    }  # fmt: skip


def test_grades_have_no_score_where_it_is_not_decided(every_outcome):
    """An incomplete grading, a broken upload and nothing handed in leave the score empty."""
    scores = {row["outcome"]: row["score"] for row in rows_of(grades_csv(every_outcome))}
    assert scores == {"graded": "3.25", "incomplete": "", "unreadable": "", "missing": "", "unknown": "3.5"}


def test_grades_are_what_excel_reads_as_utf_8(every_outcome):
    """A byte order mark stands first, and lines end in CR LF."""
    data = grades_csv(every_outcome)
    assert data.startswith(b"\xef\xbb\xbfstudent,name")
    assert data.count(b"\r\n") == data.count(b"\n") == 6


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_cell_that_would_be_a_formula_is_made_harmless(text):
    """What a spreadsheet would run gets an apostrophe before it."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ada", "a=b", "", "1-2", "'=1"])
def test_cell_that_is_no_formula_stays(text):
    """Other text is not touched."""
    assert harmless(text) == text


def test_name_that_is_a_formula_is_harmless_in_the_table(every_outcome):
    """A hostile name arrives spelled out, on one line, and not as a formula."""
    name = rows_of(grades_csv(every_outcome))[4]["name"]
    assert name.startswith("'=HYPERLINK(")
    assert "\x00" not in name and "\x1b" not in name


def test_json_of_a_class_stands_alone(every_outcome, monkeypatch, tmp_path):
    """What is to be said about filled-in tables goes beside the JSON, and not behind it."""
    listed = replace(every_outcome, standings=every_outcome.standings[:4])
    monkeypatch.setattr("grader.classroom.grading.class_run.run_class", lambda *_: (listed, ("a note",)))
    done = CliRunner().invoke(cli, ["class", str(tmp_path), "--out", str(tmp_path / "out"), "--format", "json"])
    assert len(json.loads(done.stdout)["students"]) == 4 and "a note" in done.stderr
