"""A worker beside the submission's, which has met no submission."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
import torch

from grader.proxy.submission import Submission

Opened = Callable[..., Submission]

PATIENCE = 10.0
PATCHES = """
    import os
    import sys

    torch.sum = lambda *args, **kwargs: "patched"
    sys.modules["math"] = None

    def process():
        return os.getpid()

    def there(path):
        return os.path.exists(path)
"""

SPAWNED = pytest.mark.parametrize("workers", ["spawned"], indirect=True)


def total(x):
    import math

    return torch.sum(x), math.floor(2.5)


def remembered(x):
    return torch.nn.Parameter(x)


def whereabouts():
    import os
    import sys

    return os.getpid(), os.getcwd(), "learned" in sys.modules


def test_patches_do_not_reach_it(workers, opened: Opened) -> None:
    submission = opened(PATCHES)
    submission._session.open_apart = lambda: workers.worker(30.0, "apart")
    found, floor = submission.apart(total, torch.ones(3))
    assert (found.item(), floor) == (3.0, 2)


def test_it_is_another_process_in_another_folder_and_ends(workers, opened: Opened) -> None:
    submission = opened(PATCHES)
    submission._session.open_apart = lambda: workers.worker(30.0, "apart")
    own = submission.process()
    pid, folder, has_met = submission.apart(whereabouts)
    assert (pid == own, folder == submission.scratch, has_met) == (False, False, False)
    assert submission.process() == own  # the submission's worker goes on
    there = submission.there
    if workers.kind == "spawned":  # an interpreter costs a second: it serves again, and ends with that worker
        assert submission.apart(whereabouts)[0] == pid
        there = opened(PATCHES, room="another").there
    end = time.monotonic() + PATIENCE
    while there(folder):  # its server ends it while the judge goes on
        assert time.monotonic() < end
    assert not os.path.exists(folder)


@SPAWNED
def test_conversations_with_one_worker_have_nothing_of_each_other(workers, opened: Opened) -> None:
    """What stands for a tensor of one is not taken for another's."""
    submission = opened(PATCHES)
    submission._session.open_apart = lambda: workers.worker(30.0, "apart")
    for number in range(3):
        x = torch.full((2,), float(number), requires_grad=True)
        assert submission.apart(remembered, x).tolist() == [number, number]


@SPAWNED
def test_worker_of_a_test_alone_has_another_beside_it(workers, opened: Opened) -> None:
    found = []
    for room in ("a::0", "a::1"):
        submission = opened(PATCHES, room=room)
        submission._session.open_apart = lambda: workers.worker(30.0, "apart")
        found.append(submission.apart(whereabouts)[0])
    assert found[0] != found[1]
