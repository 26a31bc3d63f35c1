"""One git repository where each student committed; a commit hands in the topic files that it changed."""

from __future__ import annotations

from collections.abc import Iterator

from grader.classroom.reading import limits
from grader.classroom.reading.found import Claim, Found, Layout, Part, Reading, Spot
from grader.classroom.reading.git.commits import SHORT, Commit, folder_of, history
from grader.classroom.reading.git.store import Store
from grader.classroom.reading.layouts.git_branches import _opened
from grader.classroom.reading.problems import ClassProblem, Unreadable
from grader.classroom.reading.tree import File, walk
from grader.intake.file_names import topic_of


def _fits_commits(spot: Spot) -> int:
    """Never choose this by itself: one student's clone looks the same."""
    return 0


def _find_commits(spot: Spot) -> Reading:
    """Return each author's commits as parts, the oldest first.

    Raises:
        ClassProblem: it is no repository, or one that cannot be read.
    """
    return Reading(_authors(spot))


def _authors(spot: Spot) -> Iterator[Found]:
    repository = _opened(spot)
    authors: dict[str, tuple[Claim, list[Part]]] = {}
    try:
        seconds, length = limits.GIT_CLASS_SECONDS, repository.name_length
        with Store(repository.objects, name_length=length, seconds=seconds) as store:
            before: dict[str, File] = {}
            for commit in history(store, repository.refs.get("HEAD", "")):
                part, before = _commit_part(store, commit, before, spot)
                claim = _author_claim(commit)
                if part.nodes or part.problem:
                    authors.setdefault(claim.id, (claim, []))[1].append(part)
            for claim, parts in authors.values():
                yield Found((claim,), tuple(parts))
    except Unreadable as problem:
        raise ClassProblem(f"{spot.place}: {problem}") from problem


def _topic_files(store: Store, commit: Commit, spot: Spot) -> dict[str, File]:
    return {
        "/".join(path): node
        for path, node in walk(folder_of(store, commit.tree).children())
        if isinstance(node, File) and topic_of(node.name, spot.topics)
    }


def _commit_part(store: Store, commit: Commit, before: dict[str, File], spot: Spot) -> tuple[Part, dict[str, File]]:
    """Return the topic files that a commit changed, and those that there are after it."""
    place = f"{spot.place} (commit {commit.name[:SHORT]})"
    try:
        now = _topic_files(store, commit, spot)
    except Unreadable as problem:  # the author's own, and nobody else's
        return Part((), place, submitted_at=commit.when, problem=str(problem)), before
    changed = tuple(file for path, file in now.items() if _content(before.get(path)) != _content(file))
    return Part(changed, place, submitted_at=commit.when), now


def _content(file: File | None) -> str:
    """Return the name of a file's content in the repository, which is a digest of it."""
    return file.digest if file else ""


def _author_claim(commit: Commit) -> Claim:
    text = f"{commit.author} <{commit.email}>"
    return Claim((commit.email or commit.author).casefold(), text, name=commit.author, email=commit.email)


GIT_COMMITS = Layout("a git repository with a commit for each student", _fits_commits, _find_commits)
