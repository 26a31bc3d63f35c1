"""Adding MNIST, with four small files that these tests write in its place."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.data import load as loading
from grader.data import mnist
from grader.data.manifest import DataError, DataFile, home_folder, read_manifest
from grader.data.mnist import add_mnist

NAMES = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]
TRAIN_IMAGES = NAMES[0]


@pytest.fixture
def contents(idx):
    """Four files like those of MNIST: seven images of 28x28 to train on, three to test on."""
    pixels = np.arange(10 * 28 * 28).reshape(10, 28, 28) % 256
    arrays = (pixels[:7], np.arange(7), pixels[7:], np.arange(7, 10))
    return {name: idx(array.astype("u1")) for name, array in zip(NAMES, arrays, strict=True)}


@pytest.fixture
def entry(contents, monkeypatch):
    """What the manifest would say of them."""
    files = tuple(DataFile(name, hashlib.sha256(raw).hexdigest(), len(raw)) for name, raw in contents.items())
    made = dataclasses.replace(read_manifest()["mnist_full"], files=files)
    monkeypatch.setattr(loading, "entry_of", lambda name: made)
    return made


@pytest.fixture
def source(contents, tmp_path):
    """A learner's folder with the four files."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name, raw in contents.items():
        (folder / name).write_bytes(raw)
    return folder


def stored(home):
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*")) if home.exists() else []


def test_added_files_are_loaded(entry, source, home):
    assert add_mnist(entry, source, home) == home / "mnist_full"
    data = loading.load("mnist_full")
    assert (data.train.x.shape, data.test.x.shape) == ((7, 1, 28, 28), (3, 1, 28, 28))
    assert (data.train.y.tolist(), data.test.y.tolist()) == (list(range(7)), [7, 8, 9])
    assert data.train.x.dtype == torch.float32 and data.train.y.dtype == torch.int64
    assert (data.train.x.min(), data.train.x.max()) == (0, 1) and data.train.x[0, 0, 0, 5] == torch.tensor(
        5 / 255
    )


def test_nothing_but_the_four_files_is_stored(entry, source, home):
    add_mnist(entry, source, home)
    assert stored(home) == sorted(["mnist_full", *(f"mnist_full/{name}" for name in NAMES)])


@pytest.mark.parametrize("spelled", ["{}.gz", "dotted", "dotted.gz"])
def test_files_are_found_compressed_and_under_their_other_name(entry, source, home, spelled):
    for name in NAMES:
        raw = (source / name).read_bytes()
        (source / name).unlink()
        other = spelled.format(name).replace("dotted", name.replace("-idx", ".idx"))
        (source / other).write_bytes(gzip.compress(raw) if other.endswith(".gz") else raw)
    add_mnist(entry, source, home)
    assert len(loading.load("mnist_full").train.y) == 7


def test_source_is_only_read(entry, source, home, contents):
    add_mnist(entry, source, home)
    assert {path.name: path.read_bytes() for path in source.iterdir()} == contents


def test_adding_twice_replaces(entry, source, home):
    add_mnist(entry, source, home)
    (home / "mnist_full" / TRAIN_IMAGES).write_bytes(b"damaged")
    add_mnist(entry, source, home)
    assert len(loading.load("mnist_full").train.y) == 7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: b"\0\0\x08\x01" + raw[4:], "has trailing bytes"),
        (lambda raw: b"\x7fELF" + raw[4:], "is no IDX file: its magic number is 7f 45 4c 46"),
        (lambda raw: raw[:-1], "is truncated"),
        (lambda raw: raw[:9], "ends within its header"),
        (lambda raw: raw + b"x", "has more than the [0-9]+ bytes that were published"),
        (lambda raw: raw[:-1] + b"\xff", "is damaged: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}"),
        (lambda raw: b"", "less than a magic number"),
        (lambda raw: gzip.compress(raw), "is compressed"),
        (lambda raw: b"<!DOCTYPE html>", "is no IDX file: its magic number is 3c 21 44 4f"),
    ],
)
@pytest.mark.parametrize("name", [NAMES[0], NAMES[2]])
def test_a_file_that_is_not_the_published_one_is_refused_and_nothing_is_stored(
    entry, source, home, change, words, name
):
    (source / name).write_bytes(change((source / name).read_bytes()))
    with pytest.raises(
        DataError, match=words.replace("5504", str(16 + (7 if name == TRAIN_IMAGES else 3) * 784))
    ) as problem:
        add_mnist(entry, source, home)
    assert str(problem.value).startswith(str(source / name))
    assert stored(home) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw,
        lambda raw: gzip.compress(raw)[:-9],
        lambda raw: gzip.compress(raw)[:10] + b"\xff" * 40,
        lambda raw: gzip.compress(raw)[:-8] + bytes(8),
    ],
    ids=["not compressed", "cut off", "no deflate", "wrong check value"],
)
def test_a_broken_compressed_file_is_refused(entry, source, home, change):
    raw = (source / TRAIN_IMAGES).read_bytes()
    (source / TRAIN_IMAGES).unlink()
    (source / f"{TRAIN_IMAGES}.gz").write_bytes(change(raw))
    with pytest.raises(DataError, match=rf"{TRAIN_IMAGES}\.gz (cannot be read|is truncated)"):
        add_mnist(entry, source, home)
    assert stored(home) == []


def test_no_more_is_decompressed_than_was_published(entry, source, home):
    (source / TRAIN_IMAGES).unlink()
    (source / f"{TRAIN_IMAGES}.gz").write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(DataError, match="has more than the 5504 bytes that were published"):
        add_mnist(entry, source, home)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(entry, source, home, name):
    (source / name).unlink()
    with pytest.raises(DataError, match=rf"{name} is missing: put it there, or a file {name}\.gz"):
        add_mnist(entry, source, home)
    assert stored(home) == []


def test_a_write_that_fails_leaves_nothing_half_written(entry, source, home, monkeypatch):
    write, seen = Path.write_bytes, []

    def full(path, raw):
        seen.append(path)
        if len(seen) == 3:
            write(path, raw[: len(raw) // 2])
            raise OSError(28, "No space left on device", str(path))
        return write(path, raw)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DataError, match="cannot be written .No space left on device.: make room"):
        add_mnist(entry, source, home)
    assert stored(home) == ["mnist_full"] or stored(home) == []


def test_a_failing_write_leaves_an_earlier_set_whole(entry, source, home, monkeypatch):
    add_mnist(entry, source, home)
    monkeypatch.setattr(
        Path, "write_bytes", lambda path, raw: (_ for _ in ()).throw(OSError(28, "full", str(path)))
    )
    with pytest.raises(DataError):
        add_mnist(entry, source, home)
    assert len(loading.load("mnist_full").train.y) == 7


def test_a_file_appears_only_when_it_is_whole(entry, source, home, monkeypatch):
    replaced = []
    replace = os.replace

    def watch(part, target):
        replaced.append(Path(part).read_bytes() == (source / Path(target).name).read_bytes())
        replace(part, target)

    monkeypatch.setattr(mnist.os, "replace", watch)
    add_mnist(entry, source, home)
    assert replaced == [True] * 4


def test_a_home_that_is_a_file_is_refused(entry, source, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="taken.* cannot be written .*name another folder with --to"):
        add_mnist(entry, source, tmp_path / "taken")


def test_damage_after_adding_is_found(entry, source, home):
    add_mnist(entry, source, home)
    file = home / "mnist_full" / TRAIN_IMAGES
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(DataError, match="is damaged"):
        loading.load("mnist_full")


@pytest.mark.parametrize(
    ("platform", "environment", "ending"),
    [
        ("linux", {}, ".local/share/torchgrade"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/torchgrade"),
        ("linux", {"XDG_DATA_HOME": "relative"}, ".local/share/torchgrade"),
        ("darwin", {}, "Library/Application Support/torchgrade"),
        ("win32", {"LOCALAPPDATA": "/profile"}, "/profile/torchgrade"),
        ("linux", {"TORCHGRADE_DATA": "/elsewhere"}, "/elsewhere"),
    ],
)
def test_data_folder_is_the_users_own_or_the_chosen_one(monkeypatch, platform, environment, ending):
    for name in ("TORCHGRADE_DATA", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert home_folder().as_posix().endswith(ending) and home_folder().is_absolute()


def test_real_manifest_names_the_four_published_files():
    entry = read_manifest()["mnist_full"]
    assert [file.name for file in entry.files] == NAMES
    sizes = [16 + 60_000 * 784, 8 + 60_000, 16 + 10_000 * 784, 8 + 10_000]
    assert [file.bytes for file in entry.files] == sizes
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in entry.files)
