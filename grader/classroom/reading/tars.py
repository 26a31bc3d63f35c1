"""Tar files as folders, read once from front to back; only files that matter are held."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from grader.classroom.reading import limits
from grader.classroom.reading.disk import LINK, SPECIAL
from grader.classroom.reading.names import inside, outside, short
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, grow, refused
from grader.classroom.reading.zips import CHUNK, OUTSIDE

ORDINARY = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)


@dataclass(frozen=True)
class Bounds:
    """How much of a tar is looked at, and how much of it is held."""

    members: int
    stream: int
    held: int


@dataclass
class _Forward:
    """A stream that only goes forward, counts, and never gives much in one piece."""

    stream: IO[bytes]
    most: int
    position: int = 0

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= limits.HEADER:
            raise Unreadable("it asks for more than a header may hold")
        data = self.stream.read(size)
        self.position += len(data)
        if self.position > self.most:
            raise Unreadable(f"it holds more than {self.most // limits.MB} MB")
        return data

    def seek(self, position: int) -> None:
        while self.position < position:
            if not self.read(min(CHUNK, position - self.position)):
                break

    def tell(self) -> int:
        return self.position


def open_tar(stream: IO[bytes], name: str, wanted: Callable[[str], bool], bounds: Bounds) -> Folder:
    """Return what a tar holds; files that are not `wanted` are there by name only.

    Raises:
        Unreadable: it goes over one of its bounds.
        Exception: whatever the library raises for a broken file.
    """
    try:
        return grow(name, list(_entries(_Forward(stream, bounds.stream), wanted, bounds)))
    except Unreadable as problem:
        raise Unreadable(f"{short(name)} is too large: {problem}") from problem


def _entries(
    stream: _Forward, wanted: Callable[[str], bool], bounds: Bounds
) -> Iterator[tuple[tuple[str, ...], File | None]]:
    held = 0
    with tarfile.open(fileobj=stream, mode="r:") as archive:  # type: ignore[call-overload]
        for number, member in enumerate(archive, start=1):
            archive.members.clear()  # the library keeps them all
            if number > bounds.members:
                raise Unreadable(f"it holds more than {bounds.members} files")
            path = inside(member.name)
            if path is None:
                if not member.isdir():  # `tar cf x.tar .` begins with the folder itself
                    yield (outside(member.name),), refused(outside(member.name), OUTSIDE)
            elif member.isdir():
                yield path, None
            else:
                file = _file(archive, member, path[-1], wanted)
                held += file.packed[0] if file.packed else 0
                if held > bounds.held:
                    raise Unreadable(f"it holds more than {bounds.held // limits.MB} MB of code and archives")
                yield path, file


def _file(
    archive: tarfile.TarFile, member: tarfile.TarInfo, name: str, wanted: Callable[[str], bool]
) -> File:
    if member.issym() or member.islnk():
        return refused(name, LINK)
    if member.type not in ORDINARY or member.issparse():
        return refused(name, SPECIAL)
    if not wanted(name):
        return refused(name, "was not read")
    content = archive.extractfile(member)
    data = b"" if content is None else _all(content)
    return File(name, lambda: io.BytesIO(data), packed=(len(data), len(data)))


def _all(content: IO[bytes]) -> bytes:
    """Read a member in pieces, so that a false size allocates nothing."""
    pieces, size = [], 0
    while piece := content.read(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > limits.ARCHIVE:
            raise Unreadable(f"a file in it has more than {limits.ARCHIVE // limits.MB} MB")
    return b"".join(pieces)
