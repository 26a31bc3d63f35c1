"""Commits and their folders: parsed from plain objects, with every size checked first."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from grader.classroom.reading import limits
from grader.classroom.reading.git_store import ObjectStore
from grader.classroom.reading.names import inside, label, outside
from grader.classroom.reading.tree import LINK, File, Folder, Node, Unreadable, refused, walk
from grader.intake.file_names import composed

PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^<>]*)> (?P<seconds>-?\d{1,15}) (?P<zone>[+-]\d{4})")
FOLDER, LINKED, SUBMODULE = b"40000", b"120000", b"160000"
SHORT = 10  # characters of a commit's name that tell it from others
MOST = max(limits.NOTEBOOK, limits.ARCHIVE)


@dataclass(frozen=True)
class Commit:
    """What one commit says about itself."""

    name: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    when: datetime | None  # of committing


def read_commit(store: ObjectStore, name: str) -> Commit:
    """Return a commit.

    Raises:
        Unreadable: it is not there or no commit.
    """
    data = store.content(name, "commit", limits.OBJECT)
    if data is None:
        raise Unreadable("a commit of it is too large to be one")
    lines = data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    fields = [line.partition(" ")[::2] for line in lines if line and not line.startswith(" ")]
    author = _person(fields, "author")
    committer = _person(fields, "committer")
    return Commit(
        name,
        next((value for key, value in fields if key == "tree"), ""),
        tuple(value for key, value in fields if key == "parent"),
        label(author["name"]) if author else "",
        label(author["email"]) if author else "",
        _moment(committer) if committer else None,
    )


def history(store: ObjectStore, name: str) -> list[Commit]:
    """Return the commits that lead to this one, along first parents, the oldest first."""
    commits: list[Commit] = []
    while name:
        commits.append(read_commit(store, name))
        if len(commits) > limits.COMMITS:
            raise Unreadable(f"it has more than {limits.COMMITS} commits")
        name = commits[-1].parents[0] if commits[-1].parents else ""
    return commits[::-1]


class BranchHistory:
    """The commits that lead to one, the newest first, looked at only as far back as somebody asks."""

    def __init__(self, store: ObjectStore, name: str, wanted: Callable[[str], bool]) -> None:
        """Read the last commit; of files those that are `wanted` matter.

        Raises:
            Unreadable: it is not there.
        """
        self._store, self._wanted = store, wanted
        self._commits = [read_commit(store, name)]
        self._states: dict[str, object] = {}  # by tree

    def last(self, until: datetime | None = None) -> Commit | None:
        """Return the commit that brought the files that matter as they were at a moment, or as they are now."""
        found: Commit | None = None
        for commit in self._back():
            if found is None:
                if until is None or (commit.when is not None and commit.when <= until):
                    found = commit
            elif self._state(commit) == self._state(found):
                found = commit
            else:
                break
        return found

    def holds_any(self, commit: Commit) -> bool:
        """Whether a commit holds any file that matters."""
        return bool(self._state(commit))

    def _back(self) -> Iterator[Commit]:
        """Yield along first parents; a history that was not cloned whole ends earlier."""
        for number in range(limits.COMMITS):
            if number == len(self._commits):
                parents = self._commits[-1].parents
                try:
                    self._commits += [read_commit(self._store, name) for name in parents[:1]]
                except Unreadable:
                    return
            if number == len(self._commits):
                return
            yield self._commits[number]

    def _state(self, commit: Commit) -> object:
        if commit.tree not in self._states:
            self._states[commit.tree] = self._files(commit)
        return self._states[commit.tree]

    def _files(self, commit: Commit) -> object:
        try:
            return {
                (path, node.digest)
                for path, node in walk(folder_of(self._store, commit.tree).children())
                if isinstance(node, File) and self._wanted(node.name)
            }
        except Unreadable:
            return commit.tree


def folder_of(store: ObjectStore, tree: str, name: str = "") -> Folder:
    """Return a committed folder; it can be looked into as long as the store is open."""
    return Folder(name, lambda: list(_nodes(store, tree)))


def _nodes(store: ObjectStore, tree: str) -> Iterator[Node]:
    data = store.content(tree, "tree", limits.OBJECT)
    if data is None:
        raise Unreadable("a folder of it is too large to be one")
    position = 0
    while position < len(data):
        space, end = data.find(b" ", position), data.find(b"\0", position)
        if not 0 <= space < end or end + store.binary > len(data):
            raise Unreadable("its git store is damaged: clone it anew")
        mode, raw = data[position:space], data[space + 1 : end]
        position = end + 1 + store.binary
        yield _node(store, mode, raw.decode("utf-8", "surrogateescape"), data[end + 1 : position].hex())


def _node(store: ObjectStore, mode: bytes, raw: str, name: str) -> Node:
    path = inside(raw)
    if path is None or len(path) != 1:
        return refused(outside(raw), "has a name that leads somewhere else")
    if mode == FOLDER:
        return folder_of(store, name, path[0])
    if mode == LINKED:
        return refused(path[0], LINK)
    if mode == SUBMODULE:
        return refused(path[0], "is another repository")
    return File(composed(path[0]), partial(_blob, store, name), digest=name)


def _blob(store: ObjectStore, name: str) -> io.BytesIO:
    data = store.content(name, "blob", MOST)
    if data is None:
        raise Unreadable(f"is larger than {MOST // limits.MB} MB")
    return io.BytesIO(data)


def _person(fields: list[tuple[str, str]], key: str) -> re.Match[str] | None:
    value = next((value for name, value in fields if name == key), "")
    return PERSON.fullmatch(value)


def _moment(person: re.Match[str]) -> datetime | None:
    zone = person["zone"]
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    offset = timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    try:
        return datetime.fromtimestamp(int(person["seconds"]), UTC).astimezone(timezone(offset))
    except (ValueError, OverflowError, OSError):
        return None
