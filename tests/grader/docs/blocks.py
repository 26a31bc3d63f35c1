"""What the documentation tells people to type, read from README.md and docs/*.md."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"(?:<!-- (?P<note>[^\n]*?) -->\n)?```sh\n(?P<text>.*?)```", re.DOTALL)
NOT_RUN, RUN_IN = "not run: ", "run in "
SPAN = re.compile(r"`(grade [^`\n]*)`")
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)[^)]*\)")


@dataclass(frozen=True)
class Block:
    """Commands that stand together."""

    page: str
    commands: tuple[str, ...]
    reason: str = ""  # why they are not run
    folder: str = "."  # where, in the prepared folder


def blocks():
    """Every block of commands, page by page."""
    return [_block(page.name, found) for page in PAGES for found in BLOCK.finditer(page.read_text("utf-8"))]


def _block(page, found):
    note, lines = found["note"] or "", found["text"].splitlines()
    commands = tuple(shlex.join(words) for line in lines if (words := shlex.split(line, comments=True)))
    reason = note.removeprefix(NOT_RUN) if note.startswith(NOT_RUN) else ""
    return Block(page, commands, reason, note.removeprefix(RUN_IN) if note.startswith(RUN_IN) else ".")


def spans():
    """Every command that stands in a sentence, with its page."""
    return [(page.name, span) for page in PAGES for span in SPAN.findall(page.read_text("utf-8"))]


def links():
    """Every link to another file, with the file that has it."""
    return [
        (page, target) for page in PAGES for target in LINK.findall(CODE.sub("", page.read_text("utf-8")))
    ]
