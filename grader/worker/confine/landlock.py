"""Files, TCP, signals and abstract sockets, closed by Landlock: a worker gives up its rights, root or not."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path

from grader.process import kernel
from grader.worker.confine.policy import Policy, Start, Step

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _BENEATH = 1, 1
_WITHOUT_LOG = 1  # a submission shall not fill the machine's audit log

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER, _REMOVE_FOLDER, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_FOLDER, _MAKE_FILE = 1 << 7, 1 << 8
_MOVE, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15

_READ = _READ_FILE | _READ_FOLDER
_WRITE = _WRITE_FILE | _TRUNCATE
_OWN = _READ | _WRITE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _MOVE
_CHANGE = ~(_READ | _EXECUTE | _DEVICE_CONTROL)  # whatever leaves a trace
_ON_A_FILE = _WRITE | _READ_FILE | _EXECUTE | _DEVICE_CONTROL

# What a version of Landlock can take away: rights on files, TCP (bind, connect), others (sockets, signals).
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP, _OTHERS = 0b11, 0b11


def version() -> int:
    """Landlock's version on this machine; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return kernel.call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def prepare(policy: Policy) -> Step | None:
    """Build the ruleset of a policy once; a worker submits to it, and to a small one for its own folder."""
    known = version()
    if not known:
        return None
    rights = _FILE_RIGHTS[min(known, max(_FILE_RIGHTS))]
    ruleset = _create(known, rights)
    for path in policy.readable:
        _allow(ruleset, path, _READ & rights)
    for path in policy.writable:
        _allow(ruleset, path, (_READ | _WRITE) & rights)
    for path in policy.devices:
        _allow(ruleset, path, (_READ | _WRITE | _DEVICE_CONTROL) & rights)
    _allow(ruleset, policy.scratch, _OWN & rights)
    change, flags = rights & _CHANGE, _WITHOUT_LOG if known >= 7 else 0
    changes = _packed(change)  # here: a worker pays for whatever it makes

    def apply(start: Start) -> None:
        """Submit to both rulesets, for good: the shared one ends above the folders of all workers."""
        kernel.never_more_rights()
        own = kernel.call(_CREATE_RULESET, changes, len(changes), 0)
        _allow(own, start.folder, _OWN & change)
        for path in (*policy.writable, *policy.devices):
            _allow(own, path, _WRITE & change)
        for each in (own, ruleset):
            kernel.call(_RESTRICT_SELF, each, flags)
            os.close(each)

    return Step(("files",), apply, (ruleset,))


def _create(known: int, rights: int) -> int:
    """A ruleset that refuses everything that this version can refuse."""
    buffer = _packed(rights, *([_TCP] if known >= 4 else []), *([_OTHERS] if known >= 6 else []))
    return kernel.call(_CREATE_RULESET, buffer, len(buffer), 0)


def _packed(*words: int) -> ctypes.Array[ctypes.c_char]:
    attributes = struct.pack(f"={len(words)}Q", *words)
    return ctypes.create_string_buffer(attributes, len(attributes))


def _allow(ruleset: int, path: Path | str, rights: int) -> None:
    with suppress(OSError):  # a path that is gone, or that may not be opened, stays closed
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            rule = struct.pack("=Qi", rights if folder else rights & _ON_A_FILE, descriptor)
            kernel.call(_ADD_RULE, ruleset, _BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
        finally:
            os.close(descriptor)
