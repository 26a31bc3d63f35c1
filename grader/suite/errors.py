"""Checks of what a task promises to refuse."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from grader.proxy.errors import SubmissionError
from grader.suite.failure import UNNAMED, CheckFailure, Evidence

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
