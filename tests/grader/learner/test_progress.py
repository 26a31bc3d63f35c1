"""`progress.json`: whole, readable, and never lost."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.learner.folder import MARK
from grader.learner.progress import Progress, load, update
from grader.learner.progress_changes import after_hint, record
from grader.report import Verdict

NAME = "progress.json"


@pytest.fixture
def place(folder):
    return folder / MARK


def test_progress_is_read_as_it_was_written(folder, report_of):
    """Every value survives the way through the file."""
    record(folder, report_of(mistake="one", losses__softmax=Verdict.FAIL, losses__mean=Verdict.PASS), when="now")
    update(folder, lambda progress: after_hint(progress, "losses.softmax", 2))
    progress = load(folder).progress
    assert progress.of("losses.mean").passed == "now"
    assert progress.of("losses.softmax").hints == (2,)
    assert progress.of("losses.softmax").failure.mistake == "one"


def test_file_names_its_version_and_reads_as_plain_words(folder, place, report_of):
    """The file is JSON with a version and the words of the report."""
    record(folder, report_of(losses__mean=Verdict.PASS), when="now")
    values = json.loads((place / NAME).read_text())
    assert values["version"] == 2
    assert values["tasks"]["losses.mean"] == {"last": "pass", "passed": "now", "attempts": 1}


def test_changes_made_at_the_same_time_are_all_kept(folder):
    """Twenty changes from four threads leave twenty entries."""

    def one(number):
        return update(folder, lambda progress: after_hint(progress, f"losses.{number}", 1))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(20))) == [None] * 20
    assert len(load(folder).progress.tasks) == 20


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"tasks": {}}',
        '{"version": 1, "tasks": {"losses.mean": {"last": "splendid"}}}',
        '{"version": 1, "tasks": {"losses.mean": {"attempts": Infinity}}}',
        '{"version": 1, "tasks": {"losses.mean": {"passed": 3}}}',
        "\udcff",
    ],
)
def test_damaged_file_is_set_aside_with_a_word(folder, place, text):
    """A file that cannot be read counts as empty, is kept under another name, and a new one begins."""
    (place / NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert load(folder).progress == Progress()
    assert "counts as empty" in load(folder).note
    note = update(folder, lambda progress: after_hint(progress, "losses.mean", 1))
    assert "damaged" in note
    assert (place / "progress.damaged.json").exists()
    assert load(folder).note is None
    assert load(folder).progress.of("losses.mean").hints == (1,)


def test_second_damaged_file_leaves_the_first_alone(folder, place):
    """A file set aside is never overwritten."""
    for text in ("one", "two"):
        (place / NAME).write_text(text)
        update(folder, lambda progress: progress)
    assert [(place / f"progress.{name}.json").read_text() for name in ("damaged", "damaged-2")] == [
        "one",
        "two",
    ]


def test_file_of_version_1_is_read(folder, place):
    """What was kept before there were details counts as it did."""
    entry = {"last": "fail", "passed": "then", "attempts": 3, "code": "b", "passed_code": "a"}
    (place / NAME).write_text(json.dumps({"version": 1, "tasks": {"losses.mean": entry}}))
    found = load(folder).progress.of("losses.mean")
    assert found.ever_passed and not found.is_passed and not found.open_details


def test_file_of_a_later_version_is_left_alone(folder, place):
    """What a later torchgrade wrote is neither used nor changed."""
    text = '{"version": 3, "tasks": {}}'
    (place / NAME).write_text(text)
    assert "later" in load(folder).note
    assert "not kept" in update(folder, lambda progress: after_hint(progress, "losses.mean", 1))
    assert (place / NAME).read_text() == text


def test_write_that_fails_is_a_word_and_no_exception(folder, monkeypatch, report_of):
    """A folder that cannot be written does not keep a report from its reader."""

    def refuse(file, data):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("grader.learner.progress.atomic_write", refuse)
    assert "Permission denied" in record(folder, report_of(losses__mean=Verdict.PASS))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
@pytest.mark.parametrize("name", ["progress.lock", "."])
def test_links_are_never_followed(folder, place, tmp_path, name):
    """Neither the folder nor the lock may lead to somebody else's file."""
    other = tmp_path / "other"
    if name == ".":
        os.rename(place, other)
        place.symlink_to(other)
    else:
        other.write_text("precious")
        (place / name).symlink_to(other)
    before = sorted(other.iterdir()) if name == "." else other.read_text()
    assert "link" in update(folder, lambda progress: after_hint(progress, "losses.mean", 1))
    assert before == (sorted(other.iterdir()) if name == "." else other.read_text())


def test_named_folder_is_marked_when_it_was_not(tmp_path, report_of):
    """A folder that was named begins to remember, whoever made it."""
    assert record(tmp_path, report_of(losses__mean=Verdict.PASS)) is None
    assert load(tmp_path).progress.of("losses.mean").is_passed


def test_lock_that_cannot_be_had_is_a_word_and_no_exception(folder, place, report_of):
    """Whatever keeps the lock away, the report is not kept from its reader."""
    (place / "progress.lock").mkdir()
    assert "progress is not kept" in record(folder, report_of(losses__mean=Verdict.PASS))
