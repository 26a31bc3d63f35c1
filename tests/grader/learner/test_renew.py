"""A course folder brought up to date."""

import json

import pytest

from grader.learner.definitions import Unreadable
from grader.learner.folder import MARK, NoState, create
from grader.learner.merge import merged_notebook
from grader.learner.renew import CannotReset, renew, reset


def files_of(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_new_task_comes_in_and_written_work_stays(newer, folder):
    """The stub of the new task stands at the end; it is told which others the course has changed."""
    file = folder / "losses/losses.py"
    mine = file.read_text().replace('    raise NotImplementedError("mean")', "    return x.mean()  # mine")
    file.write_text(mine)
    done = renew(newer, folder)
    text = file.read_text()
    assert text.startswith(mine.rstrip("\n")) and "def variance" in text
    assert (done.backup / "losses/losses.py").read_text() == mine
    assert "losses/losses.py: added variance" in done.notes
    assert any("the course has changed softmax; `grade reset`" in note for note in done.notes)
    assert "losses/README.md: renewed" in done.notes


def test_module_that_nobody_has_written_in_becomes_the_new_one(newer, folder):
    done = renew(newer, folder)
    text = (folder / "losses/losses.py").read_text()
    assert text.index("def mean") < text.index("def variance") < text.index("def softmax") and "along dim" in text
    assert "losses/losses.py: renewed" in done.notes


def test_figures_of_the_lessons_are_renewed(newer, folder):
    """A new one comes in, one that changed gives way, and one that somebody drew into stays."""
    done = renew(newer, folder)
    assert {"losses/figures/curve.svg: renewed", "losses/figures/other.svg: new"} <= set(done.notes)
    assert (folder / "losses/figures/curve.svg").read_text() == "<svg>new</svg>\n"
    assert (done.backup / "losses/figures/curve.svg").read_text() == "<svg/>\n"


def test_notebook_that_nobody_has_run_becomes_the_new_one(course, tmp_path):
    """With its lesson, as the README beside it; one with notes in it stays."""
    readme = course.exercises / "losses/README.md"
    for folder in (tmp_path / "books", tmp_path / "noted"):
        create(course, folder, None, notebooks=True)
    file = tmp_path / "noted/losses/losses.ipynb"
    file.write_text(file.read_text().replace("# Losses", "# My losses"))
    readme.write_text(readme.read_text().replace("Losses", "Losses, with variance"))
    renew(course, tmp_path / "books")
    renew(course, tmp_path / "noted")
    assert "with variance" in (tmp_path / "books/losses/losses.ipynb").read_text()
    assert "with variance" not in file.read_text() and "My losses" in file.read_text()


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
    assert "losses/losses.py: renewed" in renew(newer, folder).notes


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


def test_notebook_gets_new_cells_at_its_end_and_keeps_the_rest():
    """A missing one comes with the text above it, the check below and the imports that it may need."""
    stub = "def {0}(x):\n    '''{1}'''\n    raise NotImplementedError('{0}')"
    base = book("import torch", "# mean", stub.format("mean", "old"), "# softmax", stub.format("softmax", "old"))
    new = book(
        "import torch, math", "# mean", stub.format("mean", "new"), "%grade mean",
        "# variance", stub.format("variance", "new"), "%grade variance", "# softmax", stub.format("softmax", "old"),
    )  # fmt: skip
    mine = book(
        "import torch", "# mean", "def mean(x):\n    return 1", "%grade mean", "mean(3)",
        "# softmax", stub.format("softmax", "old"),
    )  # fmt: skip
    result = merged_notebook(mine, base, new)
    assert sources(result.text) == [
        *sources(mine), "import torch, math", "# variance", stub.format("variance", "new"), "%grade variance",
    ]  # fmt: skip
    assert (result.added, result.kept) == (["the imports", "variance"], ["the imports", "mean"])


def test_notebook_without_anything_missing_stays():
    mine = book("import torch", "# mean", "def mean(x): ...")
    result = merged_notebook(mine, mine, book("import math", "# mean", "def mean(x): ..."))
    assert (sources(result.text), result.added, result.kept) == (sources(mine), [], ["the imports"])


def test_file_that_is_no_notebook_is_not_merged():
    """What cannot be read is not written in."""
    with pytest.raises(Unreadable):
        merged_notebook(b"{}", book(), book())


STUB = '''def mean(x):
    """The mean of x."""
    raise NotImplementedError("mean")'''


@pytest.fixture
def softmax(course):
    return course.task("losses.softmax")


@pytest.fixture
def mean(course):
    return course.task("losses.mean")


def solved(folder, newline="\n", mark=b""):
    """Write both tasks, with something of the learner's own around them."""
    text = (
        "# mine\nimport torch\nSIZE = 3\n\ndef mean(x):\n    return x.mean()   # odd  spacing \n\n\n"
        "def softmax(x, dim):\n\treturn torch.softmax(x, dim)\n# the end"
    )
    file = folder / "losses" / "losses.py"
    file.write_bytes(mark + text.replace("\n", newline).encode())
    return file


@pytest.mark.parametrize(("newline", "mark"), [("\n", b""), ("\r\n", b"\xef\xbb\xbf")])
def test_reset_changes_no_other_byte(course, folder, mean, newline, mark):
    """Line ends, the byte order mark and every other line stay as they were."""
    file = solved(folder, newline, mark)
    before = file.read_bytes()
    old = f"def mean(x):{newline}    return x.mean()   # odd  spacing ".encode()
    reset(course, mean, file, folder)
    assert file.read_bytes() == before.replace(old, STUB.replace("\n", newline).encode())


def test_reset_keeps_a_copy_at_the_same_place_in_a_dated_folder(course, folder, mean):
    """The copy has the bytes that the file had, and a second reset makes a second copy."""
    file = solved(folder)
    before = file.read_bytes()
    copy = reset(course, mean, file, folder)
    assert copy.read_bytes() == before
    assert copy.relative_to(folder / MARK / "backups").parts[1:] == ("losses", "losses.py")
    again = reset(course, course.task("losses.softmax"), file, folder)
    assert again != copy
    assert copy.read_bytes() == before


def test_reset_of_a_stub_changes_nothing_and_makes_no_copy(course, folder, mean):
    """Where the stub is there already, nothing is to be done."""
    file = folder / "losses" / "losses.py"
    assert reset(course, mean, file, folder) is None
    assert not (folder / MARK / "backups").exists()


def test_reset_mends_a_file_whose_fault_lies_in_the_task(course, folder, mean):
    """A syntax error goes away with the function that has it."""
    file = solved(folder)
    file.write_text(file.read_text().replace("x.mean()", "(x.mean("))
    reset(course, mean, file, folder)
    assert STUB in file.read_text()
    assert "\treturn torch.softmax(x, dim)\n# the end" in file.read_text()


def test_reset_is_refused_when_the_fault_lies_elsewhere(course, folder, mean, softmax):
    """Where the file stays broken, it is left as it is, and the line is shown."""
    file = solved(folder)
    file.write_text(file.read_text().replace("torch.softmax(", "torch.softmax(("))
    before = file.read_bytes()
    with pytest.raises(CannotReset, match="never closed in .return torch.softmax"):
        reset(course, mean, file, folder)
    assert file.read_bytes() == before


def test_reset_is_refused_when_the_task_is_not_there(course, folder, mean):
    """A task that the file does not define is not put anywhere."""
    file = folder / "losses" / "losses.py"
    file.write_text("import torch\n")
    with pytest.raises(CannotReset, match="does not define mean"):
        reset(course, mean, file, folder)


def test_reset_of_a_notebook_changes_the_cell_of_the_task(course, folder, mean):
    """In a notebook only the source and the outputs of one cell change."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# mean\n", "text"]},
        {"cell_type": "code", "metadata": {}, "execution_count": 3, "outputs": [{"output_type": "stream"}],
         "source": ["%time\n", "def mean(x):\n", "    return 1\n"]},
        {"cell_type": "code", "metadata": {}, "execution_count": 4, "outputs": [], "source": "mean(3)"},
    ]  # fmt: skip
    file = folder / "losses" / "losses.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    reset(course, mean, file, folder)
    after = json.loads(file.read_text())["cells"]
    assert "".join(after[1]["source"]) == f"%time\n{STUB}\n"
    assert (after[1]["outputs"], after[1]["execution_count"]) == ([], None)
    assert [after[0], after[2]] == [cells[0], cells[2]]
