"""A bench for plain pytest: an author's suite against the reference, or against any submission."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import load_course
from grader.device.choice import Accelerator, using
from grader.intake import IntakeError, NothingFound, Source, TwoCandidates, find_submission, read_source
from grader.judge.accelerator import AUTO, NoSuchDevice, accelerator_for
from grader.judge.bench import Bench
from grader.judge.references import References
from grader.judge.subject import ReferenceSubject, SourceSubject, Subject
from grader.judge.workers import open_workers
from grader.worker.prepare import prepare_torch


def prepare(device: str) -> None:
    """Make an accelerator known to torch, which has to be done before the first backward of a process."""
    with using(accelerator_for(device)):
        prepare_torch()


def bench_from_options(
    path: str | None, sandbox: str, seed: int, device: str = AUTO
) -> tuple[Bench, Callable[[], None]]:
    """Return a bench and what closes it; until then its accelerator is the one in use."""
    closing = contextlib.ExitStack()
    closing.enter_context(using(accelerator_for(device)))
    prepare_torch()
    workers = open_workers(sandbox) if path else None
    if workers:
        closing.callback(workers.close)
    course = load_course()
    references = References(course)
    subject: Subject = ReferenceSubject(references)
    if path and workers:
        subject = SourceSubject(_sources(path, course.slugs), workers.open, references)
    return Bench(course, references, subject, seed), closing.close


def check_submission(path: str) -> None:
    """Raise pytest.UsageError if there is no submission at `path`, or one that cannot be read."""
    _sources(path, load_course().slugs)


def check_device(device: str) -> Accelerator:
    """Return the accelerator of this name. Raises pytest.UsageError if there is none."""
    try:
        return accelerator_for(device)
    except NoSuchDevice as problem:
        raise pytest.UsageError(str(problem)) from None


def _sources(path: str, slugs: tuple[str, ...]) -> dict[str, Source]:
    try:
        found = find_submission([Path(path)], slugs)
    except (IntakeError, NothingFound, TwoCandidates) as problem:
        raise pytest.UsageError(str(problem)) from None
    read = {slug: read_source(file) for slug, file in found.files.items()}
    for source in read.values():
        if not isinstance(source, Source):
            raise pytest.UsageError(source.message)
    return {slug: source for slug, source in read.items() if isinstance(source, Source)}
