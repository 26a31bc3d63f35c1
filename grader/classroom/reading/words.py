"""The sentences about what is wrong with a hand-in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from grader.classroom.reading import limits
from grader.classroom.reading.names import short, stem_of
from grader.intake.errors import shown
from grader.intake.find import MOST_NOTES


def too_large(where: str, most: int) -> str:
    """Say that a file is over its limit."""
    remedy = (
        "clear the outputs of the notebook" if where.casefold().endswith(".ipynb") else "move data out of it"
    )
    return f"{short(where)} is larger than {most // limits.MB} MB: {remedy}"


def several(topic: str, paths: Sequence[str]) -> str:
    """Say that a topic has two files that differ."""
    listed = " and ".join(short(path) for path in sorted(paths)[:5])
    return f"{len(paths)} different files could be {topic}: {listed}: hand in one of them"


def nothing(topics: Collection[str], others: int, code: Iterable[str]) -> str:
    """Say that no topic's file was found, what was looked for, and what to hand in."""
    wanted = ", ".join(f"{topic}.py" for topic in topics)
    if not others:
        return f"there is no file in it: hand in {wanted} or a notebook of that name"
    near = "; ".join(near_topics(code, topics)[:3])
    return (
        f"no topic file found: looked for {wanted}, and notebooks of these names{'; ' if near else ''}{near}"
    )


def near_topics(names: Iterable[str], topics: Collection[str]) -> list[str]:
    """Say which names are close to those of topics."""
    said = []
    for name in sorted(set(names)):
        near = get_close_matches(stem_of(name).casefold()[:100], list(topics), n=1, cutoff=0.7)
        if near:
            said.append(f"{shown(name)} is not the file of a topic (rename it to {near[0]}.py?)")
    return said[:MOST_NOTES]


def bounded(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes once each, and not too many."""
    kept = tuple(dict.fromkeys(notes))
    if len(kept) <= MOST_NOTES:
        return kept
    return (*kept[:MOST_NOTES], f"{len(kept) - MOST_NOTES} more notes are left out")
