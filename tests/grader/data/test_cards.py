"""Manifest, data cards, files and build scripts agree."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys

import pytest

from grader.data.load import Table, load
from grader.data.manifest import faults, read_manifest, shipped_folder, unlisted

FOLDER = shipped_folder()
ENTRIES = read_manifest()
SHIPPED = list(ENTRIES)
FROM_A_PACKAGE = {"digits", "diabetes", "breast_cancer"}
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")

needs_the_package = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None,
    reason="scikit-learn is not installed: pip install -e '.[data]' to build this set anew",
)


def card(name):
    return (FOLDER / name / "README.md").read_text(encoding="utf-8")


def plain(number):
    """A number as a card may write it: 1797, 70 000."""
    return f"({number}|{number:,})".replace(",", " ")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=needs_the_package if name in FROM_A_PACKAGE else ()) for name in SHIPPED],
)
def test_build_writes_the_same_files_bit_for_bit(name, tmp_path):
    for part in ENTRIES[name].made_by:
        shutil.copy(FOLDER / name / part, tmp_path)
    # in a process of its own: scikit-learn sets a variable of the environment, which other tests would pass on
    subprocess.run([sys.executable, "-B", tmp_path / "build.py"], cwd=tmp_path, check=True)
    made = {
        file.name: file.read_bytes() for file in tmp_path.iterdir() if file.name not in ENTRIES[name].made_by
    }
    assert made.keys() == {file.name for file in ENTRIES[name].files}
    for file in ENTRIES[name].files:
        assert hashlib.sha256(made[file.name]).hexdigest() == file.sha256
        assert made[file.name] == (FOLDER / name / file.name).read_bytes()


@pytest.mark.parametrize("name", SHIPPED)
def test_files_are_those_of_the_manifest(name):
    assert faults(ENTRIES[name]) == []
    assert ENTRIES[name].made_by[0] == "build.py"
    assert all((FOLDER / name / part).is_file() for part in ("README.md", *ENTRIES[name].made_by))


def test_no_file_is_unlisted():
    assert list(unlisted()) == []


def test_every_folder_is_a_set():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"} == set(ENTRIES)


def test_sets_are_small():
    assert sum(file.bytes for name in SHIPPED for file in ENTRIES[name].files) < 5_000_000


@pytest.mark.parametrize("name", ENTRIES)
def test_card_states_rows_split_shapes_files_and_classes(name):
    entry, text = ENTRIES[name], card(name)
    assert text.startswith(f"# {name}: ")
    numbers = [entry.rows] if entry.split == "none" else [entry.rows, entry.train, entry.test]
    for number in numbers:
        assert re.search(rf"\b{plain(number)}\b", text), number
    assert entry.split.split(" of ")[0] in text
    for file in entry.files:
        assert f"`{file.name}`" in text
    for part, shape in entry.shapes.items():
        if part in "xy":
            assert f"| `{part}` |" in text
        for form in re.findall(r"\(N,.*?\) \w+", shape):
            assert form in text
    if len(entry.classes) != 10:
        assert [label for label in entry.classes if label not in text] == []


@pytest.mark.parametrize("name", ENTRIES)
def test_card_states_licence_source_collection_and_flaws(name):
    text = card(name)
    assert "| licence |" in text and "**Source.**" in text and "**Known flaws.**" in text
    if name in FROM_A_PACKAGE:
        assert "**How it was collected.**" in text and "**What was changed.**" in text
    if ENTRIES[name].licence in ("MIT", "CC BY 4.0"):
        assert ENTRIES[name].licence in text
    for address in re.findall(r"https://\S+", ENTRIES[name].source):
        assert address in text


@pytest.mark.parametrize("name", ENTRIES)
def test_index_links_the_card_and_gives_the_same_numbers(name):
    (row,) = [line for line in INDEX.splitlines() if line.startswith(f"| [{name}]({name}/README.md)")]
    entry = ENTRIES[name]
    numbers = [entry.rows] if entry.split == "none" else [entry.rows, entry.train, entry.test]
    assert all(re.search(rf"\b{plain(number)}\b", row) for number in numbers)


def test_names_per_language_are_those_on_the_card():
    data = load("names")
    labels = data.train.y.tolist() + data.test.y.tolist()
    for number, language in enumerate(data.classes):
        assert f"{language} {labels.count(number)}" in card("names")


def test_features_are_the_columns_of_the_file():
    for name in ("diabetes", "breast_cancer"):
        header = (FOLDER / name / f"{name}.csv").read_text().partition("\n")[0].split(",")
        assert tuple(header[:-1]) == ENTRIES[name].features
    houses = load("houses")
    assert isinstance(houses, Table) and houses.columns == ENTRIES["houses"].features
    assert len(houses.rows) == ENTRIES["houses"].rows


def test_no_machine_and_no_package_index_is_named():
    for file in FOLDER.rglob("*"):
        if file.suffix in (".md", ".py", ".toml", ".txt"):
            assert not re.search(
                r"pypi\.org|index-url|/home/|/root|/tmp/", file.read_text(encoding="utf-8")
            ), file
