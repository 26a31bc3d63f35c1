"""Times that tools write into names and small files."""

from __future__ import annotations

import re
from datetime import datetime

from grader.classroom.reading.names import is_archive, stem_of

# What Otter appends to the name of a notebook when it packs it: losses_2024_01_31T23_59_58_123456.zip
OTTER = re.compile(r"_(\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d(?:_\d{1,6})?)(?: ?\(\d{1,3}\))?$")
CLOCK_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[ T](?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,6})?)\d* ?(?P<zone>UTC|GMT|Z|[+-]\d\d:?\d\d)"
)


def otter_stamp(name: str) -> tuple[str, str] | None:
    """Return the name without Otter's time, and the time, which sorts as text."""
    stem = stem_of(name)
    found = OTTER.search(stem) if is_archive(name) else None
    return (stem[: found.start()], found.group(1)) if found else None


def moment(text: str) -> datetime | None:
    """Return a time that nbgrader or Gradescope wrote, with its zone; None where it is in no known form."""
    told = CLOCK_TIME.fullmatch(text.strip())
    if told is None:
        return None
    zone = "+00:00" if told["zone"] in ("UTC", "GMT", "Z") else told["zone"]
    try:
        return datetime.fromisoformat(f"{told['day']} {told['clock']}{zone}")
    except ValueError:
        return None
