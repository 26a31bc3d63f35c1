"""What a suite is run against: a submission in a sandbox, with the workers that it shares, or a module of ours.

A worker costs more than most tests do. Each test still meets a module of its own, freshly executed; what a worker can
carry from one test to the next is only what the submission does to Python or torch themselves. One file answers for all
tasks of a topic, so nothing is carried that it could not have done by itself as it was executed.
"""

from __future__ import annotations

import contextlib
import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from grader.intake import Source
from grader.intake.topic_imports import names_used, topics_needed
from grader.judge.order import OurProblem
from grader.judge.references import References
from grader.process.kernel import can_fork
from grader.proxy.session import Session
from grader.sandbox.forked import ForkServer
from grader.sandbox.loopback import Loopback, NoSandbox
from grader.sandbox.spawned import SpawnedWorkers
from grader.sandbox.transport import APART, Transport, WorkerSource

MOST_SECONDS = 5.0  # of one worker's use, far below the processor time that a forked one is allowed


class WorkerReuse:
    """Numbers the workers that a topic's tests share: a new number is a new worker."""

    def __init__(self) -> None:
        """Start with nothing shared."""
        self._topic, self._number, self._served, self._spent = "", 0, 0, 0.0

    def enter(self, topic: str) -> str:
        """Return the key of the worker that serves the next test."""
        if topic != self._topic or (self._spent > MOST_SECONDS and can_fork()):  # elsewhere no system allows less
            self.part()
        self._topic = topic
        self._served += 1
        return f"{topic}::{self._number}"

    def spend(self, seconds: float) -> None:
        """Count the time of a test."""
        self._spent += seconds

    @property
    def in_batch(self) -> bool:
        """Whether the worker had served others before the last test."""
        return self._served > 1

    def part(self) -> None:
        """Give the next test a worker of its own."""
        self._number, self._served, self._spent = self._number + 1, 0, 0.0


def open_workers(sandbox: str) -> WorkerSource:
    """Start what `sandbox` asks for; to be called before anything hidden is read.

    Raises:
        OurProblem: strict grading is asked for and a layer of confinement is missing.
    """
    torch.set_num_threads(1)
    if sandbox == "none":
        return NoSandbox()
    workers = ForkServer() if can_fork() else SpawnedWorkers()
    if sandbox == "strict" and workers.missing:
        workers.close()
        missing = ", ".join(workers.missing)
        raise OurProblem(
            f"strict grading needs every layer, and this system lacks: {missing}. See `grade doctor`"
        )
    return workers


OpenWorker = Callable[[float, str], Transport]  # seconds that the worker may take in all, and its key

COMPILE_SECONDS = 30.0
IMPORT_SECONDS = 10.0  # of each play; it does not count as the time of the test
APART_SECONDS = 10.0


class Subject(ABC):
    """Something that answers a suite's calls; of itself it shares no worker and keeps none."""

    @abstractmethod
    def open(self, topic: str, seed: int, seconds: float) -> contextlib.AbstractContextManager[Session]:
        """Start a conversation for one test of a topic."""

    @property
    def in_batch(self) -> bool:
        """Whether the last test's worker had served others before."""
        return False

    def part(self) -> None:  # noqa: B027  # nothing is shared
        """Give the next test a worker that has served no other."""

    def clear(self) -> None:  # noqa: B027  # nothing is kept
        """End the last test's worker now, with all that it holds."""


class SourceSubject(Subject):
    """A submission's files, executed in worker processes; tests of one topic share one.

    A file can import the learner's other topics, which are executed anew with it.
    """

    def __init__(
        self, sources: Mapping[str, Source], open_worker: OpenWorker, references: References,
        most_seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Serve the topics that `sources` has; no execution may take more than `most_seconds`."""
        self._import_seconds = min(IMPORT_SECONDS, most_seconds or IMPORT_SECONDS)
        self._sources, self._open_worker, self._references = sources, open_worker, references
        self._code: dict[str, bytes] = {}
        self._reuse = WorkerReuse()
        self._needed = functools.cache(lambda topic: topics_needed(topic, sources))

    @contextlib.contextmanager
    def open(self, topic: str, seed: int, seconds: float) -> Iterator[Session]:
        """Start a worker and let it execute the topic's file."""
        worker, texts = self._reuse.enter(topic), {slug: self._sources[slug].text for slug in self._needed(topic)}
        for slug in texts.keys() - self._code.keys():
            self._code[slug] = self._compile(slug, texts[slug], worker)
        transport = self._open_worker(self._import_seconds, worker)
        started = time.monotonic()
        try:
            session = Session(
                transport, self._references.signatures(topic), lambda task: names_used(topic, task, self._sources)
            )
            session.open_apart = lambda: self._open_worker(APART_SECONDS, APART)
            session.load(topic, texts, {slug: self._code[slug] for slug in texts}, seed)
            transport.allow(seconds)
            yield session
        finally:
            transport.close()
            self._reuse.spend(time.monotonic() - started)

    @property
    def in_batch(self) -> bool:
        """Whether the last test's worker had served others before."""
        return self._reuse.in_batch

    def part(self) -> None:
        """Give the next test a worker that has served no other."""
        self._reuse.part()

    def clear(self) -> None:
        """End the last test's worker now: a new one takes its place."""
        self._reuse.part()
        self._open_worker(APART_SECONDS, "").close()

    def _compile(self, topic: str, text: str, worker: str) -> bytes:
        """Compile in a worker that has executed nothing of the submission: the topic's first, or one of its own."""
        transport = self._open_worker(COMPILE_SECONDS, worker)
        try:
            return Session(transport, {}).compile(topic, text)
        finally:
            transport.close()


class NamespaceSubject(Subject):
    """A trusted namespace in this process: the reference, or a known mistake."""

    def __init__(self, namespace: Any, references: References, is_explained: bool = True) -> None:
        """Serve `namespace` for any topic; `is_explained` says whether somebody reads why a check fails."""
        self._namespace, self._references, self._is_explained = namespace, references, is_explained

    @contextlib.contextmanager
    def open(self, topic: str, seed: int, seconds: float) -> Iterator[Session]:
        """Start a loopback worker."""
        transport = Loopback(self._namespace)
        try:
            session = Session(transport, self._references.signatures(topic))
            session.is_explained = self._is_explained
            session.seed(seed)
            yield session
        finally:
            transport.close()


class ReferenceSubject(Subject):
    """The reference of whichever topic a test belongs to, in this process."""

    def __init__(self, references: References) -> None:
        """Serve the modules of `references`."""
        self._references = references

    def open(self, topic: str, seed: int, seconds: float) -> contextlib.AbstractContextManager[Session]:
        """Start a loopback worker over the topic's reference."""
        return NamespaceSubject(self._references.module(topic), self._references).open(topic, seed, seconds)
