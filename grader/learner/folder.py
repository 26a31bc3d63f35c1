"""The course folder that `grade init` made: which one it is, and what it says was given to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course import Course, Topic
from grader.course.digest import contents_under
from grader.course.stub import stub_of
from grader.storage import atomic_write, from_plain, to_plain

MARK = ".torchgrade"  # the folder in a course folder that holds what torchgrade writes


def folder_above(path: Path) -> Path | None:
    """Return the nearest course folder at or above a path; None where nobody has made one."""
    try:
        start = path.resolve()
        return next((folder for folder in (start, *start.parents) if _is_marked(folder)), None)
    except OSError:
        return None


def folder_of(paths: Sequence[Path]) -> Path | None:
    """Return the one course folder that all paths lie in; None if there is none, or more than one."""
    folders = {folder_above(path) for path in paths}
    return folders.pop() if len(folders) == 1 else None


def _is_marked(folder: Path) -> bool:
    """Whether a folder has the mark; a link is none, since it could lead to somebody else's files."""
    mark = folder / MARK
    return mark.is_dir() and not mark.is_symlink()


NAME = "course.json"
GIVEN = "given"  # the folder that keeps each file to solve as it was given
VERSION = 1


@dataclass(frozen=True)
class State:
    """What was given to a course folder."""

    topics: tuple[str, ...] | None  # None: all that the course has, also later ones
    notebooks: bool
    files: Mapping[str, str]  # sha256 by path
    track: str = ""  # the way through the course that it was made for; "" where it has every task of its topics

    def topics_in(self, course: Course) -> tuple[Topic, ...]:
        """Return the topics of the folder, each with the tasks that are asked for there."""
        topics = course.on_track(self.track) if self.track else course.topics
        return tuple(topic for topic in topics if self.topics is None or topic.slug in self.topics)


class NoState(Exception):
    """A folder does not say what was given to it; the message says why."""


def digest(data: bytes) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def read_state(folder: Path) -> State:
    """Read what was given to a course folder.

    Raises:
        NoState: it does not say so, or not in this version's words.
    """
    file = folder / MARK / NAME
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if values["version"] == VERSION:
            return from_plain(values, State)
    except FileNotFoundError as problem:
        raise NoState(f"{folder} was not made by `grade init`: there is no {file}") from problem
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as problem:
        raise NoState(f"{file} cannot be read ({type(problem).__name__}: {problem})") from problem
    raise NoState(f"{file} is of version {values['version']}, this torchgrade writes {VERSION}")


def given_topics(folder: Path, course: Course) -> tuple[Topic, ...]:
    """Return the topics that a course folder was made for, with their tasks; all where it does not say."""
    try:
        return read_state(folder).topics_in(course)
    except NoState:
        return course.topics


def write_state(folder: Path, state: State) -> None:
    """Write what was given to a course folder."""
    values = {"version": VERSION, **to_plain(state), "files": dict(sorted(state.files.items()))}
    atomic_write(folder / MARK / NAME, (json.dumps(values, indent=2) + "\n").encode())


def base_of(folder: Path, path: str) -> Path:
    """Return where the given text of a file to solve is kept."""
    return folder / MARK / GIVEN / path.rpartition("/")[2]


TEMPLATES = Path(__file__).with_name("course_folder")
SETTINGS = {".gitignore": "gitignore", ".gitattributes": "gitattributes", ".vscode/settings.json": "settings.json"}


def given_files(course: Course, topics: Sequence[Topic], *, notebooks: bool = False) -> dict[str, bytes]:
    """Return every file that a course folder begins with, by its path in there."""
    texts = {path: _template(name) for path, name in SETTINGS.items()}
    files = {path: text.encode() for path, text in {"README.md": _readme(topics, notebooks), **texts}.items()}
    for topic in topics:
        both = _notebook(course, topic) if notebooks else (course.lesson(topic.slug), stub_of(course, topic.slug))
        for path, text in zip((f"{topic.slug}/README.md", work_file(topic.slug, notebooks)), both, strict=True):
            files[path] = text.encode()
        files |= {f"{topic.slug}/{name}": data for name, data in course.figures(topic.slug).items()}
    return files | {f"datasets/{name}": data for name, data in contents_under(course.datasets).items()}


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def work_file(slug: str, notebooks: bool) -> str:
    """Return the path of the file that a topic is solved in."""
    return f"{slug}/{slug}.{'ipynb' if notebooks else 'py'}"


def _notebook(course: Course, topic: Topic) -> tuple[str, str]:
    """Return the README of a topic and its notebook, beside which the figures lie."""
    from grader.intake.notebook_writing import for_notebooks, notebook_of

    return for_notebooks(course.lesson(topic.slug), topic.slug, "figures"), notebook_of(course, topic, "figures")


def _readme(topics: Sequence[Topic], notebooks: bool) -> str:
    rows = [
        f"| [{topic.title}]({topic.slug}/README.md) | `{work_file(topic.slug, notebooks)}` | {len(topic.tasks)} |"
        for topic in topics
    ]
    table = "\n".join(["| topic | your file | tasks |", "|---|---|---|", *rows])
    return _template("README.md").format(topics=table)


class Occupied(ValueError):
    """Files are in the way, with other content; nothing was written."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        """List the files."""
        super().__init__(f"{folder} holds files that differ from the course's: {', '.join(files)}")
        self.files = tuple(files)


def create(
    course: Course, folder: Path, topics: Sequence[Topic] | None, *, notebooks: bool = False, track: str = ""
) -> int:
    """Write the files of a course folder that are not there yet, and return how many those were.

    Args:
        course: what is given out.
        folder: where; made if it is not there.
        topics: which; None for all, also those that the course gets later.
        notebooks: whether tasks are solved in notebooks in place of modules.
        track: the way through the course whose tasks count; "" where all of the topics do.

    Raises:
        Occupied: a file is there with other content; nothing was written.
        OSError: a file cannot be written; those before it are whole, and calling again goes on.
    """
    slugs = None if topics is None else tuple(topic.slug for topic in topics)
    chosen = State(slugs, notebooks, {}, track).topics_in(course)
    files = given_files(course, chosen, notebooks=notebooks)
    occupied = [path for path, data in files.items() if _differs(folder / path, data)]
    if occupied:
        raise Occupied(folder, occupied)
    given = {path: digest(data) for path, data in files.items()}
    missing = {path: data for path, data in files.items() if not (folder / path).exists()}
    bases = {work_file(topic.slug, notebooks) for topic in chosen}  # to tell later what the learner has changed
    given_texts = {base_of(folder, path): data for path, data in files.items() if path in bases}
    for file, data in (given_texts | {folder / path: data for path, data in missing.items()}).items():
        atomic_write(file, data)
    write_state(folder, State(slugs, notebooks, given, track))
    return len(missing)


def _differs(file: Path, data: bytes) -> bool:
    """Whether something is at this place that is not a file of this content."""
    if not file.exists() and not file.is_symlink():
        return any(parent.is_file() for parent in file.parents)
    return not file.is_file() or file.read_bytes() != data
