"""What is prepared, and how a system that lacks something is met."""

from __future__ import annotations

import os
import platform
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest

from grader.process import kernel
from grader.process.kernel import in_child
from grader.worker.confine import LAYERS, default_policy, landlock, prepare


def missing_under(policy) -> tuple[str, ...]:
    """The layers that are missing once a policy is prepared."""
    with closing(prepare(policy)) as prepared:
        return prepared.missing


def test_layers_and_missing_are_all_there_are(prepared):
    assert set(prepared.layers) | set(prepared.missing) == set(LAYERS)
    assert not set(prepared.layers) & set(prepared.missing)


def test_linux_has_every_layer(prepared):
    assert prepared.missing == ()


def test_a_worker_reports_the_layers_that_were_promised(prepared):
    assert in_child(lambda keep: ",".join(prepared.apply(keep))) == ",".join(LAYERS)
    prepared.sweep()


def test_preparing_confines_nobody(scratch):
    prepare(default_policy(scratch)).close()
    assert os.listdir("/")
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_preparing_leaves_no_descriptor_open_once_closed(scratch):
    before = os.listdir("/proc/self/fd")
    prepare(default_policy(scratch)).close()
    assert os.listdir("/proc/self/fd") == before


def test_without_landlock_files_are_missing_and_the_rest_holds(scratch, monkeypatch):
    monkeypatch.setattr(landlock, "version", lambda: 0)
    missing = set(missing_under(default_policy(scratch)))
    assert "files" in missing
    assert missing <= {"files", "identity", "threads"}  # the latter two where the interpreter is root's alone


@pytest.mark.parametrize("version", range(1, 8))
def test_every_version_of_landlock_is_used(scratch, monkeypatch, version):
    monkeypatch.setattr(landlock, "version", lambda: version)
    assert missing_under(default_policy(scratch)) == ()


def test_on_an_unknown_processor_system_calls_are_missing_and_the_rest_holds(scratch, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert missing_under(default_policy(scratch)) == ("network", "processes", "system calls")


def test_a_layer_that_the_kernel_refuses_when_it_is_applied_is_missing(scratch, monkeypatch):
    def refuse(number, *arguments):
        if number == 446:
            raise PermissionError
        return real(number, *arguments)

    real = kernel.call
    monkeypatch.setattr(kernel, "call", refuse)
    assert missing_under(default_policy(scratch)) == ("files",)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_on_other_systems_layers_are_missing_without_an_error(scratch, monkeypatch, system):
    monkeypatch.setattr(sys, "platform", system)
    lost = {"files", "network", "processes", "system calls", "identity", "memory"}
    assert lost <= set(missing_under(default_policy(scratch)))


def test_a_server_with_more_open_files_than_a_worker_may_have_is_no_problem(scratch):
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(300)]
    assert missing_under(default_policy(scratch)) == ()
    for file in files:
        os.close(file)


def test_a_child_that_dies_or_takes_too_long_has_no_answer():
    assert in_child(lambda keep: str(os.kill(os.getpid(), signal.SIGKILL))) is None
    assert in_child(lambda keep: [].pop()) is None
    assert in_child(lambda keep: "late" if os.read(os.pipe()[0], 1) else "", seconds=0.2) is None
    assert in_child(lambda keep: "") == ""


def test_a_child_is_never_left_behind():
    before = _children()
    in_child(lambda keep: "done")
    assert _children() == before
    assert kernel.can_fork()


def _children() -> set[str]:
    """The children of this process; other tests may keep a server."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
