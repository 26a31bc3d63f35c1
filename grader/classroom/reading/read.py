"""Reading a class: every hand-in under the paths, whose it is, and in which order it came."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.classroom.reading import limits
from grader.classroom.reading.archives import open_archive
from grader.classroom.reading.attempts import hand_ins
from grader.classroom.reading.claims import ClaimedWork, Layout, Spot, WorkPart, owner
from grader.classroom.reading.collect import Budget, Collected, TopicFile, collect, wanted
from grader.classroom.reading.detect import SYSTEMS, choose_layout, is_listed, levels, made_by_system
from grader.classroom.reading.name_layouts import FOLDERS, ONE, claim_of, told_by
from grader.classroom.reading.names import is_archive, short, stem_of
from grader.classroom.reading.tree import ClassProblem, File, Folder, Unreadable, reason
from grader.classroom.records import ClassIntake, Student
from grader.classroom.tables.roster import Roster
from grader.intake.topic_files import Stub, words_of

Moments = Callable[[str], Sequence[datetime]]  # by the student's id
UNORDERED = "nothing tells which of these was handed in last; they are taken in the order of their names"
OTHER = "--layout one reads every path as one student's work; a roster of these names decides for each"


@dataclass
class _Work:
    """What one student handed in, bundle by bundle."""

    student: Student
    bundles: list[list[Collected]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # each once


@dataclass
class _ClassReader:
    topics: Collection[str]
    roster: Roster | None
    asked: Collection[str]  # the topics that are graded
    stub: Stub | None  # gives the stub of a topic
    moments: Moments | None  # the dates of a student
    students: dict[str, _Work] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    contents: dict[TopicFile, TopicFile] = field(default_factory=dict)  # the same bytes are kept once
    kept: int = 0

    def take(self, layout: Layout, spot: Spot) -> None:
        """Add all that a layout finds."""
        findings = layout.find(spot)
        for found in findings.found:
            self.add(found)
        self.titles.append(layout.title)
        self.notes += findings.notes
        self.unknown += findings.unknown

    def add(self, found: ClaimedWork) -> None:
        """Take a hand-in for each of its owners; what fits nobody is said, and not read."""
        places = ", ".join(dict.fromkeys(short(part.place) for part in found.parts))[:200]
        whose = [owner(claim, self.roster) for claim in found.claims]
        self.unknown += [f"{why} (in {places})" for why in whose if isinstance(why, str)]
        owners = [student for student in whose if isinstance(student, Student)]
        if not owners:
            return
        called = words_of(*(name for one in owners for name in (one.id, one.name, one.email, *one.ids.values())))
        budget = Budget()
        parts = [self._collected(part, Budget(), called) for part in self._earlier(found, owners[0])]
        parts += [self._collected(part, budget, called) for part in found.parts]
        for student in owners:
            known = self.students.setdefault(student.id, _Work(student))
            known.bundles.append(parts)
            if not found.ordered:
                known.notes[UNORDERED] = None

    def _earlier(self, found: ClaimedWork, student: Student) -> list[WorkPart]:
        """Return what was there at the dates of the course, where the layout tells it."""
        if found.before is None or self.moments is None:
            return []
        parts = [part for moment in self.moments(student.id) if (part := found.before(moment))]
        return list({part.place: part for part in parts}.values())

    def _collected(self, part: WorkPart, budget: Budget, called: Collection[str]) -> Collected:
        got = collect(part, self.topics, budget, self.asked, self.stub, called)
        for topic, file in got.files.items():
            if file:
                self.kept += 0 if file in self.contents else len(file.data)
                got.files[topic] = self.contents.setdefault(file, file)
        if self.kept > limits.CLASS_KEPT:
            raise ClassProblem(
                f"the topic files of this class are more than {limits.CLASS_KEPT // limits.MB} MB: "
                "give it in parts, one after the other"
            )
        return got


def read_class(
    paths: Sequence[Path],
    topics: Collection[str],
    roster: Roster | None = None,
    layout: str = "auto",
    *,
    asked: Collection[str] | None = None,
    stub: Stub | None = None,
    moments: Moments | None = None,
) -> ClassIntake:
    """Read all hand-ins under some paths; a broken one comes back with its problem, never as an exception.

    `topics` are all of the course, by which a layout is told; a student who handed in nothing is told only of
    those in `asked`, the topics that are graded: all if not given. `stub` gives the stub of a topic; a file into which
    nothing was written never competes with another. `moments` gives the dates of a student, the first one first: what a
    repository held then is a hand-in of its own.

    Raises:
        ClassProblem: a path does not exist or cannot be used at all, or its layout could be two.
    """
    reader = _ClassReader(topics, roster, topics if asked is None else asked, stub, moments)
    for path in paths:
        with ExitStack() as stack:
            _read(reader, path, layout, len(paths) == 1, stack)
    works = [work for _, work in sorted(reader.students.items())]
    found = tuple(each for work in works for each in hand_ins(work.student, work.bundles, work.notes))
    there = {hand_in.student.id for hand_in in found}
    missing = tuple(one for one in roster.students if one.id not in there) if roster else ()
    titles = " and ".join(dict.fromkeys(reader.titles))
    return ClassIntake(
        found, missing, tuple(dict.fromkeys(reader.unknown)), tuple(dict.fromkeys(reader.notes)), titles
    )


def _read(reader: _ClassReader, path: Path, layout: str, alone: bool, stack: ExitStack) -> None:
    spot = None
    try:
        spot = _opened(path, reader.topics, stack)
        if layout in ("auto", *SYSTEMS):
            spot = _unwrapped(spot, reader.roster, stack)
        found, place = choose_layout(spot, layout, reader.roster, alone=alone)
        reader.take(found, place)
        if found is FOLDERS and not alone and reader.roster is None and layout == "auto":
            reader.notes.append(f"{short(spot.place)} is read as a class: {OTHER}")
    except Unreadable as problem:
        if spot or alone:
            raise ClassProblem(f"{short(str(path))} cannot be used: {problem}") from problem
        broken = WorkPart((), path.name, problem=str(problem))
        reader.add(ClaimedWork((claim_of(stem_of(path.name)),), (broken,)))


def _unwrapped(spot: Spot, roster: Roster | None, stack: ExitStack) -> Spot:
    """Return what the only archive in a folder holds, where it is a system's download and nothing else is anybody's.

    Under a student's name, or beside the work of others, an archive is that student's, whatever names lie in it: nobody
    hands in for others by them.
    """
    *_, last = levels(spot)
    if is_listed(stem_of(spot.folder.name), roster) or ONE.fits(last):
        return spot
    nodes = last.folder.children()
    telling = [node for node in nodes if told_by(node, spot.topics).student or is_archive(node.name)]
    if len(telling) != 1 or not isinstance(telling[0], File) or is_listed(stem_of(telling[0].name), roster):
        return spot
    try:
        folder = open_archive(telling[0], stack, wanted(spot.topics), of_class=True)
        inner = Spot(folder, last.at(telling[0].name), spot.topics)
        return inner if made_by_system(inner) else spot
    except Unreadable:
        return spot


def _opened(path: Path, topics: Collection[str], stack: ExitStack) -> Spot:
    """Return the folder that a path stands for: itself, what an archive holds, or the file alone.

    Raises:
        ClassProblem: there is nothing, or nothing that can be opened.
        Unreadable: the archive cannot be read.
    """
    try:
        mode = path.stat().st_mode  # the instructor's own link may be followed
    except (OSError, ValueError) as error:
        raise ClassProblem(
            f"{short(str(path))} is not there ({reason(error)}): give a path that exists"
        ) from error
    real, name = path.resolve(), path.name or path.resolve().name
    if stat.S_ISDIR(mode):
        folder = Folder.at(real, name)
    elif not stat.S_ISREG(mode):
        raise ClassProblem(f"{short(str(path))} is no file and no folder: give a folder or an archive")
    elif is_archive(path.name):
        folder = open_archive(File.at(real), stack, wanted(topics), of_class=True)
    else:
        folder = Folder(real.parent.name, lambda: [File.at(real)])
    return Spot(folder, name or str(path), topics)
