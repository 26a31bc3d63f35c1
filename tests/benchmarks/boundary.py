"""What the boundary between judge and worker costs: `python tests/benchmarks/boundary.py [--pairs N] [--task ID]`.

Prints what confinement adds to a forked process, in CPU seconds of that process and by the clock; seconds per call in
this process and across the boundary; and the whole grading of the reference as pairs of runs: `strict` against the
same forked workers without confinement, and against `none`. Quote ratios and differences, which come from one run:
absolute times are those of one machine on one day.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch  # noqa: E402  the number of threads is read at import

from grader.course import load_course  # noqa: E402
from grader.process.prepare import prepare_torch  # noqa: E402
from grader.proxy.session import Session  # noqa: E402
from grader.proxy.submission import Submission  # noqa: E402
from grader.sandbox.forked import ForkServer  # noqa: E402
from grader.sandbox.loopback import Loopback  # noqa: E402
from grader.sandbox.transport import Transport  # noqa: E402
from grader.worker import server  # noqa: E402
from grader.worker.confine import Prepared, scratch  # noqa: E402

SOURCE = "import torch\n\ndef softmax(x, dim):\n    return torch.softmax(x, dim)\n"
CALLS = 300
FORKS = 200
UNCONFINED = """
import sys
from grader.cli import main
from grader.worker import server
from grader.worker.confine import Prepared, scratch

server.prepare = lambda policy, dedicated: Prepared(policy, (scratch.OWN_FOLDER,))
sys.exit(main())
"""
WAYS = {  # how the interpreter is started, and the sandbox
    "strict": (["-m", "grader"], "strict"),
    "unconfined": (["-c", UNCONFINED], "auto"),
    "none": (["-m", "grader"], "none"),
}
PREPARED = """
import gc, os, statistics, sys, tempfile
from pathlib import Path
os.environ["OMP_NUM_THREADS"], forks = "1", int(sys.argv[1])
import torch
from grader.worker.confine import DEFAULT_LIMITS, default_policy, prepare, scratch
from grader.worker.warm_up import warm_up

def seconds(confined):
    child = os.fork()
    if child == 0:
        if confined:
            prepared.apply((1, 2))
        os._exit(0)
    _, _, used = os.wait4(child, 0)
    prepared.sweep()
    return used.ru_utime + used.ru_stime

with tempfile.TemporaryDirectory() as name:
    os.chmod(name, 0o711)
    scratch.mount(Path(name), DEFAULT_LIMITS)
    prepared = prepare(default_policy(Path(name)), dedicated=True)
    warm_up()
    gc.collect()
    gc.freeze()
    pairs = [(seconds(True), seconds(False)) for _ in range(forks)]
    scratch.unmount(Path(name))
confined, plain = (1e3 * statistics.median(row) for row in zip(*pairs))
added = 1e3 * statistics.median(one - other for one, other in pairs)
print(f"CPU of a forked process  confined {confined:6.2f} ms   unconfined {plain:6.2f} ms   "
      f"confinement adds {added:.2f} ms, the median of {len(pairs)} pairs; missing: {prepared.missing or 'nothing'}")
"""


def median_of(action: Callable[[], object], times: int) -> float:
    """Return the median of the seconds that `action` takes."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def open_session(transport: Transport) -> Session:
    """Let a worker execute the example."""
    session = Session(transport, {})
    session.load("example", {"example": SOURCE}, {"example": session.compile("example", SOURCE)}, 0)
    return session


def report_calls(name: str, transport: Transport) -> None:
    """Print the seconds of one call and of one call with its backward pass."""
    submission = Submission(open_session(transport))
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    plain = median_of(lambda: submission.softmax(x, 1), CALLS)
    backward = median_of(lambda: submission.softmax(x, 1).square().sum().backward(), CALLS)
    print(f"{name:24} call {1e3 * plain:6.3f} ms   with backward {1e3 * backward:6.3f} ms")


def seconds_to_ready(server: ForkServer) -> float:
    """Return the seconds from asking for a worker to its first answer."""
    started = time.perf_counter()
    Session(server.worker(30.0), {}).seed(0)
    return time.perf_counter() - started


def report_forks(confined: ForkServer, unconfined: ForkServer) -> None:
    """Print the median seconds to a ready worker of both kinds, asked for in turn, and what confinement adds."""
    pairs = [(seconds_to_ready(confined), seconds_to_ready(unconfined)) for _ in range(FORKS)]
    one, other = (1e3 * statistics.median(row) for row in zip(*pairs, strict=True))
    added = 1e3 * statistics.median(mine - theirs for mine, theirs in pairs)
    print(f"clock, fork to ready     confined {one:6.2f} ms   unconfined {other:6.2f} ms   ", end="")
    print(f"confinement adds {added:.2f} ms, the median of {FORKS} pairs")


def grading_seconds(way: str, tasks: list[str]) -> tuple[float, float]:
    """Return the CPU seconds of one grading of the reference, all its processes together, and those by the clock."""
    start, sandbox = WAYS[way]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    chosen = [part for task in tasks for part in ("--task", task)]
    options = ["--sandbox", sandbox, "--seed", "1", "--jobs", "1", *chosen]
    command = [sys.executable, *start, str(load_course().solutions), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def report_grading(other: str, pairs: int, tasks: list[str]) -> None:
    """Print the seconds of gradings under `strict` and another way, in turn, and the ratio pair by pair."""
    ratios = []
    for number in range(pairs):
        ways = ("strict", other) if number % 2 else (other, "strict")  # neither is always the second
        found = {way: grading_seconds(way, tasks) for way in ways}
        (cpu, wall), (plain_cpu, plain_wall) = found["strict"], found[other]
        ratios.append((cpu / plain_cpu, wall / plain_wall))
        print(f"grading  strict {cpu:6.2f} s CPU {wall:6.2f} s clock", end="   ")
        print(f"{other} {plain_cpu:6.2f} s CPU {plain_wall:6.2f} s clock", end="   ")
        print("ratios {:.3f} CPU {:.3f} clock".format(*ratios[-1]), flush=True)
    if ratios:
        medians = [statistics.median(row) for row in zip(*ratios, strict=True)]
        print("median ratios to {}: {:.3f} CPU, {:.3f} clock".format(other, *medians), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=3, help="paired gradings of the reference")
    parser.add_argument("--task", action="append", default=[], help="only these tasks; repeatable")
    parser.add_argument(
        "--against", action="append", choices=("unconfined", "none"), help="pairs with this alone"
    )
    options = parser.parse_args()
    prepare_torch()
    confined = ForkServer()  # before any backward pass in this process
    server.prepare = lambda policy, dedicated: Prepared(policy, (scratch.OWN_FOLDER,))
    open_ = ForkServer()
    subprocess.run([sys.executable, "-c", PREPARED, str(FORKS)], check=True)
    report_forks(confined, open_)
    report_calls("in this process", Loopback())
    report_calls("across the boundary", confined.worker(60.0))
    confined.close()
    open_.close()
    for other in options.against or ("unconfined", "none"):
        report_grading(other, options.pairs, options.task)


if __name__ == "__main__":
    main()
