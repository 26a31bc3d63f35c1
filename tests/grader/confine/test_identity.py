"""Who a worker is, and when it dies."""

from __future__ import annotations

import os
import signal
import time

import pytest

from grader.worker.confine import identity, prepare
from grader.worker.confine.child import in_child
from grader.worker.confine.policy import Policy

EVERY_CAPABILITY = 41


def test_it_is_not_root_and_in_no_group_of_root(confined):
    assert confined(lambda: 0 in {*os.getresuid(), *os.getresgid(), *os.getgroups()}) == "returned False"


@pytest.mark.parametrize("change", [os.setuid, os.setgid, os.seteuid, lambda user: os.setresuid(user, user, user)])
def test_it_cannot_become_another(confined, change):
    assert confined(lambda: change(0)) == "EPERM"


def test_its_folder_belongs_to_it(confined):
    assert confined(lambda: os.stat(".").st_uid == os.getuid()) == "returned True"


def test_servers_that_run_at_once_have_users_of_their_own(scratch, monkeypatch):
    from grader.worker.confine import default_policy

    monkeypatch.setattr(os, "getpid", lambda: 100)
    first = default_policy(scratch).user
    monkeypatch.setattr(os, "getpid", lambda: 101)
    assert default_policy(scratch).user != first


def test_it_dies_with_its_server(prepared):
    reading, writing = os.pipe()

    def server(keep):
        worker = os.fork()
        if worker == 0:
            prepared_here = prepare(prepared.policy) if False else prepared
            prepared_here.apply((writing,))
            time.sleep(60)
        return "gone"

    started = time.monotonic()
    assert in_child(server) == "gone"
    os.close(writing)
    assert os.read(reading, 1) == b""  # the last holder of the other end is dead
    os.close(reading)
    assert time.monotonic() - started < 30
    prepared.sweep()
