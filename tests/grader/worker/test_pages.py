"""When the pages that workers inherit are gathered into large ones: once it is worth it, and not twice for one fork."""

from __future__ import annotations

import pytest

from grader.process import speedups
from grader.process.speedups import FORKS_IN_SMALL_PAGES, Pages


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that pages are gathered."""
    calls: list[str] = []
    monkeypatch.setattr(speedups, "gather_pages", lambda: calls.append("gathered") or 1)
    return calls


def test_pages_are_gathered_at_the_fork_that_makes_it_worth_it(gathered: list[str]) -> None:
    """Few forks leave the pages as they are; many gather them once."""
    own = Pages()
    for _ in range(FORKS_IN_SMALL_PAGES - 1):
        own.before_fork()
    assert gathered == []
    for _ in range(2 * FORKS_IN_SMALL_PAGES):
        own.before_fork()
    assert gathered == ["gathered"]


def test_pages_are_gathered_at_once_when_many_forks_are_expected(gathered: list[str]) -> None:
    """Whoever knows that many forks come need not count them first, and what is forked does not gather again."""
    own = Pages()
    own.expect(FORKS_IN_SMALL_PAGES - 1)
    assert gathered == []
    own.expect(FORKS_IN_SMALL_PAGES)
    for _ in range(2 * FORKS_IN_SMALL_PAGES):
        own.before_fork()
    assert gathered == ["gathered"]
