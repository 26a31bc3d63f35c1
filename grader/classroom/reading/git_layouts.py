"""Layouts of git: a clone for each student, or one repository with a branch or a commit for each.

A clone and a branch hand in what they hold now, and what they held at the dates of the course; where each student
committed to one branch, a commit hands in the topic files that it changed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import TypeAlias

from grader.classroom.reading import limits
from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.collect import wanted
from grader.classroom.reading.git_repository import DAMAGED, Commit, Repository, open_repository, store_of
from grader.classroom.reading.name_layouts import claim_of, parts_inside
from grader.classroom.reading.names import label
from grader.classroom.reading.tree import ClassProblem, Folder, Unreadable, walk
from grader.intake.topic_files import topic_of

SHORT = 10  # characters of a commit's name that tell it from others
Contents: TypeAlias = Mapping[tuple[str, ...], str]  # by path, each called by its digest
NOBODY = ("main", "master", "trunk", "gh-pages")


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
            yield ClaimedWork((claim_of(name),), tuple(parts_inside(folder, place)))


def _clone(store: Path, claim: Claim, login: str, place: str, topics: Collection[str]) -> ClaimedWork:
    try:
        repository = open_repository(store)
        commits = repository.commits(repository.tip())
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
    head = repository.files(commits[0], matters)
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
        return WorkPart.of(repository.files(commit, matters), f"{place} (commit {commit.name[:SHORT]})", commit.when)

    now = last()
    part = WorkPart.of(head, place, now.when if now else None)
    return ClaimedWork((claim,), (part,), before=before)


GIT_CLONES = Layout("git clones", _fits_clones, _find_clones)


def _fits_branches(spot: Spot) -> int:
    """Count the branches that may be students'."""
    try:
        return len(_students(_opened(spot)))
    except ClassProblem:
        return 0


def _opened(spot: Spot) -> Repository:
    """Return the repository of a folder.

    Raises:
        ClassProblem: it is no repository, or one that cannot be read.
    """
    store = store_of(spot.folder.path)
    if store is None:
        raise ClassProblem(f"{spot.place} is not a git repository: give the folder that holds .git")
    try:
        return open_repository(store)
    except Unreadable as problem:
        raise ClassProblem(f"{spot.place}: {problem}") from problem


def _students(repository: Repository) -> Mapping[str, str]:
    """Return the branches but the repository's own."""
    own = {*NOBODY, repository.head.removeprefix("refs/heads/")}
    return {branch: name for branch, name in repository.branches.items() if branch not in own}


def _find_branches(spot: Spot) -> LayoutFindings:
    """Return what each branch holds now, and held before.

    Raises:
        ClassProblem: it is no repository, or one that cannot be read.
    """
    return LayoutFindings(_branches(_opened(spot), spot))


def _branches(repository: Repository, spot: Spot) -> Iterator[ClaimedWork]:
    students = _students(repository)
    last = [branch.rpartition("/")[2] for branch in students]
    plain = len(set(last)) == len(last)  # otherwise students/alice and old/alice are told apart by all of it
    for branch, name in students.items():
        claim = claim_of(branch.rpartition("/")[2] if plain else branch)
        place = f"{spot.place} (branch {branch})"
        own = replace(repository)  # so that nobody's objects take the time of others
        try:
            yield _committed(own, own.commits(name), claim, place, spot.topics)
        except Unreadable as problem:
            yield ClaimedWork((claim,), (WorkPart((), place, problem=str(problem)),))


GIT_BRANCHES = Layout("a git repository with a branch for each student", _fits_branches, _find_branches)


def _find_commits(spot: Spot) -> LayoutFindings:
    """Return each author's commits as parts, the oldest first.

    Raises:
        ClassProblem: it is no repository, or one that cannot be read.
    """
    repository = replace(_opened(spot), seconds=limits.GIT_CLASS_SECONDS)
    try:
        commits = repository.commits(repository.tip())
        if not repository.is_whole:
            raise Unreadable(DAMAGED)
        if len(commits) > limits.COMMITS:
            raise Unreadable(f"it has more than {limits.COMMITS} commits")
    except Unreadable as problem:
        raise ClassProblem(f"{spot.place}: {problem}") from problem
    authors = dict[str, tuple[Claim, list[WorkPart]]]()
    before: Contents = {}
    for commit in reversed(commits):
        part, before = _changed(repository, commit, before, spot)
        if part.nodes or part.problem:
            text = f"{commit.author} <{commit.email}>"
            claim = Claim((commit.email or commit.author).casefold(), text, name=commit.author, email=commit.email)
            authors.setdefault(claim.id, (claim, []))[1].append(part)
    return LayoutFindings([ClaimedWork((claim,), tuple(parts)) for claim, parts in authors.values()])


def _changed(
    repository: Repository, commit: Commit, before: Contents, spot: Spot
) -> tuple[WorkPart, Contents]:
    """Return the topic files that a commit changed, and the contents of all that there are after it."""
    part = WorkPart((), f"{spot.place} (commit {commit.name[:SHORT]})", commit.when)
    try:
        files = [file for file in walk(repository.files(commit).children()) if topic_of(file[1].name, spot.topics)]
    except Unreadable as problem:  # the author's own, and nobody else's
        return replace(part, problem=str(problem)), before
    changed = tuple(file for path, file in files if before.get(path, "") != file.digest)
    return replace(part, nodes=changed), {path: file.digest for path, file in files}


# Never chosen by itself: one student's clone looks the same.
GIT_COMMITS = Layout("a git repository with a commit for each student", lambda spot: 0, _find_commits)
