"""Finding the file of each topic: by name, or by what a notebook says of itself; of several the one that is surest."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path

from grader.course.suggestions import suggestions
from grader.intake.bindings import Definition, bindings_of
from grader.intake.file_names import Named, Sure, suffix_of, topic_of
from grader.intake.notebook_document import MOST_BYTES as MOST_NOTEBOOK_BYTES
from grader.intake.notebook_document import topic_in
from grader.intake.source import Content, Source, parse_source, read_source
from grader.intake.stub_comparison import is_as_given
from grader.intake.submission_folder import FolderFiles, IntakeError, NothingFound, TwoCandidates, shown

MOST_RIVALS = 20  # files for one topic; of more the names alone decide
Stub = Callable[[str], str]  # the text of a topic's stub


@dataclass(frozen=True)
class Candidate:
    """A file that may be a topic's."""

    named: Named
    where: str  # for a person
    read: Callable[[], bytes | None]  # its bytes; None where it cannot be read
    why: str = ""  # why it can not be graded, a sentence

    @cached_property
    def content(self) -> tuple[str, bytes] | None:
        """What tells whether two hold the same, so that it does not matter which one is graded."""
        data = self.read()
        return None if data is None else (self.named.suffix, hashlib.sha256(data).digest())

    def is_untouched(self, stub: str) -> bool:
        """Whether it is the exercise as it was given out."""
        data = self.read()
        return data is not None and is_stub_of(Content(f"stub{self.named.suffix}", data), stub)


@dataclass(frozen=True)
class Choice:
    """The file of a topic, or the rivals between which nothing decides."""

    rivals: tuple[Candidate, ...]  # the one that counts, if there is one
    notes: tuple[str, ...] = ()


def choose(candidates: Sequence[Candidate], stub: Stub | None = None) -> Choice:
    """Return which of the files for one topic counts.

    Args:
        candidates: one at the least.
        stub: gives the topic's stub; without it every file counts as work.
    """
    few = 1 < len(candidates) <= MOST_RIVALS
    left = list(_each_once(candidates)) if few else list(candidates)
    if few and len(left) > 1 and stub is not None:
        text = stub(left[0].named.topic)
        left = [each for each in left if not each.is_untouched(text)] or left[:1]
    surest = min(each.named.sure for each in left)
    rivals = tuple(each for each in left if each.named.sure == surest)
    notes = [_read_as(rivals[0])] if len(rivals) == 1 and surest is not Sure.EXACT else []
    notes += [
        f"{each.where} is left out, for {rivals[0].where} has the name of the topic"
        for each in left
        if each not in rivals and not each.why
    ]
    return Choice(rivals, tuple(notes))


def is_stub_of(file: Content, stub: str) -> bool:
    """Tell whether nothing has been written into a module or a notebook that was made from a stub."""
    given = parse_source(stub.encode(), "the stub")
    if not isinstance(given, Source):
        return False
    definitions = [node for node in given.tree.body if isinstance(node, Definition)]
    theirs = read_source(file, [node.name for node in definitions])
    if not isinstance(theirs, Source) or (theirs.notebook and theirs.notebook.broken):
        return False
    try:
        return _nothing_written(theirs.tree, definitions)
    except RecursionError:
        return False


def _nothing_written(tree: ast.Module, given: Iterable[Definition]) -> bool:
    bindings = bindings_of(tree)
    pairs = [(bindings.last(node.name), node) for node in given]
    there = [(theirs, node) for theirs, node in pairs if theirs is not None]
    return bool(there) and all(
        isinstance(theirs, Definition) and is_as_given(theirs, node) for theirs, node in there
    )


def _each_once(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    """Return the candidates, the surest first, and each content once."""
    kept: list[Candidate] = []
    for each in sorted(candidates, key=lambda each: each.named.sure):
        if each.content is None or all(each.content != other.content for other in kept):
            kept.append(each)
    return kept


def _read_as(candidate: Candidate) -> str:
    return f"{shown(candidate.where)} is read as {candidate.named.topic}{candidate.named.suffix}"


NEVER_LOADED = frozenset(
    {"conftest.py", "pytest.ini", "setup.cfg", "sitecustomize.py", "torch.py", "tox.ini", "usercustomize.py"}
)
MOST_OPENED = 50  # notebooks of other names, to see which topic they say that they are
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
    named: dict[Path, tuple[Named, str]] = field(default_factory=dict)  # by the file as found, for a person
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # names of Python files that are no topic
    opened: int = 0

    def take(self, file: Path, where: str) -> bool:
        """Add a file if it is a topic's."""
        named = topic_of(file.name, self.topics) or self._by_its_mark(file)
        if named is not None:
            self.named[file] = named, where
            self.found.setdefault(named.topic, {}).setdefault(file.resolve(), file)
        return named is not None

    def near_misses(self) -> list[str]:
        """Say which of the other files may be those of topics that were not found."""
        return near_misses(self.others, [slug for slug in self.topics if slug not in self.found])

    def _by_its_mark(self, file: Path) -> Named | None:
        """Return the topic for which a notebook was written, whatever it is called now."""
        if suffix_of(file.name) != ".ipynb" or self.opened >= MOST_OPENED:
            return None
        self.opened += 1
        try:
            facts = file.stat()
        except OSError:
            return None
        topic = _marked(file, facts.st_mtime_ns, facts.st_size)
        return Named(topic, ".ipynb", Sure.GUESS) if topic in self.topics else None


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
    files = FolderFiles(folder)
    for file in files:
        if file.name in NEVER_LOADED or (file.parent.name, file.name) == ("torch", "__init__.py"):
            search.notes.append(f"{files.inside(file)} is ignored: the grader never loads it")
        elif not search.take(file, files.inside(file)) and suffix_of(file.name):
            search.others.append(file.name)
    search.notes += files.notes


def _chosen(search: _Search, slug: str, stub: Stub | None) -> Path:
    """Return the file that counts, and note what was guessed or left out."""
    files = sorted(search.found[slug].values())
    candidates = {Candidate(*search.named[file], partial(_bytes, file)): file for file in files}
    choice = choose(list(candidates), stub)
    if len(choice.rivals) > 1:
        listed = " and ".join(shown(candidates[each]) for each in choice.rivals[:5])
        raise TwoCandidates(
            f"{len(choice.rivals)} files could be {_wanted(slug, choice.rivals)}: {listed}: "
            "give one of them, or remove the rest"
        )
    search.notes += choice.notes
    return candidates[choice.rivals[0]]


@lru_cache(maxsize=1024)
def _marked(file: Path, changed: int, size: int) -> str:
    """Return the topic that a notebook says it is; `grade watch` asks again and again, mostly of the same."""
    return topic_in(_bytes(file) or b"")


def _bytes(file: Path) -> bytes | None:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_NOTEBOOK_BYTES + 1)
    except OSError:
        return None


def _wanted(slug: str, files: Iterable[Candidate]) -> str:
    return f"the topic {slug}" if any(file.named.suffix != ".py" for file in files) else f"{slug}.py"


def _nothing(search: _Search, given: Iterable[Path]) -> str:
    places = ", ".join(_name(path) for path in given) or "no path"
    wanted = ", ".join(f"{slug}.py" for slug in search.topics)
    return f"no topic file found in {places}: looked for {wanted} or notebooks of these names" + "".join(
        f"; {note}" for note in search.near_misses()[:3]
    )


def near_misses(names: Iterable[str], topics: Collection[str]) -> list[str]:
    """Say which names of files are close to those of topics."""
    notes = []
    for name in sorted(set(names)):
        near = suggestions(Path(name).stem, topics, cutoff=0.7)
        if near:
            renamed = f"{near[0]}{Path(name).suffix.lower()}"
            notes.append(f"{shown(name)} is not the file of a topic (rename it to {renamed}?)")
    return notes


def _remedy(topics: Collection[str], stem: str) -> str:
    near = suggestions(stem, topics)
    if near:
        return f"did you mean {near[0]}.py?"
    return f"its name must be one of {', '.join(f'{slug}.py' for slug in topics)}"


def _name(path: Path) -> str:
    return shown(path if path.name else path.resolve().name or path.resolve())


def at_most(notes: Iterable[str], what: str) -> tuple[str, ...]:
    """Return notes once each, and not too many: how many more there are is `what` becomes of them."""
    kept = tuple(dict.fromkeys(notes))
    if len(kept) <= MOST_NOTES:
        return kept
    return (*kept[:MOST_NOTES], f"{len(kept) - MOST_NOTES} more {what}")
