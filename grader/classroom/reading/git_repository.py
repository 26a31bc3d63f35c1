"""A git repository on a disk, by the `git` program in an environment of our own: its commits and files.

The repository's own configuration, hooks, attributes and filters are never read: `git` is given an empty repository of
ours that borrows nothing but the folder of objects, and only commands that print objects are used.
"""

from __future__ import annotations

import atexit
import io
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from grader.classroom.reading import limits
from grader.classroom.reading.names import label
from grader.classroom.reading.tree import LINK, ClassProblem, File, Folder, Node, Unreadable, entry_of

NAME = re.compile(rb"(?P<name>[0-9a-f]{40}|[0-9a-f]{64})")
POINTER = re.compile(rb"ref: (?P<ref>refs/[^\s~^:?*\[\\]+)")
PACKED = re.compile(rb"(?P<name>[0-9a-f]{40}|[0-9a-f]{64}) (?P<ref>refs/\S+)")
# Of a listing of files.
ENTRY = re.compile(rb"(?P<mode>\d{6}) [a-z]+ (?P<name>[0-9a-f]+) +(?P<size>\S+)\t(?P<path>.+)", re.DOTALL)
SAID = "%H%n%T%n%an%n%ae%n%cI"  # of each commit
NOT_READ = {b"120000": LINK, b"160000": "is another repository"}  # by mode
OPENED = ("HEAD", "commondir", "objects", "packed-refs", "refs", "shallow")  # what we, or git by itself, will open
# Files by which a repository borrows from another one, which need not be the student's.
BORROWED = {"commondir", "objects/info/alternates", "objects/info/http-alternates"}
SAFE = (
    "core.fsmonitor=false",
    "core.commitGraph=false",
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
SHA1 = 40  # characters of a name; others are longer
DAMAGED = "its git store lacks an object or is damaged: clone it anew"
LARGEST = max(limits.NOTEBOOK, limits.ARCHIVE)

try:
    from resource import RLIMIT_AS, prlimit
except ImportError:  # only Linux can bound the memory of another process
    prlimit = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Commit:
    """What one commit says about itself."""

    name: str
    tree: str
    author: str
    email: str
    when: datetime | None  # of committing


@dataclass
class Repository:
    """The last commit of a repository, and its objects as long as there is time left to read them."""

    store: Path
    tip: str
    seconds: float = field(default_factory=lambda: limits.GIT_SECONDS)  # that git may still take

    def commits(self) -> list[Commit]:
        """Return the commits that lead to the last one, along first parents, the newest first, up to a limit.

        Raises:
            Unreadable: one is not there, unless the history was not cloned whole.
        """
        options = ("--first-parent", f"--max-count={limits.COMMITS}", "-z", "--encoding=none", f"--format={SAID}")
        data = self._said("log", *options, self.tip, "--", most=limits.COMMITS * limits.NOTE)
        found = [_commit(*entry.split("\n")) for entry in data.decode("utf-8", "replace").split("\0") if entry]
        if not found:
            raise Unreadable(DAMAGED)
        return found

    def files(self, commit: Commit) -> Folder:
        """Return what a commit holds; it is asked for when the folder is listed."""

        def listing() -> Sequence[Node]:
            data = self._said("ls-tree", "-r", "-z", "-l", commit.tree, most=limits.ENTRIES * limits.NAME)
            entries = [told for told in map(ENTRY.fullmatch, data.split(b"\0")) if told]
            why = "has a name that leads somewhere else"
            paths = ((each["path"].decode("utf-8", "surrogateescape"), each) for each in entries)
            return Folder.of("", [entry_of(path, partial(self._file, each), why) for path, each in paths]).listing()

        return Folder("", cache(listing))

    def _file(self, told: re.Match[bytes], called: str) -> File:
        """Return a file of a listing; git is started for its content."""
        if why := NOT_READ.get(told["mode"]):
            return File.closed(called, why)
        name = told["name"].decode()
        return File(called, lambda: io.BytesIO(self._said("cat-file", "blob", name, most=LARGEST)), digest=name)

    def _said(self, *command: str, most: int) -> bytes:
        """Return what a command of git prints.

        Raises:
            Unreadable: git gives up, takes too long or prints more than `most` bytes.
        """
        begun = time.monotonic()
        process = self._started(command)
        timer = threading.Timer(self.seconds, process.kill)
        timer.daemon = True
        timer.start()
        with process:
            data = process.stdout.read(most + 1) if process.stdout else b""
            if len(data) > most:
                process.kill()
        timer.cancel()
        self.seconds -= time.monotonic() - begun
        if len(data) > most:
            raise Unreadable("its git store holds more than anybody hands in")
        if process.returncode < 0 or self.seconds <= 0:
            raise Unreadable("its git store is damaged, or reading it took too long")
        if process.returncode:
            raise Unreadable(DAMAGED)
        return data

    def _started(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start git in an empty repository of ours, with the objects of this one.

        Raises:
            ClassProblem: there is no git, or only one that lies in the current folder.
        """
        program = shutil.which("git")
        if program is None or Path(program).resolve().parent == Path.cwd().resolve():
            raise ClassProblem("git is not installed: install it, or give the files without their repositories")
        options = [word for setting in SAFE for word in ("-c", setting)]
        home = _empty_repository(is_long=len(self.tip) > SHA1)
        process = subprocess.Popen(
            [program, "--no-pager", *options, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=_environment(home, self.store),
        )
        if prlimit is not None:
            prlimit(process.pid, RLIMIT_AS, (MEMORY, MEMORY))
        return process


def _commit(name: str, tree: str, author: str, email: str, when: str) -> Commit:
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:  # there is none, or none that can be
        moment = None
    return Commit(name, tree, label(author), label(email), moment)


def store_of(path: Path | None) -> Path | None:
    """Return the folder that holds a repository's store: `.git`, or the folder itself where it is bare."""
    if path is None:
        return None
    for folder in (path / ".git", path):
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder
    return None


def open_repository(store: Path) -> Repository:
    """Return a repository.

    Raises:
        Unreadable: it holds links or other special files, borrows objects, or has no commit.
    """
    if store.is_symlink():
        raise Unreadable("its .git is a link, and links are not followed")
    files = _files(store)
    if not BORROWED.isdisjoint(files):
        raise Unreadable("its git store borrows from another one: clone it without --shared or --reference")
    head = _text(files, "HEAD").strip()
    told = POINTER.fullmatch(head)
    tip = _tip(files, told["ref"]) if told else head
    if not NAME.fullmatch(tip):
        raise Unreadable("its git repository has no commit where its HEAD is: commit the files and push them")
    return Repository(store, tip.decode())


def _files(store: Path) -> dict[str, File]:
    """Return the files of a store by their paths; refuse anything but folders and ordinary files."""
    waiting = [(node.name, node) for node in Folder.at(store).listing() if node.name in OPENED]
    found, seen = dict[str, File](), 0
    while waiting:
        path, node = waiting.pop()
        seen += 1
        if isinstance(node, Folder):
            waiting += [(f"{path}/{child.name}", child) for child in node.listing()]
        elif node.refused:
            raise Unreadable(f"its git store holds {node.name}, which {node.refused}")
        else:
            found[path] = node
        if seen > limits.GIT_ENTRIES:
            raise Unreadable(f"its git store holds more than {limits.GIT_ENTRIES} files")
    return found


def _text(files: dict[str, File], path: str) -> bytes:
    return (files[path].read(limits.REFS) or b"") if path in files else b""


def _tip(files: dict[str, File], ref: bytes) -> bytes:
    """Return what a branch names: in a file of its own or else in the list of packed ones."""
    packed = map(PACKED.fullmatch, _text(files, "packed-refs").splitlines())
    names = {told["ref"]: told["name"] for told in packed if told}
    return _text(files, ref.decode("utf-8", "surrogateescape")).strip() or names.get(ref, b"")


def _environment(home: Path, store: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DIR": str(home),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OBJECT_DIRECTORY": str(store.resolve() / "objects"),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_SHALLOW_FILE": str(store.resolve() / "shallow"),
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": str(home),
        "LC_ALL": "C",
    }


@cache
def _empty_repository(*, is_long: bool) -> Path:
    """Make one by hand, so that no template of the system goes into it; all are read through the same, until we end."""
    home = Path(tempfile.mkdtemp(prefix="grade-git-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for folder in ("objects", "refs"):
        (home / folder).mkdir()
    (home / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    names = "[extensions]\n\tobjectformat = sha256\n" if is_long else ""
    settings = f"[core]\n\trepositoryformatversion = {int(is_long)}\n\tbare = true\n{names}"
    (home / "config").write_text(settings, encoding="ascii")
    return home
