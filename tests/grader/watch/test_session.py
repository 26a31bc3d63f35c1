"""A whole session in front of a terminal, with a real judge."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from grader.course import load_course
from grader.learner.folder import create
from grader.learner.progress import load

TASKS = len(load_course().topic("losses").tasks)
PATIENCE = 100.0  # seconds for any one thing to appear
WRONG = "    e = torch.exp(x - x.amax(0, keepdim=True))\n    return e / e.sum(0, keepdim=True)\n"
RIGHT = WRONG.replace("(0,", "(dim,")
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][AB0-9]")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")


class Terminal:
    """`grade watch` in a terminal of 100 by 32, and what a person sees and types there."""

    def __init__(self, folder, *options, **environment):
        import fcntl
        import pty
        import struct
        import termios

        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 32, 100, 0, 0))
        self.settings = lambda: termios.tcgetattr(self.theirs)
        self.before, self.text = self.settings(), ""
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "grader", "watch", *options], cwd=folder, start_new_session=True,
            stdin=self.theirs, stdout=self.theirs, stderr=self.theirs,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment},
        )  # fmt: skip

    def until(self, words):
        """Read on until these words appear; return what was shown on the way."""
        start = len(self.text)
        self.read_while(lambda: words not in SEQUENCE.sub("", self.text[start:]), words)
        return SEQUENCE.sub("", self.text[start:])

    def read_while(self, waits, words):
        """Read on as long as somebody waits for what these words say."""
        start, end = len(self.text), time.monotonic() + PATIENCE
        while waits():
            assert time.monotonic() < end, f"no {words!r} in:\n{SEQUENCE.sub('', self.text[start:])}"
            if select.select([self.ours], [], [], 0.2)[0]:
                self.text += os.read(self.ours, 65536).decode("utf-8", "replace")

    def type(self, keys):
        os.write(self.ours, keys.encode())

    def ended(self):
        """Return the exit code, after all that is still shown was read."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end
            if select.select([self.ours], [], [], 0.1)[0]:
                self.text += os.read(self.ours, 65536).decode("utf-8", "replace")
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def folder(tmp_path):
    """A course folder of one topic, with two tasks begun and one of them wrong."""
    folder, course = tmp_path / "mine", load_course()
    create(course, folder, [course.topic("losses")])
    save(folder, "mse_loss", "    return 0 * pred\n")
    save(folder, "softmax", WRONG)
    return folder


@pytest.fixture
def watch(folder):
    opened = []

    def start(*options, **environment):
        opened.append(Terminal(folder, *options, **environment))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


def save(folder, task, body):
    """Write the body of a task, and save as an editor does that renames."""
    file = folder / "losses" / "losses.py"
    text = file.read_text(encoding="utf-8")
    head, sign, rest = text.partition(f"def {task}(")
    start = rest.index('"""', rest.index('"""') + 3) + 4
    after = rest.index("\n\n\ndef ", start)
    (folder / "new").write_text(head + sign + rest[:start] + body + rest[after:], encoding="utf-8")
    (folder / "new").replace(file)


@pytest.mark.timeout(300)
def test_mistake_is_named_a_fix_is_seen_to_pass_and_the_terminal_is_as_it_was(folder, watch):
    """Start, read the failure, save a fix, see it pass, and leave."""
    terminal = watch()
    terminal.until(f"0 of {TASKS} tasks passed")
    assert terminal.settings() != terminal.before
    before, _, _ = terminal.until("the softmax ran over the batch").partition("the softmax ran over")
    assert "Checked" in before and "the rest is still being tested" in before
    terminal.read_while(
        lambda: load(folder).progress.of("losses.softmax").last is None, "result that is remembered"
    )
    assert (
        load(folder).progress.of("losses.softmax").failure.likely.startswith("the softmax ran over the batch")
    )
    save(folder, "softmax", RIGHT)
    terminal.until("✓ pass")
    assert f"1 of {TASKS} tasks passed" in SEQUENCE.sub("", terminal.text)
    terminal.type("q")
    assert terminal.ended() == 0
    assert terminal.settings() == terminal.before
    assert terminal.text.rindex("\x1b[?1049l") > terminal.text.rindex("\x1b[?1049h")
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")
    progress = load(folder).progress
    assert [progress.of(f"losses.{name}").last for name in ("mse_loss", "softmax")] == ["fail", "pass"]
