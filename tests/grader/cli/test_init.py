"""`grade init`: a folder to work in, made and brought up to date."""

import pytest

from grader.course import load_course

TASKS = len(load_course().topic("tensors").tasks)


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    """A course folder of one topic, and the way into it."""
    grade("init", str(tmp_path / "mine"), "--topic", "tensors")
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def test_init_says_what_is_ready_and_how_to_begin(grade, tmp_path):
    """The last line is what to type next."""
    code, out, _ = grade("init", str(tmp_path / "new"), "--topic", "tensors", "--topic", "tensors")
    assert code == 0
    assert f"{TASKS} tasks in 1 topic, " in out
    assert out.rstrip().endswith("&& grade next")
    assert (tmp_path / "new/tensors/tensors.py").exists()
    assert not (tmp_path / "new/losses").exists()


def test_init_over_work_is_refused_and_names_the_files(grade, mine):
    """Nothing is written over somebody's work, and `--update` is offered in a course folder."""
    (mine / "tensors/tensors.py").write_text("mine\n")
    code, out, err = grade("init", ".", "--topic", "tensors")
    assert (code, out) == (2, "")
    assert "nothing was written" in err
    assert "tensors/tensors.py" in err
    assert "--update" in err
    assert (mine / "tensors/tensors.py").read_text() == "mine\n"


def test_init_into_a_folder_of_something_else_offers_another(grade, work):
    """A folder that is not a course folder is not offered an update."""
    (work / "README.md").write_text("another project\n")
    code, _, err = grade("init", ".", "--topic", "tensors")
    assert code == 2
    assert "README.md" in err
    assert "empty folder" in err


def test_update_says_when_there_is_nothing_to_do(grade, mine):
    """A folder that is as new as the course stays as it is."""
    assert grade("init", ".", "--update")[1] == ". is up to date: nothing was changed\n"


def test_update_brings_back_what_is_missing_and_says_where_the_old_file_is(grade, mine):
    """A task that was deleted comes in again; the file as it was is kept."""
    file = mine / "tensors/tensors.py"
    text = file.read_text()
    begin, end = text.index("def one_hot"), text.index("def label_counts")
    file.write_text(text[:begin] + text[end:])
    code, out, _ = grade("init", ".", "--update")
    assert code == 0
    assert "tensors/tensors.py: added one_hot" in out
    assert ".torchgrade/backups" in out.replace("\\", "/")
    assert file.read_text() == (text[:begin] + text[end:]).rstrip("\n") + "\n\n\n" + text[begin:end].rstrip("\n") + "\n"


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [
        (("new", "--topic", "tensor"), "did you mean tensors"),
        (("new", "--update"), "was not made by `grade init`"),
        (("new", "--update", "--notebooks"), "when a folder is made"),
        ((), "Missing argument 'DIR'"),
    ],
)
def test_init_that_cannot_be_done_is_a_wrong_call(grade, work, arguments, naming):
    """The message says what to type instead, and nothing appears."""
    code, _, err = grade("init", *arguments)
    assert code == 2
    assert naming in err
    assert not (work / "new").exists()
