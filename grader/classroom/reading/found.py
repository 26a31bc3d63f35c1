"""What a layout finds: who claims a hand-in, and where its files lie."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.classroom.reading.tree import Folder, Node


@dataclass(frozen=True)
class Claim:
    """Who handed in, as the layout says it; the roster decides whether that is so."""

    id: str  # stable from run to run: a Canvas user id, the name of a folder
    text: str  # for a person: "jon smth"
    name: str = ""
    email: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False  # a name that a person gave, which may be an id of any kind
    squashed: bool = False  # `name` has lost its spaces and comma, as in a Canvas download
    hint: str = ""  # what else is known, for a claim that fits nobody


@dataclass(frozen=True)
class Part:
    """Files that were handed in at one moment."""

    nodes: tuple[Node, ...]
    place: str
    submitted_at: datetime | None = None
    late: bool | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""  # what was handed in instead of a file
    upload: str = ""  # what the system calls it, for feedback that goes back there
    order: tuple[str, float] | None = None  # a system, and where it stands among all hand-ins to that system


@dataclass(frozen=True)
class Found:
    """What one student handed in, or several together; its parts are in the order of handing in."""

    claims: tuple[Claim, ...]
    parts: tuple[Part, ...]
    ordered: bool = True  # the layout tells which part came last
    before: Callable[[datetime], Part | None] | None = None  # what it was at a moment, if that was another part


@dataclass
class Reading:
    """All that a layout finds in a folder."""

    found: Iterable[Found] = ()  # one at a time: a repository stays open only as long as it is needed
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # hand-ins without an owner


@dataclass(frozen=True)
class Spot:
    """A folder that may hold a class, and the topics that are looked for."""

    folder: Folder
    place: str  # for a person: "upload.zip/submissions"
    topics: Collection[str]

    def at(self, *names: str) -> str:
        """Return the place of something below."""
        return "/".join((self.place, *names))


@dataclass(frozen=True)
class Layout:
    """One way in which hand-ins lie."""

    title: str
    fits: Callable[[Spot], int]  # how many entries of the folder are named as this layout names them
    find: Callable[[Spot], Reading]  # the hand-ins
