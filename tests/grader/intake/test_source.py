"""Any bytes become a syntax tree, or one clear sentence."""

from __future__ import annotations

import ast
import os
import warnings
from encodings.aliases import aliases
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import Content, Source, SourceProblem, parse_source, read_source
from grader.intake.python_text import MOST_BYTES


def problem(data: bytes | str) -> SourceProblem:
    result = parse_source(data if isinstance(data, bytes) else data.encode(), "losses.py")
    assert isinstance(result, SourceProblem), "this was read without a problem"
    return result


def source(data: bytes) -> Source:
    result = parse_source(data, "losses.py")
    assert isinstance(result, Source), result.message
    return result


def test_source_has_text_and_tree(tmp_path: Path) -> None:
    file = tmp_path / "losses.py"
    file.write_bytes(b"x = 1\r\ny = 2\r")
    result = read_source(file)
    assert isinstance(result, Source)
    assert result.text == "x = 1\ny = 2\n"
    assert len(result.tree.body) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx = 'a'",
        b"# coding: latin-1\nx = '\xe9'",
        b"#!/x\n# -*- coding: cp1252 -*-\nx = '\x80'",
        b"# only",
    ],
)
def test_source_reads_declared_encodings(data: bytes) -> None:
    source(data)


def test_source_decodes_by_the_declared_encoding() -> None:
    assert "é" in source(b"# coding: latin-1\nx = '\xe9'").text


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf", b"\r\r", "\u3000\n".encode()])
def test_source_says_that_a_file_is_empty(data: bytes) -> None:
    assert problem(data).message == "losses.py is empty: copy the exercise again and fill it in."


def test_source_names_the_line_of_a_null_byte() -> None:
    assert problem(b"x = 1\n\ny = '\0'\n") == SourceProblem(
        "losses.py, line 3: there is a null byte: save the file as UTF-8 text.", 3
    )


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "line 2: byte 0xe9 is not utf-8 text: save the file as UTF-8"),
        (b"\n\n\xff", 3, "line 3: byte 0xff is not utf-8 text"),
        (b"\xef\xbb\xbfx\n\xff", 2, "line 2: byte 0xff is not utf-8-sig text"),
        (b"# coding: ascii\n\n'\xe9'", 3, "line 3: byte 0xe9 is not ascii text"),
        (b"# coding: shift_jis\n'\x81'", 2, "is not shift_jis text"),
        ("x = 'é'".encode("utf-16-le").replace(b"\0", b""), 1, "is not utf-8 text"),
    ],
)
def test_source_names_the_byte_and_line_that_are_no_text(data: bytes, line: int, words: str) -> None:
    assert problem(data).line == line
    assert words in problem(data).message


@pytest.mark.parametrize("name", ["hex", "rot13", "zlib", "no-such-codec", "a" * 4000, "..", "mbcs_of_old"])
def test_source_refuses_an_encoding_that_does_not_exist_or_is_not_for_text(name: str) -> None:
    found = problem(f"# coding: {name}\nx = 1")
    assert "declares an encoding that cannot be used" in found.message
    assert len(found.message) < 400


@pytest.mark.parametrize(
    "name", ["utf-7", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "UTF_7"]
)
def test_source_refuses_an_encoding_that_is_not_for_files(name: str) -> None:
    assert "save it as UTF-8" in problem(f"# coding: {name}\nx = 1").message


def test_source_shows_place_and_caret_of_a_syntax_error() -> None:
    found = problem("def f(x):\n    y = = 2\n")
    assert found.line == 2
    assert found.message.split("\n") == [
        "losses.py, line 2, column 9: syntax error: invalid syntax",
        "    y = = 2",
        "        ^",
        "No task of this file can be graded until Python can read it.",
    ]


def test_source_places_the_caret_by_characters_when_letters_have_several_bytes() -> None:
    lines = problem("x = 'üüü' + = 1\n").message.split("\n")
    assert lines[1][lines[2].index("^")] == "="


def test_source_shows_only_a_part_of_a_long_line() -> None:
    lines = problem("x = " + "1 + " * 200 + "= 1\n").message.split("\n")
    assert all(len(line) <= 100 for line in lines[1:])
    assert lines[1][lines[2].index("^")] == "="


@pytest.mark.parametrize(
    "text", ["x = (", "'''abc", "\tx = 1\n  y = 2\n if", "x = 1\\", "x = '\x1b[31m' 3", "\x0c\x01"]
)
def test_source_message_has_no_control_characters(text: str) -> None:
    assert all(line.isprintable() for line in problem(text).message.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "-" * 100_000 + "1",
        "a" + ".a" * 100_000,
        "a" + "+a" * 100_000,
        "not " * 50_000 + "a",
        "[" * 150 + "a" + ".a" * 90_000 + "]" * 150,
    ],
)
def test_source_says_that_a_file_is_too_deeply_nested(text: str) -> None:
    assert (
        problem(text).message
        == "losses.py is too deeply nested for Python to read: write shorter expressions."
    )


@pytest.mark.parametrize(
    "text", ["(" * 300, "1" * 5000, "if x:\n" + "".join(" " * n + "if x:\n" for n in range(1, 150))]
)
def test_source_says_so_when_a_limit_of_python_is_met(text: str) -> None:
    assert "syntax error" in problem(text).message
    assert len(problem(text).message) < 600


def test_source_bounds_the_size(tmp_path: Path) -> None:
    file = tmp_path / "losses.py"
    file.write_bytes(b"#" * MOST_BYTES)
    assert isinstance(read_source(file), Source)
    file.write_bytes(b"#" * (MOST_BYTES + 1))
    assert read_source(file) == SourceProblem(
        "losses.py is larger than 1000000 bytes: move data out of the code."
    )


def test_source_never_warns_about_the_code() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source(rb"x = '\d'; y = 1 is 1")


def test_read_source_says_that_a_file_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "losses.py", tmp_path, tmp_path / "a\0b", tmp_path / ("x" * 5000)):
        result = read_source(path)
        assert isinstance(result, SourceProblem)
        assert "cannot be read" in result.message or "not an ordinary file" in result.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_read_source_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "losses.py")
    assert "not an ordinary file" in getattr(read_source(tmp_path / "losses.py"), "message", "")


def check_any(data: bytes) -> None:
    result = parse_source(data, "losses.py")
    if isinstance(result, Source):
        assert isinstance(result.tree, ast.Module)
        return
    assert result.message.startswith("losses.py")
    assert all(line.isprintable() for line in result.message.split("\n"))
    assert result.line is None or result.line >= 1


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_source_accepts_any_bytes(data: bytes) -> None:
    check_any(data)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=200))
def test_source_accepts_any_text(text: str) -> None:
    check_any(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None)
@given(st.from_regex(rb"# coding[:=] ?[-a-z0-9_.]{1,20}\n", fullmatch=True), st.binary(max_size=60))
def test_source_accepts_any_declared_encoding(head: bytes, data: bytes) -> None:
    check_any(head + data)


ENCODINGS = sorted(set(aliases.values()))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ENCODINGS), st.binary(max_size=60))
def test_source_accepts_every_encoding_that_python_knows(name: str, data: bytes) -> None:
    check_any(f"# coding: {name}\n".encode() + data)


def read_module(text: str, *tasks: str) -> Source:
    result = read_source(Content("losses.py", text.encode()), tasks)
    assert isinstance(result, Source)
    return result


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("import pandas", "pass"),
        ("import pandas as pd, torch", "import torch"),
        ("import matplotlib.pyplot as plt; import torch", "pass; import torch"),
        ("from sklearn import (\n    datasets,\n    svm,\n)", "pass\n\n\n"),
        ("from .helpers import column", "pass"),
        ("é = 1; import pandas; ü = 2", "é = 1; pass; ü = 2"),
    ],
)
def test_read_source_leaves_out_an_import_that_no_task_uses(line: str, left: str) -> None:
    """What a worker does not have would fail the whole file; the lines below keep their numbers."""
    rest = "\n\ndef mean(x):\n    return x.mean()\n"
    found = read_module(line + rest, "mean")
    assert found.text == left + rest
    assert found.notes[0].startswith("losses.py: imports that no task uses are left out: line 1: `")
    assert ast.dump(found.tree) == ast.dump(ast.parse(left + rest))


def test_read_source_says_nothing_of_a_topic_that_only_open_tasks_will_use() -> None:
    """A stub imports all that its tasks are made of; what is of no topic is still said."""
    text = "from mlp import MLP\nimport pandas, rnn\n\ndef mean(x):\n    return x.mean()\n"
    found = read_source(Content("losses.py", text.encode()), ["mean"], ["mlp", "rnn"])
    assert isinstance(found, Source)
    assert found.text == text.replace("from mlp import MLP", "pass").replace("import pandas, rnn", "pass")
    assert found.notes == ("losses.py: imports that no task uses are left out: line 2: `import pandas`",)


@pytest.mark.parametrize(
    "text",
    [
        "import pandas as pd\ndef mean(x): return pd.mean(x)",
        "import pandas as pd\ndef helper(x): return pd.mean(x)\ndef mean(x): return helper(x)",
        "import pandas as pd\nTABLE = pd.DataFrame()\ndef mean(x): return x",
        "import pandas as pd\ndef helper(x=pd.NA): return x\ndef mean(x): return x",
        "import pandas as pd\nclass Table(pd.DataFrame): pass\ndef mean(x): return x",
        "import pandas as pd\ndef helper(): return pd\nhelper()\ndef mean(x): return x",
        "from helpers import *\ndef mean(x): return x",
        "import os, numpy.linalg\nfrom torch.nn import functional\ndef mean(x): return x",
        "try:\n    import pandas\nexcept ImportError: pass\ndef mean(x): return x",
    ],
)
def test_read_source_keeps_an_import_that_is_used_or_always_there(text: str) -> None:
    """What fails then is the learner's, and is said with its line."""
    found = read_module(text, "mean")
    assert (found.text, found.notes) == (text, ())


@pytest.mark.parametrize(
    "user",
    [
        "def plot(x): plt.plot(x)",
        "class Plot:\n    def show(self): plt.show()",
        "if __name__ == '__main__':\n    plt.show()",
    ],
)
def test_read_source_leaves_out_an_import_for_what_no_task_reaches(user: str) -> None:
    """The same rule as in a notebook: a task that plots nothing needs no library for it."""
    found = read_module(f"import matplotlib.pyplot as plt\n{user}\ndef mean(x): return x", "mean")
    assert found.text.startswith("pass\n")


@given(st.text(st.sampled_from("import pandas as from .;()\n=x,*é"), max_size=60))
@settings(max_examples=100, deadline=None)
def test_read_source_never_makes_a_module_that_is_no_python(text: str) -> None:
    """Whatever an import looks like, what is left is Python with as many lines."""
    found = read_source(Content("losses.py", text.encode()))
    if isinstance(found, Source):
        assert found.text.count("\n") == text.count("\n")
