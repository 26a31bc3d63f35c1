"""One git repository with a branch for each student."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.classroom.reading.found import Found, Layout, Part, Reading, Spot
from grader.classroom.reading.git.repository import Repository, open_repository, store_of
from grader.classroom.reading.git.store import Store
from grader.classroom.reading.layouts.by_name import claim_of
from grader.classroom.reading.layouts.git_clones import _committed
from grader.classroom.reading.problems import ClassProblem, Unreadable

NOBODY = ("main", "master", "trunk", "gh-pages")


def _fits_branches(spot: Spot) -> int:
    """Count the branches that may be students'."""
    try:
        return len(_students(_opened(spot)))
    except (ClassProblem, Unreadable):
        return 0


def _find_branches(spot: Spot) -> Reading:
    """Return what each branch holds now, and held before.

    Raises:
        ClassProblem: it is no repository, or one that cannot be _opened.
    """
    repository = _opened(spot)
    return Reading(_branches(repository, _students(repository), spot))


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


def _branches(repository: Repository, students: Mapping[str, str], spot: Spot) -> Iterator[Found]:
    last = [branch.rpartition("/")[2] for branch in students]
    plain = len(set(last)) == len(last)  # otherwise students/alice and old/alice are told apart by all of it
    for branch, name in students.items():
        claim = claim_of(branch.rpartition("/")[2] if plain else branch)
        place = f"{spot.place} (branch {branch})"
        try:
            # a store for each, so that nobody's objects take the time of others
            with Store(repository.objects, name_length=repository.name_length) as objects:
                yield replace(_committed(objects, name, place, spot.topics), claims=(claim,))
        except Unreadable as problem:
            yield Found((claim,), (Part((), place, problem=str(problem)),))


GIT_BRANCHES = Layout("a git repository with a branch for each student", _fits_branches, _find_branches)
