"""How a result was computed: by hand, without a loop, leaving things as found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from grader.proxy.errors import SubmissionError
from grader.proxy.submission import Submission
from grader.suite.failure import CheckFailure, Evidence, ForbiddenUse

SPELLED = {"col2im": "fold", "im2col": "unfold"}  # operators that have another name in Python


def check_by_hand(
    submission: Submission, call: Callable[[], Any], forbidden: Iterable[str], task: str | None = None
) -> None:
    """Check that none of the torch functions `forbidden` is used.

    The record of the call is the submission's word; the names in its source, read by the judge, back it.

    Raises:
        ForbiddenUse: a function was called, or its name stands in the code that the task reaches.
    """
    named, refused = submission.names_used(task or submission.last_function), set(forbidden)
    failed: SubmissionError | None = None
    with submission.recording(refused) as records:
        try:
            call()
        except SubmissionError as problem:  # what was used, or stands in the source, counts all the same
            failed = problem
    if isinstance(failed, NotImplementedError):
        raise failed
    functions = {name for record in records for name in record["functions"]}
    operators = {name.strip("_") for record in records for name in record["operators"]}
    if used := sorted(refused & (functions | operators | set(named))):
        words = _in_their_words(used, named)
        raise ForbiddenUse(
            None,
            f"a result without {', '.join(SPELLED.get(name, name) for name in words)}",
            f"a use of {', '.join(words.values())}",
            Evidence("forbidden", None),
        )
    if failed is not None:
        raise failed


def _in_their_words(used: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Return what was used as the source has it, `nn.Unfold (line 7)` for unfold; what it does not have by itself.

    What only the record has, such as the operator of a function, is left out where the source tells more.
    """
    written = {_plain(name): words for name, words in named.items()}
    found = {name: named.get(name) or written.get(_plain(SPELLED.get(name, name))) for name in used}
    told = {name: words for name, words in found.items() if words} or dict(zip(used, used, strict=True))
    ends = [words.partition(" (")[0] for words in told.values()]
    begun = {end for end in ends if any(other.startswith(f"{end}.") for other in ends)}
    return {name: words for name, words in told.items() if words.partition(" (")[0] not in begun}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


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
