"""Which files of a submission are taken, which are left, and what is said about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import IntakeError, NothingFound, Submission, TwoCandidates, find_submission, shown
from grader.intake import find as walk_module
from grader.intake.topic_files import topic_of, without_ending

TOPICS = ("tensors", "autograd", "losses")


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")


def find(*paths: Path) -> Submission:
    return find_submission(paths, TOPICS)


def test_find_takes_topic_files_that_lie_flat(tmp_path: Path) -> None:
    put(tmp_path, "losses.py", "tensors.py", "utils.py")
    assert find(tmp_path).files == {"tensors": tmp_path / "tensors.py", "losses": tmp_path / "losses.py"}


def test_find_takes_topic_files_in_any_folder_and_in_the_order_of_the_course(tmp_path: Path) -> None:
    put(tmp_path, "a/b/c/losses.py", "tensors/tensors.py")
    assert list(find(tmp_path).files) == ["tensors", "losses"]


def test_find_takes_one_file_for_its_topic(tmp_path: Path) -> None:
    put(tmp_path, "losses.py", "tensors.py")
    assert find(tmp_path / "losses.py").files == {"losses": tmp_path / "losses.py"}


def test_find_joins_several_paths(tmp_path: Path) -> None:
    put(tmp_path, "a/losses.py", "b/tensors.py")
    found = find(tmp_path / "a" / "losses.py", tmp_path / "b")
    assert set(found.files) == {"tensors", "losses"}
    assert found.name == f"{tmp_path / 'a' / 'losses.py'}, {tmp_path / 'b'}"


def test_find_counts_a_file_once_when_two_paths_lead_to_it(tmp_path: Path) -> None:
    put(tmp_path, "a/losses.py")
    assert find(tmp_path, tmp_path / "a", tmp_path / "a" / "losses.py").files.keys() == {"losses"}


def test_find_names_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "alice/losses.py")
    monkeypatch.chdir(tmp_path / "alice")
    assert find(Path(".")).name == "alice"


@pytest.mark.parametrize(
    "folder",
    [".hidden", ".git", "__pycache__", "node_modules", "env/lib/python3.11/site-packages", "__MACOSX"],
)
def test_find_skips_folders_that_are_not_the_learners(tmp_path: Path, folder: str) -> None:
    put(tmp_path, "losses.py", f"{folder}/losses.py", f"{folder}/conftest.py")
    found = find(tmp_path)
    assert found.files == {"losses": tmp_path / "losses.py"}
    assert found.notes == ()


def test_find_skips_a_virtual_environment_of_any_name(tmp_path: Path) -> None:
    put(tmp_path, "losses.py", "my env/losses.py", "my env/pyvenv.cfg")
    assert find(tmp_path).files == {"losses": tmp_path / "losses.py"}


def test_find_searches_a_hidden_folder_that_was_given(tmp_path: Path) -> None:
    put(tmp_path, ".work/losses.py")
    assert find(tmp_path / ".work").files.keys() == {"losses"}


def test_find_refuses_two_files_for_one_topic_and_names_both(tmp_path: Path) -> None:
    put(tmp_path, "old/losses.py", "new/losses.py")
    (tmp_path / "new/losses.py").write_text("x = 2\n")
    with pytest.raises(TwoCandidates) as error:
        find(tmp_path)
    assert str(tmp_path / "old/losses.py") in str(error.value)
    assert str(tmp_path / "new/losses.py") in str(error.value)
    assert "give one of them" in str(error.value)


def test_find_takes_either_of_two_files_that_are_equal(tmp_path: Path) -> None:
    put(tmp_path, "old/losses.py", "new/losses.py")
    assert find(tmp_path).files == {"losses": tmp_path / "new/losses.py"}


@pytest.mark.parametrize(
    "name",
    [
        "Losses.PY", "losses (1).py", "losses-1.py", "losses_2.py", "losses - Kopie.py", "losses - Copy (2).py",
        "Kopie von losses.py", "Copy of Copy of losses.py", "losses copy 3.py", "losses-Copy1.py", "losses-final.py",
        "losses_v2.py", "final_losses_v2 (1).py", "hw1_losses.py", "HW 2 - losses.py", "assignment_3_losses-final.py",
        "my_losses.py", "losses_solved.py", "losses – Cópia.py",
    ],
)  # fmt: skip
def test_find_takes_a_copy_of_another_name_and_says_so(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    found = find(tmp_path)
    assert found.files == {"losses": tmp_path / name}
    assert found.notes == (f"{name} is read as losses.py",)
    assert find(tmp_path / name).files == {"losses": tmp_path / name}


@pytest.mark.parametrize(
    "name", ["test_losses.py", "losses_test.py", "losses_utils.py", "losses1.py", "tensors_losses.py", "old_losses.py"]
)
def test_find_takes_no_file_that_is_about_a_topic(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, "autograd.py")
    assert find(tmp_path).files.keys() == {"autograd"}


@pytest.mark.timeout(5)
@pytest.mark.parametrize("part", ["hw--", "v1", "-v11", "final- ", "_1", " - copy1", "copy of ", "(1)", "- "])
def test_topic_of_takes_no_time_for_any_name(part: str) -> None:
    for stem in (f"{part * 60}x", f"losses{part * 60}x", f"x{part * 60}losses"):
        topic_of(f"{stem[:190]}.py", TOPICS, ("x",))
        without_ending(stem)


def test_find_takes_an_exact_name_before_a_guess(tmp_path: Path) -> None:
    put(tmp_path, "losses.py", "losses-final.py", "hw1_losses.py")
    (tmp_path / "losses.py").write_text("x = 2\n")
    found = find(tmp_path)
    assert found.files == {"losses": tmp_path / "losses.py"}
    assert found.notes == ("hw1_losses.py is left out, for losses.py has the name of the topic",)


def test_find_refuses_two_guesses(tmp_path: Path) -> None:
    put(tmp_path, "losses-final.py", "losses_v2.py")
    (tmp_path / "losses_v2.py").write_text("x = 2\n")
    with pytest.raises(TwoCandidates, match="2 files could be losses.py"):
        find(tmp_path)


def notebook(topic: object, *sources: str) -> str:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    metadata = {"torchgrade": {"topic": topic}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def test_find_takes_the_topic_of_a_notebook_from_its_metadata(tmp_path: Path) -> None:
    (tmp_path / "notes.ipynb").write_text(notebook("losses"))
    for path in (tmp_path, tmp_path / "notes.ipynb"):
        found = find(path)
        assert found.files == {"losses": tmp_path / "notes.ipynb"}
        assert found.notes[0].endswith("notes.ipynb is read as losses.ipynb")


@pytest.mark.parametrize("topic", ["homework", 3, None, ["losses"], {}])
def test_find_takes_no_notebook_whose_metadata_names_no_topic(tmp_path: Path, topic: object) -> None:
    (tmp_path / "notes.ipynb").write_text(notebook(topic))
    with pytest.raises(NothingFound):
        find(tmp_path)


STUB = """import torch


def square(x):
    \"\"\"Return x * x.\"\"\"
    raise NotImplementedError("square")


def mean(x):
    return x.sum(0)


class Layer:
    def forward(self, x):
        raise NotImplementedError("Layer.forward")
"""
WORK = STUB.replace('raise NotImplementedError("square")', "return x * x")


@pytest.mark.parametrize(
    ("stub", "work"),
    [
        ("losses.py", "losses.ipynb"),
        ("losses.ipynb", "losses.py"),
        ("a/losses.py", "b/losses.py"),
        ("losses.py", "losses-final.py"),
    ],
)
def test_find_never_takes_an_untouched_stub_before_work(tmp_path: Path, stub: str, work: str) -> None:
    for name, text in ((stub, STUB.replace("x * x.", "x squared.")), (work, WORK)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(notebook("losses", text) if name.endswith(".ipynb") else text)
    assert find_submission([tmp_path], TOPICS, lambda slug: STUB).files == {"losses": tmp_path / work}


def test_find_takes_one_of_two_untouched_stubs(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text(STUB)
    (tmp_path / "losses.ipynb").write_text(notebook("losses", STUB))
    found = find_submission([tmp_path], TOPICS, lambda slug: STUB)
    assert (found.files.keys(), found.notes) == ({"losses"}, ())


@pytest.mark.parametrize("change", ["sum(0)", 'raise NotImplementedError("Layer.forward")'])
def test_find_counts_whatever_was_written_as_work(tmp_path: Path, change: str) -> None:
    (tmp_path / "losses.py").write_text(STUB.replace(change, "sum(1)"))
    (tmp_path / "losses.ipynb").write_text(notebook("losses", WORK))
    with pytest.raises(TwoCandidates):
        find_submission([tmp_path], TOPICS, lambda slug: STUB)


def test_find_does_not_follow_a_link_out_of_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "outside/losses.py", "inside/tensors.py")
    (tmp_path / "inside" / "losses.py").symlink_to(tmp_path / "outside" / "losses.py")
    (tmp_path / "inside" / "folder").symlink_to(tmp_path / "outside")
    found = find(tmp_path / "inside")
    assert found.files.keys() == {"tensors"}
    assert found.notes == ("losses.py is a link to no file in here: it is left out",)


def test_find_follows_a_link_that_stays_inside_and_counts_it_once(tmp_path: Path) -> None:
    put(tmp_path, "src/losses.py")
    (tmp_path / "losses.py").symlink_to(tmp_path / "src" / "losses.py")
    assert find(tmp_path).files.keys() == {"losses"}


def test_find_survives_links_in_a_circle(tmp_path: Path) -> None:
    put(tmp_path, "losses.py")
    (tmp_path / "tensors.py").symlink_to(tmp_path / "tensors.py")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find(tmp_path).files.keys() == {"losses"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_find_leaves_a_pipe_out(tmp_path: Path) -> None:
    put(tmp_path, "losses.py")
    os.mkfifo(tmp_path / "tensors.py")
    assert find(tmp_path).files.keys() == {"losses"}


def test_find_leaves_out_a_folder_with_the_name_of_a_topic_file(tmp_path: Path) -> None:
    put(tmp_path, "losses.py/inner/losses.py")
    assert find(tmp_path).files == {"losses": tmp_path / "losses.py" / "inner" / "losses.py"}


@pytest.mark.parametrize(
    "name",
    [
        "conftest.py",
        "pytest.ini",
        "sitecustomize.py",
        "torch.py",
        "setup.cfg",
        "tox.ini",
        "torch/__init__.py",
    ],
)
def test_find_notes_a_file_that_the_grader_never_loads(tmp_path: Path, name: str) -> None:
    put(tmp_path, "losses.py", f"sub/{name}")
    assert find(tmp_path).notes == (f"sub/{name} is ignored: the grader never loads it",)


def test_find_notes_a_file_whose_name_comes_near_a_topic_that_is_missing(tmp_path: Path) -> None:
    put(tmp_path, "losses.py", "Tensor.py", "losses_old.py", "autogrd.py")
    assert find(tmp_path).notes == (
        "Tensor.py is not the file of a topic (rename it to tensors.py?): it is left out",
        "autogrd.py is not the file of a topic (rename it to autograd.py?): it is left out",
    )


def test_find_bounds_the_number_of_notes(tmp_path: Path) -> None:
    put(tmp_path, "losses.py", *(f"{number:03}/conftest.py" for number in range(50)))
    notes = find(tmp_path).notes
    assert len(notes) == 21
    assert notes[-1] == "30 more files are ignored"


def test_find_says_what_it_looked_for_when_there_is_nothing(tmp_path: Path) -> None:
    put(tmp_path, "loses.py", "readme.txt")
    with pytest.raises(NothingFound) as error:
        find(tmp_path)
    text = str(error.value)
    assert text.startswith(
        f"no topic file found in {tmp_path}: looked for tensors.py, autograd.py, losses.py "
        "or notebooks of these names; "
    )
    assert text.endswith("loses.py is not the file of a topic (rename it to losses.py?)")


def test_find_says_so_when_no_path_is_given() -> None:
    with pytest.raises(NothingFound, match="no path"):
        find()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("loses.py", "did you mean losses.py?"),
        ("losses.txt", "did you mean losses.py?"),
        ("homework.py", "must be one of tensors.py, autograd.py, losses.py"),
    ],
)
def test_find_refuses_a_file_of_another_name(tmp_path: Path, name: str, remedy: str) -> None:
    put(tmp_path, name)
    with pytest.raises(IntakeError, match="is not the file of a topic") as error:
        find(tmp_path / name)
    assert remedy in str(error.value)


@pytest.mark.parametrize("name", ["nowhere", "nowhere/losses.py", "a\0b", "x" * 5000, "bad\udcff"])
def test_find_refuses_a_path_that_does_not_exist(tmp_path: Path, name: str) -> None:
    with pytest.raises(IntakeError, match="is no file and no folder: give a path that exists") as error:
        find(tmp_path / name)
    assert str(error.value).isprintable()


def test_find_refuses_a_tree_without_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk_module, "MOST_ENTRIES", 5)
    put(tmp_path, *(f"file{number}" for number in range(6)))
    with pytest.raises(IntakeError, match="more than 5 entries: give the folder of the submission itself"):
        find(tmp_path)


def test_find_survives_a_deep_tree(tmp_path: Path) -> None:
    put(tmp_path, "losses.py")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(1500):  # deeper than Python recurses and than a path may be long
            os.mkdir("ddd", dir_fd=folder)
            folder, parent = os.open("ddd", os.O_RDONLY, dir_fd=folder), folder
            os.close(parent)
    finally:
        os.close(folder)
    found = find(tmp_path)
    assert found.files.keys() == {"losses"}
    (note,) = found.notes
    assert "File name too long" in note
    assert len(note) < 300
    remove_deep(tmp_path / "ddd")


def remove_deep(top: Path) -> None:
    """Take a tree apart from the top: its paths are too long for rmtree."""
    here = top.parent
    while (top / "ddd").exists():
        (top / "ddd").rename(here / "next")
        top.rmdir()
        (here / "next").rename(top)
    top.rmdir()


def test_find_notes_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "losses.py", "locked/tensors.py")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert find(tmp_path).notes == ("locked cannot be read (Permission denied): it is left out",)
    with pytest.raises(IntakeError, match=r"locked cannot be read \(Permission denied\): check its rights"):
        find(tmp_path / "locked")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_find_shows_names_that_no_terminal_can_print(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff\x1b[31m\nx"
    os.mkdir(folder)
    put(Path(os.fsdecode(folder)), "conftest.py", "losses.py")
    found = find(tmp_path)
    assert found.notes == ("\\udcff\\x1b[31m\\nx/conftest.py is ignored: the grader never loads it",)


@given(st.text(st.characters(), max_size=50))
def test_shown_is_always_printable(text: str) -> None:
    assert shown(text).isprintable()
    shown(text).encode("utf-8")


NAMES = st.sampled_from(
    ["losses.py", "Losses.py", "tensors.py", "torch.py", "a", "b", ".c", "torch", "pyvenv.cfg"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=6))
def test_find_returns_or_raises_its_own_error_for_any_tree(
    tmp_path_factory: pytest.TempPathFactory, tree: list[list[str]]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for parts in tree:
        try:
            put(root, "/".join(parts))
        except OSError:
            continue  # a file where a folder is wanted
    try:
        found = find(root)
    except IntakeError:
        return
    assert found.files
    assert all(file.is_file() and file.name.lower() == f"{slug}.py" for slug, file in found.files.items())
