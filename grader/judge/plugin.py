"""The pytest plugin: fixtures and marks of a suite in each session that runs one, under plain pytest too."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from grader.course import load_course
from grader.device.choice import using
from grader.device.internals import TorchTooOld, require_torch
from grader.intake import (
    IntakeError,
    NothingFound,
    Source,
    TwoCandidates,
    find_submission,
    read_source,
    topics_beside,
)
from grader.judge.accelerator import AUTO, CHOICES, NoSuchDevice, accelerator_for
from grader.judge.references import References, load_shared
from grader.judge.runner import DRAWING, RUNNER, SESSION, Runner, mark_detail
from grader.judge.subject import ReferenceSubject, SourceSubject, Subject, open_workers
from grader.process.prepare import prepare_torch
from grader.proxy.submission import Submission
from grader.suite.drawing import Drawing
from grader.suite.random import Random


def _sources(path: str, slugs: tuple[str, ...]) -> dict[str, Source]:
    try:
        found = find_submission([Path(path)], slugs)
        beside = find_submission(others, slugs) if (others := topics_beside([Path(path)], slugs)) else None
    except (IntakeError, NothingFound, TwoCandidates) as problem:
        raise pytest.UsageError(str(problem)) from None
    read = {slug: read_source(file) for slug, file in found.files.items()}
    for source in read.values():
        if not isinstance(source, Source):
            raise pytest.UsageError(source.message)
    read = {slug: read_source(file) for slug, file in beside.files.items()} | read if beside else read
    return {slug: source for slug, source in read.items() if isinstance(source, Source)}


DESCRIBED = (list, tuple, slice, torch.dtype, torch.device)  # of which pytest knows no id
LONGEST_ID, MOST_NUMBERS = 50, 8
MARKS = (
    "visible: the values of this test may be shown to learners",
    "detail: a task is right without it; one that only calls check_raises or check_manners is a detail by itself",
    "weight(number): the share of this test in its task's points, 1 if not given",
    "statistical: its passing depends on luck: it trains or samples",
    "timeout(seconds): how long the sandbox may take for this test; 10 if not given, and from 10 on it is played alone",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what an author needs to run one suite against anything."""
    group = parser.getgroup("torchgrade")
    group.addoption(
        "--submission", metavar="PATH", help="run suites against this submission, not the reference"
    )
    group.addoption("--seed", type=int, help="seed of the random inputs")
    group.addoption(
        "--sandbox", default="none", choices=("auto", "strict", "none"), help="where a submission runs"
    )
    group.addoption("--device", default=AUTO, choices=CHOICES, help="the accelerator that device tests meet")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; refuse a submission that cannot be read before any test is collected."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if config.getoption("--submission"):
        _sources(config.getoption("--submission"), load_course().slugs)
    try:
        require_torch()
        if config.getoption("--device") != AUTO:
            accelerator_for(config.getoption("--device"))
    except (NoSuchDevice, TorchTooOld) as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark details; make the accelerator known where a suite is to run: another test may come first."""
    of_suites = [item for item in items if "submission" in getattr(item, "fixturenames", ())]
    for item in of_suites:
        mark_detail(item)
    if RUNNER not in config.stash and of_suites:
        with using(accelerator_for(config.getoption("--device"))):
            prepare_torch()


def runner_of(config: pytest.Config) -> Runner:
    """Return the session's runner, made from the options of a plain pytest call if nobody set one."""
    if RUNNER not in config.stash:
        config.stash[RUNNER] = _runner_from_options(config)
    return config.stash[RUNNER]


def _runner_from_options(config: pytest.Config) -> Runner:
    """Return a runner; until the session ends its accelerator is the one in use."""
    path, seed, closing = config.getoption("--submission"), config.getoption("--seed"), contextlib.ExitStack()
    config.add_cleanup(closing.close)
    closing.enter_context(using(accelerator_for(config.getoption("--device"))))
    prepare_torch()
    workers = open_workers(config.getoption("--sandbox")) if path else None  # before anything hidden is read
    course = load_course()
    references = References(course)
    subject: Subject = ReferenceSubject(references)
    if workers:
        closing.callback(workers.close)
        subject = SourceSubject(_sources(path, course.slugs), workers.worker, references)
    return Runner(course, references, subject, secrets.randbits(31) if seed is None else seed)


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """The learner's module, in another process."""
    item, runner = request.node, runner_of(request.config)
    topic = item.path.parent.name
    seed = runner.seed_of(item, "sandbox")
    with runner.subject.open(topic, seed, runner.seconds_of(item)) as session:
        item.stash[SESSION] = session
        yield Submission(session)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> Random:
    """Random inputs of this test, from the run's seed and the test's name."""
    return Random(runner_of(request.config).seed_of(request.node, "inputs"))


@pytest.fixture
def draw(request: pytest.FixtureRequest) -> Drawing:
    """The sheet on which a test draws curves and paths for the report."""
    drawing: Drawing = request.node.stash.setdefault(DRAWING, Drawing())
    return drawing


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> ModuleType:
    """What several suites of a topic share: the module `shared.py` beside them."""
    file = request.node.path.parent / "shared.py"
    if not file.is_file():
        raise FileNotFoundError(f"there is no {file}: write it, or do without the fixture `shared`")
    return load_shared(file)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case by what differs where pytest would number it: `float32`, `(2, 3)`, `lr=0.1, momentum=0.9`."""
    if type(val) is dict:
        parts = [f"{key}={part!r}" for key, part in val.items()] if all(map(_is_plain, val.values())) else []
        text = ", ".join(parts)
    elif type(val) is torch.Tensor and val.device.type == "cpu" and val.layout is torch.strided:
        text = "" if val.numel() > MOST_NUMBERS else f"{val.tolist()} {str(val.dtype).removeprefix('torch.')}"
    else:
        text = str(val).removeprefix("torch.") if isinstance(val, DESCRIBED) and _is_plain(val) else ""
    return text if 0 < len(text) <= LONGEST_ID else None


def _is_plain(value: object) -> bool:
    """Whether a value has the same short text in every process, and no code of its own."""
    if type(value) is dict:
        return all(map(_is_plain, value.values()))
    if type(value) is list or type(value) is tuple:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str, slice, torch.dtype, torch.device)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which seed and device a session of suites was given, so that it can be repeated."""
    named = {name: config.getoption(f"--{name}") for name in ("seed", "device")}
    given = [f"{name} {value}" for name, value in named.items() if value not in (None, AUTO)]
    return f"torchgrade: {', '.join(given)}" if given else None
