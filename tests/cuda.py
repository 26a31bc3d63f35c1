"""Everything that only a graphics card can show, in one command and under ten minutes: `python tests/cuda.py`.

It runs in a checkout, with a torch that is built for CUDA, and writes a page to be kept or sent: what was run, how it
ended and what it said. Without a card it says so and what to do. `--device sim` rehearses it without one.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.device.internals import TorchTooOld  # noqa: E402 - of this checkout
from grader.judge.accelerator import NoSuchDevice, accelerator_for  # noqa: E402

SECONDS = 570  # for all steps together
LINES = 30  # of what a step said, on the page
NO_CARD = 2

# Fills the card in a device test, where the reference has room enough.
FULL = """
import torch

kept = []


def softmax(x, dim):
    e = (x - x.amax(dim, keepdim=True)).exp()
    while x.device.type == "cuda":
        kept.append(torch.ones(1 << 28, device=x.device))
    return e / e.sum(dim, keepdim=True)
"""


@dataclass(frozen=True)
class Step:
    """One command, and what it shows."""

    what: str
    command: tuple[str, ...]
    code: int = 0  # that it has to end with
    words: str = ""  # that it has to say


@dataclass(frozen=True)
class Result:
    """How a step ended; without a code there was no time for it, or no end."""

    step: Step
    code: int | None
    seconds: float
    said: str

    @property
    def ok(self) -> bool:
        """Whether it ended as it has to."""
        return self.code == self.step.code and self.step.words in self.said


def steps(device: str, full: Path) -> list[Step]:
    """Return what is run, what tells most first."""
    chosen = ("--device", device)
    found = [
        Step("the driver starts in a confined worker", _grade("solutions", "--task", "losses.softmax", *chosen)),
        Step("the same where every layer has to hold", _grade(
            "solutions", "--task", "losses.softmax", *chosen, "--sandbox", "strict")),
        Step("every test on a device passes with the references", _grade("solutions", "-k", "device", *chosen)),
        Step("mistakes of devices are caught and named", _grade("verify", *PROVEN, *chosen)),
        Step("training, buffers and recurrent layers, whole", _grade(
            "solutions", *(word for task in WHOLE for word in ("--task", task)), "--ignore-needs", *chosen)),
        Step("what confinement holds without a card", _grade("doctor")),
    ]  # fmt: skip
    if device == "cuda":
        full.write_text(FULL, encoding="utf-8")
        command = _grade(str(full), "--task", "losses.softmax", *chosen)
        found.insert(2, Step("a card that is full is the verdict memory", command, code=1, words="memory"))
    return found


PROVEN = ("losses.softmax", "mlp.Dropout", "rnn.Embedding")
WHOLE = ("cnn.BatchNorm2d", "rnn.LSTMCell", "training.train_epoch")


def _grade(*words: str) -> tuple[str, ...]:
    return ("grade", *words)


def played(plan: Sequence[Step], seconds: float = SECONDS) -> Iterator[Result]:
    """Run one step after the other, as long as there is time."""
    end = time.monotonic() + seconds
    for step in plan:
        started = time.monotonic()
        yield _played(step, end - started, started)


def _played(step: Step, left: float, started: float) -> Result:
    if left <= 0:
        return Result(step, None, 0.0, "no time was left")
    command = [sys.executable, "-P", "-m", "grader", *step.command[1:]]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=left, check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode("utf-8", "replace") if isinstance(late.stdout, bytes) else late.stdout or ""
        return Result(step, None, time.monotonic() - started, f"{said}\nstopped after {left:.0f} s")
    return Result(step, done.returncode, time.monotonic() - started, done.stdout)


def page(accelerator: str, results: Sequence[Result]) -> str:
    """Return the page: a table, and what each step said."""
    about = f"torch {version('torch')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    rows = [
        f"| {result.step.what} | {'as it must' if result.ok else 'NOT AS IT MUST'} | {result.seconds:.0f} s |"
        for result in results
    ]
    good, total = sum(result.ok for result in results), sum(result.seconds for result in results)
    said = [
        f"## {result.step.what}\n\n`{' '.join(result.step.command)}`, exit code {result.code}\n\n"
        "```\n" + "\n".join(result.said.strip().splitlines()[-LINES:]) + "\n```"
        for result in results
    ]
    head = f"# {accelerator}\n\n{about}\n\n{good} of {len(results)} steps are as they must be, in {total:.0f} s."
    return "\n\n".join([head, "\n".join(["| step | ended | time |", "|---|---|---|", *rows]), *said]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it all, write the page, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "sim"], default="cuda", help="sim rehearses without a card")
    parser.add_argument("--page", type=Path, default=Path("cuda.md"), help="where the page goes (cuda.md)")
    chosen = parser.parse_args(arguments)
    try:
        accelerator = accelerator_for(chosen.device)
    except (NoSuchDevice, TorchTooOld) as problem:
        print(f"Nothing was run and no page written. {problem}", file=sys.stderr)
        return NO_CARD
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for result in played(steps(chosen.device, Path(folder, "losses.py"))):
            results.append(result)
            print(f"{'ok ' if result.ok else 'NOT'} {result.seconds:4.0f} s  {result.step.what}", flush=True)
            chosen.page.write_text(page(accelerator.words, results), encoding="utf-8")  # whatever comes next
    print(f"the page is {chosen.page}")
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
