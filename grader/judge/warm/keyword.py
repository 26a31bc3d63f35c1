"""The tests that a keyword asks for, of those that an open session has collected without one."""

from __future__ import annotations

from _pytest.mark import KeywordMatcher
from _pytest.mark.expression import Expression

from grader.judge.shard import Collected


def chosen(collected: Collected, keyword: str) -> Collected:
    """Leave out what pytest's -k would leave out; the bench is told which tasks are no longer whole."""
    if not keyword:
        return collected
    asked = Expression.compile(keyword)
    left = {
        task: [item for item in items if asked.evaluate(KeywordMatcher.from_item(item))]
        for task, items in collected.by_task.items()
    }
    collected.bench.partial |= {
        task for task, items in left.items() if len(items) < len(collected.by_task[task])
    }
    return Collected(collected.bench, left)
