"""A small volume in memory over the scratch folder: the kernel counts every byte and file in it, removed ones too."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from grader.process import kernel
from grader.process.kernel import in_child
from grader.worker.confine.policy import Limits

_NEW_USER, _NEW_MOUNTS = 0x1000_0000, 0x0002_0000  # CLONE_NEWUSER, CLONE_NEWNS
_PRIVATE_BELOW = 0x4_0000 | 0x4000  # MS_PRIVATE, MS_REC: no mount of ours is seen outside
_FILES_ONLY = 0x2 | 0x4 | 0x8  # MS_NOSUID, MS_NODEV, MS_NOEXEC
_DONE = "mounted"


def mount(folder: Path, limits: Limits) -> bool:
    """Put a volume over a folder, for this process and its children alone; False where the system refuses.

    Root needs no more than the right to mount. An ordinary user becomes the owner of a namespace first, in
    which nothing but this volume is his.
    """
    if sys.platform != "linux":
        return False
    if os.geteuid() != 0 and in_child(lambda keep: _mount(folder, limits)) != _DONE:
        return False  # found out in a child: half of it done would be a user that nobody is
    with contextlib.suppress(OSError):
        return _mount(folder, limits) == _DONE
    return False


def unmount(folder: Path) -> None:
    """Take the volume away, with all that is in it."""
    kernel.unmount(os.fsencode(folder))


def _mount(folder: Path, limits: Limits) -> str:
    if os.geteuid() == 0:
        kernel.unshare(_NEW_MOUNTS)
    else:
        _own_namespace()
    kernel.mount(b"none", b"/", None, _PRIVATE_BELOW, None)
    bounds = f"size={limits.scratch_size},nr_inodes={limits.scratch_files},mode=0700"
    kernel.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", _FILES_ONLY, bounds.encode())
    return _DONE


def _own_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(_NEW_USER | _NEW_MOUNTS)
    maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    for name, text in maps.items():
        Path("/proc/self", name).write_text(text)
