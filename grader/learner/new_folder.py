"""A new course folder: stubs or notebooks, what to read, the data; never over a file that is somebody's work."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course import Course, Topic
from grader.course.stub import stub_of
from grader.learner.folder import MARK, State, base_of, digest, write_state
from grader.storage import atomic_write

IGNORED = """\
__pycache__/
.ipynb_checkpoints/
.venv/
*.part
.torchgrade/*.lock
"""
ATTRIBUTES = """\
# The checksums of the data are of these bytes: git must not change a line end.
datasets/** -text
"""
SETTINGS = {
    "editor.rulers": [110],
    "files.exclude": {"**/__pycache__": True, MARK: True},
    "python.testing.pytestEnabled": False,
}
README = """\
# Your course folder

Replace each `raise NotImplementedError` with your code; the docstring above it says everything that is asked.

```sh
grade next                # the next task: where it lies, and how to grade it
grade .                   # everything you have so far
grade hint TASK           # a nudge, and a stronger one each time
grade list --open         # what is left
grade explain TASK        # after passing: the reference beside yours
grade reset TASK          # back to the stub; a copy of your file is kept
grade init . --update     # bring in new tasks; what you wrote stays
```

{topics}

The folder `datasets` holds the data, each set with its card. The folder `{mark}` keeps your progress and copies of your
files; it is plain text, and may be committed to git with the rest.
"""


def given_files(course: Course, topics: Sequence[Topic], *, notebooks: bool = False) -> dict[str, bytes]:
    """Return every file that a course folder begins with, by its path in there."""
    files = {
        "README.md": _readme(topics, notebooks).encode(),
        ".gitignore": IGNORED.encode(),
        ".gitattributes": ATTRIBUTES.encode(),
        ".vscode/settings.json": (json.dumps(SETTINGS, indent=2) + "\n").encode(),
    }
    for topic in topics:
        files[f"{topic.slug}/README.md"] = (course.exercises / topic.slug / "README.md").read_bytes()
        files[work_file(topic.slug, notebooks)] = _work(course, topic, notebooks)
    return files | dict(_data(course.datasets))


def work_file(slug: str, notebooks: bool) -> str:
    """Return the path of the file that a topic is solved in."""
    return f"{slug}/{slug}.{'ipynb' if notebooks else 'py'}"


def _work(course: Course, topic: Topic, notebooks: bool) -> bytes:
    if not notebooks:
        return stub_of(course, topic.slug).encode()
    from grader.intake.notebook_writing import notebook_of

    return notebook_of(course, topic).encode()


def _readme(topics: Sequence[Topic], notebooks: bool) -> str:
    rows = [
        f"| [{topic.title}]({topic.slug}/README.md) | `{work_file(topic.slug, notebooks)}` | {len(topic.tasks)} |"
        for topic in topics
    ]
    table = "\n".join(["| topic | your file | tasks |", "|---|---|---|", *rows])
    return README.format(topics=table, mark=MARK)


def _data(datasets: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(datasets.rglob("*")) if datasets.is_dir() else ():
        inside = file.relative_to(datasets)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        if file.is_file() and not hidden:
            yield f"datasets/{inside.as_posix()}", file.read_bytes()


class Occupied(ValueError):
    """Files are in the way, with other content; nothing was written."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        """List the files."""
        super().__init__(f"{folder} holds files that differ from the course's: {', '.join(files)}")
        self.files = tuple(files)


def create(course: Course, folder: Path, topics: Sequence[Topic] | None, *, notebooks: bool = False) -> int:
    """Write the files of a course folder that are not there yet, and return how many those were.

    Args:
        course: what is given out.
        folder: where; made if it is not there.
        topics: which; None for all, also those that the course gets later.
        notebooks: whether tasks are solved in notebooks in place of modules.

    Raises:
        Occupied: a file is there with other content; nothing was written.
        OSError: a file cannot be written; those before it are whole, and calling again goes on.
    """
    chosen = course.topics if topics is None else tuple(topics)
    files = given_files(course, chosen, notebooks=notebooks)
    occupied = [path for path, data in files.items() if _differs(folder / path, data)]
    if occupied:
        raise Occupied(folder, occupied)
    slugs = None if topics is None else tuple(topic.slug for topic in topics)
    given = {path: digest(data) for path, data in files.items()}
    missing = {path: data for path, data in files.items() if not (folder / path).exists()}
    bases = {work_file(topic.slug, notebooks) for topic in chosen}  # to tell later what the learner has changed
    given_texts = {base_of(folder, path): data for path, data in files.items() if path in bases}
    for file, data in (given_texts | {folder / path: data for path, data in missing.items()}).items():
        atomic_write(file, data)
    write_state(folder, State(slugs, notebooks, given))
    return len(missing)


def _differs(file: Path, data: bytes) -> bool:
    """Whether something is at this place that is not a file of this content."""
    if not file.exists() and not file.is_symlink():
        return any(parent.is_file() for parent in file.parents)
    return not file.is_file() or file.read_bytes() != data
