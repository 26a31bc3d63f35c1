"""Layouts of git: a clone for each student, or one repository with a branch or a commit for each.

A clone and a branch hand in what they hold now, and what they held at the dates of the course; where each student
committed to one branch, a commit hands in the topic files that it changed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from grader.classroom.reading import limits
from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.collect import wanted
from grader.classroom.reading.git_history import SHORT, BranchHistory, Commit, folder_of, history, read_commit
from grader.classroom.reading.git_store import ObjectStore, Repository, open_repository, store_of
from grader.classroom.reading.name_layouts import claim_of, parts_inside
from grader.classroom.reading.names import label
from grader.classroom.reading.tree import ClassProblem, File, Folder, Unreadable, walk
from grader.intake.file_names import topic_of

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
    prefix = _assignment(names)
    for (folder, place), name in zip(folders, names, strict=True):
        if store_of(folder.path):
            yield from _clone(folder, name, name[prefix:], place, topics)
        else:
            yield ClaimedWork((claim_of(name),), tuple(parts_inside(folder, place)))


def _assignment(names: Sequence[str]) -> int:
    """Count the characters of the assignment that GitHub Classroom writes before each name."""
    return os.path.commonprefix(list(names)).rfind("-") + 1 if len(names) > 1 else 0


def _clone(folder: Folder, name: str, login: str, place: str, topics: Collection[str]) -> Iterator[ClaimedWork]:
    claim = claim_of(name)
    try:
        store = store_of(folder.path)
        assert store is not None  # whoever calls has looked
        repository = open_repository(store)
        if "HEAD" not in repository.refs:
            raise Unreadable(f"its git repository has no commit on {repository.head or 'HEAD'}: push one")
        with ObjectStore(repository.objects, name_length=repository.name_length) as objects:
            head = repository.refs["HEAD"]
            found = _committed(objects, head, place, topics)
            yield replace(found, claims=(_clone_claim(claim, login, read_commit(objects, head)),))
    except Unreadable as problem:
        yield ClaimedWork((claim,), (WorkPart((), place, problem=str(problem)),))


def _committed(objects: ObjectStore, name: str, place: str, topics: Collection[str]) -> ClaimedWork:
    """Return what a commit holds, and what those before it held; whose it is, is for others to say.

    Raises:
        Unreadable: the commit is not there.
    """
    past = BranchHistory(objects, name, wanted(topics))
    now = past.last()
    assert now is not None  # reading the past has found one

    def before(moment: datetime) -> WorkPart | None:
        commit = past.last(moment)
        if commit is None or commit.name == now.name or not past.holds_any(commit):
            return None
        nodes = tuple(folder_of(objects, commit.tree).children())
        return WorkPart(nodes, f"{place} (commit {commit.name[:SHORT]})", submitted_at=commit.when)

    nodes = tuple(folder_of(objects, read_commit(objects, name).tree).children())
    return ClaimedWork((), (WorkPart(nodes, place, submitted_at=now.when),), before=before)


def _clone_claim(claim: Claim, login: str, commit: Commit) -> Claim:
    """Return who it is from: the folder tells, for the author of a commit is what anybody writes there."""
    hint = f"its last commit is by {commit.author} <{commit.email}>"
    ids = {"github": label(login), "login": label(login)}
    return replace(claim, ids=ids, hint=hint)


GIT_CLONES = Layout("git clones", _fits_clones, _find_clones)


def _fits_branches(spot: Spot) -> int:
    """Count the branches that may be students'."""
    try:
        return len(_students(_opened(spot)))
    except (ClassProblem, Unreadable):
        return 0


def _find_branches(spot: Spot) -> LayoutFindings:
    """Return what each branch holds now, and held before.

    Raises:
        ClassProblem: it is no repository, or one that cannot be _opened.
    """
    repository = _opened(spot)
    return LayoutFindings(_branches(repository, _students(repository), spot))


def _opened(spot: Spot) -> Repository:
    """Return the repository of a folder.

    Raises:
        ClassProblem: it is no repository, or one that cannot be _opened.
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


def _branches(repository: Repository, students: Mapping[str, str], spot: Spot) -> Iterator[ClaimedWork]:
    last = [branch.rpartition("/")[2] for branch in students]
    plain = len(set(last)) == len(last)  # otherwise students/alice and old/alice are told apart by all of it
    for branch, name in students.items():
        claim = claim_of(branch.rpartition("/")[2] if plain else branch)
        place = f"{spot.place} (branch {branch})"
        try:
            # a store for each, so that nobody's objects take the time of others
            with ObjectStore(repository.objects, name_length=repository.name_length) as objects:
                yield replace(_committed(objects, name, place, spot.topics), claims=(claim,))
        except Unreadable as problem:
            yield ClaimedWork((claim,), (WorkPart((), place, problem=str(problem)),))


GIT_BRANCHES = Layout("a git repository with a branch for each student", _fits_branches, _find_branches)


def _fits_commits(spot: Spot) -> int:
    """Never choose this by itself: one student's clone looks the same."""
    return 0


def _find_commits(spot: Spot) -> LayoutFindings:
    """Return each author's commits as parts, the oldest first.

    Raises:
        ClassProblem: it is no repository, or one that cannot be read.
    """
    return LayoutFindings(_authors(spot))


def _authors(spot: Spot) -> Iterator[ClaimedWork]:
    repository = _opened(spot)
    authors: dict[str, tuple[Claim, list[WorkPart]]] = {}
    try:
        seconds, length = limits.GIT_CLASS_SECONDS, repository.name_length
        with ObjectStore(repository.objects, name_length=length, seconds=seconds) as store:
            before: dict[str, File] = {}
            for commit in history(store, repository.refs.get("HEAD", "")):
                part, before = _commit_part(store, commit, before, spot)
                claim = _author_claim(commit)
                if part.nodes or part.problem:
                    authors.setdefault(claim.id, (claim, []))[1].append(part)
            for claim, parts in authors.values():
                yield ClaimedWork((claim,), tuple(parts))
    except Unreadable as problem:
        raise ClassProblem(f"{spot.place}: {problem}") from problem


def _topic_files(store: ObjectStore, commit: Commit, spot: Spot) -> dict[str, File]:
    return {
        "/".join(path): node
        for path, node in walk(folder_of(store, commit.tree).children())
        if isinstance(node, File) and topic_of(node.name, spot.topics)
    }


def _commit_part(
    store: ObjectStore, commit: Commit, before: dict[str, File], spot: Spot
) -> tuple[WorkPart, dict[str, File]]:
    """Return the topic files that a commit changed, and those that there are after it."""
    place = f"{spot.place} (commit {commit.name[:SHORT]})"
    try:
        now = _topic_files(store, commit, spot)
    except Unreadable as problem:  # the author's own, and nobody else's
        return WorkPart((), place, submitted_at=commit.when, problem=str(problem)), before
    changed = tuple(file for path, file in now.items() if _content(before.get(path)) != _content(file))
    return WorkPart(changed, place, submitted_at=commit.when), now


def _content(file: File | None) -> str:
    """Return the name of a file's content in the repository, which is a digest of it."""
    return file.digest if file else ""


def _author_claim(commit: Commit) -> Claim:
    text = f"{commit.author} <{commit.email}>"
    return Claim((commit.email or commit.author).casefold(), text, name=commit.author, email=commit.email)


GIT_COMMITS = Layout("a git repository with a commit for each student", _fits_commits, _find_commits)
