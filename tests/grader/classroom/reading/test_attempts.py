"""Several hand-ins of one student are attempts in the order of handing in, and nothing of them is lost."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from grader.classroom.records import ClassIntake

Read = Callable[..., ClassIntake]


def files(intake: ClassIntake) -> list[tuple[int, dict[str, bytes]]]:
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


def test_attempts_without_times_are_in_the_order_of_the_paths(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """The instructor's order counts where nothing else tells, and a note says so."""
    for name in ("a", "b"):
        layouts.tree(tmp_path / name, {"al/losses.py": name, "bo/losses.py": "x"})
    found = read(tmp_path / "b", tmp_path / "a").hand_ins
    assert [dict(one.files) for one in found if one.student.id == "al"] == [{"losses.py": b"b"}, {"losses.py": b"a"}]
    assert [any("the order in which the paths were given" in note for note in one.notes) for one in found] == [
        True, True, False,
    ]  # fmt: skip


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


OLD = {"losses.py": "1", "cnn.py": "1"}
NEW = {"losses.py": "2", "cnn.py": "2"}
TWO = [(1, dict.fromkeys(OLD, b"1")), (2, dict.fromkeys(NEW, b"2"))]


def test_downloads_of_canvas_are_ordered_by_the_numbers_of_their_attachments(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Two hand-ins are two attempts, whatever the order of the paths; neither is a mix."""
    old = layouts.zipped(tmp_path, "b.zip", {"ab_7_100_losses.py": "1", "ab_7_101_cnn.py": "1"})
    new = layouts.zipped(tmp_path, "a.zip", {"ab_7_205_losses-1.py": "2", "ab_LATE_7_206_cnn-1.py": "2"})
    for paths in ((old, new), (new, old), (new, old, new)):
        intake = read(*paths)
        assert files(intake) == TWO and [one.late for one in intake.hand_ins] == [False, True]
        assert not any("handed in last" in note for one in intake.hand_ins for note in one.notes)


def test_uploads_in_one_download_of_canvas_are_as_many_attempts_as_uploads(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Both files came again: the second of them begins no third attempt."""
    names = {"ab_7_100_losses.py": "1", "ab_7_101_cnn.py": "1", "ab_7_205_losses.py": "2", "ab_7_206_cnn.py": "2"}
    assert files(read(layouts.zipped(tmp_path, "c.zip", names))) == TWO


def test_file_that_did_not_change_leaves_the_mark_of_late_where_it_belongs(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """A later download with one changed file is late as a whole, and the earlier attempt is not."""
    old = layouts.zipped(tmp_path, "b.zip", {"ab_7_100_losses.py": "1", "ab_7_101_cnn.py": "1"})
    new = layouts.zipped(tmp_path, "a.zip", {"ab_LATE_7_205_cnn.py": "1", "ab_LATE_7_206_losses.py": "2"})
    assert [one.late for one in read(new, old).hand_ins] == [False, True]


def moodle(layouts: ModuleType, path: Path, text: str, hour: int) -> Path:
    """Moodle's download with the times of the files as it packs them."""
    members = [
        (zipfile.ZipInfo(f"Al Ba_7_assignsubmission_file/{name}", (2026, 1, 31, hour, 0, 0)), text)
        for name in ("losses.py", "cnn.py")
    ]
    path.write_bytes(layouts.zip_bytes(members))
    return path


def test_downloads_of_moodle_are_ordered_by_the_times_in_them(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Moodle writes when it got a file; where two times are the same, a note says that nothing tells."""
    old, new = moodle(layouts, tmp_path / "b.zip", "1", 9), moodle(layouts, tmp_path / "a.zip", "2", 17)
    for paths in ((old, new), (new, old)):
        intake = read(*paths)
        assert files(intake) == TWO and not intake.hand_ins[0].notes
    same = moodle(layouts, tmp_path / "c.zip", "3", 17)
    assert all("handed in last" in one.notes[0] for one in read(new, same).hand_ins)


def test_attempts_are_in_the_order_of_their_times(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Where every hand-in has a time, the paths may come in any order."""
    old = layouts.gradescope(tmp_path / "a", [[replace(layouts.ALICE, files={"losses.py": "old"})]])
    later = replace(layouts.ALICE, files={"losses.py": "new"}, when=layouts.NOON + timedelta(hours=1))
    new = layouts.gradescope(tmp_path / "b", [[later]])
    assert files(read(new, old)) == [(1, {"losses.py": b"old"}), (2, {"losses.py": b"new"})]


def test_topics_of_several_hand_ins_are_one_with_the_latest_time(
    read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """What was handed in on several days is one hand-in where no topic came twice."""
    first = layouts.gradescope(tmp_path / "a", [[replace(layouts.ALICE, files={"losses.py": "1"})]])
    later = replace(layouts.ALICE, files={"cnn.py": "2"}, when=layouts.NOON + timedelta(hours=1))
    [found] = read(layouts.gradescope(tmp_path / "b", [[later]]), first).hand_ins
    assert found.files == {"losses.py": b"1", "cnn.py": b"2"}
    assert found.submitted_at == later.when + timedelta(microseconds=861687)
