"""Typed access to one table of a topic.toml; every refusal names file, key, value and remedy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from grader.course.errors import TopicFileError


@dataclass(frozen=True)
class Table:
    """A table of a topic.toml with the file and the place it came from."""

    file: Path
    place: str  # "" or "tasks[2]."
    values: Mapping[str, object]

    def fail(self, key: str, fault: str, remedy: str) -> TopicFileError:
        """Build the error for one key of this table."""
        return TopicFileError(self.file, self.place + key, fault, remedy)

    def refuse_unknown(self, allowed: Collection[str]) -> None:
        """Raise for a key that no rule knows."""
        for key in self.values:
            if key not in allowed:
                near = get_close_matches(key, allowed, n=1)
                remedy = (
                    f"did you mean {near[0]}?" if near else f"remove it; known keys: {', '.join(allowed)}"
                )
                raise self.fail(key, "is an unknown key", remedy)

    def require(self, key: str) -> object:
        """Return a value that must be there."""
        if key not in self.values:
            raise self.fail(key, "is missing", "add it")
        return self.values[key]

    def text(self, key: str) -> str:
        """Return a text that is not blank."""
        value = self.require(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, f"is {value!r}", "it must be a text that is not blank")
        return value

    def positive(self, key: str) -> int:
        """Return a whole number above zero."""
        value = self.require(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.fail(key, f"is {value!r}", "it must be a whole number of at least 1")
        return value

    def flag(self, key: str, *, usual: bool) -> bool:
        """Return a boolean; what is usual when the key is absent."""
        value = self.values.get(key, usual)
        if not isinstance(value, bool):
            raise self.fail(key, f"is {value!r}", "it must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, none of them blank; empty when the key is absent."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.fail(key, f"is {values!r}", 'it must be a list of texts, such as ["one", "two"]')
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                raise self.fail(f"{key}[{number}]", f"is {value!r}", "it must be a text that is not blank")
        return tuple(values)

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return a list of tables, with at least one in it."""
        values = self.require(key)
        if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
            raise self.fail(key, f"is {values!r}", f"it must be one or more [[{key}]] tables")
        return tuple(Table(self.file, f"{key}[{number}].", value) for number, value in enumerate(values))
