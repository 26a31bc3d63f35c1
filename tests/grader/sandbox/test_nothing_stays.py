"""No process, socket or folder stays after any ending of a judge."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

JUDGE = """
import os, signal, sys
import torch
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.forked import ForkServer
from grader.sandbox.spawned import SpawnedWorkers
from grader.sandbox.transport import WorkerGone

signal.signal(signal.SIGINT, signal.default_int_handler)  # where these tests run, it may be ignored
workers = ForkServer() if sys.argv[1] == "forked" else SpawnedWorkers()
session = Session(workers.worker(20.0, "task::test"), {})
source = '''
import os, time
def process():
    open("left behind", "w").close()
    os.makedirs("a/b/c")
    return os.getpid()
def sleep():
    time.sleep(1000)
def exits():
    os._exit(1)
'''
session.load("learned", {"learned": source}, {"learned": session.compile("learned", source)}, 1)
submission = Submission(session)
print(submission.process(), getattr(workers, "pid", 0), workers.root, len(os.listdir("/proc/self/fd")), flush=True)
ending = sys.argv[2]
if ending == "closed":
    session.transport.close(); workers.close()
elif ending == "closed after a death":
    try: submission.exits()
    except WorkerGone: pass
    workers.close()
elif ending == "exception":
    try: raise RuntimeError
    finally: workers.close()
elif ending == "killed while waiting":
    submission.sleep()
elif ending == "killed":
    signal.pause()
"""
ENDINGS = ("closed after a death", "exception", "killed", "killed while waiting", "interrupted")
OF_SPAWNED = ("closed", "killed while waiting")
SOON = 60.0  # on a busy machine; nothing waits that long where all is well


def gone(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return status == "Z"


@pytest.mark.parametrize(
    ("way", "ending"),
    [*(("forked", ending) for ending in ENDINGS), *(("spawned", ending) for ending in OF_SPAWNED)],
)
def test_nothing_stays(way: str, ending: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TMPDIR": str(tmp_path),
        "OMP_NUM_THREADS": "1",
    }
    os.chmod(tmp_path, 0o755)
    play = "killed while waiting" if ending == "interrupted" else ending
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGE, way, play],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    assert judge.stdout is not None
    worker, server, root, _ = judge.stdout.readline().split()
    if ending.startswith("killed"):
        time.sleep(0.1)
        judge.kill()
    elif ending == "interrupted":
        time.sleep(0.1)
        judge.send_signal(signal.SIGINT)
    judge.wait(SOON)
    judge.stdout.close()
    processes = [int(number) for number in (worker, server) if number != "0"]
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline and not all(map(gone, processes)):
        time.sleep(0.02)
    assert all(map(gone, processes))
    while time.monotonic() < deadline and os.path.exists(root):
        time.sleep(0.02)
    assert not os.path.exists(root) and not list(tmp_path.iterdir())


def test_a_server_ends_while_a_later_one_lives():
    """Two servers of one judge hold nothing of each other: the first can be closed first."""
    program = (
        "import torch\n"
        "from grader.sandbox.forked import ForkServer\n"
        "first, second = ForkServer(), ForkServer()\n"
        "first.close()\n"
        "second.close()\n"
        "print('closed')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "closed\n", done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="there is no fork server")
def test_nothing_stays_of_a_server_whose_judge_is_killed_before_it_is_ready(tmp_path: Path) -> None:
    program = (
        "import os, signal, torch\n"
        "from grader.sandbox.forked import ForkServer\n"
        "ForkServer._receive = lambda self: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ForkServer()\n"
    )
    os.chmod(tmp_path, 0o755)
    environment = {**os.environ, "TMPDIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    killed = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline and list(tmp_path.iterdir()):
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []
