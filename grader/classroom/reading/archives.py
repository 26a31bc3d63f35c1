"""Zip and tar files as folders: opened for what they are, within bounds, and what is wrong with one is said."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice, pairwise
from typing import IO, cast

from grader.classroom.reading import limits
from grader.classroom.reading.names import FOREIGN, inside, short, stem_of
from grader.classroom.reading.tree import LINK, SPECIAL, Entry, File, Folder, Unreadable, entry_of, reason

MEMBER = b"PK\x01\x02"  # begins each entry of the list of contents
HEADER = 30  # bytes before a member's data at the least
CHUNK = 1 << 20
UTF8 = 0x800
ENCRYPTED = 0x1
UNKNOWN = 1980  # the year with which the times of zips begin
ORDINARY = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
ZIP, EMPTY_ZIP, GZIP, TAR_AT, TAR = b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", 257, b"ustar"
FOREIGN_MAGIC = {b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
AGAIN = "pack the files as an ordinary zip and hand it in again"


def open_zip(stream: IO[bytes], name: str, most: int, stack: ExitStack) -> Folder:
    """Return what a zip file holds; it stays open as long as `stack`.

    Raises:
        Unreadable: it holds more than `most` members, or members that share their bytes.
        Exception: whatever the library raises for a broken file.
    """
    if _members(stream) > most:
        raise Unreadable(f"{short(name)} holds more than {most} files: hand in only the files of the course")
    archive = stack.enter_context(zipfile.ZipFile(stream))
    members = archive.infolist()
    if _overlap(members):
        raise Unreadable(
            f"{short(name)} holds files that share their bytes, as no packing program makes them"
        )
    return Folder.of(stem_of(name), (entry_of(_name(each), partial(_zipped, archive, each)) for each in members))


def _members(stream: IO[bytes]) -> int:
    """Count what could be members, before the library makes an object of each."""
    stream.seek(0)
    count, tail = 0, b""
    while chunk := stream.read(CHUNK):
        joined = tail + chunk
        count += joined.count(MEMBER)
        tail = joined[-(len(MEMBER) - 1) :]
    stream.seek(0)
    return count


def _overlap(members: list[zipfile.ZipInfo]) -> bool:
    ordered = pairwise(sorted(members, key=lambda member: member.header_offset))
    return any(one.header_offset + HEADER + one.compress_size > next_.header_offset for one, next_ in ordered)


def _zipped(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> File | None:
    if _name(member).endswith(("/", "\\")):
        return None
    if why := _refusal(member):
        return File.closed(name, why)
    packed = (member.file_size, member.compress_size)
    return File(name, partial(archive.open, member), packed=packed, stamp=_stamp(member))


def _stamp(member: zipfile.ZipInfo) -> float | None:
    """Return a time that orders members; zips have no zone, and say 1980 where nothing is known."""
    try:
        moment = datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() if moment.year > UNKNOWN else None


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name; many programs write UTF-8 without saying so, which then reads as cp437."""
    name = member.orig_filename
    if member.flag_bits & UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:  # it is cp437, as the format has it
        return name


def _refusal(member: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return LINK
    if kind not in (0, stat.S_IFREG):
        return SPECIAL
    if member.flag_bits & ENCRYPTED:
        return "is encrypted: pack it without a password"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an unusual way: pack it as an ordinary zip"
    return ""


@dataclass(frozen=True)
class Bounds:
    """How many members an archive may have, how much of a tar is looked at, and which of its files are held."""

    members: int
    stream: int
    held: int
    wanted: Callable[[str], bool]


@dataclass
class _ForwardStream:
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


def open_tar(stream: IO[bytes], name: str, bounds: Bounds) -> Folder:
    """Return what a tar holds; files that are not `wanted` are there by name only.

    Raises:
        Unreadable: it goes over one of its bounds.
        Exception: whatever the library raises for a broken file.
    """
    try:
        return Folder.of(stem_of(name), list(_tar_entries(_ForwardStream(stream, bounds.stream), bounds)))
    except Unreadable as problem:
        raise Unreadable(f"{short(name)} is too large: {problem}") from problem


def _tar_entries(stream: _ForwardStream, bounds: Bounds) -> Iterator[Entry]:
    held = 0
    with tarfile.open(fileobj=stream, mode="r:") as archive:  # type: ignore[call-overload]
        for number, member in enumerate(archive, start=1):
            archive.members.clear()  # the library keeps them all
            if number > bounds.members:
                raise Unreadable(f"it holds more than {bounds.members} files")
            if member.isdir() and not inside(member.name):
                continue  # `tar cf x.tar .` begins with the folder itself
            path, file = entry_of(member.name, partial(_tarred, archive, member, bounds.wanted))
            held += file.packed[0] if file and file.packed else 0
            if held > bounds.held:
                raise Unreadable(f"it holds more than {bounds.held // limits.MB} MB of code and archives")
            yield path, file


def _tarred(
    archive: tarfile.TarFile, member: tarfile.TarInfo, wanted: Callable[[str], bool], name: str
) -> File | None:
    if member.isdir():
        return None
    if member.issym() or member.islnk():
        return File.closed(name, LINK)
    if member.type not in ORDINARY or member.issparse():
        return File.closed(name, SPECIAL)
    if not wanted(name):
        return File.closed(name, "was not read")
    content = archive.extractfile(member) or io.BytesIO()
    # In pieces, so that a false size allocates nothing.
    pieces = iter(partial(content.read, CHUNK), b"")
    data = b"".join(islice(pieces, limits.ARCHIVE // CHUNK + 1))
    if len(data) > limits.ARCHIVE:
        raise Unreadable(f"a file in it has more than {limits.ARCHIVE // limits.MB} MB")
    return File(name, lambda: io.BytesIO(data), packed=(len(data), len(data)))


def open_archive(file: File, stack: ExitStack, wanted: Callable[[str], bool], *, of_class: bool = False) -> Folder:
    """Return what an archive holds; it stays open as long as `stack`.

    Args:
        file: the archive.
        stack: closes it.
        wanted: tells by its name whether a file matters; of a tar the others are not held.
        of_class: the instructor made it, so that it may hold more.

    Raises:
        Unreadable: it is no archive, is broken or encrypted, or goes over a bound.
    """
    bounds = Bounds(limits.MEMBERS, limits.STREAM, limits.HELD, wanted)
    if of_class:
        bounds = Bounds(limits.CLASS_MEMBERS, limits.CLASS_STREAM, limits.CLASS_HELD, wanted)
    stream, head = _stream(file, stack), b""
    try:
        head = stream.read(512)
        stream.seek(0)
        _refuse(file.name, head)
        if head.startswith(GZIP):
            stream = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=stream)))
        if head.startswith(GZIP) or _is_tar(head):
            return open_tar(stream, file.name, bounds)
        return open_zip(stream, file.name, bounds.members, stack)
    except Unreadable:
        raise
    except Exception as error:  # the libraries raise almost anything for hostile bytes
        raise Unreadable(f"{short(file.name)} {_broken(head, error)}") from error


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


def _broken(head: bytes, error: Exception) -> str:
    if head.startswith((ZIP, EMPTY_ZIP, GZIP)) or _is_tar(head):
        return f"is cut short or damaged ({reason(error)}): hand it in again"
    is_text = all(byte >= 32 or byte in b"\t\n\r\f" for byte in head)
    return f"is called an archive but is {'text' if is_text else 'something else'}: {AGAIN}"


def _is_tar(head: bytes) -> bool:
    return head[TAR_AT : TAR_AT + len(TAR)] == TAR
