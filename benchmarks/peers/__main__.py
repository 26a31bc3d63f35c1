"""How fast a class is graded, beside the usual graders, on the same submissions and checks, in one run.

    python benchmarks/peers [--rounds N] [--only NAME] [--count 20] [--marginal 60] [--environments FOLDER]

Four small functions, twelve checks, twenty submissions, two processors. Every contestant runs in each round, once one
submission after the other and once two at a time, so that all meet the same load of the machine; the next round goes
the other way round. The processes of everybody are bound to the same two processors and use one thread each. The time
is that of whole commands, their start included; `marginal` is what a submission more costs, from a second, larger
class. Otter and nbgrader are installed on demand into environments of their own. Before anything is printed, each must
have found the same checks to pass.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from contestants import Bare, Contestant, NbgraderAutograde, OtterRun, Ours, PytestEach, PytestOnce
from course import ROOT, write_package
from environments import NotInstalled, environment, version_of
from measure import Cost, adopt_orphans, cost_of
from submissions import submissions
from tables import print_marginal, print_rounds

AT_ONCE = (1, 2)
MOST_SAID = 3000  # characters of what a contestant printed, shown where it went wrong
ALONE = ("pytest once", "bare work")  # one process, whatever else could run
MARGINAL = ("ours", "pytest once", "bare fork", "bare work")  # the others start anew for each submission


def main() -> None:
    """Measure and print."""
    options = _options()
    _bind()
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="peers-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        everybody = _contestants(options.environments, folder, options.only)
        found: dict[tuple[str, int, int], list[Cost]] = defaultdict(list)
        for number in range(options.rounds):
            plays = [(one, jobs, count) for one in everybody for jobs, count in _plays(one, options)]
            for one, jobs, count in plays if number % 2 == 0 else reversed(plays):
                cost = _play(one, jobs, count, folder)
                found[one.name, jobs, count].append(cost)
                what = f"{one.name}, {jobs} at once, {count} submissions"
                print(f"round {number + 1}: {what}: {cost.wall:.2f} s, CPU {cost.cpu:.2f} s", flush=True)
        print_rounds(found, options.count)
        if options.marginal:
            print_marginal(found, options.count, options.marginal)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only this one; repeatable"
    )
    parser.add_argument(
        "--at-once", action="append", type=int, choices=AT_ONCE, help="only so many at once; repeatable"
    )
    parser.add_argument("--count", type=int, default=20, help="submissions")
    parser.add_argument(
        "--marginal", type=int, default=60, help="submissions of the larger class; 0 for none"
    )
    parser.add_argument("--environments", type=Path, default=ROOT / "build" / "peers")
    return parser.parse_args()


def _bind() -> None:
    """Give this process and all that it starts two processors."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def _contestants(environments: Path, folder: Path, only: list[str]) -> list[Contestant]:
    everybody: list[Contestant] = [
        Ours(write_package(folder / "package")), PytestEach(), PytestOnce(), Bare(fork=True), Bare(fork=False),
    ]  # fmt: skip
    chosen = [one for one in everybody if not only or one.name in only]
    for package, kind in (("otter-grader", OtterRun), ("nbgrader", NbgraderAutograde)):
        if only and kind.name not in only:
            continue
        try:
            programs = environment(environments / package, package, "ipykernel")
        except NotInstalled as problem:
            print(f"{package} could not be installed, and is left out: {problem}", file=sys.stderr)
            continue
        print(f"{package} {version_of(programs, package)}")
        chosen.append(kind(programs))
    return chosen


def _plays(one: Contestant, options: argparse.Namespace) -> list[tuple[int, int]]:
    """Return how many at once, and how many submissions, a contestant is asked for in a round."""
    modes = AT_ONCE[:1] if one.name in ALONE else tuple(options.at_once or AT_ONCE)
    plays = [(jobs, options.count) for jobs in modes]
    if options.marginal and one.name in MARGINAL:
        plays.append((modes[-1], options.marginal))
    return plays


def _play(one: Contestant, at_once: int, count: int, folder: Path) -> Cost:
    work, log = folder / "work", folder / "log"
    one.prepare(work, submissions(count))
    cost = cost_of(one.commands(work, at_once), at_once, log)
    _same_result(one, work, log, count)
    shutil.rmtree(work)
    return cost


_passed: dict[
    int, tuple[str, int]
] = {}  # by the number of submissions: who graded first, and the checks passed


def _same_result(one: Contestant, work: Path, log: Path, count: int) -> None:
    """End everything when a contestant found other checks to pass than the one before it."""
    said = log.read_text(errors="replace")[-MOST_SAID:]
    try:
        found = one.passed(work)
    except (OSError, ValueError, KeyError, SyntaxError, sqlite3.Error) as problem:
        raise SystemExit(f"{one.name} left no result ({problem!r}):\n{said}") from None
    first, passed = _passed.setdefault(count, (one.name, found))
    if found != passed:
        raise SystemExit(f"{one.name} passed {found} checks, {first} {passed}:\n{said}")


if __name__ == "__main__":
    main()
