"""`grade data list` and `verify`."""

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


def test_list_shows_every_set_with_rows_size_and_state(grade):
    code, out, _ = grade("list")
    found = lines(out)
    assert code == 0 and list(found) == list(read_manifest())
    assert "1797 rows" in found["digits"] and "116.8 kB" in found["digits"] and " ok " in found["digits"]


def test_list_shows_damage(grade, copied):
    (copied / "digits" / "labels.idx1-ubyte").write_bytes(b"")
    found = lines(grade("list")[1])
    assert " damaged " in found["digits"] and " ok " in found["names"]


def test_verify_says_what_it_compared(grade):
    code, out, err = grade("verify")
    assert (code, err) == (0, "")
    assert out == "every file is as it must be: digits, diabetes, breast_cancer, names, austen, houses, mnist\n"


def test_verify_names_every_fault_of_ours_and_ends_with_3(grade, copied):
    (copied / "digits" / "labels.idx1-ubyte").unlink()
    (copied / "names" / "names.csv").write_bytes(b"name,language\n")
    (copied / "names" / "more.csv").write_bytes(b"")
    code, out, err = grade("verify")
    assert (code, out) == (3, "")
    assert [line.split()[0].rsplit("/", 2)[-1] for line in err.splitlines()] == [
        "labels.idx1-ubyte", "names.csv", "more.csv",
    ]  # fmt: skip


def test_broken_manifest_is_our_fault(grade, copied):
    (copied / "manifest.toml").write_text("[")
    for command in ("list", "verify"):
        code, _, err = grade(command)
        assert code == 3 and "manifest.toml is no manifest" in err


@pytest.mark.parametrize("arguments", [["data"], ["data", "list"], ["data", "verify"]])
def test_each_command_has_help(grade, arguments):
    code, out, _ = grade(*arguments[1:], "--help")
    assert code == 0 and out.startswith(f"Usage: grade {' '.join(arguments)}")


def modules(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments], capture_output=True, text=True, check=False
    )
    return set(done.stderr.split("\n"))


def test_help_imports_nothing_heavy():
    assert not modules("data", "--help") & {"torch", "numpy", "rich", "tomllib", "grader.data"}


@pytest.mark.parametrize("command", ["list", "verify"])
def test_commands_that_only_look_import_no_torch(command):
    assert not modules("data", command) & {"torch", "numpy", "rich"}
