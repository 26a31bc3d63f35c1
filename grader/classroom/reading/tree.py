"""Folders and files, on a disk or in an archive or repository, looked at one level at a time; no link is followed."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TypeAlias

from grader.classroom.reading import limits
from grader.classroom.reading.names import inside, short
from grader.intake.find import SKIPPED
from grader.intake.python_text import shown
from grader.intake.topic_files import composed

JUNK = SKIPPED | {"Thumbs.db", "desktop.ini"}
LINK = "is a link, and links are not followed"
SPECIAL = "is not an ordinary file"
OUTSIDE = "has a path that leads out of the archive, or none at all"
# A pipe must not block and a link must not be followed; not every system knows every flag.
FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY", "O_CLOEXEC")
)


class ClassProblem(ValueError):
    """A path cannot be used at all; the message says what to give instead."""

    exit_code = 2


class Unreadable(Exception):
    """One upload, or a part of it, cannot be read; the message is a sentence for whoever handed it in."""


@dataclass(frozen=True)
class File:
    """One file; its bytes are read when they are asked for, and never more than a limit."""

    name: str
    open: Callable[[], IO[bytes]]
    refused: str = ""  # why it may not be read: "is a link"
    on_disk: bool = False  # it can be opened as an archive without being held in memory
    digest: str = ""  # of its content, where that is known without reading it
    packed: tuple[int, int] | None = None  # its size and its compressed size, as an archive claims them
    stamp: float | None = None  # when it was last changed by the clock of whoever packed it; for an order only

    @classmethod
    def at(cls, path: Path) -> File:
        """Return the file at a path."""
        return cls(composed(path.name), lambda: _open(path), on_disk=True)

    @classmethod
    def closed(cls, name: str, why: str) -> File:
        """Return a file that is named and never opened."""
        return cls(name, io.BytesIO, why)

    def read(self, most: int) -> bytes | None:
        """Return the content; None when it is longer than `most` bytes.

        Raises:
            Unreadable: it cannot be opened, or what holds it is broken.
        """
        if self.refused:
            raise Unreadable(f"{shown(self.name)} {self.refused}")
        try:
            with self.open() as stream:
                data = stream.read(most + 1)
        except Unreadable:
            raise
        except Exception as error:  # a broken archive raises almost anything
            raise Unreadable(f"{shown(self.name)} cannot be read ({reason(error)})") from error
        return data if len(data) <= most else None


@dataclass(frozen=True)
class Folder:
    """One folder; its content is listed when it is asked for."""

    name: str
    listing: Callable[[], Sequence[Node]]
    path: Path | None = None  # where it lies on a disk

    @classmethod
    def at(cls, path: Path, name: str | None = None) -> Folder:
        """Return the folder at a path."""
        return cls(composed(path.name if name is None else name), lambda: _listing(path), path)

    @classmethod
    def of(cls, name: str, entries: Iterable[Entry]) -> Folder:
        """Return the folder that holds these paths; a path without a file is an empty folder."""
        nodes: dict[tuple[str, ...], list[Node]] = {(): []}  # by folder

        def inside(path: tuple[str, ...]) -> list[Node]:
            if path not in nodes:
                nodes[path] = []
                inside(path[:-1]).append(cls(path[-1], lambda: nodes[path]))
            return nodes[path]

        for path, file in entries:
            if file is None:
                inside(path)
            else:
                inside(path[:-1]).append(file)
        return cls(name, lambda: nodes[()])

    def children(self) -> list[Node]:
        """Return what lies in it, sorted by name, without what no person put there.

        Raises:
            Unreadable: it cannot be listed.
        """
        nodes = list(self.listing())
        if any(node.name == "pyvenv.cfg" for node in nodes):
            return []  # a virtual environment that went along
        kept = [node for node in nodes if not node.name.startswith(".") and node.name not in JUNK]
        return sorted(kept, key=lambda node: (node.name.casefold(), isinstance(node, Folder), node.name))

    def folders(self) -> list[Folder]:
        """Return the folders in it."""
        return [node for node in self.children() if isinstance(node, Folder)]

    def files(self) -> list[File]:
        """Return the files in it."""
        return [node for node in self.children() if isinstance(node, File)]

    def child(self, name: str) -> File | None:
        """Return the file of exactly this name."""
        return next((file for file in self.files() if file.name == name), None)


Node: TypeAlias = File | Folder
Entry: TypeAlias = tuple[tuple[str, ...], File | None]  # a path, and what lies there unless it is a folder


def entry_of(path: str, made: Callable[[str], File | None], why: str = OUTSIDE) -> Entry:
    """Return what lies at a path of an archive, made from its last name.

    A path that leads out is refused under a name in quotes, so that it is no topic's and not hidden.
    """
    parts = inside(path)
    return (parts, made(parts[-1])) if parts else ((f"'{short(path)}'",), File.closed(f"'{short(path)}'", why))


def walk(nodes: Iterable[Node], most: int | None = None) -> Iterator[tuple[tuple[str, ...], File]]:
    """Yield every file below with its path, and folders that cannot be listed as files that are refused.

    Raises:
        Unreadable: there are more than `most` entries, or folders are nested too deeply.
    """
    most = limits.ENTRIES if most is None else most
    waiting: list[tuple[tuple[str, ...], Node]] = []
    waiting += [((node.name,), node) for node in reversed(list(nodes))]
    seen = 0
    while waiting:
        path, node = waiting.pop()
        seen += 1
        if seen > most or len(path) > limits.DEEP:
            raise Unreadable(f"there are more than {most} files or {limits.DEEP} folders inside one another")
        if isinstance(node, File):
            yield path, node
            continue
        try:
            below = node.children()
        except Unreadable as problem:
            yield path, File.closed(node.name, str(problem).removeprefix(f"{shown(node.name)} "))
            continue
        waiting += [((*path, child.name), child) for child in reversed(below)]


def reason(error: Exception) -> str:
    """Return an exception's text, short and on one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shown(" ".join(str(text).split()))[:120]


def _listing(path: Path) -> Sequence[Node]:
    try:
        with os.scandir(path) as entries:
            found = list(islice(entries, limits.WIDE + 1))
    except (OSError, ValueError) as error:
        raise Unreadable(f"{shown(path.name)} cannot be opened ({reason(error)})") from error
    if len(found) > limits.WIDE:
        raise Unreadable(f"{shown(path.name)} holds more than {limits.WIDE} entries")
    return [_node(entry) for entry in found]


def _node(entry: os.DirEntry[str]) -> Node:
    path, name = Path(entry.path), composed(entry.name)
    try:
        mode = entry.stat(follow_symlinks=False)
    except (OSError, ValueError) as error:
        return File.closed(name, f"cannot be opened ({reason(error)})")
    if stat.S_ISLNK(mode.st_mode) or _is_junction(mode):
        return File.closed(name, LINK)
    if stat.S_ISDIR(mode.st_mode):
        return Folder.at(path)
    return File.at(path) if stat.S_ISREG(mode.st_mode) else File.closed(name, SPECIAL)


def _is_junction(status: os.stat_result) -> bool:
    """Whether Windows would go on somewhere else from here."""
    mount_point = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return mount_point is not None and getattr(status, "st_reparse_tag", 0) == mount_point


def _open(path: Path) -> IO[bytes]:
    handle = os.open(path, FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable(f"{shown(path.name)} {SPECIAL}")
    return open(handle, "rb")
