"""Make docs/session.txt: a real session at a terminal, from an empty folder to a task that passes.

    python docs/record.py

Each command runs in a terminal of its own, 100 columns wide. What `grade watch` draws is a page that stays: of it the
recording holds the pages after which the person did something, without their empty rows. POSIX only, since other
systems have no such terminals.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

FILE = Path(__file__).resolve().parent / "session.txt"
ROWS, COLUMNS = 30, 100
PATIENCE = 300.0  # seconds for any one thing to appear
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][AB0-9]|\x1b\][^\x07]*\x07")
HOME = "\x1b[H"  # each page begins there
STUB = '    raise NotImplementedError("softmax")\n'
WRONG = "    e = (x - x.amax(0, keepdim=True)).exp()\n    return e / e.sum(0, keepdim=True)\n"
RIGHT = "    e = (x - x.amax(dim, keepdim=True)).exp()\n    return e / e.sum(dim, keepdim=True)\n"
FINISHED = "✓ pass"
FAILED = "the rest is still being tested"
GRADED = "Graded in"
HEADER = """\
A session as it went, made by docs/record.py: every line below `$` is what the program wrote. Lines in [brackets] say
what the person did meanwhile.

"""


class Terminal:
    """A program in a terminal, and what a person sees there."""

    def __init__(self, words: list[str], folder: Path) -> None:
        """Start `grade` with these words."""
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-P", "-m", "grader", *words], cwd=folder, env=environment,
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.text = ""

    def read(self) -> bool:
        """Read what is there, or wait for a moment; False once the program has gone."""
        if not select.select([self.ours], [], [], 0.2)[0]:
            return True
        try:
            piece = os.read(self.ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.text += piece.decode("utf-8", "replace")
        return bool(piece)

    def until(self, words: str) -> str:
        """Read on until a page with these words, from the last thing typed on; return that page."""
        end, self.text = time.monotonic() + PATIENCE, self.text.rpartition(HOME)[2]
        while True:
            for page in reversed(self.text.split(HOME)):
                if words in plain(page) and (page.count("\n") >= ROWS - 2):
                    return plain(page)
            if time.monotonic() > end or not self.read():
                raise SystemExit(f"{words!r} did not appear in:\n{plain(self.text)}")

    def all(self) -> str:
        """Read to the end of the program and return what it wrote."""
        while self.read():
            pass
        self.process.wait()
        return plain(self.text)

    def type(self, keys: str) -> None:
        """Type as a person does."""
        os.write(self.ours, keys.encode())


def plain(text: str) -> str:
    """Return what stands there, without colours, and without lines that were drawn over."""
    lines = (line.rpartition("\r")[2] if "\r" in line.rstrip("\r") else line for line in text.split("\n"))
    return "\n".join(SEQUENCE.sub("", line).rstrip() for line in lines).strip("\n")


def session(root: Path) -> list[str]:
    """Play the session in an empty folder and return what was to be seen."""
    folder, shown = root / "deep", []

    def command(line: str, where: Path) -> None:
        shown.append(f"$ {line}\n{Terminal(line.split()[1:], where).all()}\n")

    command("grade init deep --topic losses", root)
    shown.append("$ cd deep\n")
    command("grade next losses", folder)
    shown.append("$ grade watch .\n")
    watch = Terminal(["watch", "."], folder)
    watch.until(" tasks passed")
    shown.append("[in the editor: a softmax whose sum runs over the wrong axis; saved]\n")
    _save(folder, STUB, WRONG)
    shown.append(_without_gaps(watch.until(FAILED)))
    shown.append("[a moment later, by itself]\n")
    shown.append(_without_gaps(watch.until(GRADED)))
    shown.append("[in another terminal]\n")
    command("grade hint losses.softmax", folder)
    command("grade hint losses.softmax", folder)
    shown.append("[in the editor: 0 becomes dim; saved]\n")
    _save(folder, WRONG, RIGHT)
    shown.append(_without_gaps(watch.until(FINISHED)))
    shown.append("[q]\n")
    watch.type("q")
    watch.all()
    command("grade next losses", folder)
    return shown


def _without_gaps(page: str) -> str:
    """Return a page without the rows that only fill the terminal."""
    return re.sub(r"\n{3,}", "\n\n", page) + "\n"


def _save(folder: Path, old: str, new: str) -> None:
    """Write a file as an editor does that renames."""
    file, part = folder / "losses" / "losses.py", folder / "losses.part"
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{file} has no such lines: {old}")
    part.write_text(text.replace(old, new), encoding="utf-8")
    part.replace(file)


def main() -> None:
    """Record a session and keep it."""
    with tempfile.TemporaryDirectory() as name:
        FILE.write_text(HEADER + "\n".join(session(Path(name))), encoding="utf-8")


if __name__ == "__main__":
    main()
