"""The made-up course of the judge's tests."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path

import pytest

from grader.course import load_course
from grader.judge import grading, shard
from grader.judge.grading import grade_submission
from grader.verify import verify

NAME = "torchgrade_tests_made_up"


def _load():
    spec = importlib.util.spec_from_file_location(NAME, Path(__file__).parents[1] / "judge/conftest.py")
    module = sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made_up = _load().made_up


@pytest.fixture
def proven(made_up, monkeypatch):
    """Verifies the made-up course in this process."""
    proving = sys.modules["grader.verify.verify"]
    for module in (grading, shard, proving):
        monkeypatch.setattr(module, "load_course", functools.partial(load_course, made_up.package))
    monkeypatch.setattr(proving, "grade_submission", functools.partial(grade_submission, sandbox="none"))
    return functools.partial(verify, jobs=1)
