"""What the judge needs of pytest that pytest does not promise: a release without it must not be allowed."""

from __future__ import annotations

import inspect

import pytest
from _pytest.mark import KeywordMatcher
from _pytest.mark.expression import Expression


def test_private_parts_of_pytest_are_there(request: pytest.FixtureRequest) -> None:
    """A test is set up and torn down by the session's state, and made ready for another time."""
    state = request.session._setupstate
    assert list(inspect.signature(state.setup).parameters) == ["item"]
    assert list(inspect.signature(state.teardown_exact).parameters) == ["nextitem"]
    assert list(inspect.signature(request.node._initrequest).parameters) == []
    assert Expression.compile("private and not public").evaluate(KeywordMatcher.from_item(request.node))
