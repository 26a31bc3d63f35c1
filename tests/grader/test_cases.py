"""Submissions that are broken or hostile, end to end: a case is a folder, and this file knows none of them."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader.process.kernel import can_fork

HERE = Path(__file__).parent
PATIENCE = 100.0  # seconds that one case may wait for its turn and take


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"torchgrade_tests_{name}", HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


case_module = _load("case")
# What is refused by no layer of confinement, and so can be tried without: with TORCHGRADE_START_METHOD=spawn.
WITHOUT_LAYERS = (
    "bad input", "equal to everything", "exits", "forged output", "lies", "patches", "pytest of the judge",
)
ALL = [case for family in ("bad_input", "hostile") for case in case_module.load_cases(family)]
WRITES_ELSEWHERE = "hostile/forged_report_on_stdout"  # which only a layer refuses; the command plays it below
CASES = [
    case for case in ALL if can_fork() or (case.family in WITHOUT_LAYERS and case.name != WRITES_ELSEWHERE)
]
PLAYED = [pytest.param(case, id=case.name, marks=[pytest.mark.rest] if case.rest else []) for case in CASES]
SECRETS = (
    "BEGIN SOLUTION",
    "_torchgrade_",
    "grader/suite",
    "_check_values",
)  # of no use to a learner, in any report

TOKEN = {"TORCHGRADE_TEST_TOKEN": "token-of-the-caller"}  # which no submission may see

ONE_THREAD = {"OMP_NUM_THREADS": "1"}

Graded = Callable[[Any], dict[str, Any]]


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest) -> Iterator[Graded]:
    """Grades the selected cases in the background, and waits for the one asked for."""
    wanted = [item.callspec.params["case"] for item in request.session.items if _is_case(item)]
    numbers = {case.name: number for number, case in enumerate(wanted)}
    with tempfile.TemporaryDirectory(prefix="cases-") as name:
        results = Path(name)
        results.chmod(0o711)  # workers are other users, and their scratch folders lie in here
        command, environment = (
            [sys.executable, HERE / "case_host.py", name],
            {**os.environ, **ONE_THREAD, **TOKEN},
        )
        host = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=environment)
        assert host.stdin is not None
        with host, host.stdin:
            host.stdin.write("".join(json.dumps(case.order()) + "\n" for case in wanted))
            host.stdin.close()
            yield lambda case: _wait(host, results / f"{numbers[case.name]}.json")


def _is_case(item: pytest.Item) -> bool:
    return (
        isinstance(item, pytest.Function)
        and item.path == Path(__file__)
        and "case" in getattr(getattr(item, "callspec", None), "params", {})
    )


def _wait(host: subprocess.Popen[str], file: Path) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while not file.exists():
        assert time.monotonic() < end, "the grading takes too long"
        assert host.poll() in (None, 0) or file.exists(), "the grading process ended"
        time.sleep(0.02)
    answer: dict[str, Any] = json.loads(file.read_text())
    return answer


@pytest.mark.parametrize("case", PLAYED)
def test_case_gets_what_it_must(case: Any, graded: Graded) -> None:
    """The verdict, points and words of a case are those of its case.toml, and nothing else happens."""
    found = graded(case)
    assert "crash" not in found, found["crash"]
    assert "ours" not in found, found["ours"]
    _nothing_stays(found)
    if case.expect.usage:
        assert [word for word in case.expect.usage if word not in found.get("usage", "")] == [], found
        return
    assert "usage" not in found, found["usage"]
    report = json.loads(found["json"])
    assert report.get("incomplete") is None, report["incomplete"]
    tasks = {task["id"]: task for task in report["tasks"]}
    _own_tasks(case, tasks)
    _words(case, found, report, [tasks[task] for task in case.tasks])
    _others(case, tasks)


def _nothing_stays(found: dict[str, Any]) -> None:
    assert found["unchanged"], "the submission's files were changed"
    assert (found["processes"], found["threads"], found["files"], found["descriptors"]) == ([], [], [], 0)


def _own_tasks(case: Any, tasks: dict[str, Any]) -> None:
    for task_id in case.tasks:
        task = tasks[task_id]
        shown = [(test["name"], test["verdict"], test.get("message")) for test in task["tests"]]
        assert task["verdict"] in case.expect.verdict, (task["verdict"], task.get("message"), shown)
        assert task["points"] <= case.expect.most_points, [row for row in shown if row[1] == "pass"]
        assert not any(test["verdict"] == "internal" for test in task["tests"]), shown


def _others(case: Any, tasks: dict[str, Any]) -> None:
    expected = dict(case.expect.others)
    if case.beside:
        expected[case_module.BYSTANDERS[case.beside]] = "pass"
    assert {task_id: tasks[task_id]["verdict"] for task_id in expected} == expected


def _words(case: Any, found: dict[str, Any], report: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    said = "\n".join([*report.get("notes", ()), *(text for task in tasks for text in _texts(task))])
    printed = "".join(found["printed"][task["id"]] for task in tasks)
    assert [word for word in case.expect.says if word not in said] == [], said
    assert [word for word in case.expect.prints if word not in printed] == [], (printed, said)
    for text in (found["json"], found["junit"], found["terminal"], printed):
        assert [word for word in (*SECRETS, *case.expect.never_says) if word in text] == [], text
    hidden = [
        character for character in found["terminal"] if not character.isprintable() and character != "\n"
    ]
    assert hidden == []
    cases = ElementTree.fromstring(found["junit"]).iter("testcase")
    assert len(list(cases)) == sum(max(1, len(task["tests"])) for task in report["tasks"])


def _texts(task: dict[str, Any]) -> Iterator[str]:
    for part in (task, *task["tests"]):
        message = part.get("message") or {}
        yield from (str(text) for text in (*message.values(), part.get("traceback")) if text)


WITHOUT_LANDLOCK = """
from grader.worker.confine import landlock
landlock.version = lambda: 0
import sys
from grader.cli import main
sys.exit(main())
"""
CALLS = {
    "everything passes": ("bad_input/brings_pytest_files", 0, "1 of 1 points"),
    "something fails": ("hostile/forged_report_on_stdout", 1, '"verdict": "fail"'),
    "the submission is not clear": ("bad_input/two_candidates", 2, "2 files could be tensors.py"),
    "a layer is missing": ("bad_input/returns_none", 3, "this system lacks: files"),
}


@pytest.fixture(scope="module")
def calls() -> dict[str, subprocess.Popen[str]]:
    """The commands, all started at the same time."""
    return {name: _call(*CALLS[name][:2]) for name in CALLS}


def _call(case: str, code: int) -> subprocess.Popen[str]:
    options = [HERE / "cases" / case, "--task", "tensors.outer", "--seed", "1"]
    options += ["--format", "json"] if code == 1 else ["--sandbox", "strict"] if code == 3 else []
    start = ["-c", WITHOUT_LANDLOCK] if code == 3 else ["-m", "grader"]
    return subprocess.Popen(
        [sys.executable, *start, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("name", CALLS)
def test_command_ends_with_a_code(name: str, calls: dict[str, subprocess.Popen[str]]) -> None:
    """`grade` ends with 0 when all pass, 1 when not, 2 for a call that cannot be, 3 for what is ours."""
    _, code, words = CALLS[name]
    output, errors = calls[name].communicate(timeout=PATIENCE)
    assert (calls[name].returncode, words in output + errors) == (code, True), output + errors
    if code == 1:
        report = json.loads(output)  # so nothing that the submission printed stands around it
        assert report["tasks"][0]["verdict"] == "fail"
