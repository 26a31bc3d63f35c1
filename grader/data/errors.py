"""What can be wrong with a data set."""

from __future__ import annotations


class DataError(Exception):
    """A data set cannot be used as it lies on disk; do what the message says. Never a learner's fault."""

    def __init__(self, place: object, fault: str, remedy: str) -> None:
        """Put the three facts into one sentence."""
        super().__init__(f"{place} {fault}: {remedy}")
        self.place, self.fault, self.remedy = str(place), fault, remedy
