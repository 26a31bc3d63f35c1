"""The pieces of a module's text."""

import pytest

from grader.learner.definitions import named, pieces_of, replaced

TEXT = '''"""Doc."""

import torch


@torch.no_grad()
def one(x):
    """One
at the margin."""
    return x


# about two
class Two:
    size = 1

two = Two()
Two.more = 3
'''


def test_pieces_have_the_lines_of_their_statement():
    """A definition begins with its decorator and ends with its body."""
    lines = TEXT.split("\n")
    found = {piece.key: piece.of(lines) for piece in pieces_of(TEXT)}
    assert list(found) == ["", "import torch", "one", "Two", "two", "Two.more"]
    assert found["one"][0] == "@torch.no_grad()"
    assert found["one"][-1] == "    return x"
    assert found["Two"] == ["class Two:", "    size = 1"]


def test_last_definition_of_a_name_counts():
    """Python takes the last one, and so do we."""
    piece = named("def f(): return 1\ndef f(): return 2\n", "f")
    assert piece.begin == 1


@pytest.mark.parametrize("broken", ["    return (x\n", "    retrun x y\n", "  x = 1\n      y = 2\n"])
def test_definition_is_found_by_its_looks_when_the_file_is_not_python(broken):
    """A syntax error inside a function does not hide where it ends."""
    text = f"import torch\n\n\n@torch.no_grad()\ndef one(x):\n{broken}\n\n# about two\ndef two(x):\n    return x\n"
    piece = named(text, "one")
    assert text.split("\n")[piece.begin] == "@torch.no_grad()"
    assert replaced(text, "one", ["def one(x): ..."]).endswith("\n\n# about two\ndef two(x):\n    return x\n")
