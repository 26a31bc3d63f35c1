"""`grade reset`."""

import pytest


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    grade("init", str(tmp_path / "mine"), "--topic", "losses")
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def test_reset_says_where_the_copy_is(grade, mine):
    """The stub is back, and what was there is kept."""
    file = mine / "losses/losses.py"
    stub = file.read_text()
    file.write_text(stub.replace('raise NotImplementedError("softmax")', "return torch.softmax(x, dim)"))
    code, out, _ = grade("reset", "softmax")
    assert code == 0
    assert file.read_text() == stub
    copies = list((mine / ".torchgrade/backups").rglob("losses.py"))
    assert len(copies) == 1
    assert str(copies[0]) in out
    assert "return torch.softmax" in copies[0].read_text()


def test_reset_of_a_stub_says_that_there_is_nothing_to_do(grade, mine):
    """No copy is made of what does not change."""
    assert "nothing was changed" in grade("reset", "losses.softmax")[1]


@pytest.mark.parametrize(
    ("name", "naming"),
    [("softmx", "did you mean"), ("losses", "is a topic"), ("tensors.one_hot", "has no file of tensors")],
)
def test_reset_that_cannot_be_done_is_a_wrong_call(grade, mine, name, naming):
    """The message says what is missing."""
    code, _, err = grade("reset", name)
    assert code == 2
    assert naming in err


def test_reset_of_a_missing_task_says_how_to_get_it(grade, mine):
    """A task that was deleted comes in by an update."""
    (mine / "losses/losses.py").write_text("import torch\n")
    code, _, err = grade("reset", "softmax")
    assert code == 2
    assert "grade init --update" in err
