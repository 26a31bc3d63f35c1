"""What was read from the book or put into it, as long as somebody holds it: it is neither read nor put again."""

from __future__ import annotations

from typing import Generic, TypeVar
from weakref import ref

Thing = TypeVar("Thing")


class Alive(Generic[Thing]):
    """Frozen things under the digest of the content that they are, found by that digest or by themselves.

    By identity and not by equality: whatever is not the very thing is read, or put, as if nothing were known of it.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._things: dict[str, tuple[ref[Thing], ...]] = {}
        self._digests: dict[int, str] = {}  # by the identity of the first thing of a content

    def add(self, digest: str, things: tuple[Thing, ...]) -> None:
        """Know of things, one at least, that they are the content of a digest, until one of them has gone."""
        first = id(things[0])

        def gone(_: ref[Thing]) -> None:
            self._things.pop(digest, None)
            self._digests.pop(first, None)

        self._things[digest] = tuple(ref(thing, gone) for thing in things)
        self._digests[first] = digest

    def things_of(self, digest: str) -> tuple[Thing, ...]:
        """Return what is alive of a content; nothing unless all of it is."""
        found = tuple(thing for each in self._things.get(digest, ()) if (thing := each()) is not None)
        return found if len(found) == len(self._things.get(digest, ())) else ()

    def digest_of(self, things: tuple[Thing, ...]) -> str | None:
        """Return the digest of the content that is these very things, None where it is not known."""
        digest = self._digests.get(id(things[0]), "")
        known = self.things_of(digest)
        same = len(known) == len(things) and all(map(_is, known, things))
        return digest if same else None

    def forget(self) -> None:
        """Know nothing any more."""
        self._things.clear()
        self._digests.clear()


def _is(one: object, other: object) -> bool:
    return one is other
