"""Grades in processes of their own, as `grade` would, also with a course that a test made up.

Run as a script with a folder for the answers; a line of JSON on standard input is an order: what to patch, and
the gradings to do one after the other in one process.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import torch

from grader.course import load_course
from grader.judge import grading, shard, subject
from grader.judge.grading import grade_submission
from grader.judge.order import OurProblem, UsageProblem
from grader.process.kernel import START_METHOD
from grader.report.json import to_json
from grader.sandbox.forked import ForkServer

AT_ONCE = 2


def main(answers: Path) -> None:
    """Carry out what standard input orders, a few at the same time."""
    running: set[int] = set()
    for line in sys.stdin:
        if len(running) == AT_ONCE:
            running.discard(os.wait()[0])
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _carry_out(order, answers / f"{order['number']}.json")
        running.add(pid)
    while running:
        running.discard(os.wait()[0])


def _carry_out(order: dict[str, Any], file: Path) -> None:
    try:
        _patch(order)
        answer = [_grade(grading) for grading in order["gradings"]]
    except BaseException:
        answer = [{"crash": traceback.format_exc()}]
    part = file.with_suffix(".part")
    part.write_text(json.dumps(answer))
    part.rename(file)
    os._exit(0)


def _patch(order: dict[str, Any]) -> None:
    if order["package"]:
        made_up = functools.partial(load_course, Path(order["package"]))
        grading.load_course = shard.load_course = made_up  # type: ignore[assignment]
    if order["spawn"]:
        os.environ[START_METHOD] = "spawn"
    subject.ForkServer = functools.partial(_server_without, order["missing"])  # type: ignore[assignment,misc]


def _server_without(missing: list[str]) -> ForkServer:
    server = ForkServer()
    server.missing = tuple(missing)
    return server


def _grade(order: dict[str, Any]) -> dict[str, Any]:
    if order.pop("after_backward", False):
        torch.ones(2, requires_grad=True).square().sum().backward()
    watch = _Watch()
    try:
        report = grade_submission([Path(path) for path in order.pop("paths")], progress=watch, **order)
    except UsageProblem as problem:
        return {"usage": str(problem)}
    except OurProblem as problem:
        return {"ours": str(problem)}
    return {"report": to_json(report), "progress": watch.seen}


class _Watch:
    """Keeps what a display would show."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def start(self, total: int) -> None:
        self.seen.append(["start", total])

    def advance(self, *row: str) -> None:
        self.seen.append(["advance", *row])

    def stop(self) -> None:
        self.seen.append(["stop"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
