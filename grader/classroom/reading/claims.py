"""What a layout finds: hand-ins with who claims them; and whose they are by the class list, never by a guess."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.classroom.reading.names import short
from grader.classroom.reading.tree import Folder, Node, Unreadable
from grader.classroom.records import Student
from grader.classroom.tables.roster import Roster, name_key, squashed_keys
from grader.course.suggestions import suggestions
from grader.intake.python_text import shown

BARE = ("id", "login", "github", "sis")  # columns that a bare name, as of a folder, may stand in
LOGINS = ("github", "login")  # what a claim may have instead of a number
MOST_NEAR = 3


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
class WorkPart:
    """Files that were handed in at one moment."""

    nodes: tuple[Node, ...]
    place: str
    submitted_at: datetime | None = None
    late: bool | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""  # what was handed in instead of a file
    upload: str = ""  # what the system calls it, for feedback that goes back there
    order: tuple[str, float] | None = None  # a system, and where it stands among all hand-ins to that system

    @classmethod
    def of(cls, folder: Folder, place: str, when: datetime | None = None) -> WorkPart:
        """Return all that lies in a folder; that it cannot be listed is its problem."""
        try:
            return cls(tuple(folder.children()), place, when)
        except Unreadable as problem:
            return cls((), place, when, problem=str(problem))


@dataclass(frozen=True)
class ClaimedWork:
    """What one student handed in, or several together; its parts are in the order of handing in."""

    claims: tuple[Claim, ...]
    parts: tuple[WorkPart, ...]
    ordered: bool = True  # the layout tells which part came last
    before: Callable[[datetime], WorkPart | None] | None = None  # what it was at a moment, if that was another part


@dataclass
class LayoutFindings:
    """All that a layout finds in a folder."""

    found: Iterable[ClaimedWork] = ()  # one at a time: a repository stays open only as long as it is needed
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

    def left_out(self, node: Node) -> str:
        """Say that something in it is nobody's."""
        return f"{short(self.at(node.name))} belongs to nobody: it is left out"


@dataclass(frozen=True)
class Layout:
    """One way in which hand-ins lie."""

    title: str
    fits: Callable[[Spot], int]  # how many entries of the folder are named as this layout names them
    find: Callable[[Spot], LayoutFindings]  # the hand-ins


def owner(claim: Claim, roster: Roster | None) -> Student | str:
    """Return whose a claim is, or why it is nobody's; without a class list it is whom the layout names."""
    if roster is None:
        return Student(claim.id, claim.name, claim.email, dict(claim.ids))
    match students_of(claim, roster):
        case []:
            return _nobody(claim, roster)
        case [student]:
            return student
        case students:
            listed = " and ".join(shown(student.named) for student in students[:MOST_NEAR])
            return f"'{shown(claim.text)}' could be {listed}: rename it to the id of one of them"


def students_of(claim: Claim, roster: Roster) -> list[Student]:
    """Return whom a claim fits by the first thing that tells: whose it is, if that is one."""

    def of(*values: tuple[str, str]) -> list[Student]:
        return _each_once(student for column, value in values for student in roster.all_with(column, value))

    named = of(("squashed" if claim.squashed else "name", claim.name))
    is_listed = any(roster.has(system) for system in claim.ids)
    if claim.bare:
        by_id = of(*((column, claim.id) for column in BARE))
    else:  # another system's number must fit the name too, for numbers coincide
        by_id = [one for one in of(("id", claim.id)) if not is_listed and (not claim.name or one in named)]
    # Unlike a number a login is a name, so it needs no other to fit.
    logins = [] if is_listed else [("id", claim.ids[system]) for system in LOGINS if system in claim.ids]
    each = (of(*claim.ids.items()), of(("email", claim.email)), by_id, of(*logins), named)
    return next(filter(None, each), [])


def _each_once(students: Iterable[Student]) -> list[Student]:
    return list({student.id: student for student in students}.values())


def _nobody(claim: Claim, roster: Roster) -> str:
    near = _near(claim, roster)
    hint = f"; {shown(claim.hint)}" if claim.hint else ""
    return f"'{shown(claim.text)}' is not on the roster{f'; near: {near}' if near else ''}{hint}"


def _near(claim: Claim, roster: Roster) -> str:
    """Return the students whose names or ids look like the claim's."""
    known: dict[str, Student] = {}
    for student in roster.students:
        keys = squashed_keys(student.name) if claim.squashed else [name_key(student.name)]
        for key in (*keys, student.id.casefold()):
            known.setdefault(key, student)
    wanted = name_key(claim.name or claim.id)
    close = suggestions(wanted, [key for key in known if key], most=MOST_NEAR)
    return ", ".join(shown(student.named) for student in _each_once([known[key] for key in close]))
