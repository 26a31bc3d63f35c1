"""Write the data file of this set anew from `prideprejudice.txt.gz`, beside this script: `python build.py`."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

HERE = Path(__file__).parent
HEADING = re.compile(r"\n+Chapter \d+\n+")
CHAPTERS = 24


def paragraphs(chapter: str) -> list[str]:
    """Return the paragraphs of a chapter, each on one line, without the marks of italics."""
    parts = chapter.replace("_", "").split("\n\n")
    return [" ".join(part.split()) for part in parts if part.strip()]


def build() -> dict[str, bytes]:
    """Return the file by name: the first chapters, a paragraph on each line, without headings."""
    text = gzip.decompress((HERE / "prideprejudice.txt.gz").read_bytes()).decode("ascii")
    chapters = HEADING.split(text)[1 : CHAPTERS + 1]
    lines = [line for chapter in chapters for line in paragraphs(chapter)]
    return {"austen.txt": ("\n".join(lines) + "\n").encode("ascii")}


if __name__ == "__main__":
    for name, content in build().items():
        (HERE / name).write_bytes(content)
