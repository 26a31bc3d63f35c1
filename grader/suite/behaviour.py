"""How a result was computed: by hand, without a loop, on its device, refusing what it must, leaving things as found."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor

from grader.device.choice import chosen
from grader.proxy.errors import SubmissionError
from grader.proxy.submission import Submission
from grader.suite.compare import check_close
from grader.suite.failure import UNNAMED, CheckFailure, Evidence, ForbiddenUse, kind_of
from grader.wire.value import Record

MEMORY_OF = {True: "the memory of the argument", False: "memory of its own"}


def check_aliases(got: Any, x: Tensor, checked: str | None = None) -> None:
    """Check that `got` is `x` or a view of its memory."""
    _check_memory(got, x, checked, is_shared=True)


def check_owns_memory(got: Any, x: Tensor, checked: str | None = None) -> None:
    """Check that `got` does not share memory with `x`."""
    _check_memory(got, x, checked, is_shared=False)


def _check_memory(got: Any, x: Tensor, checked: str | None, is_shared: bool) -> None:
    if not isinstance(got, Tensor):
        raise CheckFailure(checked, "a tensor", kind_of(got), Evidence("kind", got))
    pointer = got.untyped_storage().data_ptr()
    shares = pointer != 0 and pointer == x.untyped_storage().data_ptr()  # 0 is the memory of nothing
    if shares is not is_shared and (shares or got.numel()):
        raise CheckFailure(checked, MEMORY_OF[is_shared], MEMORY_OF[shares], Evidence("memory", shares))


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


MOST_SAID = 200  # characters of what was raised: the word that is missing may stand at its end


@contextlib.contextmanager
def check_raises(
    expected: type[Exception], naming: str | None = None, checked: str | None = None
) -> Iterator[None]:
    """Check that the calls within raise `expected`, with a message that contains the word `naming`.

    Raises:
        CheckFailure: nothing or something else was raised, or the message does not name it.
    """
    wanted = f"{expected.__name__}{f' that names {naming}' if naming else ''}"
    try:
        yield
    except SubmissionError as problem:
        if problem.kind == "NotImplementedError" and expected is not NotImplementedError:
            raise
        if not isinstance(problem, expected):
            raise CheckFailure(
                checked, wanted, str(problem)[:MOST_SAID], Evidence("raises", problem.kind)
            ) from None
        if naming is not None and not re.search(rf"\b{re.escape(naming)}\b", problem.text, re.IGNORECASE):
            raise CheckFailure(checked, wanted, str(problem)[:MOST_SAID], UNNAMED) from None
        return
    raise CheckFailure(checked, wanted, "no exception", Evidence("raises", None))


def check_device(
    function: Callable[..., Any],
    *args: Any,
    rtol: float | None = None,
    atol: float | None = None,
    **kwargs: Any,
) -> None:
    """Check that a function computes on the device of its arguments, the same as on the CPU.

    Every tensor among the arguments, also in lists, tuples and dicts, is moved to the accelerator of this grading.

    Raises:
        CheckFailure: the result differs, or lies on another device.
    """
    want = function(*args, **kwargs)
    got = function(*(to_device(arg) for arg in args), **{key: to_device(arg) for key, arg in kwargs.items()})
    check_close(got, to_device(want), rtol=rtol, atol=atol)


def to_device(value: Any) -> Any:
    """Return a value with every tensor in it, also in lists, tuples and dicts, copied to the accelerator.

    It is the one that the grading was started with (`--device`). A tensor's history is left behind; whether it
    requires a gradient is kept.
    """
    if isinstance(value, Tensor):
        return chosen().take(value).requires_grad_(value.requires_grad)
    if isinstance(value, Record):
        return tuple(to_device(part) for part in value)
    if isinstance(value, (list, tuple)):
        return type(value)(to_device(part) for part in value)
    if isinstance(value, Mapping):
        return {key: to_device(part) for key, part in value.items()}
    return value
