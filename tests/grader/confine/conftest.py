"""A confined child to try things in."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from grader.process.kernel import in_child
from grader.worker.confine import Limits, Policy, Prepared, default_policy, prepare
from grader.worker.confine.identity import become

Play = Callable[[Callable[[], object]], str | None]

ORDINARY_USER = 1000
SEARCH_FOLDERS = 1 << 2  # the test's interpreter may lie in a private folder of root


def outcome(task: Callable[[], object]) -> str:
    """`returned ...`, or the name of what was raised."""
    try:
        return f"returned {task()!r}"
    except OSError as refusal:
        return errno.errorcode.get(refusal.errno or 0, type(refusal).__name__)
    except Exception as refusal:
        return type(refusal).__name__


def play(prepared: Prepared, task: Callable[[], object]) -> str | None:
    """What comes of a task in a child confined by `prepared`; None if the child died."""

    def confined(keep: tuple[int, ...]) -> str:
        assert prepared.apply(keep) == prepared.layers
        return outcome(task)

    answer = in_child(confined)
    prepared.sweep()
    return answer


def confine_and_play(policy: Policy, task: Callable[[], object]) -> str | None:
    """The same under a policy that is prepared for this one task."""
    with closing(prepare(policy)) as prepared:
        return play(prepared, task)


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder for workers, below one that any user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        Path(folder, "scratch").mkdir()
        yield Path(folder, "scratch")


@pytest.fixture
def prepared(scratch: Path) -> Iterator[Prepared]:
    """The default policy, ready to be applied."""
    with closing(prepare(default_policy(scratch))) as ready:
        yield ready


@pytest.fixture
def started(prepared: Prepared) -> Play:
    """Play a task in a confined child, started by whoever runs the tests."""
    return partial(play, prepared)


@pytest.fixture
def limited(scratch: Path) -> Callable[..., Play]:
    """Confinement with other limits."""
    return lambda **limits: partial(confine_and_play, default_policy(scratch, Limits(**limits)))


@pytest.fixture
def under() -> Callable[[Policy], Play]:
    """Confinement under another policy."""
    return lambda policy: partial(confine_and_play, policy)


@pytest.fixture(params=["as started", "as an ordinary user"])
def confined(request: pytest.FixtureRequest, scratch: Path) -> Play:
    """Play a task in a confined child, both when root starts the judge and when anybody else does."""
    policy = default_policy(scratch)
    if request.param == "as started" or os.geteuid() != 0:
        return partial(confine_and_play, policy)
    os.chown(scratch, ORDINARY_USER, ORDINARY_USER)

    def as_ordinary_user(task: Callable[[], object]) -> str | None:
        def started_by_them(keep: tuple[int, ...]) -> str:
            become(ORDINARY_USER, SEARCH_FOLDERS)
            return confine_and_play(policy, task) or "died"

        return in_child(started_by_them)

    return as_ordinary_user
