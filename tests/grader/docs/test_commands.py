"""Every command of README.md and docs/ is run as it stands there, or says why it is not."""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field

import click
import documented
import pytest

from grader.cli.group import DEFAULT
from grader.cli.main import cli

BLOCKS = documented.blocks()
RUN = [block for block in BLOCKS if not block.reason]
STUB = 'raise NotImplementedError("softmax")'
WRONG = "e = (x - x.amax(0, keepdim=True)).exp(); return e / e.sum(0, keepdim=True)"
SAME_ANYWHERE = ("grade doctor",)  # it tells of the machine, and of nothing in the folder
GRADED = (0, 1)  # all right, or something does not pass: both are answers

pytestmark = pytest.mark.timeout(600)  # a command takes seconds, but of a machine that has them


@dataclass
class Shell:
    """Runs each command once in each place, with the packages of this interpreter."""

    folder: object
    known: dict = field(default_factory=dict)

    def run(self, line, where):
        key = (line, "." if line in SAME_ANYWHERE else where)
        if key not in self.known:
            self.known[key] = self._run(shlex.split(line), key[1])
        return self.known[key]

    def _run(self, words, where):
        program = {"grade": ["-P", "-m", "grader"], "pytest": ["-P", "-m", "pytest", "-q"]}[words[0]]
        place = documented.ROOT if words[0] == "pytest" else self.folder / where
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *program, *words[1:]], cwd=place, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(documented.ROOT)}, check=False,
        )  # fmt: skip
        if words[:2] == ["grade", "init"] and not {"--update", "--notebooks"} & set(words):
            self._begin(place / words[2] / "losses" / "losses.py")
        return done

    def _begin(self, file):
        """Do a first wrong step, so that there is something to report."""
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(STUB, WRONG), encoding="utf-8")


@pytest.fixture(scope="session")
def shell(prepared):
    """The shell of all blocks."""
    return Shell(prepared)


# Pages for few, whose commands take long, are left to CI.
FOR_MANY = ("README.md", "learners.md")
BLOCKS_TO_RUN = [
    pytest.param(
        block,
        id=f"{block.page}-{block.commands[0]}",
        marks=[] if block.page in FOR_MANY else [pytest.mark.rest],
    )
    for block in RUN
]


@pytest.mark.parametrize("block", BLOCKS_TO_RUN)
def test_documented_commands_run_as_they_stand(shell, block):
    """Each command ends with an answer and no complaint about how it was called."""
    where = block.folder
    for line in block.commands:
        if line.startswith("cd "):
            where = line.removeprefix("cd ")
            continue
        done = shell.run(line, where)
        assert done.returncode in GRADED, f"{line}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, f"{line}: {done.stderr}"


def test_every_command_that_is_not_run_says_why():
    """A reason stands before each block that is left out."""
    left_out = [block for block in BLOCKS if block.reason]
    assert left_out and all(len(block.reason.split()) > 2 for block in left_out)
    assert all(line.split()[0] in ("grade", "pytest", "cd") for block in RUN for line in block.commands)


def test_mistake_of_the_learner_is_named_as_documented(shell):
    """What the README shows is what a wrong softmax gets."""
    shell.run("grade init deep --topic losses", ".")
    out = shell.run("grade . --task losses.softmax", "deep").stdout
    assert "Likely" in out and "the softmax ran over the batch" in out


@pytest.mark.parametrize(("page", "span"), documented.spans())
def test_command_in_a_sentence_has_the_options_that_it_names(page, span):
    """A command that is only mentioned exists, with every option that is mentioned."""
    words = [word.strip(".,;") for word in span.split()[1:]]
    command = cli.commands.get(words[0], cli.commands[DEFAULT]) if words else cli
    if isinstance(command, click.Group) and len(words) > 1 and words[1] in command.commands:
        command = command.commands[words[1]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known | {"--help"}


def test_links_between_the_pages_lead_somewhere():
    """Every link to a file of the repository finds it."""
    missing = [
        f"{page.name}: {target}" for page, target in documented.links() if not (page.parent / target).exists()
    ]
    assert missing == []


def test_pictures_ask_nobody_for_anything():
    """A picture of the documentation names no address but that of its own format."""
    pictures = list((documented.ROOT / "docs" / "images").glob("*.svg"))
    assert pictures
    for picture in pictures:
        found = set(re.findall(r"https?://[^\s\"')]+", picture.read_text(encoding="utf-8")))
        assert found == {"http://www.w3.org/2000/svg"}


def test_pictures_of_the_readme_are_small():
    """Whoever looks at the project loads them."""
    shown = re.findall(r"!\[.+?\]\((.+?)\)", (documented.ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 3
    assert [picture for picture in shown if (documented.ROOT / picture).stat().st_size > 120_000] == []


def test_picture_and_recording_show_a_mistake_that_is_named(prepared):
    """What people see first is a run that names a mistake, not one that a busy machine has spoilt."""
    for name in ("images/grade.svg", "session.txt"):
        text = html.unescape((documented.ROOT / "docs" / name).read_text(encoding="utf-8"))
        assert "the softmax ran over the batch" in text.replace("\N{NO-BREAK SPACE}", " ")
        assert "timeout" not in text
