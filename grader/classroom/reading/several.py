"""Whether a folder holds the work of several students, told by what lies in it and not by its names."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from grader.classroom.reading import limits
from grader.classroom.reading.archives import ZIP, Opener
from grader.classroom.reading.found import Spot
from grader.classroom.reading.gather import wanted
from grader.classroom.reading.layouts.by_name import student_and_topic, telling
from grader.classroom.reading.names import is_archive, label, short, stem_of
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, Node, walk
from grader.intake.file_names import Named, topic_of


def several(spot: Spot) -> str:
    """Return what shows that several students' work lies in a folder; nothing where it may be one student's."""
    look = _Look(spot.topics)
    holders: dict[str, str] = {}  # topic -> the first name under which it lies
    loose: list[str] = []
    closed: list[str] = []
    for node, name in _named(spot):
        if isinstance(node, File) and not is_archive(node.name):
            loose.append(name)
        topics = look.topics_of(node)
        if topics is None:
            closed.append(name)
        for topic in topics or ():
            if holders.setdefault(topic, name) != name:
                return f"{short(holders[topic])} and {short(name)} both hold {topic}"
    for names, what in ((loose, "files"), (closed, "archives")):
        if len(different := list(dict.fromkeys(names))) > 1:
            return f"there are {what} of {short(different[0])} and {short(different[1])}"
    return ""


def _named(spot: Spot) -> Iterator[tuple[Node, str]]:
    for node in spot.folder.children():
        name = telling(node, spot.topics)
        if name and not (isinstance(node, File) and node.refused):
            yield node, label(name)


@dataclass
class _Look:
    """Looks for topics by the names of files; a few small zips are opened for it, and nothing else."""

    topics: Collection[str]
    left: int = limits.LOOKS

    def topics_of(self, node: Node) -> set[str] | None:
        """Return the topics that lie in a folder, an archive or a file; None where that cannot be seen."""
        if isinstance(node, File) and (told := student_and_topic(stem_of(node.name), self.topics)):
            return {told[1]}
        found: set[str] = set()
        try:
            return found if self._below([node], found, opened=False) or found else None
        except Unreadable:  # there is more than anybody hands in
            return found

    def _below(self, nodes: Iterable[Node], found: set[str], *, opened: bool) -> bool:
        """Add what lies below; return whether all of it was seen."""
        seen = True
        for _, node in walk(nodes):
            assert isinstance(node, File)  # walking yields no folders
            if topic := topic_of(node.name, self.topics) or self._called(node):
                found.add(topic.topic)
            elif is_archive(node.name):
                seen = not opened and self._opened(node, found) and seen
        return seen

    def _called(self, file: File) -> Named | None:
        """Return the topic after which an archive is called."""
        return topic_of(f"{stem_of(file.name)}.py", self.topics) if is_archive(file.name) else None

    def _opened(self, file: File, found: set[str]) -> bool:
        if self.left <= 0:
            return False
        self.left -= 1
        try:
            data = file.read(limits.LOOKED)
            if data is None or not data.startswith(ZIP):
                return False
            held = replace(file, open=lambda: io.BytesIO(data), on_disk=True)
            with ExitStack() as stack:
                folder: Folder = Opener(wanted(self.topics)).open(held, stack)
                return self._below(folder.children(), found, opened=True)
        except Unreadable:
            return False
