"""Makes each layout in which hand-ins lie, as the systems that write it do, for tests of whatever reads them."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
Content = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Person:
    """A student with the files of one hand-in."""

    id: str
    name: str
    files: Content = field(default_factory=lambda: {"losses.py": "x = 1\n"})
    late: bool = False
    when: datetime = NOON

    @property
    def email(self) -> str:
        return f"{self.id}@example.org"

    @property
    def first_last(self) -> tuple[str, str]:
        first, _, last = self.name.rpartition(" ")
        return first, last


ALICE = Person("11", "Alice Able", {"losses.py": "a = 1\n", "cnn.py": "a = 2\n"})
BOB = Person("12", "Bo Böll", {"losses.py": "b = 1\n"}, late=True, when=NOON + timedelta(hours=1))
WANG = Person("13", "王小明", {"losses.ipynb": '{"cells": []}'})
PEOPLE = (ALICE, BOB, WANG)


def tree(root: Path, files: Content) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes_of(content))
    root.mkdir(parents=True, exist_ok=True)
    return root


def zip_bytes(files: Content | Sequence[tuple[str | zipfile.ZipInfo, str | bytes]]) -> bytes:
    """Pack files into a zip; pairs may repeat a name or bring a header of their own."""
    held = io.BytesIO()
    pairs = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, bytes_of(content))
    return held.getvalue()


def tar_bytes(files: Content, *, mode: str = "w:gz", extra: Sequence[tarfile.TarInfo] = ()) -> bytes:
    """Pack files into a tar, with more members that have no content."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(bytes_of(content))
            archive.addfile(member, io.BytesIO(bytes_of(content)))
        for member in extra:
            archive.addfile(member)
    return held.getvalue()


def bytes_of(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def zipped(folder: Path, name: str, files: Content) -> Path:
    """Write a zip into a folder."""
    return tree(folder, {name: zip_bytes(files)}) / name


def folders(folder: Path, people: Sequence[Person] = PEOPLE) -> Path:
    """A folder for each student."""
    return tree(folder, {f"{one.id}/{name}": text for one in people for name, text in one.files.items()})


def files(folder: Path, people: Sequence[Person] = PEOPLE) -> Path:
    """Files beside one another: 11_losses.py."""
    return tree(folder, {f"{one.id}_{name}": text for one in people for name, text in one.files.items()})


def zips(folder: Path, people: Sequence[Person] = PEOPLE) -> Path:
    """A zip for each student."""
    return tree(folder, {f"{one.id}.zip": zip_bytes(one.files) for one in people})


def canvas_names(people: Sequence[Person] = PEOPLE, *, anonymous: bool = False) -> dict[str, str | bytes]:
    """The files of Canvas's download."""
    found: dict[str, str | bytes] = {}
    for number, one in enumerate(people):
        first, last = one.first_last
        sortable = "".join(char for char in f"{last}{first}".lower() if char.isalnum() or char == "_")
        owner = [*(["LATE"] if one.late else []), f"anon_aB{one.id}" if anonymous else one.id]
        parts = owner if anonymous else [sortable, *owner]
        for attachment, (name, text) in enumerate(one.files.items()):
            found["_".join([*parts, str(9000 + 10 * number + attachment), name])] = text
    return found


def canvas(folder: Path, people: Sequence[Person] = PEOPLE, *, anonymous: bool = False) -> Path:
    """Canvas's download of all submissions."""
    return zipped(folder, "submissions.zip", canvas_names(people, anonymous=anonymous))


def moodle(
    folder: Path,
    people: Sequence[Person] = PEOPLE,
    *,
    old: bool = False,
    flat: bool = False,
    blind: bool = False,
) -> Path:
    """Moodle's download: a folder for each, with the old trailing underscore, or flat; names may be hidden."""
    between = "_" if flat else "_/" if old else "/"
    found = {
        f"{'Participant' if blind else one.name}_{one.id}_assignsubmission_file{between}{name}": text
        for one in people
        for name, text in one.files.items()
    }
    return zipped(folder, "ML1-losses-77.zip", found)


def gradescope(folder: Path, groups: Sequence[Sequence[Person]] | None = None) -> Path:
    """Gradescope's export; each group submitted the files of its first."""
    lines, found = [], dict[str, str | bytes]()
    for number, group in enumerate(groups if groups is not None else [[one] for one in PEOPLE], start=500):
        lines += [f"submission_{number}:", "  :submitters:"]
        for one in group:
            lines += [f"  - :name: {one.name}", f"    :sid: '{one.id}'", f"    :email: {one.email}"]
        lines += [f"  :created_at: {group[0].when:%Y-%m-%d %H:%M:%S}.861687000 Z", "  :score: 2.0"]
        lines += ["  :results:", "    output: |-", "      :submitters: ====", "  :history: []"]
        found |= {f"submission_{number}/{name}": text for name, text in group[0].files.items()}
    found["submission_metadata.yml"] = "\n".join(lines) + "\n"
    export = {f"assignment_7_export/{name}": text for name, text in found.items()}
    return zipped(folder, "export.zip", export)


def nbgrader(folder: Path, people: Sequence[Person] = PEOPLE, assignment: str = "ps1") -> Path:
    """The folder of a course of nbgrader, with what students submitted."""
    for one in people:
        work = folder / "submitted" / one.id / assignment
        tree(work, {**one.files, "timestamp.txt": f"{one.when:%Y-%m-%d %H:%M:%S.%f} UTC"})
    return tree(folder, {"source/ps1/losses.ipynb": "{}", "gradebook.db": b"\0"})


def git(repository: Path, *words: str, by: Person | None = None) -> str:
    """Run git in a repository, as its author at the time of the hand-in."""
    person = by or ALICE
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_NAME": person.name for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": person.email for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_DATE": f"{person.when:%Y-%m-%dT%H:%M:%S}+00:00" for role in ("AUTHOR", "COMMITTER")},
    }
    command = ["git", "-c", "gc.auto=0", *words]
    return subprocess.run(
        command, cwd=repository, env=environment, check=True, capture_output=True, text=True
    ).stdout


def commit(repository: Path, person: Person, *, files: Content | None = None) -> Path:
    """Commit files as a person, in a repository that is made where there is none."""
    tree(repository, person.files if files is None else files)
    if not (repository / ".git").exists():
        git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A", "-f")
    git(repository, "commit", "-q", "-m", "work", "--allow-empty", by=person)
    return repository


def clones(folder: Path, people: Sequence[Person] = PEOPLE, prefix: str = "") -> Path:
    """A clone for each student."""
    for one in people:
        commit(folder / f"{prefix}{one.id}", one)
    return folder


def roster(
    folder: Path, people: Sequence[Person] = PEOPLE, extra: Mapping[str, Mapping[str, str]] | None = None
) -> Path:
    """A class list; `extra` holds more columns by name, each by the id of a student."""
    more = extra or {}
    lines = [",".join(["id", "name", "email", *more])]
    for one in people:
        lines.append(
            ",".join([one.id, one.name, one.email, *(column.get(one.id, "") for column in more.values())])
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "roster.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
