"""A git repository on a disk: whether it may be opened, what its branches point at, and its objects.

The objects come through the `git` program in an environment of our own. The repository's own configuration, hooks,
attributes and filters are never read: `git` is given an empty repository of ours that borrows nothing but the folder of
objects, and only the plumbing `cat-file` is used.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader.classroom.reading import limits
from grader.classroom.reading.tree import ClassProblem, File, Folder, Node, Unreadable, folder_at

NAME = re.compile(rb"(?P<name>[0-9a-f]{40}|[0-9a-f]{64})")
POINTER = re.compile(rb"ref: (?P<ref>refs/[^\s~^:?*\[\\]+)")
PACKED = re.compile(rb"(?P<name>[0-9a-f]{40}|[0-9a-f]{64}) (?P<ref>refs/\S+)")
# Files by which a repository borrows from another one, which need not be the student's.
BORROWED = (("commondir",), ("objects", "info", "alternates"), ("objects", "info", "http-alternates"))
REFS = 10_000_000  # bytes of the list of references
SAFE = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.bigFileThreshold=8m",
    "core.deltaBaseCacheLimit=16m",
    "core.packedGitWindowSize=32m",
    "core.packedGitLimit=128m",
    "protocol.allow=never",
    "safe.directory=*",
)
MEMORY = 1 << 30
SHA1 = 40


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


try:
    from resource import RLIMIT_AS, prlimit
except ImportError:  # only Linux can bound the memory of another process
    prlimit = None  # type: ignore[assignment]


class ObjectStore(AbstractContextManager["ObjectStore"]):
    """The objects under one folder; two `git` processes answer until it is closed."""

    def __init__(self, objects: Path, *, name_length: int = SHA1, seconds: float | None = None) -> None:
        self._git = program()
        self._stack = ExitStack()
        self.binary = name_length // 2  # bytes of an object's name
        home = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="grade-git-")))
        _skeleton(home, name_length)
        self._sizes = self._start("--batch-check", home, objects)
        self._contents = self._start("--batch", home, objects)
        self._timer = threading.Timer(seconds or limits.GIT_SECONDS, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *problem: object) -> None:
        """End both processes."""
        self._timer.cancel()
        self._kill()
        for process in (self._sizes, self._contents):
            process.communicate()
        self._stack.close()

    def content(self, name: str, kind: str, most: int) -> bytes | None:
        """Return an object's bytes; None where it has more than `most`.

        Raises:
            Unreadable: there is no such object, it is of another kind, or git gives up on it.
        """
        size = self._header(self._sizes, name, kind)
        if size > most:
            return None
        if self._header(self._contents, name, kind) != size:
            raise Unreadable("its git store is damaged")
        data = _pipe(self._contents.stdout).read(size + 1)
        if len(data) != size + 1:
            raise Unreadable("its git store is damaged, or reading it took too long")
        return data[:-1]

    def _header(self, process: subprocess.Popen[bytes], name: str, kind: str) -> int:
        try:
            question = _pipe(process.stdin)
            question.write(name.encode("ascii") + b"\n")
            question.flush()
            words = _pipe(process.stdout).readline(300).split()
        except (OSError, ValueError) as error:
            raise Unreadable("its git store is damaged, or reading it took too long") from error
        if len(words) != 3 or words[1] != kind.encode():
            raise Unreadable("its git store lacks an object or is damaged: clone it anew")
        return int(words[2])

    def _start(self, how: str, home: Path, objects: Path) -> subprocess.Popen[bytes]:
        options = [word for setting in SAFE for word in ("-c", setting)]
        process = subprocess.Popen(
            [self._git, "--no-pager", *options, "cat-file", how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=_environment(home, objects),
        )
        if prlimit is not None:
            prlimit(process.pid, RLIMIT_AS, (MEMORY, MEMORY))
        return process

    def _kill(self) -> None:
        for process in (self._sizes, self._contents):
            process.kill()


def program() -> str:
    """Return the path of the `git` program.

    Raises:
        ClassProblem: there is none, or only one that lies in the current folder.
    """
    found = shutil.which("git")
    if found is None or Path(found).resolve().parent == Path.cwd().resolve():
        raise ClassProblem("git is not installed: install it, or give the files without their repositories")
    return found


def _environment(home: Path, objects: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DIR": str(home),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OBJECT_DIRECTORY": str(objects.resolve()),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": str(home),
        "LC_ALL": "C",
    }


def _skeleton(home: Path, name_length: int) -> None:
    """Make an empty repository by hand, so that no template of the system goes into it."""
    for folder in ("objects", "refs"):
        (home / folder).mkdir()
    (home / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    version, format_line = (0, "") if name_length == SHA1 else (1, "[extensions]\n\tobjectformat = sha256\n")
    config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{format_line}"
    (home / "config").write_text(config, encoding="ascii")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise Unreadable("git cannot be talked to")
    return pipe
