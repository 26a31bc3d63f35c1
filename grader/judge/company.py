"""Failures beside other tests: which of them are tried alone, and when.

A worker that has served other tests may have been spoilt by them, so no failure in it counts by itself. The first of a
task is tried alone at once. If that gives the same, the others wait: a known mistake that does the same on every test
is proof enough, and only without one are they tried alone, as a worker for each costs more than the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from grader.course import Task
from grader.judge.bench import Bench
from grader.judge.diagnosis import Named
from grader.judge.evidence import is_telling, same_outcome
from grader.judge.outcome import Outcome
from grader.judge.settle import settle
from grader.report import Verdict
from grader.sandbox.errors import GivenUp

MOST_TIMEOUTS = 2  # of one task; the rest of its tests are then not tried
# One is too dear to try again at once, the other is the same in any company.
NOT_TRIED_AGAIN = (Verdict.PASS, Verdict.TIMEOUT, Verdict.NOT_ATTEMPTED)

Find = Callable[[Mapping[str, Outcome]], Named | None]


class Company:
    """The tests of one task, played beside each other; `outcomes` has what became of each, by its name."""

    def __init__(self, bench: Bench, task: Task) -> None:
        """Start with none played."""
        self._bench, self._task = bench, task
        self.outcomes: dict[str, Outcome] = {}
        self._fails_alone = self._misled = False

    def play(self, item: pytest.Item) -> None:
        """Play a test; a failure beside others that may not wait is tried alone."""
        outcome = self._given_up() or self._bench.run(item)
        if not outcome.in_company:
            outcome = self._settled(item, outcome)
            self._fails_alone |= is_telling(outcome)
        self.outcomes[item.name] = outcome
        if outcome.in_company and outcome.verdict not in NOT_TRIED_AGAIN and not self._may_wait(outcome):
            self._try_alone([item])

    def try_late_ones_alone(self, items: Sequence[pytest.Item]) -> None:
        """Try what ran out of time beside others by itself, unless the task has used up its time anyway.

        It comes last, as code that never ends costs its whole time again.
        """
        late = [item for item in items if self.outcomes[item.name].verdict is Verdict.TIMEOUT]
        if len(late) < MOST_TIMEOUTS:
            self._try_alone(late)

    def name(self, items: Sequence[pytest.Item], find: Find) -> Named | None:
        """Return the mistake that explains all outcomes; without one the failures that wait are tried alone first."""
        mistake = find(self.outcomes)
        if mistake is not None:
            return mistake
        waiting = [item for item in items if is_telling(self.outcomes[item.name])]
        return find(self.outcomes) if self._try_alone(waiting) else None

    def _may_wait(self, outcome: Outcome) -> bool:
        return is_telling(outcome) and self._fails_alone and not self._misled

    def _try_alone(self, items: Sequence[pytest.Item]) -> bool:
        """Try what failed in company by itself; return whether anything came out otherwise."""
        changed = False
        for item in items:
            beside = self.outcomes[item.name]
            if beside.in_company:
                alone = self._settled(item, self._bench.run_alone(item))
                same = same_outcome(alone, beside)
                changed |= not same
                self._fails_alone |= same and is_telling(alone)
                self.outcomes[item.name] = replace(alone, in_company=False)
        self._misled |= changed
        return changed

    def _settled(self, item: pytest.Item, outcome: Outcome) -> Outcome:
        return settle(self._bench, self._task, item, outcome)

    def _given_up(self) -> Outcome | None:
        """Return the outcome of a test that is not tried, as enough others of its task have used up their time."""
        late = sum(outcome.verdict is Verdict.TIMEOUT for outcome in self.outcomes.values())
        if late < MOST_TIMEOUTS:
            return None
        reason = f"{MOST_TIMEOUTS} tests of this task had run out of time before"
        return Outcome(Verdict.TIMEOUT, GivenUp(reason))
