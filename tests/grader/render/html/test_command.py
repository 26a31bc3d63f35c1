"""`grade report`: a submission, or a report that is kept, as a page."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType

import click
import pytest

from grader.cli.submission import report_command
from grader.report import Verdict
from grader.report.json import to_json


@pytest.fixture
def judge(monkeypatch, report):
    """`grader.judge.grading` as the command knows it: it keeps what it was asked and answers at once."""
    fake = ModuleType("grader.judge.grading")
    fake.UsageProblem = fake.OurProblem = type("Problem", (Exception,), {})
    fake.asked = []
    fake.report = report

    def grade_submission(paths, **options):
        fake.asked.append((list(paths), options))
        return fake.report

    fake.grade_submission = grade_submission
    monkeypatch.setitem(sys.modules, "grader.judge.grading", fake)
    return fake


def run(*arguments):
    return report_command.main([str(each) for each in arguments], standalone_mode=False)


def test_submission_is_graded_and_written_as_a_page(judge, report, tmp_path, capsys):
    """The options reach the judge, and the exit code is that of grading."""
    (tmp_path / "losses.py").write_text("", encoding="utf-8")
    page = tmp_path / "page.html"
    assert run(tmp_path / "losses.py", "--html", page, "--task", "losses", "--seed", "7") == 1
    ((paths, options),) = judge.asked
    assert paths == [tmp_path / "losses.py"] and options["tasks"] == ("losses",) and options["seed"] == 7
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert capsys.readouterr().out == f"35.32 of 38 points; the page is in {page}\n"


def test_kept_report_is_shown_without_grading(judge, report, tmp_path):
    """What `grade --format json` wrote gives the page that grading gives."""
    kept, page = tmp_path / "report.json", tmp_path / "page.html"
    kept.write_text(to_json(report), encoding="utf-8")
    assert run("--from", kept, "--html", page) == 1
    assert judge.asked == []
    graded = tmp_path / "graded.html"
    run(tmp_path, "--html", graded)
    assert page.read_text(encoding="utf-8") == graded.read_text(encoding="utf-8")


@pytest.mark.parametrize(("incomplete", "code"), [("the worker did not start", 3), (None, 0)])
def test_exit_code_tells_a_fault_of_ours_from_a_pass(judge, report, tmp_path, incomplete, code):
    """0 everything passes, 3 the fault is ours."""
    tasks = tuple(task for task in report.tasks if task.verdict is Verdict.PASS)
    judge.report = replace(report, tasks=tasks, incomplete=incomplete)
    assert run(tmp_path, "--html", tmp_path / "page.html") == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--html", "page.html"], "say what to grade"),
        (["nowhere", "--html", "page.html"], "there is no file or folder"),
        ([".", "--html", "nowhere/page.html"], "there is no folder nowhere"),
        ([".", "--from", "x.json", "--html", "page.html"], "leave out"),
        (["--from", "x.json", "--html", "page.html"], "--from x.json: No such file"),
        (["--from", "odd.json", "--html", "page.html"], "--from odd.json: not a report"),
        ([".", "--html", "page.html", "--seed", "-1"], "-1"),
        (["."], "--html"),
    ],
)
def test_wrong_call_says_what_is_wrong(judge, tmp_path, monkeypatch, arguments, said):
    """Nothing is graded when something that was typed does not fit."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.json").write_text("{}", encoding="utf-8")
    with pytest.raises(click.ClickException) as problem:
        run(*arguments)
    assert said in problem.value.format_message() and problem.value.exit_code == 2
    assert judge.asked == []
