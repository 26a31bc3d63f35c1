"""What the hostile cases get from the usual autograder: one pytest run that imports the submission.

    python tests/benchmarks/in_process.py [--only WORD] [--seconds N]

For each case the submission's files are copied beside the suite of its task, and pytest runs there with
pytest-timeout and a JUnit report, in one process that holds tests, expected values and verdicts. What decides is the
JUnit report; where there is none, the exit status, as graders do that only look at that. `submission` is the module
itself, its exceptions are wrapped for `check_raises`; recorded calls are recorded in this process too.

Ours is graded beside it: a test that passes there and not here is an undeserved point. A case has *reached* what it
was after (a secret, a file, a socket, a process) when it says so with a word that its case.toml rules out. The measure
is harmless: an ordinary user's process with limits, whose files are guarded by Landlock, so that nothing outside of a
temporary folder is written and no program runs; what a case would do with these is not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest  # noqa: E402
import torch  # noqa: E402  the number of threads is read at import

from grader.course import Course, load_course  # noqa: E402
from grader.intake import Source, names, read_source  # noqa: E402
from grader.judge import plugin  # noqa: E402
from grader.judge.grading import grade_submission  # noqa: E402
from grader.judge.order import (  # noqa: E402
    OurProblem,
    UsageProblem,
    derived_seed,  # noqa: E402
)
from grader.process.kernel import mapped  # noqa: E402
from grader.process.prepare import prepare_torch  # noqa: E402
from grader.proxy.errors import SubmissionError, from_report  # noqa: E402
from grader.suite.drawing import Drawing  # noqa: E402
from grader.suite.random import Random  # noqa: E402
from grader.worker.confine import Policy, landlock  # noqa: E402
from grader.worker.confine.policy import Start  # noqa: E402
from grader.worker.output import describe  # noqa: E402
from grader.worker.recorder import Recorder  # noqa: E402

HERE = Path(__file__).parent
TOKEN = "token-of-the-caller"
COLUMNS = ("full marks", "some marks", "reached", "hung", "died", "unharmed")
LIMITS = {
    resource.RLIMIT_AS: 3 << 30, resource.RLIMIT_CPU: 40, resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_NOFILE: 256, resource.RLIMIT_CORE: 0, resource.RLIMIT_NPROC: 400,
}  # fmt: skip


def load(name: str) -> ModuleType:
    """Import a module of the tests of the grader."""
    spec = importlib.util.spec_from_file_location(
        f"torchgrade_tests_{name}", HERE.parent / "grader" / f"{name}.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tests = load("test_cases")


# The usual autograder


class Named:
    """A function of the submission that raises as a suite of ours expects it."""

    def __init__(self, module: Any, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(self.module, self.name)(*args, **kwargs)
        except SubmissionError:
            raise
        except Exception as problem:
            raise from_report(describe(problem, f"{self.module.__name__}.py")) from problem

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self.module, self.name), name)


class Imported:
    """`submission` as a plain module."""

    def __init__(self, module: Any, source: Source | None, scratch: str) -> None:
        self._module, self._source, self.scratch, self.last_function, self.last_call = (
            module,
            source,
            scratch,
            "",
            "",
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self.last_function = name
        return Named(self._module, name)

    def mutating(self, *names: str) -> Imported:
        return self

    def run(self, scenario: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return scenario(self._module, *args, **kwargs)

    def build(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    apart = build

    def declare_arithmetic(self, *class_names: str) -> None:
        pass

    @contextlib.contextmanager
    def recording(self) -> Iterator[list[dict[str, Any]]]:
        records: list[dict[str, Any]] = []
        with Recorder() as recorder:
            yield records
        records.append(recorder.record())

    @contextlib.contextmanager
    def watching_random_state(self) -> Iterator[Callable[[], bool]]:
        before = torch.get_rng_state()
        yield lambda: not torch.equal(before, torch.get_rng_state())

    def names_used(self, task: str) -> frozenset[str]:
        return names(self._source.tree, task) if self._source else frozenset()


class Fixtures:
    """What a suite asks for, without a sandbox."""

    def __init__(self, task: Any, seed: int) -> None:
        self.task, self.seed = task, seed

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in plugin.MARKS:
            config.addinivalue_line("markers", mark)

    @pytest.fixture
    def submission(self) -> Imported:
        module = importlib.import_module(self.task.topic)
        source = read_source(Path(f"{self.task.topic}.py"))
        return Imported(module, source if isinstance(source, Source) else None, os.getcwd())

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Random:
        return Random(derived_seed(self.seed, self.task.id, request.node.name, "inputs"))

    @pytest.fixture
    def draw(self) -> Drawing:
        return Drawing()

    @pytest.fixture
    def shared(self) -> ModuleType:
        return importlib.import_module("shared")


def become_autograder(task: Any, case: Any, folder: Path, seconds: float) -> None:
    """Run pytest over the suite beside the submission; never returns."""
    code = 70
    try:
        os.setsid()
        os.environ.update(TORCHGRADE_TEST_TOKEN=TOKEN, TMPDIR=str(folder / "work"))
        tempfile.tempdir = None
        output = os.open(folder / "output", os.O_CREAT | os.O_WRONLY)
        os.dup2(output, 1), os.dup2(output, 2)
        work = folder / "work"
        os.chdir(work)
        guard = landlock.prepare(Policy(scratch=work, readable=(Path("/"),)))
        assert guard is not None
        guard.apply(Start((), str(work)))
        for which, most in LIMITS.items():
            most += mapped() if which == resource.RLIMIT_AS else 0
            resource.setrlimit(which, (most, most))
        sys.path.insert(0, str(work))
        options = ["-p", "no:cacheprovider", f"--timeout={seconds}", "--tb=line", "-q"]
        files = ["--junitxml=results.xml", "-k", case.keyword, f"test_{task.name}.py"]
        code = int(pytest.main([*options, *files], plugins=[Fixtures(task, case.seed)]))
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(code)


def copy_flat(source: Path, target: Path) -> None:
    """Copy files and, as unpacking does, what links to files lead to; not what links to folders lead to."""
    for entry in source.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            (target / entry.name).mkdir(exist_ok=True)
            copy_flat(entry, target / entry.name)
        elif entry.is_file():
            shutil.copyfile(entry, target / entry.name)


def usual(course: Course, task: Any, case: Any, seconds: float) -> tuple[set[str], set[str], str]:
    """What the usual autograder gives: tests that passed, all that were reported, and how it ended."""
    with tempfile.TemporaryDirectory(prefix="in-process-") as name:
        folder = Path(name)
        (folder / "work").mkdir()
        copy_flat(case.folder, folder / "work")
        suite = course.suite_file(task)
        for file in (suite, suite.parent / "shared.py"):
            if file.exists():
                shutil.copyfile(file, folder / "work" / file.name)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            become_autograder(task, case, folder, seconds)
        ended = wait(pid, 12 * seconds)
        passed, reported = read_report(folder / "work" / "results.xml")
        text = (folder / "output").read_bytes().decode(errors="replace")
        report = folder / "work" / "results.xml"
        text += report.read_bytes().decode(errors="replace") if report.is_file() else ""
        if any(word in text for word in (TOKEN, *case.expect.never_says)):
            ended += ", reached"
        return passed, reported, ended


def wait(pid: int, seconds: float) -> str:
    """Wait for a process and end what it started."""
    end, found, status = time.monotonic() + seconds, 0, 0
    while not found and time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not found:
        os.waitpid(pid, 0)
        return "hung"
    return "exit 0" if status == 0 else "exit 1" if status == 256 else "died"


def read_report(file: Path) -> tuple[set[str], set[str]]:
    """Return the names of the tests that a JUnit report says passed, and all names in it."""
    try:
        cases = list(ElementTree.parse(file).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return set(), set()
    bad = ("failure", "error", "skipped")
    failed = {case.get("name", "") for case in cases if any(case.find(kind) is not None for kind in bad)}
    reported = {case.get("name", "") for case in cases}
    return reported - failed, reported


# Beside ours


def ours(case: Any) -> set[str]:
    """The tests of a case's tasks that pass in the sandbox."""
    try:
        report = grade_submission(
            [case.folder],
            tasks=case.tasks,
            keyword=case.keyword,
            seed=case.seed,
            seconds=case.seconds,
            jobs=1,
        )
    except (UsageProblem, OurProblem):
        return set()
    return {test.name for task in report.tasks for test in task.tests if test.verdict.value == "pass"}


def outcome(course: Course, case: Any, seconds: float) -> str:
    """Which column a case belongs to."""
    deserved, columns = ours(case), []
    for task_id in case.tasks:
        passed, reported, ended = usual(course, course.task(task_id), case, seconds)
        undeserved = set() if case.right else passed - deserved
        if undeserved and passed == reported or (not reported and ended.startswith("exit 0")):
            columns.append("full marks")
        elif undeserved:
            columns.append("some marks")
        elif "reached" in ended:
            columns.append("reached")
        elif ended.startswith("hung"):
            columns.append("hung")
        else:
            columns.append("unharmed" if reported else "died")
    return min(columns, key=COLUMNS.index)


def main() -> None:
    """Play every case and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="cases with this word in their name")
    parser.add_argument("--seconds", type=float, default=5.0, help="that the usual autograder allows a test")
    options = parser.parse_args()
    if os.getuid() == 0 or not landlock.version():
        raise SystemExit("run this as an ordinary user, on a Linux with Landlock: it lets hostile code run")
    prepare_torch()
    course, counts = load_course(), defaultdict[str, Counter[str]](Counter)
    for case in tests.case_module.load_cases("hostile"):
        if options.only in case.name:
            column = outcome(course, case, options.seconds)
            counts[case.family][column] += 1
            print(f"{case.family:22} {case.folder.name:36} {column}", flush=True)
    print("\n| family | cases | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    total = sum(counts.values(), Counter[str]())
    for family, found in (*sorted(counts.items()), ("all", total)):
        print(
            f"| {family} | {sum(found.values())} | " + " | ".join(str(found[each]) for each in COLUMNS) + " |"
        )


if __name__ == "__main__":
    main()
