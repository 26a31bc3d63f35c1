"""What Python has no name for: calls into the kernel, a short task in a forked child, and memory of this process."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable
from functools import cache

if sys.platform != "win32":
    import resource

_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_CAPABILITIES_VERSION = 0x20080522
_WORDS = 7  # a system call's number and arguments
_DETACH = 2  # MNT_DETACH
_SIZES = "/proc/self/statm"
_MAPPED, _WRITABLE = 0, 5  # fields of it
_STRINGS = ctypes.POINTER(ctypes.c_void_p)


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    library.syscall.argtypes = [ctypes.c_long] * _WORDS  # told once, each call makes fewer objects:
    library.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]  # a worker pays for every page it touches
    return library


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def call(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make the system call `number`; a buffer is passed by its address."""
    words = [ctypes.addressof(word) if isinstance(word, ctypes.Array) else word or 0 for word in arguments]
    return _checked(_library().syscall(number, *words, *(0,) * (_WORDS - 1 - len(words))))


def control(option: int, *values: int) -> int:
    """Read or change one attribute of this process (`prctl`)."""
    return _checked(_library().prctl(option, *(*values, 0, 0, 0, 0)[:4]))


def never_more_rights() -> None:
    """Give up gaining rights by running a program, without which an ordinary user may not confine himself."""
    control(_NO_NEW_PRIVILEGES, 1)


def keep_capabilities(kept: int) -> None:
    """Give up every capability but these (a mask of the first 32)."""
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    data = struct.pack("=6I", kept, kept, 0, 0, 0, 0)  # effective, permitted, inheritable; twice
    _checked(int(_library().capset(header, data)))


def erase(address: int, length: int) -> None:
    """Overwrite own memory with zeros."""
    ctypes.memset(address, 0, length)


def erase_string(address: int) -> None:
    """Overwrite a C string with zeros."""
    erase(address, len(ctypes.string_at(address)))


def unshare(flags: int) -> None:
    """Get namespaces of one's own."""
    _checked(int(_library().unshare(ctypes.c_int(flags))))


def mount(source: bytes, target: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    """Mount a file system."""
    _checked(int(_library().mount(source, target, kind, ctypes.c_ulong(flags), data)))


def unmount(target: bytes) -> None:
    """Detach what is mounted over a folder, whoever still stands in it."""
    _checked(int(_library().umount2(target, ctypes.c_int(_DETACH))))


def clear_environment() -> None:
    """Drop the C library's environment, of which Python's is only a copy."""
    _checked(int(_library().clearenv()))


def environment_strings() -> list[int]:
    """Addresses of the C library's `NAME=value` strings."""
    entries = _STRINGS.in_dll(_library(), "environ")
    addresses: list[int] = []
    while entries and (address := entries[len(addresses)]):
        addresses.append(int(address))
    return addresses


_MOST = 1 << 16


def processors() -> int:
    """How many processors this process may use, which in a container are fewer than the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


START_METHOD = "TORCHGRADE_START_METHOD"  # the variable that `grade --start-method` sets, for processes of ours too


def can_fork() -> bool:
    """Whether a process that has loaded libraries such as torch can be forked here, and nobody asks to do without."""
    return sys.platform == "linux" and os.environ.get(START_METHOD) != "spawn"


def in_child(task: Callable[[tuple[int, ...]], str], seconds: float = 20.0) -> str | None:
    """What `task` returns in a child; None when the child raises, dies or takes too long.

    The task is given the descriptors that it must leave open for its answer.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads, which the child has no use for
        child = os.fork()
    if child == 0:
        _play(task, reading, writing)
    os.close(writing)
    try:
        return _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _play(task: Callable[[tuple[int, ...]], str], reading: int, writing: int) -> None:
    try:
        os.close(reading)
        os.write(writing, b"=" + task((writing,)).encode()[:_MOST])
    except BaseException:  # the child ends here whatever happened: the parent's work is not its own
        os._exit(1)
    os._exit(0)


def _read(descriptor: int, end: float) -> str | None:
    text = b""
    while select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
        piece = os.read(descriptor, _MOST)
        if not piece:
            return text[1:].decode() if text else None
        text += piece
    return None


def bound_memory(size: int) -> None:
    """Let this process, where the system can, take only so much address space more; it may lift that itself."""
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = mapped() + size
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most < 0 else min(wanted, most), most))


def mapped() -> int:
    """Address space of this process in bytes."""
    return _size(_MAPPED)


def writable() -> int:
    """What of it is this process's own and may be written, in bytes: reserved addresses do not count."""
    return _size(_WRITABLE)


def _size(field: int) -> int:
    descriptor = os.open(_SIZES, os.O_RDONLY)
    try:
        return int(os.read(descriptor, 200).split()[field]) * resource.getpagesize()
    finally:
        os.close(descriptor)
