"""How a result was computed: by hand, without a loop, leaving things as found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from grader.proxy.submission import Submission
from grader.suite.failure import CheckFailure, Evidence, ForbiddenUse


def check_by_hand(
    submission: Submission, call: Callable[[], Any], forbidden: Iterable[str], task: str | None = None
) -> None:
    """Check that none of the torch functions `forbidden` is used.

    The record of the call is the submission's word; the names in its source, read by the judge, back it.

    Raises:
        ForbiddenUse: a function was called, or its name stands in the code that the task reaches.
    """
    with submission.recording() as records:
        call()
    functions = {name for record in records for name in record["functions"]}
    operators = {name.strip("_") for record in records for name in record["operators"]}
    named = submission.names_used(task or submission.last_function)
    used = sorted(set(forbidden) & (functions | operators | named))
    if used:
        raise ForbiddenUse(
            None,
            f"a result without {', '.join(used)}",
            f"a use of {', '.join(used)}",
            Evidence("forbidden", None),
        )


def check_vectorised(submission: Submission, small: Callable[[], Any], large: Callable[[], Any]) -> None:
    """Check that a larger input takes no more torch operators: no Python loop over it.

    Raises:
        CheckFailure: the number of operators grew.
    """
    few, many = (_operators(submission, call) for call in (small, large))
    if many > few:
        got = f"{few} operators for the small input, {many} for the large one"
        raise CheckFailure(None, "as many operators for any size", got, Evidence("operators", True))


def _operators(submission: Submission, call: Callable[[], Any]) -> int:
    with submission.recording() as records:
        call()
    return sum(count for record in records for count in record["operators"].values())


def check_manners(submission: Submission, call: Callable[[], Any]) -> None:
    """Check that a call leaves torch's random state as found (changed arguments and grad mode fail by themselves)."""
    with submission.watching_random_state() as moved:
        call()
    if moved():
        got = "a random state that moved, or was seeded anew"
        raise CheckFailure(None, "torch's random state as it was", got, Evidence("random", True))
