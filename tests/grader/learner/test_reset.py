"""One task back to its stub."""

import json

import pytest

from grader.learner import MARK
from grader.learner.reset import CannotReset, reset

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
    done = reset(course, mean, file, folder)
    assert done.backup.read_bytes() == before
    assert done.backup.relative_to(folder / MARK / "backups").parts[1:] == ("losses", "losses.py")
    again = reset(course, course.task("losses.softmax"), file, folder)
    assert again.backup != done.backup
    assert done.backup.read_bytes() == before


def test_reset_of_a_stub_changes_nothing_and_makes_no_copy(course, folder, mean):
    """Where the stub is there already, nothing is to be done."""
    file = folder / "losses" / "losses.py"
    assert reset(course, mean, file, folder).backup is None
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
