"""The keys of all texts: what a translation names a text by."""

from __future__ import annotations

import re


def topic_title(slug: str) -> str:
    """`topic.losses.title`."""
    return f"topic.{slug}.title"


def title(task_id: str) -> str:
    """`task.losses.softmax.title`."""
    return f"task.{task_id}.title"


def hint(task_id: str, number: int) -> str:
    """`task.losses.softmax.hint.1`."""
    return f"task.{task_id}.hint.{number}"


def differs(task_id: str) -> str:
    """`task.losses.softmax.differs`."""
    return f"task.{task_id}.differs"


def mistake(task_id: str, variant: str) -> str:
    """`task.losses.softmax.mistake.softmax_over_batch`."""
    return f"task.{task_id}.mistake.{variant}"


def advice(task_id: str, variant: str) -> str:
    """`task.losses.softmax.mistake.softmax_over_batch.hint`."""
    return f"{mistake(task_id, variant)}.hint"


def check(task_id: str, test: str) -> str:
    """`task.losses.softmax.check.test_softmax_sums_to_one`, whatever the test's parameters."""
    return f"task.{task_id}.check.{test.partition('[')[0]}"


def label(words: str) -> str:
    """`ui.label.builds_on` of "Builds on"."""
    return "ui.label." + re.sub(r"\W+", "_", words.lower()).strip("_")


def verdict(value: str) -> str:
    """`ui.verdict.not_attempted`."""
    return f"ui.verdict.{value}"


def sentence(name: str) -> str:
    """`ui.sentence.report.fault`."""
    return f"ui.sentence.{name}"


def judge_sentence(name: str) -> str:
    """`ui.judged.shape`."""
    return f"ui.judged.{name}"


def task_of(key: str) -> str | None:
    """Return the task that a text is about, `losses.softmax`; None for a text of no task."""
    parts = key.split(".")
    return f"{parts[1]}.{parts[2]}" if parts[0] == "task" and len(parts) > 3 else None
