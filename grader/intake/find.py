"""Finding a submission's topic files by name; nothing is opened and nothing is executed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from grader.intake.errors import IntakeError, NothingFound, TwoCandidates, shown
from grader.intake.source import Content
from grader.intake.walk import Walk

NEVER_LOADED = frozenset(
    {"conftest.py", "pytest.ini", "setup.cfg", "sitecustomize.py", "torch.py", "tox.ini", "usercustomize.py"}
)
SUFFIXES = (".py", ".ipynb")  # a module, or a notebook that is read as one
MOST_NOTES = 20


@dataclass(frozen=True)
class Submission:
    """One submission: which file stands for which topic."""

    files: Mapping[str, Path | Content]  # topic slug -> file, for the topics that were found
    name: str  # as it was given: "submissions/alice"
    notes: tuple[str, ...] = ()  # what was passed over, one sentence each


@dataclass
class _Search:
    topics: Collection[str]
    found: dict[str, dict[Path, Path]] = field(default_factory=dict)  # slug -> real file -> file as found
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # names of Python files that are no topic

    def add(self, file: Path) -> None:
        self.found.setdefault(file.stem, {}).setdefault(file.resolve(), file)


def find_submission(paths: Sequence[Path | str], topics: Collection[str]) -> Submission:
    """Find `<topic>.py` or `<topic>.ipynb` for each topic slug, in files or anywhere under folders.

    Raises:
        IntakeError: a path does not exist, cannot be read, or is a file of another name.
        TwoCandidates: two different files have the name of one topic.
        NothingFound: there is no topic file at all.
    """
    given = [Path(path) for path in paths]
    search = _Search(topics)
    for path in given:
        _look_at(search, path)
    _refuse_two(search)
    if not search.found:
        raise NothingFound(_nothing(search, given))
    notes = search.notes + _near_misses(search)
    return Submission(_in_order(search), ", ".join(_name(path) for path in given), _bounded(notes))


def _look_at(search: _Search, path: Path) -> None:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):  # a null byte, or a name that is too long
        is_folder = is_file = False
    if is_folder:
        _look_into(search, path)
    elif not is_file:
        raise IntakeError(f"{shown(path)} is no file and no folder: give a path that exists")
    elif path.suffix not in SUFFIXES or path.stem not in search.topics:
        raise IntakeError(f"{shown(path)} is not the file of a topic: {_remedy(search.topics, path.stem)}")
    else:
        search.add(path)


def _look_into(search: _Search, folder: Path) -> None:
    walk = Walk(folder)
    for file in walk:
        if file.suffix in SUFFIXES and file.stem in search.topics:
            search.add(file)
        elif file.name in NEVER_LOADED or (file.parent.name, file.name) == ("torch", "__init__.py"):
            search.notes.append(f"{walk.inside(file)} is ignored: the grader never loads it")
        elif file.suffix.lower() in (".py", ".ipynb"):
            search.others.append(file.name)
    search.notes += walk.notes


def _refuse_two(search: _Search) -> None:
    for slug, files in search.found.items():
        if len(files) > 1:
            listed = " and ".join(shown(file) for file in sorted(files.values())[:5])
            raise TwoCandidates(
                f"{len(files)} files could be {_wanted(slug, files.values())}: {listed}: "
                "give one of them, or remove the rest"
            )


def _wanted(slug: str, files: Iterable[Path]) -> str:
    return f"the topic {slug}" if any(file.suffix != ".py" for file in files) else f"{slug}.py"


def _nothing(search: _Search, given: Iterable[Path]) -> str:
    places = ", ".join(_name(path) for path in given) or "no path"
    wanted = ", ".join(f"{slug}.py" for slug in search.topics)
    near = [note.removesuffix(": it is left out") for note in _near_misses(search)]
    return f"no topic file found in {places}: looked for {wanted} or notebooks of these names" + "".join(
        f"; {note}" for note in near[:3]
    )


def _near_misses(search: _Search) -> list[str]:
    notes = []
    missing = [slug for slug in search.topics if slug not in search.found]
    for name in sorted(set(search.others)):
        near = get_close_matches(Path(name).stem.lower()[:100], missing, n=1, cutoff=0.7)
        if near:
            notes.append(
                f"{shown(name)} is not the file of a topic "
                f"(rename it to {near[0]}{Path(name).suffix.lower()}?): it is left out"
            )
    return notes


def _remedy(topics: Collection[str], stem: str) -> str:
    near = get_close_matches(stem.lower()[:100], topics, n=1)
    if near:
        return f"did you mean {near[0]}.py?"
    return f"its name must be one of {', '.join(f'{slug}.py' for slug in topics)}"


def _in_order(search: _Search) -> dict[str, Path | Content]:
    return {slug: next(iter(search.found[slug].values())) for slug in search.topics if slug in search.found}


def _name(path: Path) -> str:
    return shown(path if path.name else path.resolve().name or path.resolve())


def _bounded(notes: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(notes))
    if len(kept) <= MOST_NOTES:
        return kept
    return (*kept[:MOST_NOTES], f"{len(kept) - MOST_NOTES} more files are ignored")
