"""What a worker may ask of the kernel."""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import resource
import signal
import socket
import threading

import pytest

from grader.process import kernel
from grader.process.kernel import in_child
from grader.worker.confine.calls import HIGHEST, LIMITED, calls, numbers_on

NUMBERS = numbers_on(platform.machine())
DIE_WITH_PARENT, STEAL_INPUT = 1, 0x5412


def answer(number: int) -> str:
    """The kernel's answer to a call without arguments."""
    try:
        return f"returned {kernel.call(number, 0, 0, 0, 0, 0, 0)}"
    except OSError as refusal:
        return errno.errorcode[refusal.errno]


def test_every_refused_call_is_answered_with_eperm(confined):
    names = [name for name in calls("refused") if name in NUMBERS]
    assert len(names) > 100
    wrong = confined(lambda: [name for name in names if answer(NUMBERS[name]) != "EPERM"])
    assert wrong == "returned []"


def test_a_call_with_hidden_arguments_is_unknown_so_that_the_c_library_falls_back(confined):
    assert confined(lambda: {answer(NUMBERS[name]) for name in calls("unknown")}) == "returned {'ENOSYS'}"


def test_a_call_that_is_newer_than_the_policy_is_unknown(confined):
    assert confined(lambda: {answer(HIGHEST + more) for more in (1, 2, 100)}) == "returned {'ENOSYS'}"


def test_a_call_of_the_x32_kind_is_refused(confined):
    assert confined(lambda: answer(0x40000000 + NUMBERS["openat"])) == "returned 'EPERM'"


def test_threads_start(confined):
    def work():
        found = []
        thread = threading.Thread(target=lambda: found.append(1))
        thread.start()
        thread.join()
        return found

    assert confined(work) == "returned [1]"


@pytest.mark.parametrize(
    "start", [os.fork, lambda: os.posix_spawn("/bin/true", ["true"], {}), lambda: os.system("true")]
)
def test_processes_do_not_start(confined, start):
    assert confined(start) in {"EPERM", "returned -1", f"returned {0x7F00}", "returned 32512"}


@pytest.mark.parametrize("target", [os.getppid, lambda: 0, lambda: -1, lambda: 1, lambda: -os.getpid()])
def test_signals_to_others_are_refused(confined, target):
    assert confined(lambda: os.kill(target(), 0)) == "EPERM"


def test_a_signal_to_itself_arrives(confined):
    def work():
        heard = []
        signal.signal(signal.SIGUSR1, lambda number, frame: heard.append(number))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR1)
        return len(heard)

    assert confined(work) == "returned 2"


def test_abort_kills_it(prepared):
    child = os.fork()
    if child == 0:
        prepared.apply()
        os.abort()
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGABRT
    prepared.sweep()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK])
def test_no_socket_is_opened(confined, family):
    assert confined(lambda: socket.socket(family)) == "EPERM"


def test_the_connection_it_was_given_still_works(prepared):
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def work(keep):
            connection = theirs.fileno()
            prepared.apply((*keep, connection))
            again = socket.socket(fileno=connection)
            again.settimeout(5)
            again.sendall(again.recv(5)[::-1])
            again.detach()
            return "done"

        ours.sendall(b"hello")
        assert in_child(work) == "done"
        assert ours.recv(5) == b"olleh"
    prepared.sweep()


def test_its_limits_can_be_read_and_not_changed(confined):
    assert confined(lambda: resource.getrlimit(resource.RLIMIT_CORE)) == "returned (0, 0)"
    assert confined(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))) in {"EPERM", "ValueError"}
    assert confined(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE)) in {
        "EPERM",
        "PermissionError",
    }


def test_it_cannot_ask_to_outlive_its_server(confined):
    assert confined(lambda: kernel.control(DIE_WITH_PARENT, 0)) == "EPERM"


def test_it_may_name_its_threads(confined):
    assert confined(lambda: kernel.control(15, 0)) in {"EFAULT", "returned 0"}


def test_it_cannot_type_into_a_terminal(confined):
    assert confined(lambda: fcntl.ioctl(0, STEAL_INPUT, b"x")) == "EPERM"


def test_it_can_ask_whether_a_file_is_a_terminal(confined):
    assert confined(lambda: os.isatty(os.open("/dev/null", os.O_RDONLY))) == "returned False"


def test_the_kernel_sends_no_signal_for_it(confined):
    assert confined(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, 1)) == "EPERM"
    assert confined(lambda: fcntl.fcntl(0, fcntl.F_GETFD)) == "returned 0"


def test_calls_that_are_checked_are_those_with_a_rule_and_no_others():
    assert sorted(calls("limited")) == sorted(name for rule in LIMITED for name in rule.names)


def test_every_call_has_a_number_on_the_first_architecture_and_stands_once():
    named = [name for answer in ("refused", "unknown", "limited") for name in calls(answer)]
    assert sorted(named) == sorted(numbers_on("x86_64"))
    assert set(numbers_on("aarch64")) < set(named)


def test_every_rule_states_its_reason():
    assert all(rule.reason and rule.names for rule in LIMITED)


def test_the_file_of_its_own_memory_is_closed(confined):
    assert confined(lambda: os.open("/proc/self/mem", os.O_RDONLY)) == "EACCES"
