"""One embedded pytest session: the hidden suites of some tasks against one subject."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

import pytest

from grader.course import Task
from grader.judge import plugin
from grader.judge.order import OurProblem
from grader.judge.runner import RUNNER, Runner, is_detail

Play = Callable[[], None]

QUIET = (
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:logging", "-p", "no:warnings",
    "-p", "no:unraisableexception", "-p", "no:threadexception",
    "-p", "no:junitxml", "-p", "no:doctest", "-p", "no:unittest", "-p", "no:pastebin", "-p", "no:skipping",
    "-p", "no:setuponly", "-p", "no:setupplan", "-p", "no:subtests", "-p", "no:capture",
    "--import-mode=importlib", "--noconftest",
)  # fmt: skip
NEVER_FROM_OUTSIDE = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DEBUG")


class _Embedded:
    """Takes the run loop over: the runner has the collected tests, by task, and the caller plays them."""

    def __init__(self, runner: Runner, play: Play) -> None:
        self.runner, self.play = runner, play
        self.problems: list[str] = []
        runner.by_task = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RUNNER] = self.runner

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {str(report.longrepr)[-500:]}")

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self.runner.partial |= {task.id for item in items if (task := self.runner.task_of(item))}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            task = self.runner.task_of(item)
            if task is not None:
                self.runner.by_task.setdefault(task.id, []).append(item)
        for items in self.runner.by_task.values():
            items.sort(key=is_detail)  # the core first, as it decides what there is to mend
        if not self.problems:
            gc.freeze()  # so that no collection goes over the suites and torch again and again: 8 % of a play
            try:
                self.play()
            finally:
                gc.unfreeze()
        return True


def run_session(runner: Runner, tasks: Sequence[Task], keyword: str, play: Play) -> None:
    """Collect the suites of `tasks` for `runner` and call `play`, which runs them.

    Raises:
        OurProblem: a suite cannot be collected.
    """
    files = [str(runner.course.suite_file(task)) for task in tasks]
    embedded = _Embedded(runner, play)
    suites = str(runner.course.suites)
    # Without a last folder for settings pytest looks at everything in all the folders above.
    root = ["--rootdir", suites, "--confcutdir", suites, "-c", os.devnull]
    with _own_environment(), _own_modules(runner.course.slugs):
        code = pytest.main([*QUIET, *root, "-k", keyword, *files], plugins=[plugin, embedded])
    if embedded.problems:
        raise OurProblem("a suite cannot be collected: " + "; ".join(embedded.problems))
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.TESTS_FAILED):
        raise OurProblem(f"pytest ended with {code!r}")


@contextlib.contextmanager
def _own_environment() -> Iterator[None]:
    """Keep the caller's pytest settings and plugins out of the judge's session."""
    kept = {name: os.environ.pop(name) for name in NEVER_FROM_OUTSIDE if name in os.environ}
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.update(kept)
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]


@contextlib.contextmanager
def _own_modules(slugs: Sequence[str]) -> Iterator[None]:
    """Forget the suites afterwards: pytest names their modules by topic, and puts them in the place of others."""

    def of_topics() -> dict[str, ModuleType]:
        return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in slugs}

    before = of_topics()
    try:
        yield
    finally:
        for name in of_topics():
            del sys.modules[name]
        sys.modules.update(before)
