"""`python tests/cuda.py`: what it runs on a card, what its page says, and what it says without one."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import click
import pytest

from grader.cli.group import DEFAULT
from grader.cli.main import cli
from grader.course import load_course
from grader.judge.accelerator import card_name

FILE = Path(__file__).parents[2] / "cuda.py"
spec = importlib.util.spec_from_file_location("cuda_script", FILE)
assert spec is not None and spec.loader is not None
script = sys.modules["cuda_script"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)


@pytest.mark.skipif(card_name() is not None, reason="there is a card")
def test_script_says_what_is_missing_without_a_card(tmp_path):
    page = tmp_path / "cuda.md"
    done = subprocess.run([sys.executable, FILE, "--page", page], capture_output=True, text=True, check=False)
    assert done.returncode == script.NO_CARD
    assert done.stderr.startswith("Nothing was run and no page written. --device cuda: torch ")
    assert not page.exists() and done.stdout == ""


@pytest.mark.parametrize("device", ["cuda", "sim"])
def test_each_step_is_a_command_with_its_options(tmp_path, device):
    for step in script.steps(device, tmp_path / "losses.py"):
        words = step.command[1:]
        command = cli.commands.get(words[0])
        with click.Context(cli) as parent:
            (command or cli.commands[DEFAULT]).make_context("grade", list(words[command is not None :]), parent=parent)


def test_tasks_that_are_named_exist():
    assert {*script.PROVEN, *script.WHOLE} <= {task.id for task in load_course().tasks}


def test_step_without_time_is_not_run_and_not_taken_for_good():
    (result,) = script.played([script.Step("nothing", ("grade", "--version"))], seconds=0)
    assert result.code is None and not result.ok


@pytest.mark.parametrize(("code", "words", "ok"), [(0, "torchgrade", True), (1, "", False), (0, "memory", False)])
def test_step_has_to_end_and_to_speak_as_it_must(code, words, ok):
    (result,) = script.played([script.Step("version", ("grade", "--version"), code, words)], seconds=60)
    assert result.ok is ok and result.code == 0


def test_page_has_each_step_with_what_it_said():
    results = [
        script.Result(script.Step("starts", ("grade", "x")), 0, 3.2, "all is well"),
        script.Result(script.Step("proves", ("grade", "y")), 1, 4.0, "one\n" * 100 + "the last line"),
    ]
    page = script.page("cpu and cuda (made up)", results)
    assert "# cpu and cuda (made up)\n" in page and "1 of 2 steps are as they must be, in 7 s." in page
    assert "| starts | as it must | 3 s |" in page and "| proves | NOT AS IT MUST | 4 s |" in page
    assert "`grade y`, exit code 1" in page and page.count("\none") == script.LINES - 1 and "the last line" in page
