"""The program that Gradescope starts: whatever happens, the page says what."""

import json
import subprocess
from types import SimpleNamespace

import pytest

from grader.release import gradescope_run
from grader.release.gradescope_settings import Settings, to_text
from grader.report import Environment, Report, TaskReport, Verdict
from grader.report.json import to_json

TASK = TaskReport("losses.sigmoid", "A score into a probability", Verdict.PASS, 2.0, 2.0)
REPORT = Report(
    "submission", 5, Environment("0", "3", "2", "L", "cpu", "forked", (), (), "0" * 64), (TASK,), 1.0
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the harness with a grading that does what it is told; the results, and what was called."""

    def go(code=0, err="", report=None, raises=None, settings=None, text=None):
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / "settings.json").write_text(text or to_text(settings or Settings()), encoding="utf-8")
        calls = []

        def fake(command, **options):
            calls.append((command, options))
            if raises:
                raise raises
            if report:
                place = command[command.index("--output") + 1]
                with open(place, "w", encoding="utf-8") as file:
                    file.write(to_json(report))
            return SimpleNamespace(returncode=code, stderr=err.encode())

        monkeypatch.setattr(gradescope_run.subprocess, "run", fake)
        assert gradescope_run.main([str(tmp_path)]) == 0
        return json.loads((tmp_path / "results" / "results.json").read_bytes()), calls

    return go


def test_harness_grades_with_the_settings_and_leaves_time_for_the_page(run):
    """Tasks, seed and sandbox are those of the settings; the grading ends before Gradescope does."""
    results, calls = run(report=REPORT, settings=Settings(tasks=("losses.sigmoid",), seed=9, points=10.0))
    ((command, options),) = calls
    assert command[command.index("--seed") + 1] == "9" and command[-2:] == ["--task", "losses.sigmoid"]
    assert "--ignore-needs" not in command
    assert 500 < options["timeout"] < 600
    assert (results["score"], results["tests"][0]["max_score"]) == (10.0, 10.0)


def test_harness_judges_each_task_on_its_own_when_the_settings_say_so(run):
    """The choice of the export reaches the grading."""
    _, (((command, _)),) = run(report=REPORT, settings=Settings(needs=False))
    assert "--ignore-needs" in command


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"raises": subprocess.TimeoutExpired("grade", 1)}, "did not end within 10 minutes"),
        ({"code": -9}, "ran out of memory"),
        ({"code": 3, "err": "Error: a grading process ended: abruptly"}, "ran out of memory"),
        ({"code": 3, "err": "Error: no course found"}, "The grader failed (exit code 3)"),
        ({"raises": OSError("no such interpreter")}, "The grader failed: OSError."),
        ({"text": "{"}, "The grader failed: JSONDecodeError."),
        ({"settings": Settings(tasks=("no_such_task",))}, "The grader failed: UnknownTask."),
    ],
)
def test_harness_failure_of_ours_is_told_and_is_no_zero(run, what, said):
    """Memory, time, a broken installation: a text, and no score."""
    results, _ = run(**what)
    assert "score" not in results and said in results["output"] and "This is no zero" in results["output"]


def test_harness_hand_in_without_a_file_of_the_course_is_told_what_to_hand_in(run):
    """What the learner can mend has 0 points and says how."""
    results, _ = run(code=2, err="Error: no topic file found in submission: looked for losses.py")
    assert results["score"] == 0.0
    assert results["output"].startswith(
        "0 points: no topic file found in submission: looked for losses.py\nHand in"
    )


def test_harness_leaves_no_half_of_the_results(run, tmp_path):
    """The results are put in place in one step, and nothing else is left beside them."""
    run(report=REPORT)
    assert [file.name for file in (tmp_path / "results").iterdir()] == ["results.json"]
