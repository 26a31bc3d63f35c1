"""Collecting the topic files of a part of a hand-in, from folders and from archives in archives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from grader.classroom.reading import limits
from grader.classroom.reading.archives import open_archive
from grader.classroom.reading.claims import WorkPart
from grader.classroom.reading.names import is_archive, short
from grader.classroom.reading.tree import File, Node, Unreadable, walk
from grader.intake.notebook_document import topic_in
from grader.intake.topic_files import Candidate, Named, Stub, choose, near_misses, suffix_of, topic_of

BESIDE = ("submission_metadata.yml",)  # files of layouts


def too_large(where: str, most: int) -> str:
    """Say that a file is over its limit."""
    remedy = (
        "clear the outputs of the notebook" if where.casefold().endswith(".ipynb") else "move data out of it"
    )
    return f"{short(where)} is larger than {most // limits.MB} MB: {remedy}"


def _no_topic_file(topics: Collection[str], others: int, code: Iterable[str]) -> str:
    """Say that no topic's file was found, what was looked for, and what to hand in."""
    wanted = ", ".join(f"{topic}.py" for topic in topics)
    if not others:
        return f"there is no file in it: hand in {wanted} or a notebook of that name"
    near = "; ".join(near_misses(code, topics)[:3])
    return (
        f"no topic file found: looked for {wanted}, and notebooks of these names{'; ' if near else ''}{near}"
    )


@dataclass(frozen=True)
class TopicFile:
    """A topic's file: its suffix and its bytes."""

    suffix: str
    data: bytes


@dataclass
class Budget:
    """What may still be read and kept of one hand-in."""

    entries: int = field(default_factory=lambda: limits.ENTRIES)
    read: int = field(default_factory=lambda: limits.HAND_IN)
    kept: int = field(default_factory=lambda: limits.KEPT)

    def spend(self, size: int) -> None:
        """Count bytes that were read."""
        self.read -= size
        if self.read < 0:
            raise Unreadable(f"more than {limits.HAND_IN // limits.MB} MB would have to be read")


@dataclass
class Collected:
    """The topic files of a part; None stands for one that was refused, and a note says why."""

    part: WorkPart
    files: dict[str, TopicFile | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # sentences about what could not be read


@dataclass
class _Search:
    topics: Collection[str]
    asked: Collection[str]  # the topics that are graded; only of these a student is told
    stub: Stub | None
    owners: Collection[str]
    budget: Budget
    got: Collected
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)  # topic -> files that may be its
    code: list[str] = field(default_factory=list)  # names of code that is no topic's
    links: list[str] = field(default_factory=list)  # what may not be opened, in sentences
    others: int = 0
    opened: int = 0  # notebooks of other names, to see which topic they say that they are

    def look(self, nodes: Iterable[Node], prefix: str, depth: int) -> None:
        for path, file in walk(nodes, self.budget.entries):
            self.budget.entries -= 1
            where = prefix + "/".join(path)
            if named := topic_of(file.name, self.topics, self.owners, partial(self.says, file)):
                self.take(named, file, where)
            elif is_archive(file.name):
                self.unpack(file, where, depth)
            else:
                self.pass_over(file, where)

    def take(self, named: Named, file: File, where: str) -> None:
        most = limits.CODE if named.suffix == ".py" else limits.NOTEBOOK
        data, why = None, ""
        try:
            data = file.read(most)
            self.budget.spend(most if data is None else len(data))
            why = too_large(where, most) if data is None else ""
        except Unreadable as problem:
            if self.budget.read < 0:
                raise
            why = f"{short(where)}: {problem}"
        self.candidates.setdefault(named.topic, []).append(Candidate(named, where, lambda: data, why))

    def says(self, file: File) -> str:
        """Return the topic for which a notebook of another name says that it was written."""
        self.opened += 1
        try:
            is_one_more = self.opened <= limits.NOTEBOOKS_OPENED
            return topic_in(file.read(limits.NOTEBOOK_OPENED) or b"") if is_one_more else ""
        except Unreadable:
            return ""

    def unpack(self, file: File, where: str, depth: int) -> None:
        if depth >= limits.DEPTH:
            self.got.problems.append(f"{short(where)} is an archive inside {depth} others: pack it once")
            return
        try:
            with ExitStack() as stack:
                folder = open_archive(file, stack, wanted(self.topics))
                self.budget.spend(file.packed[0] if file.packed else 0)
                self.look(folder.children(), f"{where}/", depth + 1)
        except Unreadable as problem:
            self.got.problems.append(f"{short(where)}: {problem}" if "/" in where else str(problem))

    def pass_over(self, file: File, where: str) -> None:
        self.others += 1
        if file.refused and file.refused != "was not read":
            self.links.append(f"{short(where)} {file.refused}: it is left out")
        elif suffix_of(file.name):
            self.code.append(file.name)


def wanted(topics: Collection[str]) -> Callable[[str], bool]:
    """Return the test for names of files that matter: of code those that may be told by more than their names."""
    folded = [topic.casefold() for topic in topics]
    return lambda name: (
        name in BESIDE
        or is_archive(name)
        or suffix_of(name) == ".ipynb"
        or (suffix_of(name) == ".py" and any(topic in name.casefold() for topic in folded))
    )


def collect(
    part: WorkPart,
    topics: Collection[str],
    budget: Budget,
    asked: Collection[str],
    stub: Stub | None,
    owners: Collection[str],
) -> Collected:
    """Return the topic files of a part; whatever is wrong with it comes back as a sentence.

    Only files of the topics that are asked for are said to be missing. `owners` are words by which its
    owners are called.
    """
    read = replace(part, nodes=())  # so that nothing of an upload is held for longer than it is read
    got = Collected(read, notes=list(part.notes), problems=[part.problem] if part.problem else [])
    search = _Search(topics, asked, stub, owners, budget, got)
    try:
        search.look(part.nodes, "", 0)
    except Unreadable as problem:
        got.problems.append(f"it is too large: {problem}")
        return got
    for topic in (topic for topic in topics if topic in search.candidates):
        _decide(search, topic)
    _say(search)
    return got


def _decide(search: _Search, topic: str) -> None:
    """Keep the one file of a topic; of several between which nothing decides none is taken."""
    choice = choose(search.candidates[topic], search.stub)
    first, got = choice.rivals[0], search.got
    why = next((each.why for each in choice.rivals if each.why), "")
    if not why and len(choice.rivals) > 1:
        listed = " and ".join(map(short, sorted(each.where for each in choice.rivals)[:5]))
        why = f"{len(choice.rivals)} different files could be {topic}: {listed}: hand in one of them"
    data = first.read()
    search.budget.kept -= 0 if why or data is None else len(data)
    if search.budget.kept < 0:
        why = too_large("the topic files together, with " + first.where, limits.KEPT)
    if why or data is None:
        got.files[topic] = None
        (got.problems if topic in search.asked else got.notes).append(why)
    else:
        got.files[topic] = TopicFile(first.named.suffix, data)
        got.notes += choice.notes


def _say(search: _Search) -> None:
    got = search.got
    missing = [topic for topic in search.asked if topic not in got.files]
    got.notes += search.links + near_misses(search.code, missing)
    if not got.problems and not any(file is not None for file in got.files.values()):
        others = search.others + len(got.files)  # those of topics that are not asked for were refused
        got.problems += [_no_topic_file(search.asked, others, search.code), *search.links[:3]]
