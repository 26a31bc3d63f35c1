"""Workers of both kinds, and the judge's conversation with them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.forked import ForkServer
from grader.sandbox.spawned import SpawnedWorkers

Opened = Callable[..., Submission]

servers = pytest.StashKey[ForkServer]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the fork server before any test runs a backward, if one will need it."""
    if session.config.option.collectonly:
        return
    calls = (getattr(item, "callspec", None) for item in session.items)
    if any(call and call.params.get("workers") == "forked" for call in calls):
        torch.set_num_threads(1)
        server = ForkServer()
        session.config.stash[servers] = server
        session.config.add_cleanup(server.close)


@pytest.fixture(scope="session")
def spawned() -> Iterator[SpawnedWorkers]:
    """Spawned workers."""
    workers = SpawnedWorkers()
    yield workers
    workers.close()


@pytest.fixture(params=["forked", pytest.param("spawned", marks=pytest.mark.rest)])
def workers(request: pytest.FixtureRequest) -> Any:
    """Where workers come from."""
    return request.config.stash[servers] if request.param == "forked" else request.getfixturevalue("spawned")


@pytest.fixture
def opened(workers: Any) -> Opened:
    """Load a source into a worker that has some seconds, in a room of its own unless one is named."""

    def load(source: str, seconds: float = 30.0, room: str = "task::test") -> Submission:
        session = Session(workers.worker(seconds, room), {})
        text = "import torch\n" + textwrap.dedent(source)
        session.load("learned", {"learned": text}, {"learned": session.compile("learned", text)}, 1)
        return Submission(session)

    return load
