"""Several hand-ins of one student are attempts in the order of handing in, and nothing of them is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from grader.classroom.model import Intake

Read = Callable[..., Intake]


def files(intake: Intake) -> list[tuple[int, dict[str, bytes]]]:
    return [(each.attempt, dict(each.files)) for each in intake.hand_ins]


def test_canvas_resubmission_is_a_second_attempt(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Canvas numbers uploads as they come, and the second keeps what did not come again."""
    names = {"ab_7_100_losses.py": "1", "ab_7_90_cnn.py": "c", "ab_LATE_7_205_losses-1.py": "2"}
    intake = read(layouts.zipped(tmp_path, "c.zip", names))
    assert files(intake) == [
        (1, {"losses.py": b"1", "cnn.py": b"c"}),
        (2, {"losses.py": b"2", "cnn.py": b"c"}),
    ]
    assert [each.late for each in intake.hand_ins] == [False, True]


def test_same_bytes_again_are_no_attempt(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Handing in the same file twice changes nothing."""
    names = {"ab_7_100_losses.py": "1", "ab_7_205_losses-1.py": "1"}
    assert files(read(layouts.zipped(tmp_path, "c.zip", names))) == [(1, {"losses.py": b"1"})]


def test_attempts_are_in_the_order_of_their_times(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Where every hand-in has a time, the paths may come in any order."""
    old = layouts.nbgrader(tmp_path / "a", [replace(layouts.ALICE, files={"losses.py": "old"})])
    later = replace(layouts.ALICE, files={"losses.py": "new"}, when=layouts.NOON + timedelta(hours=1))
    new = layouts.nbgrader(tmp_path / "b", [later], "ps2")
    assert files(read(new, old)) == [(1, {"losses.py": b"old"}), (2, {"losses.py": b"new"})]


def test_attempts_without_times_are_in_the_order_of_the_paths(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The instructor's order counts where nothing else tells."""
    for name in ("a", "b"):
        layouts.tree(tmp_path / name, {"al/losses.py": name, "bo/losses.py": "x"})
    found = [
        dict(one.files) for one in read(tmp_path / "b", tmp_path / "a").hand_ins if one.student.id == "al"
    ]
    assert found == [{"losses.py": b"b"}, {"losses.py": b"a"}]


def test_assignments_of_nbgrader_make_one_hand_in(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Topics from several assignments are one hand-in with the latest time."""
    layouts.nbgrader(tmp_path, [replace(layouts.ALICE, files={"losses.py": "1"})], "ps2")
    later = replace(layouts.ALICE, files={"cnn.py": "2"}, when=layouts.NOON + timedelta(hours=1))
    layouts.nbgrader(tmp_path, [later], "ps1")
    [found] = read(tmp_path).hand_ins
    assert found.files == {"losses.py": b"1", "cnn.py": b"2"} and found.submitted_at == later.when


def test_otter_exports_of_one_student_are_ordered_by_their_stamps(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Exports in a student's folder are attempts by the times in their names, and a note says whose clock it is."""
    for stamp, text in (("2026_02_01T08_00_00_000001", "new"), ("2026_01_31T23_00_00_000001", "old")):
        data = layouts.zip_bytes({"losses.ipynb": text})
        layouts.tree(tmp_path / "c" / "al", {f"losses_{stamp}.zip": data})
    intake = read(tmp_path / "c")
    assert files(intake) == [(1, {"losses.ipynb": b"old"}), (2, {"losses.ipynb": b"new"})]
    assert "a student's own clock" in " ".join(intake.hand_ins[1].notes)


def test_hand_ins_that_nothing_orders_are_noted(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A folder and a zip of one student differ, and nobody knows which came last."""
    layouts.tree(
        tmp_path, {"al/losses.py": "1", "al.zip": layouts.zip_bytes({"losses.py": "2"}), "bo/cnn.py": ""}
    )
    found = [one for one in read(tmp_path).hand_ins if one.student.id == "al"]
    assert len(found) == 2 and all("handed in last" in one.notes[0] for one in found)


def test_topic_that_was_refused_later_does_not_count_from_before(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """An unclear second upload is not silently replaced by the first."""
    two = layouts.zip_bytes({"losses.py": "2", "b/losses.py": "3", "cnn.py": "c"})
    intake = read(layouts.zipped(tmp_path, "c.zip", {"ab_7_1_losses.py": "1", "ab_7_2_hw.zip": two}))
    assert files(intake)[-1] == (2, {"cnn.py": b"c"})
    assert "2 different files could be losses" in intake.hand_ins[-1].notes[0]
