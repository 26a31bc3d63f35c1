"""A course folder brought up to date."""

import json

import pytest

from grader.learner import MARK
from grader.learner.create import create
from grader.learner.merge_notebook import merged_notebook
from grader.learner.module import Unreadable
from grader.learner.renew import renew
from grader.learner.state import NoState


def files_of(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_new_task_comes_in_and_written_work_stays(newer, folder):
    """The stub of the new task stands in its place, and the learner's function is as it was."""
    file = folder / "losses/losses.py"
    mine = file.read_text().replace('    raise NotImplementedError("mean")', "    return x.mean()  # mine")
    file.write_text(mine)
    done = renew(newer, folder)
    text = file.read_text()
    assert text.index("# mine") < text.index("def variance") < text.index("def softmax")
    assert "along dim" in text
    assert (done.backup / "losses/losses.py").read_text() == mine
    assert "losses/losses.py: added variance" in done.notes
    assert "losses/losses.py: renewed softmax" in done.notes
    assert "losses/README.md: renewed" in done.notes


def test_second_update_changes_nothing(newer, folder):
    """An update is done once."""
    renew(newer, folder)
    before = files_of(folder)
    done = renew(newer, folder)
    assert (done.notes, done.backup) == ([], None)
    assert files_of(folder) == before


def test_text_that_the_learner_wrote_in_is_kept(newer, folder):
    """Notes in a README are the learner's work too."""
    (folder / "losses/README.md").write_text("# my notes\n")
    done = renew(newer, folder)
    assert (folder / "losses/README.md").read_text() == "# my notes\n"
    assert "losses/README.md: yours is kept, the course has another" in done.notes
    assert "losses/README.md: yours is kept, the course has another" in renew(newer, folder).notes


def test_module_that_is_not_python_is_left_and_renewed_once_it_is_mended(newer, folder):
    """A broken file waits; the update is not lost."""
    file = folder / "losses/losses.py"
    good = file.read_text()
    file.write_text(good + "def (\n")
    done = renew(newer, folder)
    assert file.read_text() == good + "def (\n"
    assert any("cannot be read" in note for note in done.notes)
    file.write_text(good)
    assert "losses/losses.py: renewed softmax" in renew(newer, folder).notes


def test_new_topic_comes_in_unless_topics_were_chosen(course, folder, tmp_path, with_nets):
    """A folder of everything gets later topics; one of chosen topics gets those that are named."""
    chosen = tmp_path / "chosen"
    create(course, chosen, [course.topic("tensors")])
    later = with_nets()
    renew(later, folder)
    renew(later, chosen)
    assert (folder / "nets/nets.py").exists()
    assert not (chosen / "nets").exists()
    renew(later, chosen, [later.topic("nets")])
    assert (chosen / "nets/nets.py").exists()
    assert not (chosen / "losses").exists()


def test_module_that_was_moved_is_renewed_where_it_is(newer, folder):
    """A learner may have another order of folders."""
    (folder / "work").mkdir()
    (folder / "losses/losses.py").rename(folder / "work/losses.py")
    renew(newer, folder)
    assert "def variance" in (folder / "work/losses.py").read_text()
    assert not (folder / "losses/losses.py").exists()


@pytest.mark.parametrize("text", [None, "{", '{"version": 9}'])
def test_folder_that_does_not_say_what_was_given_is_refused(newer, folder, text):
    """Without knowing what was given nothing is changed."""
    state = folder / MARK / "course.json"
    state.unlink() if text is None else state.write_text(text)
    before = files_of(folder)
    with pytest.raises(NoState, match=r"course\.json"):
        renew(newer, folder)
    assert files_of(folder) == before


def book(*cells):
    made = [
        {"cell_type": "markdown" if text.startswith("#") else "code", "metadata": _mark(text), "source": text}
        for text in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _mark(text):
    role = "check" if text.startswith("%grade") else "head" if text.startswith("import") else None
    return {"torchgrade": {"role": role}} if role else {}


def sources(text):
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def test_notebook_gets_new_cells_in_their_place_and_keeps_the_rest():
    """A touched cell stays, an untouched one is renewed, a missing one comes with the text above it."""
    stub = "def {0}(x):\n    '''{1}'''\n    raise NotImplementedError('{0}')"
    base = book(
        "import torch", "# mean", stub.format("mean", "old"), "# softmax", stub.format("softmax", "old")
    )
    new = book(
        "import torch, math", "# mean", stub.format("mean", "new"), "%grade mean",
        "# variance", stub.format("variance", "new"), "%grade variance", "# softmax", stub.format("softmax", "new"),
    )  # fmt: skip
    mine = book(
        "import torch", "# mean", "def mean(x):\n    return 1", "%grade mean", "mean(3)",
        "# softmax", stub.format("softmax", "old"),
    )  # fmt: skip
    result = merged_notebook(mine, base, new)
    assert sources(result.text) == [
        "import torch, math", "# mean", "def mean(x):\n    return 1", "%grade mean",
        "# variance", stub.format("variance", "new"), "%grade variance", "mean(3)",
        "# softmax", stub.format("softmax", "new"),
    ]  # fmt: skip
    assert (result.added, result.kept) == (("variance",), ("mean",))
    assert result.renewed == ("the imports", "softmax")


def test_new_first_task_of_a_notebook_stands_behind_the_imports():
    """A cell has nothing above it but what it needs."""
    stub = "def {0}(x):\n    raise NotImplementedError('{0}')"
    new = book("import torch", "# first", stub.format("first"), "# mean", stub.format("mean"))
    result = merged_notebook(book("import torch", "# mean", "def mean(x): ..."), book(), new)
    assert sources(result.text)[:3] == ["import torch", "# first", stub.format("first")]


def test_file_that_is_no_notebook_is_not_merged():
    """What cannot be read is not written in."""
    with pytest.raises(Unreadable):
        merged_notebook(b"{}", book(), book())
