"""Who a worker is, and when it dies."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

import pytest

from grader.process import kernel
from grader.process.kernel import in_child
from grader.worker.confine import Policy, default_policy, identity, prepare

GET_DUMPABLE = 3
SEARCH_FOLDERS = 1 << 2


def test_it_is_not_root_and_in_no_group_of_root(confined):
    assert confined(lambda: 0 in {*os.getresuid(), *os.getresgid(), *os.getgroups()}) == "returned False"


@pytest.mark.parametrize(
    "change", [os.setuid, os.setgid, os.seteuid, lambda user: os.setresuid(user, user, user)]
)
def test_it_cannot_become_another(confined, change):
    assert confined(lambda: change(0)) == "EPERM"


def test_its_folder_belongs_to_it(confined):
    assert confined(lambda: os.stat(".").st_uid == os.getuid()) == "returned True"


def test_servers_that_run_at_once_have_users_of_their_own(scratch, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: 100)
    first = default_policy(scratch).user
    monkeypatch.setattr(os, "getpid", lambda: 101)
    assert default_policy(scratch).user != first


def test_it_dies_with_its_server(scratch):
    reading, writing = os.pipe()

    def server(keep):
        ready, (heard, tell) = prepare(default_policy(scratch)), os.pipe()
        if os.fork() == 0:
            ready.apply((writing, tell))
            os.write(tell, b"confined")
            time.sleep(60)
        return os.read(heard, 8).decode()

    assert in_child(server) == "confined"
    os.close(writing)
    assert select.select([reading], [], [], 30)[0]
    assert os.read(reading, 1) == b""  # whoever held the other end is dead
    os.close(reading)


def test_it_does_not_begin_when_its_server_is_dead_already(prepared):
    def neither_server_nor_worker(keep):
        child = os.fork()
        if child == 0:
            prepared.apply()
            os._exit(0)
        return str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    assert in_child(neither_server_nor_worker) == "1"
    prepared.sweep()


def test_others_of_the_same_user_cannot_look_into_it(confined):
    assert confined(lambda: kernel.control(GET_DUMPABLE)) == "returned 0"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
class TestStartedByRoot:
    """What is special when root grades."""

    def test_the_folder_of_all_workers_is_given_to_their_user(self, prepared):
        status = prepared.policy.scratch.stat()
        assert (status.st_uid, status.st_mode & 0o777) == (prepared.policy.user, 0o700)

    def test_a_user_who_can_read_everything_gets_no_capability(self, scratch):
        policy = Policy(scratch, readable=(Path("/usr/lib"),))
        assert identity.prepare(policy, files_are_closed=True).capabilities == 0

    def test_where_folders_are_private_it_may_search_them_if_files_are_closed(self, scratch, tmp_path):
        os.chmod(tmp_path, 0o700)
        (tmp_path / "library").mkdir()
        policy = Policy(scratch, readable=(tmp_path / "library",))
        assert identity.prepare(policy, files_are_closed=True).capabilities == SEARCH_FOLDERS

    def test_where_folders_are_private_and_files_open_the_layer_is_missing(self, scratch, tmp_path):
        os.chmod(tmp_path, 0o700)
        policy = Policy(scratch, readable=(tmp_path,))
        chosen = identity.prepare(policy, files_are_closed=False)
        assert (chosen.user, chosen.names) == (None, ())

    def test_where_the_user_cannot_be_changed_the_layer_is_missing(self, scratch, monkeypatch):
        def refuse(*arguments):
            raise PermissionError

        monkeypatch.setattr(os, "setresuid", refuse)
        chosen = identity.prepare(Policy(scratch, readable=()), files_are_closed=True)
        assert (chosen.user, chosen.names) == (None, ())
