"""Finding the file of each topic of one submission, in files or anywhere under folders."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from grader.course.suggestions import suggestions
from grader.intake.notebook_document import MOST_BYTES as MOST_NOTEBOOK_BYTES
from grader.intake.notebook_document import topic_in
from grader.intake.python_text import shown
from grader.intake.source import Content
from grader.intake.topic_files import Candidate, Stub, at_most, choose, near_misses, suffix_of, topic_of


class IntakeError(Exception):
    """The paths given do not lead to one submission; the message says what to give instead."""


class NothingFound(IntakeError):
    """No topic file lies under the paths given; name a file such as losses.py or the folder that holds it."""


class TwoCandidates(IntakeError):
    """Two files could both be one topic; remove one, or give the file itself."""


SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "__MACOSX"})
MOST_ENTRIES = 100_000
LONGEST = 160


def _files_under(folder: Path, notes: list[str]) -> Iterator[Path]:
    """Yield the files under a folder in order, and links to files inside of it; notes say what was passed over."""
    waiting, seen, base = [folder], 0, folder.resolve()
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if place == folder:
                raise IntakeError(f"{shown(folder)} cannot be read ({error.strerror}): check its rights") from error
            notes.append(f"{_inside(place, folder)} cannot be read ({error.strerror}): it is left out")
            continue
        if place != folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue  # a virtual environment that went along
        seen += len(entries)
        if seen > MOST_ENTRIES:
            raise IntakeError(
                f"{shown(folder)} holds more than {MOST_ENTRIES} entries: give the folder of the submission itself"
            )
        waiting += [Path(entry.path) for entry in reversed(entries) if _is_searched(entry)]
        for path, is_inside in ((Path(entry.path), _is_file_inside(entry, base)) for entry in entries):
            if is_inside:
                yield path
            elif path.name.endswith(".py") and path.is_symlink():
                notes.append(f"{_inside(path, folder)} is a link to no file in here: it is left out")


def _is_file_inside(entry: os.DirEntry[str], base: Path) -> bool:
    try:
        if not entry.is_symlink():
            return entry.is_file()
        target = Path(entry.path).resolve()
        return target.is_relative_to(base) and target.is_file()
    except (OSError, RuntimeError):  # a link to itself
        return False


def _is_searched(entry: os.DirEntry[str]) -> bool:
    try:
        is_folder = entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
    return is_folder and not entry.name.startswith(".") and entry.name not in SKIPPED


def _inside(path: Path, folder: Path) -> str:
    """Show a path relative to a folder, cut in the middle when it is very long."""
    text = shown(path.relative_to(folder))
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 2 :]}"


NEVER_LOADED = frozenset(
    {"conftest.py", "pytest.ini", "setup.cfg", "sitecustomize.py", "torch.py", "tox.ini", "usercustomize.py"}
)
MOST_OPENED = 50  # notebooks of other names, to see which topic they say that they are


@dataclass(frozen=True)
class Submission:
    """One submission: which file stands for which topic."""

    files: Mapping[str, Path | Content]  # topic slug -> file, for the topics that were found
    name: str  # as it was given: "submissions/alice"
    notes: tuple[str, ...] = ()  # what was passed over, one sentence each


@dataclass
class _Search:
    topics: Collection[str]
    found: dict[str, dict[Path, tuple[Path, Candidate]]] = field(default_factory=dict)  # slug -> real file -> as found
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # names of Python files that are no topic
    opened: int = 0

    def take(self, file: Path, where: str) -> bool:
        """Add a file if it is a topic's."""
        named = topic_of(file.name, self.topics, says=partial(self._says, file))
        if named is not None:
            found = file, Candidate(named, where, partial(_bytes, file))
            self.found.setdefault(named.topic, {}).setdefault(file.resolve(), found)
        return named is not None

    def _says(self, file: Path) -> str:
        self.opened += 1
        return topic_in(_bytes(file) or b"") if self.opened <= MOST_OPENED else ""

    def near_misses(self) -> list[str]:
        """Say which of the other files may be those of topics that were not found."""
        return near_misses(self.others, [slug for slug in self.topics if slug not in self.found])


def find_submission(
    paths: Sequence[Path | str], topics: Collection[str], stub: Stub | None = None
) -> Submission:
    """Find the file of each topic slug, in files or anywhere under folders.

    Args:
        paths: of one submission.
        topics: the slugs.
        stub: gives a topic's stub; a file that is one untouched never competes with another.

    Raises:
        IntakeError: a path does not exist, cannot be read, or is a file of another name.
        TwoCandidates: two different files could as well be one topic's.
        NothingFound: there is no topic file at all.
    """
    given = [Path(path) for path in paths]
    search = _Search(topics)
    for path in given:
        _look_at(search, path)
    if not search.found:
        raise NothingFound(_nothing(search, given))
    files = {slug: _chosen(search, slug, stub) for slug in topics if slug in search.found}
    notes = search.notes + [f"{note}: it is left out" for note in search.near_misses()]
    return Submission(files, ", ".join(_name(path) for path in given), at_most(notes, "files are ignored"))


def topics_beside(paths: Iterable[Path], topics: Iterable[str]) -> list[Path]:
    """Return the modules beside given files that are called like a topic: what they import is found as Python does."""
    given = [path for path in paths if path.is_file()]
    there = (folder / f"{slug}.py" for folder in dict.fromkeys(file.parent for file in given) for slug in topics)
    return [file for file in there if file.is_file() and file not in given]


def _look_at(search: _Search, path: Path) -> None:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):  # a null byte, or a name that is too long
        is_folder = is_file = False
    if is_folder:
        _look_into(search, path)
    elif not is_file:
        raise IntakeError(f"{shown(path)} is no file and no folder: give a path that exists")
    elif not search.take(path, shown(path)):
        raise IntakeError(f"{shown(path)} is not the file of a topic: {_remedy(search.topics, path.stem)}")


def _look_into(search: _Search, folder: Path) -> None:
    for file in _files_under(folder, search.notes):
        where = _inside(file, folder)
        if file.name in NEVER_LOADED or (file.parent.name, file.name) == ("torch", "__init__.py"):
            search.notes.append(f"{where} is ignored: the grader never loads it")
        elif not search.take(file, where) and suffix_of(file.name):
            search.others.append(file.name)


def _chosen(search: _Search, slug: str, stub: Stub | None) -> Path:
    """Return the file that counts, and note what was guessed or left out."""
    candidates = {candidate: file for file, candidate in sorted(search.found[slug].values(), key=lambda each: each[0])}
    choice = choose(list(candidates), stub)
    if len(choice.rivals) > 1:
        what = f"{slug}.py" if all(each.named.suffix == ".py" for each in choice.rivals) else f"the topic {slug}"
        listed = " and ".join(shown(candidates[each]) for each in choice.rivals[:5])
        raise TwoCandidates(
            f"{len(choice.rivals)} files could be {what}: {listed}: give one of them, or remove the rest"
        )
    search.notes += choice.notes
    return candidates[choice.rivals[0]]


def _bytes(file: Path) -> bytes | None:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_NOTEBOOK_BYTES + 1)
    except OSError:
        return None


def _nothing(search: _Search, given: Iterable[Path]) -> str:
    places = ", ".join(_name(path) for path in given) or "no path"
    wanted = ", ".join(f"{slug}.py" for slug in search.topics)
    return f"no topic file found in {places}: looked for {wanted} or notebooks of these names" + "".join(
        f"; {note}" for note in search.near_misses()[:3]
    )


def _remedy(topics: Collection[str], stem: str) -> str:
    near = suggestions(stem, topics)
    if near:
        return f"did you mean {near[0]}.py?"
    return f"its name must be one of {', '.join(f'{slug}.py' for slug in topics)}"


def _name(path: Path) -> str:
    return shown(path if path.name else path.resolve().name or path.resolve())
