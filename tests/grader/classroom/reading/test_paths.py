"""What each of several paths is, one student's work or a class, is decided for all of them and never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from grader.classroom.reading import limits
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


@pytest.mark.parametrize("roster", [None, LISTED])
def test_class_and_late_folder_and_canvas_are_one_class(
    roster: Roster | None, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A folder of one late student does not make the class folder beside it one student's work."""
    folder = layouts.tree(tmp_path / "class", HOLDS)
    late = layouts.tree(tmp_path / "late", {"zoe/losses.py": "z"})
    canvas = layouts.canvas(tmp_path / "canvas")
    for given in ((folder, late, canvas), (canvas, late, folder)):
        intake = read(*given, roster=roster)
        assert who(intake) == ["11", "12", "13", "al", "bo", "zoe"] and not intake.unknown
        assert [student.id for student in intake.missing] == (["cy"] if roster else [])
        assert said(intake, "late", "zoe", "--layout one") is (roster is None)


def test_path_called_after_a_student_is_that_students(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The roster knows the path's own name, whatever lies in it and beside it."""
    given = paths(
        layouts,
        tmp_path,
        {
            "al/hw1/losses.py": "a",
            "bo/old/losses.py": "b",
            "bo/new/losses.py": "b",
            "cy/src/losses.py": "c",
            "cy/data/d.csv": "",
            "zoe/al/losses.py": "z",
            "zoe/bo/losses.py": "z",
        },
    )
    intake = read(*given, roster=LISTED)
    assert who(intake) == ["al", "bo", "cy", "zoe"] and not intake.unknown
    assert said(intake, "zoe is read as one student's work", "al and bo", "--layout folders")


def test_path_called_after_a_student_is_theirs_where_it_could_be_two(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The roster answers what would be a question: topic files beside folders that hold some."""
    given = paths(layouts, tmp_path, {"al/losses.py": "a", "al/old/losses.py": "a", "bo/losses.py": "b"})
    assert who(read(*given, roster=LISTED)) == ["al", "bo"]


def test_path_called_after_a_student_keeps_files_that_tell_the_same(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """al/al_losses.py is al's topic file; al/losses_old.py is of no topic, and al is told so."""
    given = paths(layouts, tmp_path, {"al/al_losses.py": "a", "bo/losses_old.py": "b"})
    al, bo = read(*given, roster=LISTED).hand_ins
    assert al.files == {"losses.py": b"a"} and bo.student.id == "bo" and "no topic file" in str(bo.problem)


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


def test_wrapped_path_is_one_students_where_no_path_is_a_class(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """al/hw1/losses.py is al's, and one note says so of all such paths."""
    given = paths(layouts, tmp_path, {"al/hw1/losses.py": "a", "bo/hw1/losses.py": "b", "cy/losses.py": "c"})
    intake = read(*given)
    assert who(intake) == ["al", "bo", "cy"]
    assert len(intake.notes) == 1 and said(intake, "al and bo are read", "hw1", "--layout folders")


def test_wrapped_path_that_is_called_like_its_folder_needs_no_note(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """cy.zip with cy/losses.py in it is cy's either way, and tells nothing of the folder beside it."""
    zipped = {"cy.zip": layouts.zip_bytes({"cy/losses.py": "c"})}
    plain = read(*paths(layouts, tmp_path / "a", {**zipped, "al/losses.py": ""}))
    assert who(plain) == ["al", "cy"] and not plain.notes
    mixed = read(*paths(layouts, tmp_path / "b", {**zipped, "week/al/losses.py": "", "week/bo/cnn.py": ""}))
    assert who(mixed) == ["al", "bo", "cy"] and not said(mixed, "cy")


def test_wrapped_path_is_a_class_where_another_is(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A class beside it makes late/ a class of one, and the note names who and why."""
    given = paths(
        layouts, tmp_path, {"class/al/losses.py": "a", "class/bo/losses.py": "b", "late/zoe/losses.py": ""}
    )
    intake = read(*given)
    assert who(intake) == ["al", "bo", "zoe"]
    assert said(intake, "late is read as a class", "zoe", "al and bo both hold losses", "--layout one")


@pytest.mark.parametrize("kind", ["canvas", "moodle", "gradescope", "nbgrader", "otter", "clones"])
def test_download_of_a_system_is_always_a_class(
    kind: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """What a system made is a class, and so is the folder of one student beside it."""
    late = layouts.tree(tmp_path / "late", {"zoe/losses.py": "z"})
    made = getattr(layouts, kind)(tmp_path / "made")
    assert who(read(made, late)) == ["11", "12", "13", "zoe"]


MANY = {
    "loose files": {"al_losses.py": "a", "cnn-bo.py": "b"},
    "folders": {"al/src/losses.py": "a", "bo/losses.ipynb": "{}"},
    "a folder and a file": {"al/losses.py": "a", "bo_losses.py": "b"},
}


@pytest.mark.parametrize("kind", MANY)
def test_folder_of_several_students_is_a_class_beside_one_students_work(
    kind: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Loose files of two students, or a topic twice, cannot be parts of one work."""
    folder = layouts.tree(tmp_path / "class", MANY[kind])
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    intake = read(folder, late)
    assert who(intake) == ["al", "bo", "zoe"]
    assert said(intake, "class is read as a class", "al and bo", "--layout one")


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


def test_archive_of_large_files_is_not_read_to_tell(
    read: Read, layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One archive over the bound tells nothing, so beside a student's work the folder is one student's too."""
    monkeypatch.setattr(limits, "LOOKED", 10)
    folder = layouts.tree(
        tmp_path / "bo", {"src/losses.py": "a", "data.zip": layouts.zip_bytes({"losses.py": "a" * 11})}
    )
    late = layouts.tree(tmp_path / "zoe", {"losses.py": "z"})
    intake = read(folder, late)
    assert who(intake) == ["bo", "zoe"] and said(intake, "bo is read as one student's work")


def test_parts_of_one_work_are_one_students_beside_another(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Folders, and zips, of different topics may be one work, and are where another path is one."""
    given = paths(
        layouts,
        tmp_path,
        {
            "al/losses.py": "a",
            "bo/hw1/losses.py": "b",
            "bo/hw2/cnn.py": "b",
            "cy/1.zip": layouts.zip_bytes({"losses.py": "c"}),
            "cy/2.zip": layouts.zip_bytes({"cnn.py": "c"}),
        },
    )
    intake = read(*given)
    assert who(intake) == ["al", "bo", "cy"] and not any(each.problem for each in intake.hand_ins)
    assert said(intake, "bo and cy are read as one student's work", "--layout folders")


def test_parts_stay_a_class_where_nothing_tells_otherwise(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Without one student's own work among the paths, folders of other topics are students'."""
    given = paths(
        layouts,
        tmp_path,
        {"one/al/losses.py": "a", "one/bo/cnn.py": "b", "two/cy/cnn.py": "c", "two/zoe/losses.py": "z"},
    )
    intake = read(*given)
    assert who(intake) == ["al", "bo", "cy", "zoe"]
    assert said(intake, "one and two are read as a class", "--layout one")


def test_parts_stay_a_class_where_another_path_is_one(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A class among the paths, and one student's own work beside it, leave the folder a class."""
    given = paths(
        layouts,
        tmp_path,
        {
            "class/al/losses.py": "a",
            "class/bo/losses.py": "b",
            "week/cy/losses.py": "c",
            "week/di/cnn.py": "d",
            "zoe/losses.py": "z",
        },
    )
    assert who(read(*given)) == ["al", "bo", "cy", "di", "zoe"]


def test_roster_decides_for_the_paths_that_it_does_not_know(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A class that the roster tells makes the misspelt late student's folder a class too."""
    given = paths(
        layouts, tmp_path, {"week/al/losses.py": "a", "week/bo/cnn.py": "b", "late/zoee/losses.py": "z"}
    )
    intake = read(*given, roster=LISTED)
    assert who(intake) == ["al", "bo"] and "'zoee' is not on the roster; near: zoe" in intake.unknown[0]


@pytest.mark.parametrize(("layout", "ids"), [("one", ["class", "late"]), ("folders", ["al", "bo", "zoe"])])
def test_layout_that_a_note_names_says_the_other(
    layout: str, ids: list[str], read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """--layout one makes every path one student's work, --layout folders every path a class."""
    given = paths(
        layouts, tmp_path, {"class/al/losses.py": "a", "class/bo/losses.py": "b", "late/zoe/losses.py": ""}
    )
    assert who(read(*given, layout=layout)) == ids


def test_clone_among_the_paths_is_one_students_work(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A repository among several paths is a clone, and makes the folders beside it work too."""
    layouts.clones(tmp_path / "c", [replace(layouts.ALICE, id="al")])
    layouts.tree(tmp_path / "c" / "bo", {"src/losses.py": "b", "data/d.csv": ""})
    assert who(read(*sorted((tmp_path / "c").iterdir()))) == ["al", "bo"]


def test_class_that_is_kept_in_git_is_a_class_where_the_roster_says_so(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Beside another path it is read as it lies if its folders are students; without a roster a note asks."""
    folder = layouts.commit(layouts.tree(tmp_path / "class", HOLDS), layouts.ALICE, files={})
    late = layouts.tree(tmp_path / "late", {"zoe/losses.py": "z"})
    assert who(read(folder, late, roster=LISTED)) == ["al", "bo", "zoe"]
    assert said(read(folder, late), "class is read as one student's clone", "al and bo", "--layout folders")


def test_path_that_is_broken_decides_nothing(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A zip that is none is its student's problem, and the others are what they are."""
    given = paths(layouts, tmp_path, {"al.zip": "oops", "bo/src/losses.py": "b", "cy/losses.py": "c"})
    intake = read(*given)
    assert [(each.student.id, each.problem is None) for each in intake.hand_ins] == [
        ("al", False),
        ("bo", True),
        ("cy", True),
    ]


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
    late = layouts.tree(tmp_path / "late", {"zoe/losses.py": "z"})
    assert who(read(folder, late)) == [*who(read(download)), "zoe"]


def test_archive_of_folders_in_an_archive_is_the_class(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A zip in a zip, and nothing beside it, holds what the inner one holds."""
    outer = layouts.zipped(tmp_path, "a.zip", {"a/hw1.zip": layouts.zip_bytes(HOLDS)})
    assert who(read(outer)) == who(read(outer, roster=LISTED)) == ["al", "bo"]
    folder = layouts.tree(tmp_path / "t", {"hw1.tgz": layouts.tar_bytes(HOLDS), "roster.csv": ""})
    assert who(read(folder)) == who(read(folder, roster=LISTED)) == ["al", "bo"]
    assert who(read(layouts.zipped(tmp_path, "b.zip", {"al.zip": layouts.zip_bytes({"losses.py": "x"})}))) == ["al"]


def test_student_hands_in_for_nobody_by_the_names_of_a_download(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Beside the work of others, or under a student's name, an archive is that student's."""
    forged = layouts.zip_bytes({"boole_12_7_losses.py": "x", "cy_13_8_losses.py": "x"})
    beside = layouts.tree(tmp_path / "a", {"al.zip": forged, "bo.zip": layouts.zip_bytes({"losses.py": "b"})})
    assert who(read(beside)) == ["al", "bo"]
    alone = layouts.tree(tmp_path / "b", {"al.zip": forged})
    assert who(read(alone, roster=LISTED)) == ["al"]


def test_download_beside_folders_is_pointed_at(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """It could be one student's archive: whoever knows better gives the file itself."""
    download = layouts.canvas(tmp_path / "made").read_bytes()
    folder = layouts.tree(tmp_path / "all", {"submissions.zip": download, "al/losses.py": "a"})
    assert said(read(folder), "all/submissions.zip looks like a download", "give that file itself")
