"""Every layout that an instructor has is told by what lies there and read with its students."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.classroom.reading.tree import ClassProblem
from grader.classroom.records import ClassIntake

Read = Callable[..., ClassIntake]
TITLES = {
    "folders": "folders, archives or files named after students",
    "files": "folders, archives or files named after students",
    "zips": "folders, archives or files named after students",
    "canvas": "Canvas download",
    "moodle": "Moodle download",
    "gradescope": "Gradescope export",
    "nbgrader": "folders, archives or files named after students",
    "clones": "git clones",
}


def summary(intake: ClassIntake) -> dict[str, dict[str, bytes]]:
    return {each.student.id: dict(each.files) for each in intake.hand_ins}


@pytest.mark.parametrize("kind", TITLES)
def test_layout_is_told_and_read(kind: str, read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Each layout is found by itself and gives the files of each student, who needs no roster."""
    intake = read(getattr(layouts, kind)(tmp_path / "class"))
    assert intake.layout == TITLES[kind]
    assert summary(intake) == {
        "11": {"losses.py": b"a = 1\n", "cnn.py": b"a = 2\n"},
        "12": {"losses.py": b"b = 1\n"},
        "13": {"losses.ipynb": b'{"cells": []}'},
    }
    assert not intake.unknown and not any(each.problem for each in intake.hand_ins)


@pytest.mark.parametrize("kind", TITLES)
def test_layout_is_matched_with_the_roster(
    kind: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Each layout's students are those of the roster, and who handed in nothing is missing."""
    people = (*layouts.PEOPLE, replace(layouts.ALICE, id="14", name="Dan Dark"))
    path = getattr(layouts, kind)(tmp_path / "class")
    intake = read(path, roster=layouts.roster(tmp_path / "list", people))
    assert [(each.student.id, each.student.name) for each in intake.hand_ins] == [
        ("11", "Alice Able"),
        ("12", "Bo Böll"),
        ("13", "王小明"),
    ]
    assert [student.id for student in intake.missing] == ["14"] and not intake.unknown


@pytest.mark.parametrize("packed", ["folders", "zips"])
@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tgz"])
def test_archive_of_a_class_is_read_as_the_class(
    packed: str, kind: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A folder of folders or of zips may come as one archive, with a folder around it."""
    folder = getattr(layouts, packed)(tmp_path / "class")
    inner = {
        f"hw1/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    data = (
        layouts.zip_bytes(inner)
        if kind == "zip"
        else layouts.tar_bytes(inner, mode="w" if kind == "tar" else "w:gz")
    )
    path = layouts.tree(tmp_path / "download", {f"hw.{kind}": data}) / f"hw.{kind}"
    assert summary(read(path)) == summary(read(folder))


@pytest.mark.parametrize("form", [{"old": True}, {"flat": True}, {"blind": True}])
def test_moodle_is_read_in_each_form(
    form: dict[str, Any], read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Moodle's older folders, its flat form and its blind marking are the same class."""
    assert summary(read(layouts.moodle(tmp_path / "new"))) == summary(
        read(layouts.moodle(tmp_path / "b", **form))
    )


def test_moodle_blind_is_matched_by_the_number_of_the_participant(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The column `moodle` of the roster may be copied from the grading worksheet."""
    numbers = {one.id: f"Participant {one.id}" for one in layouts.PEOPLE}
    people = [replace(one, id=f"s{one.id}") for one in layouts.PEOPLE]
    roster = layouts.roster(
        tmp_path / "r", people, {"moodle": {f"s{key}": text for key, text in numbers.items()}}
    )
    intake = read(layouts.moodle(tmp_path / "m", blind=True), roster=roster)
    assert [each.student.id for each in intake.hand_ins] == ["s11", "s12", "s13"] and not intake.unknown


def test_moodle_text_is_said_to_be_no_file(
    only: Callable[..., Any], layouts: ModuleType, tmp_path: Path
) -> None:
    """Text that was typed in is a hand-in with a problem that says what to hand in."""
    path = layouts.zipped(tmp_path, "m.zip", {"Al Ba_7_assignsubmission_onlinetext/onlinetext.html": "x"})
    assert "text typed into Moodle" in only(path).problem


def test_moodle_team_is_one_hand_in(only: Callable[..., Any], layouts: ModuleType, tmp_path: Path) -> None:
    """A team's folder counts under the team's number."""
    path = layouts.zipped(tmp_path, "m.zip", {"Red team_31_assignsubmission_file/losses.py": "x = 1"})
    assert (only(path).student.id, only(path).student.name) == ("31", "Red team")


def test_canvas_marks_who_was_late(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """LATE in the name is the student's mark, and its absence says in time."""
    intake = read(layouts.canvas(tmp_path))
    assert [each.late for each in intake.hand_ins] == [False, True, False]


def test_canvas_anonymous_keeps_its_ids(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """An anonymous download gives the ids that Canvas made up, late or not."""
    intake = read(layouts.canvas(tmp_path, anonymous=True))
    assert [each.student.id for each in intake.hand_ins] == ["anon_aB11", "anon_aB12", "anon_aB13"]
    assert [each.late for each in intake.hand_ins] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "word"), [("ab_7_text.html", "typed"), ("ab_LATE_7_link-1.html", "address")]
)
def test_canvas_entry_without_a_file_is_a_problem(
    name: str, word: str, only: Callable[..., Any], layouts: ModuleType, tmp_path: Path
) -> None:
    """A text or an address in place of a file is said, with what to hand in."""
    found = only(layouts.zipped(tmp_path, "c.zip", {name: "<p>"}))
    assert found.student.id == "7" and word in found.problem and "hand in the file itself" in found.problem


def test_canvas_group_that_ends_in_a_number_keeps_its_id(
    only: Callable[..., Any], layouts: ModuleType, tmp_path: Path
) -> None:
    """`team_5_88_901_losses.py` is user 88, not user 5."""
    assert only(layouts.zipped(tmp_path, "c.zip", {"team_5_88_901_losses.py": "x"})).student.id == "88"


def test_gradescope_group_is_a_hand_in_for_each(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Who submitted together each have the hand-in, with the time of the export."""
    intake = read(layouts.gradescope(tmp_path, [[layouts.ALICE, layouts.BOB]]))
    assert [each.student.id for each in intake.hand_ins] == ["11", "12"]
    assert {each.submitted_at for each in intake.hand_ins} == {datetime(2026, 1, 31, 12, 0, 0, 861687, UTC)}


def test_gradescope_submission_without_a_submitter_is_unknown(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A submission that the list gives to nobody is said, not dropped."""
    export = {"submission_metadata.yml": "submission_9:\n  :submitters: []\n", "submission_9/losses.py": "x"}
    [sentence] = read(layouts.zipped(tmp_path / "b", "e.zip", export)).unknown
    assert "submission_9 names no submitter" in sentence


@pytest.mark.parametrize(
    "text", ["a: [", "- 1", "!!python/object/apply:os.getcwd []", "x: &a [*a]\n" * 2, "["]
)
def test_gradescope_list_that_is_broken_is_the_instructors(
    text: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A list of submitters that cannot be read names nobody, or asks for another export; nothing runs."""
    path = layouts.zipped(tmp_path, "e.zip", {"submission_metadata.yml": text, "submission_9/losses.py": "x"})
    try:
        assert read(path).unknown
    except ClassProblem as problem:
        assert "export the submissions again" in str(problem)


def test_clone_names_lose_the_assignment_for_the_roster(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """GitHub Classroom's `losses-octocat` is the student whose column `github` says octocat."""
    roster = layouts.roster(tmp_path / "r", extra={"github": {"11": "Octocat", "12": "hub", "13": "wang"}})
    people = [
        replace(one, id=name) for one, name in zip(layouts.PEOPLE, ("octocat", "hub", "wang"), strict=True)
    ]
    intake = read(layouts.clones(tmp_path / "c", people, prefix="losses-"), roster=roster)
    assert [each.student.id for each in intake.hand_ins] == ["11", "12", "13"] and not intake.unknown


def test_clone_names_without_the_assignment_may_be_ids(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A roster without a column `github`, whose ids are the logins, has the owner of each clone."""
    people = [
        replace(one, id=name) for one, name in zip(layouts.PEOPLE, ("octocat", "hub", "wang"), strict=True)
    ]
    intake = read(
        layouts.clones(tmp_path / "c", people, prefix="losses-"),
        roster=layouts.roster(tmp_path / "r", people),
    )
    assert [each.student.id for each in intake.hand_ins] == ["hub", "octocat", "wang"]
    assert not intake.unknown and not intake.missing


def test_clone_without_an_owner_names_its_author_and_gives_nobody_the_work(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The author of a commit is what anybody writes there, so it is a hint and no match."""
    path = layouts.commit(tmp_path / "c" / "stranger", layouts.ALICE).parent
    intake = read(path, roster=layouts.roster(tmp_path / "r"))
    assert not intake.hand_ins and len(intake.missing) == 3
    assert "'stranger' is not on the roster" in intake.unknown[0]
    assert "last commit is by Alice Able <11@example.org>" in intake.unknown[0]


def test_class_under_version_control_is_read_as_it_lies(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A folder of folders stays one when the instructor keeps it in git."""
    folder = layouts.commit(layouts.folders(tmp_path / "c"), layouts.ALICE, files={})
    intake = read(folder)
    assert sorted(summary(intake)) == ["11", "12", "13"]


def test_one_strange_name_does_not_change_the_layout(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A student cannot turn a download into another layout by the name of a file."""
    files = layouts.canvas_names() | {"eve_66_77_A B_3_assignsubmission_file_losses.py": "x", "notes.txt": ""}
    intake = read(layouts.zipped(tmp_path, "c.zip", files))
    assert intake.layout == "Canvas download" and len(intake.hand_ins) == 4
    assert intake.notes == ("c.zip/notes.txt is not named as Canvas does: it is left out",)


def test_work_of_one_student_is_one_hand_in(
    only: Callable[..., Any], layouts: ModuleType, tmp_path: Path
) -> None:
    """A folder like the course's own is one student's, not a class of students named after topics."""
    layouts.tree(tmp_path / "al", {"exercises/losses/losses.py": "x", "exercises/cnn/cnn.py": "y"})
    assert (only(tmp_path / "al").student.id, len(only(tmp_path / "al").files)) == ("al", 2)


def test_paths_of_students_are_a_class(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """What a shell makes of `class/*` is read like the folder, folders in folders and broken ones too."""
    folder = layouts.tree(
        tmp_path,
        {
            "al/losses.py": "x",
            "bo/src/losses.py": "x",
            "cy.zip": layouts.zip_bytes({"cy/losses.py": "x"}),
            "di.zip": "oops",
        },
    )
    intake = read(*sorted(folder.iterdir()))
    assert [(each.student.id, each.problem is None) for each in intake.hand_ins] == [
        ("al", True),
        ("bo", True),
        ("cy", True),
        ("di", False),
    ]


def test_topic_file_beside_students_is_reported(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A folder that is a student's work and holds another's is one of two things."""
    layouts.tree(tmp_path / "c", {"losses.py": "x", "al/losses.py": "y"})
    with pytest.raises(ClassProblem, match="--layout one .* --layout folders"):
        read(tmp_path / "c")
    assert "losses.py does not tell" in read(tmp_path / "c", layout="folders").unknown[0]


def test_names_tell_student_and_topic_either_way(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """`al_losses`, `losses-al` and a second `al losses (1)` are al's; a name of two topics is nobody's."""
    layouts.tree(
        tmp_path, {"al_losses.py": "x", "cnn-al.py": "y", "al_losses-1.py": "x", "losses_cnn.py": "z"}
    )
    intake = read(tmp_path)
    assert summary(intake) == {"al": {"losses.py": b"x", "cnn.py": b"y"}}
    assert "losses_cnn.py" in " ".join((*intake.unknown, *intake.notes))


@pytest.mark.parametrize(
    ("layout", "word"), [("moodl", "no layout moodl"), ("gradescope", "metadata")]
)
def test_layout_that_cannot_be_is_refused(
    layout: str, word: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A layout that does not exist, or does not lie there, is said with what to do."""
    with pytest.raises(ClassProblem, match=word):
        read(layouts.folders(tmp_path), layout=layout)


def test_path_that_is_not_there_is_refused(read: Read, tmp_path: Path) -> None:
    """A path of the instructor's that does not exist is the one thing that stops everything."""
    with pytest.raises(ClassProblem, match="nowhere is not there"):
        read(tmp_path / "nowhere")


def test_two_downloads_are_one_class(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """The downloads of two assignments with other topics make one hand-in of each student."""
    later = [replace(layouts.BOB, files={"cnn.py": "c"}, when=layouts.NOON + timedelta(days=1))]
    intake = read(layouts.canvas(tmp_path / "a"), layouts.canvas(tmp_path / "b", later))
    assert summary(intake)["12"] == {"losses.py": b"b = 1\n", "cnn.py": b"c"}
    assert [each.attempt for each in intake.hand_ins] == [1, 1, 1]
