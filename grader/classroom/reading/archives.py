"""Opening an archive for what it is, whatever it is called, and saying what is wrong with it."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, cast

from grader.classroom.reading import limits
from grader.classroom.reading.names import FOREIGN, short
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tars import Bounds, open_tar
from grader.classroom.reading.tree import File, Folder, reason
from grader.classroom.reading.zips import open_zip

ZIP, EMPTY_ZIP, GZIP, TAR_AT, TAR = b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", 257, b"ustar"
FOREIGN_MAGIC = {b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
AGAIN = "pack the files as an ordinary zip and hand it in again"


@dataclass(frozen=True)
class Opener:
    """How an archive may be opened: what of a tar is held, and whether the instructor made it."""

    wanted: Callable[[str], bool]
    of_class: bool = False

    @property
    def members(self) -> int:
        """The most members that it may have."""
        return limits.CLASS_MEMBERS if self.of_class else limits.MEMBERS

    @property
    def bounds(self) -> Bounds:
        """How much of a tar is looked at."""
        if self.of_class:
            return Bounds(self.members, limits.CLASS_STREAM, limits.CLASS_HELD)
        return Bounds(self.members, limits.STREAM, limits.HELD)

    def open(self, file: File, stack: ExitStack) -> Folder:
        """Return what an archive holds; it stays open as long as `stack`.

        Raises:
            Unreadable: it is no archive, is broken or encrypted, or goes over a bound.
        """
        stream = _stream(file, stack)
        try:
            head = stream.read(512)
            stream.seek(0)
            _refuse(file.name, head)
            return self._folder(stream, file.name, head, stack)
        except Unreadable:
            raise
        except Exception as error:  # the libraries raise almost anything for hostile bytes
            raise Unreadable(_broken(file.name, head, error)) from error

    def _folder(self, stream: IO[bytes], name: str, head: bytes, stack: ExitStack) -> Folder:
        if head.startswith(GZIP):
            unzipped = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=stream)))
            return open_tar(unzipped, name, self.wanted, self.bounds)
        if head[TAR_AT : TAR_AT + len(TAR)] == TAR:
            return open_tar(stream, name, self.wanted, self.bounds)
        return open_zip(stream, name, self.members, stack)


def _stream(file: File, stack: ExitStack) -> IO[bytes]:
    if file.refused:
        raise Unreadable(f"{short(file.name)} {file.refused}")
    if file.on_disk:
        try:
            return stack.enter_context(file.open())
        except OSError as error:
            raise Unreadable(f"{short(file.name)} cannot be opened ({reason(error)})") from error
    if file.packed and file.packed[0] > max(limits.HONEST, limits.RATIO * file.packed[1]):
        raise Unreadable(f"{short(file.name)} shrank more than {limits.RATIO} fold, as no real archive does")
    data = file.read(limits.ARCHIVE)
    if data is None:
        raise Unreadable(
            f"{short(file.name)} is larger than {limits.ARCHIVE // limits.MB} MB: "
            "hand in only the files of the course"
        )
    return io.BytesIO(data)


def _refuse(name: str, head: bytes) -> None:
    if not head:
        raise Unreadable(f"{short(name)} is empty (0 bytes): the upload failed; hand it in again")
    kind = next((kind for magic, kind in FOREIGN_MAGIC.items() if head.startswith(magic)), "")
    if kind or (name.casefold().endswith(FOREIGN) and not head.startswith((ZIP, GZIP))):
        raise Unreadable(f"{short(name)} is not a zip{f' but {kind}' if kind else ''}: {AGAIN}")


def _broken(name: str, head: bytes, error: Exception) -> str:
    if head.startswith((ZIP, EMPTY_ZIP, GZIP)) or head[TAR_AT : TAR_AT + len(TAR)] == TAR:
        return f"{short(name)} is cut short or damaged ({reason(error)}): hand it in again"
    looks = "text" if _is_text(head) else "something else"
    return f"{short(name)} is called an archive but is {looks}: {AGAIN}"


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and all(byte >= 32 or byte in b"\t\n\r\f" for byte in head)
