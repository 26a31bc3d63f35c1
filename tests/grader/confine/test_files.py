"""What a worker may read and write."""

from __future__ import annotations

import os
import secrets
import sysconfig
from pathlib import Path

import numpy
import pytest
import torch

import grader

CHECKOUT = Path(grader.__file__).parents[1]
PACKAGES = Path(torch.__file__).parents[1]
HERE = Path(__file__)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        grader.__file__,
        __file__,
        pytest.__file__,
        "/proc/self/status",
        "/proc/self/environ",
        "/proc/1/stat",
    ],
)
def test_a_file_that_is_not_named_is_unreadable(confined, path):
    assert confined(lambda: Path(path).read_bytes()) == "EACCES"


@pytest.mark.parametrize(
    "path", [Path.home(), CHECKOUT, PACKAGES, "/", "/proc", "/proc/self/fd", "/tmp", "/sys", HERE.parent]
)
def test_a_folder_that_is_not_named_cannot_be_listed(confined, path):
    assert confined(lambda: os.listdir(path)) == "EACCES"


@pytest.mark.parametrize("path", [torch.__file__, numpy.__file__, os.__file__, "/dev/urandom"])
def test_torch_numpy_and_the_standard_library_are_readable(started, path):
    assert started(lambda: os.close(os.open(path, os.O_RDONLY))) == "returned None"


def test_a_relative_path_leads_nowhere_else(confined):
    upwards = "/".join([".."] * 40)
    assert confined(lambda: Path(f"{upwards}/etc/passwd").read_text()) == "EACCES"


def test_its_own_folder_is_a_folder_like_any_other(confined):
    def work():
        os.mkdir("models")
        Path("models/a.pt").write_bytes(b"weights")
        os.rename("models/a.pt", "b.pt")
        os.rmdir("models")
        with open("b.pt", "ab") as file:
            file.truncate(3)
        text = Path("b.pt").read_bytes()
        os.remove("b.pt")
        return text, os.listdir(), os.getcwd() == os.environ["TMPDIR"]

    assert confined(work) == "returned (b'wei', [], True)"


def test_what_is_written_to_the_null_device_is_gone(confined):
    assert confined(lambda: Path("/dev/null").write_text("much")) == "returned 4"


@pytest.mark.parametrize("path", [torch.__file__, os.__file__])
def test_nothing_else_can_be_written(confined, path):
    assert confined(lambda: os.open(path, os.O_WRONLY | os.O_CREAT)) == "EACCES"


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", HERE.parent])
def test_nothing_can_be_made_in_a_folder_that_is_not_its_own(confined, folder):
    """Under a name that nobody else has: these folders are everybody's."""
    path = os.path.join(folder, f"torchgrade-{secrets.token_hex(8)}")
    assert confined(lambda: os.open(path, os.O_WRONLY | os.O_CREAT)) == "EACCES"
    assert not os.path.exists(path)


def test_nothing_else_can_be_made_renamed_or_removed(confined, scratch):
    victim = scratch.parent / "victim"
    victim.write_text("kept")
    os.chmod(scratch.parent, 0o777)
    assert confined(lambda: os.mkdir(scratch.parent / "folder")) == "EACCES"
    assert confined(lambda: os.remove(victim)) == "EACCES"
    assert confined(lambda: os.rename(victim, "mine")) in {"EACCES", "EXDEV"}
    assert confined(lambda: (Path("mine").touch(), os.rename("mine", victim))) in {"EACCES", "EXDEV"}
    assert victim.read_text() == "kept"


def test_nothing_else_can_be_truncated(confined, scratch):
    victim = scratch.parent / "victim"
    victim.write_text("kept")
    os.chmod(victim, 0o666)
    assert confined(lambda: os.truncate(victim, 0)) == "EPERM"
    assert confined(lambda: os.open(os.__file__, os.O_RDONLY | os.O_TRUNC)) == "EPERM"
    assert confined(lambda: os.open(victim, os.O_WRONLY | os.O_TRUNC)) == "EACCES"
    assert victim.read_text() == "kept"


@pytest.mark.parametrize(
    "make",
    [
        lambda: os.symlink("/etc/passwd", "link"),
        lambda: os.link(os.__file__, "link"),
        lambda: os.mkfifo("pipe"),
        lambda: os.mknod("device", 0o20666, os.makedev(1, 1)),
        lambda: os.chmod(".", 0o777),
        lambda: os.chown(".", 0, 0),
        lambda: os.utime("."),
        lambda: os.setxattr(".", "user.note", b"1"),
        lambda: os.getxattr(".", "user.note"),
    ],
)
def test_links_pipes_modes_owners_times_and_attributes_are_refused(confined, make):
    assert confined(make) == "EPERM"


def test_the_interpreter_cannot_be_run(confined):
    loader = sysconfig.get_config_var("BINDIR") + "/python3"
    assert confined(lambda: os.execv(loader, [loader, "-c", ""])) == "EPERM"
