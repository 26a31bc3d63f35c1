"""A learner's source behind each of the three ways of reaching it."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable, Iterator

import pytest
import torch

from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.forked import ForkServer
from grader.sandbox.loopback import Loopback
from grader.sandbox.spawned import SpawnedWorkers
from grader.sandbox.transport import Transport

SLUG = "learned"
SEED = 7
SECONDS = 30.0
WAYS = ("loopback", "forked", "spawned")

Learner = Callable[..., Submission]

servers = pytest.StashKey[ForkServer]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the fork server before any test runs a backward, if one will need it."""
    if session.config.option.collectonly:
        return
    if any(
        "[forked" in item.name and "learner" in getattr(item, "fixturenames", ()) for item in session.items
    ):
        torch.set_num_threads(1)
        server = ForkServer()
        session.config.stash[servers] = server
        session.config.add_cleanup(server.close)


@pytest.fixture(scope="session")
def spawned() -> Iterator[SpawnedWorkers]:
    """Spawned workers; all tests here are of one task, so they share an interpreter."""
    workers = SpawnedWorkers()
    yield workers
    workers.close()


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """The name of a transport."""
    name: str = request.param
    return name


@pytest.fixture
def transport(way: str, request: pytest.FixtureRequest) -> Iterator[Transport]:
    """A fresh worker."""
    if way == "loopback":
        worker: Transport = Loopback()
    elif way == "forked":
        worker = request.config.stash[servers].worker(SECONDS)
    else:
        worker = request.getfixturevalue("spawned").worker(SECONDS, "task::test")
    with contextlib.closing(worker):
        yield worker


@pytest.fixture
def learner(transport: Transport) -> Learner:
    """Load a learner's source into the worker and return it as a suite sees it."""

    def load(source: str, **signatures: tuple[str, ...]) -> Submission:
        session = Session(transport, signatures)
        text = "import torch\n" + textwrap.dedent(source)
        session.load(SLUG, {SLUG: text}, {SLUG: session.compile(SLUG, text)}, SEED)
        return Submission(session)

    return load
