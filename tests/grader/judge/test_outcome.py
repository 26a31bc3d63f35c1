"""Every way a test can end has its verdict."""

from __future__ import annotations

import builtins

import pytest
import torch

from grader.judge.outcome import of_a_full_device, verdict_of
from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError, WrongKind, from_report
from grader.report import Verdict
from grader.sandbox.transport import WorkerDied, WorkerGone, WorkerLied, WorkerMemory, WorkerTimeout
from grader.suite.failure import CheckFailure, Evidence, ForbiddenUse

EVIDENCE = Evidence("value", None)
RAISED = sorted(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


def raised(name, text="", builtin=None):
    return from_report({"type": name, "builtin": builtin or name, "text": text, "frames": []})


def test_verdict_is_pass_when_nothing_was_raised():
    assert verdict_of(None) is Verdict.PASS


@pytest.mark.parametrize(
    "problem",
    [
        CheckFailure(None, "1", "2", EVIDENCE),
        ArgumentChanged("x", "its values were changed in place"),
        StateLeft("grad mode"),
        WrongKind("Net", "in a comparison"),
    ],
)
def test_verdict_is_fail_when_the_result_is_wrong(problem):
    assert verdict_of(problem) is Verdict.FAIL


@pytest.mark.parametrize(
    ("problem", "verdict"),
    [
        (WorkerTimeout(), Verdict.TIMEOUT),
        (WorkerMemory(), Verdict.MEMORY),
        (WorkerDied("exit code 3"), Verdict.ERROR),
        (WorkerLied("no frame"), Verdict.ERROR),
        (WorkerGone(), Verdict.ERROR),
    ],
)
def test_verdict_follows_from_how_the_worker_ended(problem, verdict):
    assert verdict_of(problem) is verdict


def test_verdict_is_memory_when_a_device_is_full_there_or_here():
    there = raised("OutOfMemoryError", "CUDA out of memory.", builtin="RuntimeError")
    here = torch.OutOfMemoryError("CUDA out of memory.")
    assert verdict_of(there) is verdict_of(here) is Verdict.MEMORY
    assert of_a_full_device(there) and of_a_full_device(here)
    assert not of_a_full_device(raised("RuntimeError", "DefaultCPUAllocator: can't allocate memory"))


def test_verdict_is_forbidden_when_a_function_is_used_that_the_task_forbids():
    assert verdict_of(ForbiddenUse(None, "no softmax", "softmax", EVIDENCE)) is Verdict.FORBIDDEN


def test_verdict_is_forbidden_when_the_sandbox_refused():
    assert verdict_of(raised("PermissionError", "[Errno 13] Permission denied")) is Verdict.FORBIDDEN


def test_verdict_is_not_attempted_when_the_body_is_still_the_stub():
    assert verdict_of(raised("NotImplementedError", "softmax")) is Verdict.NOT_ATTEMPTED


@pytest.mark.parametrize(
    "problem",
    [
        raised("MemoryError"),
        raised("RuntimeError", "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 10 GB"),
        raised("OSError", "[Errno 12] Cannot allocate memory"),
        raised("OutOfMemoryError", "sim out of memory", builtin="RuntimeError"),
    ],
)
def test_verdict_is_memory_when_their_code_could_not_allocate(problem):
    assert verdict_of(problem) is Verdict.MEMORY


@pytest.mark.parametrize("name", RAISED)
def test_verdict_is_never_internal_when_their_code_raised(name):
    problem = raised(name, "some text")
    assert isinstance(problem, SubmissionError)
    assert verdict_of(problem) is not Verdict.INTERNAL


def test_verdict_is_error_when_their_code_raised_a_class_of_its_own():
    assert verdict_of(raised("CheckFailure", "expected 1, got 2", builtin="Exception")) is Verdict.ERROR


@pytest.mark.parametrize("problem", [TypeError("ours"), ZeroDivisionError(), AssertionError("assert False")])
def test_verdict_is_internal_when_the_suite_itself_raised(problem):
    assert verdict_of(problem) is Verdict.INTERNAL
