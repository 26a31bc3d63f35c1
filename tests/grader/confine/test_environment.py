"""What a worker inherits."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from grader.process.kernel import in_child
from grader.worker.confine import environment

# A process of its own: its environment is put on the stack by the kernel, as a judge's is.
PROGRAM = """
import ctypes, os, pathlib, sys, tempfile
from grader.worker.confine import default_policy, environment, prepare
from grader.process.kernel import in_child

os.environ["LATE"] = os.environ["TOKEN"] + "-late"
os.environ["REMOVED"] = "x"
del os.environ["ONCE"]
blocks = environment.blocks()
folder = tempfile.mkdtemp()
ready = prepare(default_policy(pathlib.Path(folder)), dedicated=sys.argv[2] == "dedicated")

def seen(keep):
    ready.apply(keep)
    stack = b"".join(ctypes.string_at(address, length) for address, length in blocks)
    get = ctypes.CDLL(None).getenv
    get.restype = ctypes.c_char_p
    left = stack.strip(b"\\0"), get(b"TOKEN"), get(b"LATE")
    return repr((len(stack) > 100, *left, sorted(os.environ), sys.argv))

print(in_child(seen))
ready.sweep()
os.rmdir(folder)
"""
LEFT = ["HOME", "LANG", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TMPDIR"]


@pytest.mark.parametrize("server", ["shared", "dedicated"])
def test_no_byte_of_the_judges_variables_and_arguments_is_left_where_the_kernel_put_them(server):
    variables = {
        "TOKEN": "a-secret",
        "ONCE": "another",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PATH": "/usr/bin",
    }
    command = [sys.executable, "-c", PROGRAM, "argument-of-the-judge", server]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == repr((True, b"", None, None, LEFT, ["worker"]))


def test_the_bytes_of_a_variable_that_python_holds_are_overwritten(prepared, monkeypatch):
    monkeypatch.setenv("TOKEN", "the-secret-of-the-judge")
    held = os.environb[b"TOKEN"]

    def work(keep):
        prepared.apply(keep)
        return str(held.strip(b"\0"))

    assert in_child(work) == "b''"
    assert held == b"the-secret-of-the-judge"
    prepared.sweep()


def test_preparing_leaves_the_environment_of_the_judge_as_it_was(monkeypatch, prepared):
    monkeypatch.setenv("TOKEN", "still-here")
    assert os.environ["TOKEN"] == "still-here"
    assert ctypes.string_at(*environment.blocks()[-1]).strip(b"\0")


def test_variables_that_a_library_needs_are_passed_on(monkeypatch, confined):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert confined(lambda: os.environ["CUDA_VISIBLE_DEVICES"]) == "returned '1'"


def test_open_files_of_the_judge_are_closed(confined):
    with open(__file__) as file:
        assert confined(lambda: os.fstat(file.fileno())) == "EBADF"


def test_only_the_standard_streams_and_what_is_kept_stay_open(prepared):
    def work(keep):
        prepared.apply(keep)
        return str([number for number in range(1000) if number not in keep and _is_open(number)])

    assert in_child(work) == "[0, 1, 2]"
    prepared.sweep()


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def test_standard_streams_that_are_not_kept_lead_nowhere(confined):
    nowhere = os.stat(os.devnull).st_rdev
    assert confined(lambda: {os.fstat(stream).st_rdev for stream in (0, 1, 2)}) == f"returned {{{nowhere}}}"


def test_temporary_files_go_to_its_own_folder(confined):
    import tempfile

    assert confined(lambda: tempfile.gettempdir() == os.getcwd()) == "returned True"
