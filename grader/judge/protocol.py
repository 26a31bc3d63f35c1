"""One test, set up, run and torn down as pytest does it.

pytest's own protocol also asks every plugin at each of the three steps and reports on each. Nobody listens in a session
of ours, and it takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

ENDS_THE_SESSION = (KeyboardInterrupt, pytest.exit.Exception)


def problem_of(item: pytest.Item) -> BaseException | None:
    """Run a test that may have run before; return what it raised first, in whichever step.

    What stands above it, its module and the session, stays set up for the next one.

    Raises:
        KeyboardInterrupt: somebody wants it all to end, or `pytest.exit` was called.
    """
    state = item.session._setupstate
    try:
        state.teardown_exact(item)  # the module of the last test, if it is another
        problem = _raised_by(lambda: state.setup(item))
        if problem is None:
            problem = _raised_by(item.runtest)
        left = _raised_by(lambda: state.teardown_exact(item.parent))  # type: ignore[arg-type]  # a collector will do
    finally:
        item._initrequest()  # type: ignore[attr-defined]  # for the next time, without this one's fixtures
    return left if problem is None else problem


def _raised_by(step: Callable[[], object]) -> BaseException | None:
    try:
        step()
    except ENDS_THE_SESSION:
        raise
    except BaseException as problem:
        return problem
    return None
