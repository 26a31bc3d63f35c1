"""`grade data list`, `verify` and `mnist`."""

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
    assert all(words in found["mnist_full"] for words in ("70000 rows", "55.0 MB", "not added"))


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


def test_verify_ends_with_1_where_only_the_learners_copy_is_damaged(grade, home):
    (home / "mnist_full").mkdir(parents=True)
    code, _, err = grade("verify")
    assert code == 1 and err.count("is missing: `grade data mnist --from FOLDER` stores it") == 4


def test_broken_manifest_is_our_fault(grade, copied):
    (copied / "manifest.toml").write_text("[")
    for command in ("list", "verify"):
        code, _, err = grade(command)
        assert code == 3 and "manifest.toml is no manifest" in err


def test_mnist_without_a_file_is_a_wrong_call(grade, tmp_path, home):
    code, out, err = grade("mnist", "--from", tmp_path)
    assert (code, out) == (2, "")
    assert f"{tmp_path}/train-images-idx3-ubyte is missing: put it there" in err
    assert not home.exists()


def test_mnist_needs_to_know_from_where(grade):
    code, _, err = grade("mnist")
    assert code == 2 and "--from" in err


@pytest.fixture
def four(copied, tmp_path, idx):
    """Four small files, and a copied manifest that takes them for MNIST."""
    import hashlib

    import numpy as np

    folder, manifest = tmp_path / "four", (copied / "manifest.toml").read_text(encoding="utf-8")
    folder.mkdir()
    for file in read_manifest()["mnist_full"].files:
        raw = idx(np.zeros((2, 28, 28) if "images" in file.name else 2, "u1"))
        (folder / file.name).write_bytes(raw)
        manifest = manifest.replace(file.sha256, hashlib.sha256(raw).hexdigest())
        manifest = manifest.replace(
            f'{file.name}", bytes = {file.bytes},', f'{file.name}", bytes = {len(raw)},'
        )
    (copied / "manifest.toml").write_text(manifest, encoding="utf-8")
    return folder


def test_mnist_is_stored_in_the_data_folder_and_then_listed_and_verified(grade, four, home):
    code, out, _ = grade("mnist", "--from", four)
    assert (code, out) == (0, f"70000 images, as published, are in {home / 'mnist_full'}\n")
    assert " ok " in lines(grade("list")[1])["mnist_full"]
    assert grade("verify")[1].rstrip().endswith("houses, mnist, mnist_full")


def test_mnist_elsewhere_is_said_to_need_the_variable(grade, four, tmp_path):
    code, out, _ = grade("mnist", "--from", four, "--to", tmp_path / "other")
    assert code == 0
    assert out.endswith(f"they are found there when TORCHGRADE_DATA is set to {tmp_path / 'other'}\n")
    assert "not added" in lines(grade("list")[1])["mnist_full"]


@pytest.mark.parametrize("arguments", [["data"], ["data", "list"], ["data", "verify"], ["data", "mnist"]])
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
