"""Feedback goes back to Canvas and to Moodle under names that their own imports understand."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.classroom.pages.exports import feedback_zips, goes_to_canvas
from grader.classroom.reading.read import read_class
from grader.classroom.records import ClassResult, Outcome, Standing

TOPICS = ("tensors", "losses", "cnn")
BACK = {
    "feedback.html": b"page", "losses.py": b"module", "losses.ipynb": b"notebook", "cnn.py": b"m", "cnn.ipynb": b"n",
}  # fmt: skip


def class_of(path):
    standings = tuple(
        Standing(each.student, Outcome.GRADED, "handed in once", 1.0, hand_in=each)
        for each in read_class([path], TOPICS).hand_ins
    )
    return ClassResult("A", 1, datetime(2026, 3, 1, tzinfo=UTC), "0", "cpu", "auto", (), standings=standings)


def returned(path):
    """The zips with their members."""
    zips = dict(feedback_zips(class_of(path), lambda standing: BACK))
    return {name: members(data) for name, data in zips.items()}


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_canvas(name):
    """The user and the attachment that Canvas takes from a name: its first two parts that are numbers."""
    numbers = [part for part in name.split("_") if part.isdecimal()]
    return tuple(numbers[:2])


def in_moodle(name):
    """The participant and the file that Moodle's import takes from a name."""
    parts = name.split("_", 4)
    return (parts[1], parts[2:4], parts[4]) if len(parts) == 5 and parts[1].isdecimal() else None


def test_feedback_goes_back_under_the_names_of_canvas_uploads(layouts, tmp_path):
    """Each upload gets what was made of it, of the same kind, and nobody gets another's."""
    names = {
        "able_11_100_losses.py": "x = 1", "able_11_101_cnn-1.ipynb": "{}", "boole_LATE_12_102_hw.zip":
        layouts.zip_bytes({"losses.py": "y = 1", "cnn.py": ""}), "cole_13_text.html": "typed",
    }  # fmt: skip
    zips = returned(layouts.zipped(tmp_path, "submissions.zip", names))
    assert list(zips) == ["canvas-feedback.zip"]
    found = zips["canvas-feedback.zip"]
    assert [in_canvas(name) for name in found] == [("11", "100"), ("11", "101"), ("12", "102")]
    assert found.keys() < names.keys()
    assert found["able_11_100_losses.py"] == b"module" and found["able_11_101_cnn-1.ipynb"] == b"n"
    assert members(found["boole_LATE_12_102_hw.zip"]) == BACK


def test_upload_that_cannot_be_read_gets_the_page(layouts, tmp_path):
    """A broken archive comes back as one that says what was wrong with it."""
    path = layouts.zipped(tmp_path, "s.zip", {"able_11_100_hw.zip": "no zip", "boole_12_101_losses.py": "x"})
    assert "able_11_100_hw.zip" in returned(path)["canvas-feedback.zip"]


@pytest.mark.parametrize("form", [{}, {"old": True}, {"flat": True}, {"blind": True}])
def test_feedback_goes_back_as_moodle_reads_its_names(form, layouts, tmp_path):
    """The second part is the number, the third and fourth the plugin, and the rest the name of the file."""
    zips = returned(layouts.moodle(tmp_path, **form))
    assert list(zips) == ["moodle-feedback.zip"]
    found = [in_moodle(name) for name in zips["moodle-feedback.zip"]]
    assert {number for number, _, _ in found} == {"11", "12", "13"}
    assert all(plugin == ["assignsubmission", "file"] for _, plugin, _ in found)
    assert {name for _, _, name in found} == set(BACK)


def test_name_with_an_underscore_does_not_shift_moodles_number(layouts, tmp_path):
    """Moodle itself writes a blank in its place."""
    person = replace(layouts.ALICE, name="Al_ice Able")
    path = layouts.moodle(tmp_path, [person, layouts.BOB])
    assert {in_moodle(name)[0] for name in returned(path)["moodle-feedback.zip"]} == {"11", "12"}


def test_class_of_folders_has_no_such_zip(layouts, tmp_path):
    """Who handed in elsewhere gets pages alone."""
    assert returned(layouts.folders(tmp_path)) == {}


def test_module_goes_back_as_a_module_only_to_canvas(layouts, tmp_path):
    """A module from an archive or from Moodle goes back as the notebook alone."""
    archive = {"a_11_1_losses.py": "x", "b_12_2_hw.zip": layouts.zip_bytes({"losses.py": "y"})}
    canvas = read_class([layouts.zipped(tmp_path / "c", "c.zip", archive)], TOPICS).hand_ins
    moodle = read_class([layouts.moodle(tmp_path / "m")], TOPICS).hand_ins
    assert [goes_to_canvas(each, "losses.py") for each in (*canvas, moodle[0])] == [True, False, False]
