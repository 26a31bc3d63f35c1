"""A course folder brought up to date."""

import json

import pytest

from grader.learner.definitions import Unreadable
from grader.learner.folder import MARK, NoState, create
from grader.learner.merge import merged_notebook
from grader.learner.progress import Progress, TaskProgress, load, update
from grader.learner.renew import CannotReset, renew, reset
from grader.report import Verdict


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


def test_figures_of_the_lessons_are_renewed(newer, folder):
    """A new one comes in, one that changed gives way, and one that somebody drew into stays."""
    done = renew(newer, folder)
    assert {"losses/figures/curve.svg: renewed", "losses/figures/other.svg: new"} <= set(done.notes)
    assert (folder / "losses/figures/curve.svg").read_text() == "<svg>new</svg>\n"
    assert (done.backup / "losses/figures/curve.svg").read_text() == "<svg/>\n"


@pytest.mark.parametrize("notes", ["", "mine"])
def test_lesson_in_a_notebook_is_renewed_where_nobody_wrote_into_it(course, tmp_path, notes):
    """As the README beside it."""
    folder, readme = tmp_path / "books", course.exercises / "losses/README.md"
    create(course, folder, None, notebooks=True)
    readme.write_text(readme.read_text().replace("Losses", "Losses, with variance"))
    file = folder / "losses/losses.ipynb"
    if notes:
        book = json.loads(file.read_text())
        book["cells"][1]["source"].append(notes)
        file.write_text(json.dumps(book))
    done = renew(course, folder)
    shown = "".join(json.loads(file.read_text())["cells"][1]["source"])
    assert ("with variance" in shown) is (not notes) and shown.endswith(notes)
    assert any("renewed the lesson" in note for note in done.notes) is (not notes)


def test_second_update_changes_nothing(newer, folder):
    """An update is done once."""
    renew(newer, folder)
    before = files_of(folder)
    done = renew(newer, folder)
    assert (done.notes, done.backup) == ([], None)
    assert files_of(folder) == before


@pytest.mark.parametrize("chosen", [None, "losses"])
def test_task_that_moved_to_another_topic_takes_code_and_progress_along(course, split, tmp_path, chosen):
    """The new file begins with what was written in the old one, which stays; what has passed is known by the new id."""
    folder = tmp_path / "theirs"
    create(course, folder, chosen and [course.topic(chosen)])
    file = folder / "losses/losses.py"
    mine = file.read_text().replace('    raise NotImplementedError("softmax")', "    return x  # mine")
    file.write_text(mine)
    passed = TaskProgress(best=Verdict.PASS, last=Verdict.PASS, attempts=3)
    update(folder, lambda progress: Progress({**progress.tasks, "losses.softmax": passed}))
    now = split()
    done = renew(now, folder)
    assert file.read_text() == mine
    assert "# mine" in (folder / "scores/scores.py").read_text()
    assert any("begins with what you had in losses" in note for note in done.notes)
    assert load(folder).progress.tasks == {"scores.softmax": passed}
    assert renew(now, folder).notes == []


def test_task_is_found_by_the_id_that_it_had(split):
    (task,) = split().select(["losses.softmax"])
    assert task.id == "scores.softmax"


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
    assert (result.added, result.kept) == (["variance"], ["mean"])
    assert result.renewed == ["the imports", "softmax"]


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
