"""Zip files as folders: every name and size is checked before a byte is decompressed."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import IO

from grader.classroom.reading.disk import LINK, SPECIAL
from grader.classroom.reading.names import inside, outside, short
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, grow, refused

MEMBER = b"PK\x01\x02"  # begins each entry of the list of contents
HEADER = 30  # bytes before a member's data at the least
CHUNK = 1 << 20
UTF8 = 0x800
ENCRYPTED = 0x1
UNKNOWN = 1980  # the year with which the times of zips begin
OUTSIDE = "has a path that leads out of the archive, or none at all"


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
    return grow(name, _entries(archive, members))


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
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + HEADER + member.compress_size
    return False


def _entries(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> Iterator[tuple[tuple[str, ...], File | None]]:
    for member in members:
        name = _name(member)
        path = inside(name)
        if path is None:
            yield (outside(name),), refused(outside(name), OUTSIDE)
        elif name.endswith(("/", "\\")):
            yield path, None
        elif why := _refusal(member):
            yield path, refused(path[-1], why)
        else:
            packed = (member.file_size, member.compress_size)
            yield path, File(path[-1], partial(archive.open, member), packed=packed, stamp=_stamp(member))


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
    if not member.flag_bits & UTF8:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
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
