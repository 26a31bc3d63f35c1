"""What was found out about tests under one seed, whoever is under test: so that it is found out once."""

from __future__ import annotations

from collections.abc import Mapping

from grader.judge.outcome import Outcome

Key = tuple[int, str, str, str]  # seed, task id, test name, and whose play it is
# Whose: code's that does nothing, code's that answers with one number, the reference's.
IDLE, CONSTANT, REFERENCE = "", "(constant)", "(reference)"
# Whether such code passes; seconds that the reference takes; a sketch of what came of a known mistake.
Found = bool | float | Outcome


class Memory:
    """Facts of one seed; with another one everything is found out anew."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._facts: dict[Key, Found] = {}
        self._fresh: dict[Key, Found] = {}

    def get(self, key: Key) -> Found | None:
        """Return what is known."""
        return self._facts.get(key)

    def put(self, key: Key, found: Found) -> None:
        """Remember what was just found out."""
        self.learn({key: found})
        self._fresh[key] = found

    def learn(self, facts: Mapping[Key, Found]) -> None:
        """Take over what somebody else found out."""
        for key, found in facts.items():
            if self._facts and next(iter(self._facts))[0] != key[0]:
                self._facts.clear()
                self._fresh.clear()
            self._facts[key] = found

    def take_fresh(self) -> dict[Key, Found]:
        """Return what was found out here since the last time."""
        fresh, self._fresh = self._fresh, {}
        return fresh
