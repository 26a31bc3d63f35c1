"""The one folder that workers may write: a volume in memory where that is allowed, and in it a fresh one for each."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from grader.process import kernel
from grader.process.kernel import in_child
from grader.worker.confine.policy import Limits, Start, Step

_DEEP = 10


def _enter(start: Start) -> None:
    os.umask(0o077)
    os.mkdir(start.folder)
    os.chdir(start.folder)


OWN_FOLDER = Step((), _enter)  # a worker, already in its final identity, makes its own folder and stands in it


def give_to(folder: Path, user: int) -> None:
    """Make the folder the private one of a user."""
    os.chown(folder, user, user)
    os.chmod(folder, 0o700)


def sweep(folder: Path) -> None:
    """Remove all that workers left, however deep they nested it and whatever its mode."""
    lifted = os.path.join(folder, os.urandom(16).hex())  # no worker knew that name
    found = [(str(folder), 0)]
    for current, depth in found:  # grows as it is read
        with os.scandir(current) as entries:
            for entry in list(entries):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                found.append(_in_reach(entry.path, depth + 1, f"{lifted}-{len(found)}"))
    for current, _ in reversed(found[1:]):
        os.rmdir(current)


def remove(folder: Path) -> None:
    """Remove a worker's folder, if it came so far to make one."""
    if folder.exists():
        sweep(folder)
        folder.rmdir()


def _in_reach(path: str, depth: int, higher: str) -> tuple[str, int]:
    """Where a folder is, and how deep; a deep one is moved up first, for a path has a longest length."""
    if depth < _DEEP:
        return path, depth
    os.rename(path, higher)
    return higher, 1


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
        Path("/proc/self", name).write_text(text, encoding="ascii")
