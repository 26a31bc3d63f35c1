"""A repository on a disk: where its store lies, what its branches point at, and whether it may be opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.reading import limits
from grader.classroom.reading.disk import folder_at
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, Node

NAME = re.compile(rb"(?P<name>[0-9a-f]{40}|[0-9a-f]{64})")
POINTER = re.compile(rb"ref: (?P<ref>refs/[^\s~^:?*\[\\]+)")
PACKED = re.compile(rb"(?P<name>[0-9a-f]{40}|[0-9a-f]{64}) (?P<ref>refs/\S+)")
# Files by which a repository borrows from another one, which need not be the student's.
BORROWED = (("commondir",), ("objects", "info", "alternates"), ("objects", "info", "http-alternates"))
REFS = 10_000_000  # bytes of the list of references


@dataclass(frozen=True)
class Repository:
    """The references of a repository; its objects are read through a Store."""

    objects: Path
    head: str  # the branch that HEAD names, or nothing
    refs: dict[str, str]  # full name -> object, with HEAD among them

    @property
    def name_length(self) -> int:
        """How many characters an object's name has."""
        return max((len(name) for name in self.refs.values()), default=40)

    @property
    def branches(self) -> dict[str, str]:
        """The branches, those of a remote under their own name; a remote's wins over an older local one."""
        local = {
            ref.removeprefix("refs/heads/"): name for ref, name in self.refs.items() if _is(ref, "heads")
        }
        remote = {_remote(ref): name for ref, name in self.refs.items() if _is(ref, "remotes")}
        found = {**local, **remote}
        return {branch: found[branch] for branch in sorted(found) if branch and branch != "HEAD"}


def store_of(path: Path | None) -> Path | None:
    """Return the folder that holds a repository's store: `.git`, or the folder itself where it is bare."""
    if path is None:
        return None
    for folder in (path / ".git", path):
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder
    return None


def open_repository(store: Path) -> Repository:
    """Return the references of a repository.

    Raises:
        Unreadable: it holds links or other special files, borrows objects, or has no commit.
    """
    root = folder_at(store)
    if store.is_symlink():
        raise Unreadable("its .git is a link, and links are not followed")
    if any(_at(root, path) for path in BORROWED):
        raise Unreadable("its git store borrows from another one: clone it without --shared or --reference")
    _check(root)
    head, refs = _head(root), _refs(root)
    name = refs.get(head) or (head if NAME.fullmatch(head.encode()) else "")
    if name:
        refs["HEAD"] = name
    if not refs:
        raise Unreadable("its git repository has no commit: commit the files and push them")
    return Repository(store / "objects", head, refs)


def _check(root: Folder) -> None:
    """Refuse anything but folders and ordinary files where git will open files by itself."""
    waiting = [node for node in root.listing() if node.name in ("objects", "refs", "HEAD", "packed-refs")]
    seen = 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if isinstance(node, Folder):
            waiting += node.listing()
        elif node.refused:
            raise Unreadable(f"its git store holds {node.name}, which {node.refused}")
        if seen > limits.GIT_ENTRIES:
            raise Unreadable(f"its git store holds more than {limits.GIT_ENTRIES} files")


def _at(folder: Folder, path: tuple[str, ...]) -> Node | None:
    node = next((node for node in folder.listing() if node.name == path[0]), None)
    if len(path) == 1 or node is None:
        return node
    return _at(node, path[1:]) if isinstance(node, Folder) else None


def _text(root: Folder, *path: str) -> bytes:
    node = _at(root, path)
    return (node.read(REFS) or b"") if isinstance(node, File) else b""


def _head(root: Folder) -> str:
    """Return the branch that HEAD names, or the object that it names directly."""
    text = _text(root, "HEAD").strip()
    found = POINTER.fullmatch(text)
    return (found["ref"] if found else text[:64]).decode("utf-8", "surrogateescape")


def _refs(root: Folder) -> dict[str, str]:
    refs = {
        found["ref"].decode("utf-8", "surrogateescape"): found["name"].decode()
        for found in map(PACKED.fullmatch, _text(root, "packed-refs").splitlines())
        if found
    }
    waiting: list[tuple[str, Node]] = [
        (f"refs/{part}", node) for part in ("heads", "remotes") if (node := _at(root, ("refs", part)))
    ]
    while waiting:
        ref, node = waiting.pop()
        if isinstance(node, Folder):
            waiting += [(f"{ref}/{child.name}", child) for child in node.listing()]
        elif found := NAME.fullmatch((node.read(limits.NOTE) or b"").strip()):
            refs[ref] = found["name"].decode()
    return dict(sorted(refs.items()))


def _is(ref: str, part: str) -> bool:
    return ref.startswith(f"refs/{part}/")


def _remote(ref: str) -> str:
    """Return the branch of `refs/remotes/origin/branch`."""
    return ref.removeprefix("refs/remotes/").partition("/")[2]
