"""What the boundary between judge and worker costs: `python tests/benchmarks/boundary.py [--pairs N] [--task ID]`.

Prints seconds per call in this process and across the boundary, the time from fork to ready with and without
confinement, and the whole grading of the reference under `auto` against `none`, in CPU seconds of all processes,
as paired runs. Quote the ratios: absolute times are those of one machine on one day.
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
from grader.device import simulated  # noqa: E402
from grader.proxy.session import Session  # noqa: E402
from grader.proxy.submission import Submission  # noqa: E402
from grader.sandbox.forked import ForkServer  # noqa: E402
from grader.sandbox.loopback import Loopback  # noqa: E402
from grader.sandbox.transport import Transport  # noqa: E402

SOURCE = "import torch\n\ndef softmax(x, dim):\n    return torch.softmax(x, dim)\n"
CALLS = 300
FORKS = 40


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
    session.load("example", SOURCE, session.compile("example", SOURCE), 0)
    return session


def report_calls(name: str, transport: Transport) -> None:
    """Print the seconds of one call and of one call with its backward pass."""
    submission = Submission(open_session(transport))
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    plain = median_of(lambda: submission.softmax(x, 1), CALLS)
    backward = median_of(lambda: submission.softmax(x, 1).square().sum().backward(), CALLS)
    print(f"{name:24} call {1e3 * plain:6.3f} ms   with backward {1e3 * backward:6.3f} ms")


def report_forks(name: str, server: ForkServer) -> float:
    """Print and return the median seconds from asking for a worker to its first answer."""
    ready = median_of(lambda: Session(server.worker(30.0), {}).seed(0), FORKS)
    print(f"{name:24} fork to ready {1e3 * ready:6.2f} ms")
    return ready


def grading_seconds(sandbox: str, tasks: list[str]) -> float:
    """Return the CPU seconds of one grading of the reference, all its processes together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    chosen = [part for task in tasks for part in ("--task", task)]
    options = ["--sandbox", sandbox, "--jobs", "1", *chosen]
    command = [sys.executable, "-m", "grader", str(load_course().solutions), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report_grading(pairs: int, tasks: list[str]) -> None:
    """Print the CPU seconds of gradings under `auto` and `none`, in turn, and the ratio pair by pair."""
    ratios = []
    for _ in range(pairs):
        auto, none = grading_seconds("auto", tasks), grading_seconds("none", tasks)
        ratios.append(auto / none)
        print(f"{'grading the reference':24} auto {auto:6.2f} s   none {none:6.2f} s   ratio {ratios[-1]:.2f}")
    if ratios:
        print(f"{'median ratio':24} {statistics.median(ratios):.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3, help="paired gradings of the reference")
    parser.add_argument("--task", action="append", default=[], help="only these tasks; repeatable")
    options = parser.parse_args()
    if simulated.available():
        simulated.register()
    confined, open_ = ForkServer(), ForkServer(confined=False)  # before any backward pass in this process
    ratio = report_forks("confined worker", confined) / report_forks("unconfined worker", open_)
    print(f"{'ratio':24} {ratio:.2f}")
    report_calls("in this process", Loopback())
    report_calls("across the boundary", confined.worker(60.0))
    confined.close()
    open_.close()
    report_grading(options.pairs, options.task)


if __name__ == "__main__":
    main()
