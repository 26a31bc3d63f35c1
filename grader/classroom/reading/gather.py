"""Taking the topic files out of a part of a hand-in, from folders and from archives in archives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

from grader.classroom.reading import limits
from grader.classroom.reading.archives import Opener
from grader.classroom.reading.found import Part
from grader.classroom.reading.names import SUFFIXES, is_archive, short, topic_of
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, Node, walk
from grader.classroom.reading.words import near_topics, nothing, several, too_large

BESIDE = ("submission_metadata.yml", "timestamp.txt")  # files of layouts


@dataclass(frozen=True)
class Content:
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
class Gathered:
    """The topic files of a part; None stands for one that was refused, and a note says why."""

    part: Part
    files: dict[str, Content | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # sentences about what could not be read


@dataclass
class _Search:
    topics: Collection[str]
    asked: Collection[str]  # the topics that are graded; only of these a student is told
    budget: Budget
    opener: Opener
    got: Gathered
    candidates: dict[str, dict[Content, str]] = field(default_factory=dict)  # topic -> content -> path
    refused: dict[str, str] = field(default_factory=dict)  # topic -> why
    code: list[str] = field(default_factory=list)  # names of code that is no topic's
    links: list[str] = field(default_factory=list)  # what may not be opened, in sentences
    others: int = 0

    def look(self, nodes: Iterable[Node], prefix: str, depth: int) -> None:
        for path, node in walk(nodes, self.budget.entries):
            self.budget.entries -= 1
            if isinstance(node, Folder):
                continue
            where = prefix + "/".join(path)
            if found := topic_of(node.name, self.topics):
                self.take(*found, node, where)
            elif is_archive(node.name):
                self.unpack(node, where, depth)
            else:
                self.pass_over(node, where)

    def take(self, topic: str, suffix: str, file: File, where: str) -> None:
        most = limits.CODE if suffix == ".py" else limits.NOTEBOOK
        try:
            data = file.read(most)
        except Unreadable as problem:
            self.refused.setdefault(topic, f"{short(where)}: {problem}")
            return
        self.budget.spend(most if data is None else len(data))
        if data is None:
            self.refused.setdefault(topic, too_large(where, most))
        else:
            self.candidates.setdefault(topic, {}).setdefault(Content(suffix, data), where)

    def unpack(self, file: File, where: str, depth: int) -> None:
        if depth >= limits.DEPTH:
            self.got.problems.append(f"{short(where)} is an archive inside {depth} others: pack it once")
            return
        try:
            with ExitStack() as stack:
                folder = self.opener.open(file, stack)
                self.budget.spend(file.packed[0] if file.packed else 0)
                self.look(folder.children(), f"{where}/", depth + 1)
        except Unreadable as problem:
            self.got.problems.append(f"{short(where)}: {problem}" if "/" in where else str(problem))

    def pass_over(self, file: File, where: str) -> None:
        self.others += 1
        if file.refused and file.refused != "was not read":
            self.links.append(f"{short(where)} {file.refused}: it is left out")
        elif file.name.casefold().endswith(SUFFIXES):
            self.code.append(file.name)


def wanted(topics: Collection[str]) -> Callable[[str], bool]:
    """Return the test for names of files that matter."""
    return lambda name: name in BESIDE or is_archive(name) or topic_of(name, topics) is not None


def gather(
    part: Part, topics: Collection[str], budget: Budget, asked: Collection[str] | None = None
) -> Gathered:
    """Return the topic files of a part; whatever is wrong with it comes back as a sentence.

    Only files of the topics that are asked for, or of all, are said to be missing.
    """
    got = Gathered(part, notes=list(part.notes), problems=[part.problem] if part.problem else [])
    search = _Search(topics, topics if asked is None else asked, budget, Opener(wanted(topics)), got)
    try:
        search.look(part.nodes, "", 0)
    except Unreadable as problem:
        got.problems.append(f"it is too large: {problem}")
        return got
    _decide(search)
    _say(search)
    return got


def _decide(search: _Search) -> None:
    """Keep the one file of each topic; two that differ are both refused."""
    for topic in search.topics:
        contents = search.candidates.get(topic, {})
        if len(contents) > 1:
            search.refused[topic] = several(topic, list(contents.values()))
        elif contents and topic not in search.refused:
            _keep(search, topic, *next(iter(contents.items())))
        if why := search.refused.get(topic):
            search.got.files[topic] = None
            said = search.got.problems if topic in search.asked else search.got.notes
            said.append(why)


def _keep(search: _Search, topic: str, content: Content, where: str) -> None:
    search.budget.kept -= len(content.data)
    if search.budget.kept < 0:
        search.refused[topic] = too_large("the topic files together, with " + where, limits.KEPT)
        return
    search.got.files[topic] = content
    name = where.rpartition("/")[2]
    if name != topic + content.suffix:
        search.got.notes.append(f"{short(where)} is read as {topic}{content.suffix}")


def _say(search: _Search) -> None:
    got = search.got
    got.notes += search.links + near_topics(
        search.code, [topic for topic in search.asked if topic not in got.files]
    )
    kept = any(file is not None for file in got.files.values())
    if not kept and not got.problems:
        others = search.others + len(got.files)  # those of topics that are not asked for were refused
        got.problems += [nothing(search.asked, others, search.code), *search.links[:3]]
    elif search.others:
        files = "1 other file is" if search.others == 1 else f"{search.others} other files are"
        got.notes.append(f"{files} left out")
