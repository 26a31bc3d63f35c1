"""The layout of git: a clone for each student, which hands in what it holds now and what it held at some dates."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.collect import wanted
from grader.classroom.reading.git_repository import Commit, Repository, open_repository, store_of
from grader.classroom.reading.name_layouts import claim_of, part_inside
from grader.classroom.reading.names import label
from grader.classroom.reading.tree import Folder, Unreadable, walk

SHORT = 10  # characters of a commit's name that tell it from others


def _fits_clones(spot: Spot) -> int:
    """Count the folders where every one is a repository."""
    folders = spot.folder.folders()
    return len(folders) if folders and all(store_of(folder.path) for folder in folders) else 0


def _find_clones(spot: Spot) -> LayoutFindings:
    """Return what each student committed, or what one did where the folder itself is a repository."""
    if store_of(spot.folder.path):
        return LayoutFindings(_clones([(spot.folder, spot.place)], spot.topics))
    folders = [(folder, spot.at(folder.name)) for folder in spot.folder.folders()]
    strays = [spot.left_out(file) for file in spot.folder.files()]
    return LayoutFindings(_clones(folders, spot.topics), strays)


def _clones(folders: Sequence[tuple[Folder, str]], topics: Collection[str]) -> Iterator[ClaimedWork]:
    names = [folder.name.removesuffix(".git") for folder, _ in folders]
    # GitHub Classroom writes the assignment before each name.
    prefix = os.path.commonprefix(names).rfind("-") + 1 if len(names) > 1 else 0
    for (folder, place), name in zip(folders, names, strict=True):
        if store := store_of(folder.path):
            yield _clone(store, claim_of(name), label(name[prefix:]), place, topics)
        else:
            yield ClaimedWork((claim_of(name),), (part_inside(folder, place),))


def _clone(store: Path, claim: Claim, login: str, place: str, topics: Collection[str]) -> ClaimedWork:
    try:
        repository = open_repository(store)
        commits = repository.commits()
    except Unreadable as problem:
        return ClaimedWork((claim,), (WorkPart((), place, problem=str(problem)),))
    # The folder tells whose it is, for the author of a commit is what anybody writes there.
    hint = f"its last commit is by {commits[0].author} <{commits[0].email}>"
    claim = replace(claim, ids={"github": login, "login": login}, hint=hint)
    return _committed(repository, commits, claim, place, topics)


def _committed(
    repository: Repository, commits: Sequence[Commit], claim: Claim, place: str, topics: Collection[str]
) -> ClaimedWork:
    """Return what the first of some commits holds, and what the older ones behind it held."""
    matters = wanted(topics)
    head = repository.files(commits[0])
    states = dict[str, object]()  # by tree: the files that matter with their contents

    def state(commit: Commit) -> object:
        if commit.tree not in states:
            try:
                files = walk((head if commit is commits[0] else repository.files(commit)).children())
                states[commit.tree] = {(path, file.digest) for path, file in files if matters(file.name)}
            except Unreadable:
                states[commit.tree] = commit.tree
        return states[commit.tree]

    def last(until: datetime | None = None) -> Commit | None:
        """Return the commit that brought the files that matter as they were at a moment, or as they are now."""
        reached = (at for at, each in enumerate(commits) if until is None or (each.when and each.when <= until))
        if (start := next(reached, None)) is None:
            return None
        *_, oldest = takewhile(lambda each: state(each) == state(commits[start]), commits[start:])
        return oldest

    def before(moment: datetime) -> WorkPart | None:
        commit = last(moment)
        if commit is None or commit is now or not state(commit):
            return None
        return WorkPart.of(repository.files(commit), f"{place} (commit {commit.name[:SHORT]})", commit.when)

    now = last()
    part = WorkPart.of(head, place, now.when if now else None)
    return ClaimedWork((claim,), (part,), before=before)


GIT_CLONES = Layout("git clones", _fits_clones, _find_clones)
