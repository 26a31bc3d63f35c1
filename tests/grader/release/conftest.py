"""What students get of the whole course, made once by the command."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from grader.cli.main import cli
from grader.course import load_course

spec = importlib.util.spec_from_file_location("searching", Path(__file__).with_name("searching.py"))
assert spec is not None and spec.loader is not None
helpers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(helpers)


@pytest.fixture(scope="session")
def searching():
    """The search for hidden lines."""
    return helpers


@pytest.fixture(scope="session")
def course():
    """The instructor's course."""
    return load_course()


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The folder of `grade release`, and what it said."""
    root = tmp_path_factory.mktemp("release")
    folder = root / "students"
    done = CliRunner().invoke(cli, ["release", str(folder), "--name", "Deep-Learning"])
    assert done.exit_code == 0, done.output
    (wheel,) = folder.glob("*.whl")
    return SimpleNamespace(folder=folder, wheel=wheel, said=done.output)


@pytest.fixture(scope="session")
def installed(released, tmp_path_factory):
    """The wheel unpacked into a folder of its own, as an installer does it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(released.wheel) as archive:
        archive.extractall(folder)
    return folder
