"""What names say: the path in an archive that one stands for, what opens it, and times that tools wrote into it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from grader.classroom.reading import limits
from grader.intake.python_text import shown
from grader.intake.topic_files import SUFFIXES, composed

ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")
# Archives that only another program opens; their owner is told so.
FOREIGN = (".rar", ".7z", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".bz2", ".xz", ".gz", ".zipx", ".ace")
LONGEST = 100
DRIVE = re.compile(r"^[A-Za-z]:")


def inside(path: str) -> tuple[str, ...] | None:
    """Return the parts of an archive's path; None where it would lead out of the archive or is absurd."""
    path = composed(path.replace("\\", "/"))
    if "\0" in path or path.startswith("/") or DRIVE.match(path) or len(path) > limits.NAME:
        return None
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    return None if ".." in parts or len(parts) > limits.DEEP or not parts else parts


def is_archive(name: str) -> bool:
    """Whether a file is meant to be an archive, one that can be opened or not."""
    return name.casefold().endswith(ARCHIVES + FOREIGN)


def stem_of(name: str) -> str:
    """Return a file's name without the ending of an archive, of code or of a notebook."""
    for suffix in (*ARCHIVES, *FOREIGN, *SUFFIXES):
        if name.casefold().endswith(suffix):
            return name[: -len(suffix)]
    return name


def label(text: str) -> str:
    """Return a name as an id: printable, on one line, bounded, and the same in every run."""
    clean = " ".join(shown(composed(text)).split())
    if len(clean) <= LONGEST:
        return clean
    return f"{clean[: LONGEST - 9]}~{hashlib.sha256(clean.encode()).hexdigest()[:8]}"


def short(path: str) -> str:
    """Return a path for a sentence: printable, and cut in the middle when it is long."""
    text = shown(path)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 2 :]}"


def moment(text: str) -> datetime | None:
    """Return a time that Gradescope wrote, with its zone; None where it is in no known form."""
    plain = re.sub(r" ?(?:UTC|GMT)$", "Z", text.strip())
    try:
        when = datetime.fromisoformat(re.sub(r" (?=[-+]\d\d:?\d\d$)", "", plain))
    except ValueError:
        return None
    return when if when.tzinfo else None
