"""The objects of a repository, through the `git` program in an environment of our own.

The repository's own configuration, hooks, attributes and filters are never read: `git` is given an empty
repository of ours that borrows nothing but the folder of objects, and only the plumbing `cat-file` is used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

from grader.classroom.reading import limits
from grader.classroom.reading.problems import ClassProblem, Unreadable

try:
    from resource import RLIMIT_AS, prlimit
except ImportError:  # only Linux can bound the memory of another process
    prlimit = None  # type: ignore[assignment]

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


class Store(AbstractContextManager["Store"]):
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
