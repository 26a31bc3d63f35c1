"""Files that are missing, damaged, cut off, too long, unreadable, or too many."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.data.load import load
from grader.data.manifest import DataError, faults, read_checked, read_manifest, unlisted

SHIPPED = list(read_manifest())
REMEDY = "install torchgrade again, or restore the folder datasets from its repository"


def first_file(name):
    entry = read_manifest()[name]
    return entry.folder / entry.files[0].name


def spoil(name, change):
    file = first_file(name)
    file.write_bytes(change(file.read_bytes()))
    return file


def flipped(raw):
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_copy_is_as_good_as_the_real_ones(copied, name):
    load(name)
    assert faults(read_manifest()[name]) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_one_changed_bit_is_found(copied, name):
    file = spoil(name, flipped)
    with pytest.raises(DataError) as problem:
        load(name)
    expected = read_manifest()[name].files[0].sha256
    assert str(problem.value).startswith(f"{file} is damaged: its SHA-256 is ")
    assert f"expected {expected}" in str(problem.value) and str(problem.value).endswith(REMEDY)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_file_that_is_cut_off_is_found(copied, name):
    file = spoil(name, lambda raw: raw[:-1])
    size = read_manifest()[name].files[0].bytes
    with pytest.raises(DataError, match=f"has {size - 1} bytes, expected {size}"):
        load(name)
    assert [fault.place for fault in faults(read_manifest()[name])] == [str(file)]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_file_that_is_too_long_is_found(copied, name):
    spoil(name, lambda raw: raw + b"more")
    size = read_manifest()[name].files[0].bytes
    with pytest.raises(DataError, match=f"has {size + 4} bytes, expected {size}"):
        load(name)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_missing_file_is_found(copied, name):
    first_file(name).unlink()
    with pytest.raises(DataError, match=f"is missing: {REMEDY}"):
        load(name)


def test_a_folder_in_the_place_of_a_file_is_found(copied):
    file = first_file("digits")
    file.unlink()
    file.mkdir()
    with pytest.raises(DataError, match="cannot be read|has .* bytes, expected"):
        load("digits")


def test_a_file_that_may_not_be_read_is_found(copied, monkeypatch):
    def refuse(path, *arguments, **options):
        raise PermissionError(13, "Permission denied", str(path))

    entry = read_manifest()["digits"]
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\)"):
        read_checked(entry, entry.files[0])


def test_damage_is_found_although_the_set_was_loaded_before(copied):
    load("digits")
    spoil("digits", flipped)
    with pytest.raises(DataError):
        load("digits")


def test_other_sets_stay_usable(copied):
    spoil("digits", flipped)
    load("diabetes")


def test_a_missing_manifest_is_found(copied):
    (copied / "manifest.toml").unlink()
    with pytest.raises(DataError, match=f"manifest.toml cannot be read .*: {REMEDY}"):
        load("digits")


@pytest.mark.parametrize(
    "text",
    [
        "[digits",
        "digits = 1",
        "[digits]\nfiles = [1]",
        "[digits]\ntitle = 'no files'",
        "[d]\nfiles = []\nx = 1",
    ],
)
def test_a_manifest_that_is_none_is_found(copied, text):
    (copied / "manifest.toml").write_text(text)
    with pytest.raises(DataError, match="manifest.toml is no manifest of data sets"):
        load("digits")


@pytest.mark.parametrize(
    "place", ["extra.csv", "digits/more.csv", "digits/old/labels.csv", "new/data.csv", "mnist/x"]
)
def test_a_file_that_is_not_listed_is_found(copied, place):
    (copied / place).parent.mkdir(parents=True, exist_ok=True)
    (copied / place).write_text("1,2")
    (found,) = unlisted()
    assert str(found) == f"{copied / place} is not listed in manifest.toml: remove it, or list it there"


@pytest.mark.parametrize(
    "place", [".DS_Store", "digits/.editor.swp", "digits/__pycache__/build.cpython-311.pyc"]
)
def test_what_systems_and_editors_leave_behind_is_passed_over(copied, place):
    (copied / place).parent.mkdir(exist_ok=True)
    (copied / place).write_text("")
    assert list(unlisted()) == []


def test_the_wheels_course_comes_before_the_checkout(copied, monkeypatch):
    inside = copied.parent / "grader" / "_course" / "datasets"
    inside.parent.mkdir(parents=True)
    copied.rename(inside)
    assert read_manifest()["digits"].folder == inside / "digits"
    load("digits")
