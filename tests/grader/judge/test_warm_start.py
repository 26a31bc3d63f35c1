"""How the process of warm judges is started: with its memory in large pages, which each of its forks inherits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.judge import warm_pool
from grader.judge.order import JudgeKey
from grader.process.kernel import can_fork

SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The environment of each process that would be started."""
    found: list[dict[str, str]] = []

    def started(command: list[str], *, env: dict[str, str], **options: Any) -> None:
        found.append(env)

    monkeypatch.setattr(warm_pool.subprocess, "Popen", started)
    return found


def test_judges_are_started_with_what_the_caller_asks_of_its_c_library(
    environments: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's own setting of the C library stays; without one the judges' is made."""
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    warm_pool._started()
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=1")
    warm_pool._started()
    asked = [environment["GLIBC_TUNABLES"] for environment in environments]
    assert asked == ["glibc.malloc.hugetlb=1", "glibc.malloc.arena_max=1"]


@pytest.mark.skipif(
    not can_fork() or not SETTING.exists() or "[never]" in SETTING.read_text(),
    reason="this system has no large pages",
)
def test_memory_of_a_judge_lies_in_large_pages_when_the_system_has_some() -> None:
    """What torch registers is in them from the start."""
    task = load_course().task("losses.l2_penalty")
    judge = warm_pool.start_judge(JudgeKey((task.id,), "auto", simulated_accelerator()))
    try:
        judge.wait()
        pages = Path(f"/proc/{judge._process.pid}/smaps_rollup").read_text()
    finally:
        judge.close()
    sizes = dict(line.split()[:2] for line in pages.splitlines()[1:])
    assert int(sizes["AnonHugePages:"]) > int(sizes["Anonymous:"]) / 4
