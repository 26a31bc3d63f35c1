"""A clone of a repository for each student: what it holds now, and what it held at the dates of the course."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from grader.classroom.reading.found import Claim, Found, Layout, Part, Reading, Spot
from grader.classroom.reading.gather import wanted
from grader.classroom.reading.git.commits import SHORT, Commit, Past, folder_of, read_commit
from grader.classroom.reading.git.repository import open_repository, store_of
from grader.classroom.reading.git.store import Store
from grader.classroom.reading.layouts.by_name import claim_of, parts_inside
from grader.classroom.reading.names import label, short
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import Folder


def _fits_clones(spot: Spot) -> int:
    """Count the folders where every one is a repository."""
    folders = spot.folder.folders()
    return len(folders) if folders and all(store_of(folder.path) for folder in folders) else 0


def _find_clones(spot: Spot) -> Reading:
    """Return what each student committed, or what one did where the folder itself is a repository."""
    if store_of(spot.folder.path):
        return Reading(_clones([(spot.folder, spot.place)], spot.topics))
    folders = [(folder, spot.at(folder.name)) for folder in spot.folder.folders()]
    strays = [
        f"{short(spot.at(file.name))} belongs to nobody: it is left out" for file in spot.folder.files()
    ]
    return Reading(_clones(folders, spot.topics), strays)


def _clones(folders: Sequence[tuple[Folder, str]], topics: Collection[str]) -> Iterator[Found]:
    names = [folder.name.removesuffix(".git") for folder, _ in folders]
    prefix = _assignment(names)
    for (folder, place), name in zip(folders, names, strict=True):
        if store_of(folder.path):
            yield from _clone(folder, name, name[prefix:], place, topics)
        else:
            yield Found((claim_of(name),), tuple(parts_inside(folder, place)))


def _assignment(names: Sequence[str]) -> int:
    """Count the characters of the assignment that GitHub Classroom writes before each name."""
    return os.path.commonprefix(list(names)).rfind("-") + 1 if len(names) > 1 else 0


def _clone(folder: Folder, name: str, login: str, place: str, topics: Collection[str]) -> Iterator[Found]:
    claim = claim_of(name)
    try:
        store = store_of(folder.path)
        assert store is not None  # whoever calls has looked
        repository = open_repository(store)
        if "HEAD" not in repository.refs:
            raise Unreadable(f"its git repository has no commit on {repository.head or 'HEAD'}: push one")
        with Store(repository.objects, name_length=repository.name_length) as objects:
            head = repository.refs["HEAD"]
            found = _committed(objects, head, place, topics)
            yield replace(found, claims=(_clone_claim(claim, login, read_commit(objects, head)),))
    except Unreadable as problem:
        yield Found((claim,), (Part((), place, problem=str(problem)),))


def _committed(objects: Store, name: str, place: str, topics: Collection[str]) -> Found:
    """Return what a commit holds, and what those before it held; whose it is, is for others to say.

    Raises:
        Unreadable: the commit is not there.
    """
    past = Past(objects, name, wanted(topics))
    now = past.last()
    assert now is not None  # reading the past has found one

    def before(moment: datetime) -> Part | None:
        commit = past.last(moment)
        if commit is None or commit.name == now.name or not past.holds_any(commit):
            return None
        nodes = tuple(folder_of(objects, commit.tree).children())
        return Part(nodes, f"{place} (commit {commit.name[:SHORT]})", submitted_at=commit.when)

    nodes = tuple(folder_of(objects, read_commit(objects, name).tree).children())
    return Found((), (Part(nodes, place, submitted_at=now.when),), before=before)


def _clone_claim(claim: Claim, login: str, commit: Commit) -> Claim:
    """Return who it is from: the folder tells, for the author of a commit is what anybody writes there."""
    hint = f"its last commit is by {commit.author} <{commit.email}>"
    ids = {"github": label(login), "login": label(login)}
    return replace(claim, ids=ids, hint=hint)


GIT_CLONES = Layout("git clones", _fits_clones, _find_clones)
