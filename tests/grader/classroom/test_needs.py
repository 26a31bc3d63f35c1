"""A course may judge each task on its own, whatever it builds on: in a class and for a learner."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import cli

# The entropy is wrong, and what builds on it is right but where p is 0.
LOSSES = """import torch
def entropy(p, dim):
    return p.sum(dim)
def kl_divergence(p, q, dim):
    return (p * (p / q).log()).sum(dim)
"""
TASKS = ("--task", "losses.entropy", "--task", "losses.kl_divergence")


def call(*arguments):
    done = CliRunner().invoke(cli, [*map(str, arguments), "--format", "json"])
    assert done.exit_code in (0, 1), done.output
    return json.loads(done.stdout)


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A class of one."""
    (tmp_path / "class" / "al").mkdir(parents=True)
    (tmp_path / "class" / "al" / "losses.py").write_text(LOSSES)
    return tmp_path / "class"


def test_class_judges_tasks_on_their_own_when_the_policy_says_so(handed_in, tmp_path):
    """Usually what builds on a failed task is skipped; `needs = false` takes that back, and nothing is graded again."""
    (tmp_path / "course.toml").write_text("needs = false")
    graded = ("class", handed_in, *TASKS, "--out", tmp_path / "out", "--seed", "5", "--jobs", "1")
    found = [call(*graded), call(*graded, "--policy", tmp_path / "course.toml"), call(*graded)]
    tasks = [one["students"][0]["tasks"]["losses.kl_divergence"] for one in found]
    assert [task["verdict"] for task in tasks] == ["skipped", "fail", "skipped"]
    assert tasks[0]["points"] == 0 < tasks[1]["points"] < 2
    assert [one["graded"] for one in found] == [1, 0, 0]
    assert found[1]["students"][0]["score"] > found[0]["students"][0]["score"]
    assert "kl_divergence" in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8-sig")


def test_grade_judges_tasks_on_their_own_when_it_is_asked_to(handed_in):
    """A learner meets the same policy with an option: no course.toml reaches a learner."""
    for options, verdict in (((), "skipped"), (("--ignore-needs",), "fail")):
        report = call(handed_in / "al" / "losses.py", *TASKS, "--seed", "5", *options)
        assert report["tasks"][1]["verdict"] == verdict
