"""`grade data`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.cli import main
from grader.data.manifest import read_manifest

LOOK = (
    "import sys; from grader.cli import main; main(sys.argv[1:]); sys.stderr.write(chr(10).join(sys.modules))"
)


@pytest.fixture
def grade(capsys):
    """Run `grade data` with arguments; the exit code, what it printed, and what it complained about."""

    def run(*arguments):
        code = main(["data", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def lines(text):
    return {line.split()[0]: line for line in text.splitlines()}


def test_every_set_is_shown_with_rows_size_and_state(grade):
    code, out, err = grade()
    found = lines(out)
    assert (code, err) == (0, "") and list(found) == list(read_manifest())
    assert "1797 rows" in found["digits"] and "116.8 kB" in found["digits"] and " ok " in found["digits"]


def test_every_fault_is_named_and_ends_with_3(grade, copied):
    (copied / "digits" / "labels.idx1-ubyte").unlink()
    (copied / "names" / "names.csv").write_bytes(b"name,language\n")
    (copied / "names" / "more.csv").write_bytes(b"")
    code, out, err = grade()
    found = lines(out)
    assert code == 3 and " damaged " in found["digits"] and " damaged " in found["names"] and " ok " in found["mnist"]
    assert [line.split()[0].rsplit("/", 2)[-1] for line in err.splitlines()] == [
        "labels.idx1-ubyte", "names.csv", "more.csv",
    ]  # fmt: skip


def test_broken_manifest_is_our_fault(grade, copied):
    (copied / "manifest.toml").write_text("[")
    code, _, err = grade()
    assert code == 3 and "manifest.toml is no manifest" in err


def modules(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments], capture_output=True, text=True, check=False
    )
    return set(done.stderr.split("\n"))


def test_help_imports_nothing_heavy():
    assert not modules("data", "--help") & {"torch", "numpy", "rich", "tomllib", "grader.data"}


def test_command_imports_no_torch():
    assert not modules("data") & {"torch", "numpy", "rich"}
