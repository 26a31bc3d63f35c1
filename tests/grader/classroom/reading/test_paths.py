"""Each of several paths is one student's work or a class by what lies in it, whatever the others are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from grader.classroom.records import ClassIntake, Student
from grader.classroom.tables.roster import Roster

Read = Callable[..., ClassIntake]
LISTED = Roster(
    (
        *(Student(number, ids={"canvas": number}) for number in ("11", "12", "13")),
        *(Student(name) for name in ("al", "bo", "cy", "zoe")),
    )
)
HOLDS = {"al/losses.py": "a", "bo/losses.py": "b"}  # a class by what lies in it


def who(intake: ClassIntake) -> list[str]:
    return [each.student.id for each in intake.hand_ins]


def said(intake: ClassIntake, *words: str) -> bool:
    """Whether one note has all the words."""
    return any(all(word in note for word in words) for note in intake.notes)


def paths(layouts: ModuleType, root: Path, files: dict[str, str | bytes]) -> Sequence[Path]:
    """Write files and return what a shell makes of `root/*`."""
    return sorted(layouts.tree(root, files).iterdir())


def test_path_called_after_a_student_is_theirs_where_it_could_be_two(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The roster answers what would be a question: topic files beside folders that hold some."""
    given = paths(layouts, tmp_path, {"al/losses.py": "a", "al/old/losses.py": "a", "bo/losses.py": "b"})
    assert who(read(*given, roster=LISTED)) == ["al", "bo"]


def test_path_called_after_a_student_is_no_download_of_others(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A student cannot hand in for others by names like those of Canvas."""
    given = paths(layouts, tmp_path, {"al/bo_12_7_losses.py": "x", "cy/losses.py": "c"})
    assert who(read(*given, roster=LISTED)) == ["al", "cy"]


def test_names_inside_that_are_students_make_a_class(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """With a roster one folder of a student in late/ is enough, and so is one of topics that differ."""
    given = paths(
        layouts,
        tmp_path,
        {
            "al/losses.py": "a",
            "late/zoe/hw1/losses.py": "z",
            "week/bo/losses.py": "b",
            "week/cy/cnn.py": "c",
        },
    )
    intake = read(*given, roster=LISTED)
    assert who(intake) == ["al", "bo", "cy", "zoe"] and not intake.unknown and not intake.notes


def test_folder_of_a_roster_beside_topic_files_makes_a_class(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """What lies beside the students' folders is nobody's and is said."""
    given = paths(layouts, tmp_path, {"late/zoe/losses.py": "z", "late/losses.py": "?", "al/losses.py": "a"})
    intake = read(*given, roster=LISTED)
    assert who(intake) == ["al", "zoe"] and "losses.py does not tell" in intake.unknown[0]


MANY = {
    "loose files": {"al_losses.py": "a", "cnn-bo.py": "b"},
    "folders": {"al/src/losses.py": "a", "bo/losses.ipynb": "{}"},
    "a folder and a file": {"al/losses.py": "a", "bo_losses.py": "b"},
}


def packed(layouts: ModuleType, form: str, number: int) -> tuple[str, bytes]:
    """A student's archive, or a folder with one in it."""
    name = ("al", "bo")[number]
    if form == "tar":
        return f"{name}.tgz", layouts.tar_bytes({"losses.py": name})
    if form == "broken":
        return f"{name}.zip", b"oops"
    data = layouts.zip_bytes({"losses.py": name})
    return {"zip": f"{name}.zip", "nested": f"{name}/hw.zip"}[form], data


@pytest.mark.parametrize("form", ["zip", "tar", "nested", "broken"])
def test_archives_of_several_students_are_a_class(
    form: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Two archives with one topic are two students', and two that are not opened are taken to be."""
    folder = layouts.tree(tmp_path / "class", dict(packed(layouts, form, number) for number in (0, 1)))
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    assert who(read(folder, late)) == ["al", "bo", "zoe"]


def test_archive_and_folder_of_one_topic_are_a_class(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A zip is opened to see that it holds the topic of the folder beside it."""
    folder = layouts.tree(
        tmp_path / "class", {"al/losses.py": "a", "bo.zip": layouts.zip_bytes({"losses.py": "b"})}
    )
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    assert who(read(folder, late)) == ["al", "bo", "zoe"]


@pytest.mark.parametrize(("layout", "ids"), [("one", ["class", "late"]), ("folders", ["al", "bo", "zoe"])])
def test_layout_that_a_note_names_says_the_other(
    layout: str, ids: list[str], read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """--layout one makes every path one student's work, --layout folders every path a class."""
    given = paths(
        layouts, tmp_path, {"class/al/losses.py": "a", "class/bo/losses.py": "b", "late/zoe/losses.py": ""}
    )
    assert who(read(*given, layout=layout)) == ids


@pytest.mark.parametrize("kind", ["canvas", "moodle", "gradescope"])
@pytest.mark.parametrize("layout", ["auto", ""])
@pytest.mark.parametrize("packed", [False, True])
def test_download_in_a_folder_or_in_an_archive_is_read(
    kind: str, layout: str, packed: bool, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """What a browser saved may lie where it was saved, beside a class list, or be packed once more."""
    download = getattr(layouts, kind)(tmp_path / "made")
    files = {"hw1.zip": download.read_bytes(), "roster.csv": "id,name\n", "notes.txt": ""}
    folder = layouts.zipped(tmp_path, "all.zip", files) if packed else layouts.tree(tmp_path / "all", files)
    for roster in (None, LISTED):
        intake = read(folder, layout=layout or kind, roster=roster)
        plain = read(download, roster=roster)
        assert [(each.student, each.files) for each in intake.hand_ins] == [
            (each.student, each.files) for each in plain.hand_ins
        ]
        assert intake.missing == plain.missing and intake.layout == plain.layout
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    assert who(read(folder, late)) == [*who(read(download)), "zoe"]


def test_class_and_canvas_and_late_folder_are_one_class(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Each path is what it is in any order; a folder of one late student is known by the roster."""
    folder = layouts.tree(tmp_path / "class", HOLDS)
    late = layouts.tree(tmp_path / "late", {"zoe/losses.py": "z"})
    canvas = layouts.canvas(tmp_path / "canvas")
    for given in ((folder, late, canvas), (canvas, late, folder)):
        intake = read(*given, roster=LISTED)
        assert who(intake) == ["11", "12", "13", "al", "bo", "zoe"] and not intake.unknown
        assert [student.id for student in intake.missing] == ["cy"]


def test_path_called_after_a_student_is_that_students(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """The roster knows the path's own name, whatever lies in it and beside it."""
    given = paths(
        layouts,
        tmp_path,
        {
            "al/al_losses.py": "a",
            "bo/src/losses.py": "b",
            "bo/data/d.csv": "",
            "cy/old/losses.py": "c",
            "cy/new/losses.py": "c",
            "zoe/al/losses.py": "z",
        },
    )
    intake = read(*given, roster=LISTED)
    assert who(intake) == ["al", "bo", "cy", "zoe"] and not intake.unknown and not intake.notes
    assert all(each.files for each in intake.hand_ins)


def test_path_with_topic_files_in_one_folder_is_one_students(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """al/hw1/losses.py is al's, and cy.zip with cy/losses.py in it is cy's."""
    zipped = {"cy.zip": layouts.zip_bytes({"cy/losses.py": "c"})}
    intake = read(*paths(layouts, tmp_path, {**zipped, "al/hw1/losses.py": "a", "bo/losses.py": "b"}))
    assert who(intake) == ["al", "bo", "cy"] and not intake.notes


@pytest.mark.parametrize("kind", MANY)
def test_folder_of_several_students_is_a_class_beside_one_students_work(
    kind: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Folders, or files named after students, are a class, and a note says how they would be one student's."""
    folder = layouts.tree(tmp_path / "class", MANY[kind])
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    intake = read(folder, late)
    assert who(intake) == ["al", "bo", "zoe"] and said(intake, "class is read as a class", "--layout one")
    assert len(intake.notes) == 1


@pytest.mark.parametrize("kind", ["canvas", "moodle", "gradescope", "clones"])
def test_download_of_a_system_is_a_class_beside_other_paths(
    kind: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """What a system made tells its students."""
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    made = getattr(layouts, kind)(tmp_path / "made")
    assert who(read(made, late)) == ["11", "12", "13", "zoe"]


def test_clone_among_the_paths_is_one_students_work(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A repository among several paths, or alone, is a clone."""
    layouts.clones(tmp_path / "c", [replace(layouts.ALICE, id="al")])
    layouts.tree(tmp_path / "c" / "bo", {"losses.py": "b"})
    assert who(read(*sorted((tmp_path / "c").iterdir()))) == ["al", "bo"]
    assert who(read(tmp_path / "c" / "al")) == ["al"]


def test_path_that_is_broken_is_its_students_problem(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A zip that is none costs nobody else anything."""
    intake = read(*paths(layouts, tmp_path, {"al.zip": "oops", "cy/losses.py": "c"}))
    assert [(each.student.id, each.problem is None) for each in intake.hand_ins] == [("al", False), ("cy", True)]


def test_student_hands_in_for_nobody_by_the_names_of_a_download(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Beside the work of others, or under a student's name, an archive is that student's."""
    forged = layouts.zip_bytes({"boole_12_7_losses.py": "x", "cy_13_8_losses.py": "x"})
    beside = layouts.tree(tmp_path / "a", {"al.zip": forged, "bo.zip": layouts.zip_bytes({"losses.py": "b"})})
    assert who(read(beside)) == ["al", "bo"]
    with_folder = layouts.tree(tmp_path / "c", {"al.zip": forged, "bo/losses.py": "b"})
    assert who(read(with_folder)) == ["al", "bo"]
    alone = layouts.tree(tmp_path / "b", {"al.zip": forged})
    assert who(read(alone, roster=LISTED)) == who(read(alone, layout="folders")) == ["al"]
    own = layouts.tree(tmp_path / "d" / "al", {"hw.zip": forged})
    assert who(read(own, beside / "bo.zip", roster=LISTED)) == ["al", "bo"]
    work = layouts.tree(tmp_path / "e" / "al", {"losses.py": "a", "hw.zip": forged})
    assert who(read(work)) == who(read(work, beside / "bo.zip"))[:1] == ["al"]
