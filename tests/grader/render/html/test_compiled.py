"""Compiled templates are kept and used again, and a page never depends on what is kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from grader.render.html.environment import Compiled


@pytest.fixture(autouse=True)
def python_keeps_what_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of these tests says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def rendered(folder: Path, source: str) -> str:
    """What a fresh environment makes of a template called `page`."""
    made = Environment(loader=DictLoader({"page": source}), bytecode_cache=Compiled(folder), autoescape=True)
    return made.get_template("page").render(name="Ann")


def kept(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second environment takes what the first has kept."""
    assert rendered(tmp_path, "Hello {{ name }}") == "Hello Ann"
    assert len(kept(tmp_path)) == 1

    def refuse(*args: object, **kwargs: object) -> str:
        raise AssertionError("it is compiled again")

    monkeypatch.setattr(Environment, "compile", refuse)
    assert rendered(tmp_path, "Hello {{ name }}") == "Hello Ann"


def test_changed_template_is_compiled_anew(tmp_path: Path) -> None:
    """What is kept belongs to a source, not to a name."""
    rendered(tmp_path, "Hello {{ name }}")
    assert rendered(tmp_path, "Goodbye {{ name }}") == "Goodbye Ann"


def test_broken_cache_is_no_fault(tmp_path: Path) -> None:
    """A file that was cut short, or holds something else, is written anew."""
    rendered(tmp_path, "Hello {{ name }}")
    ((name, data),) = kept(tmp_path).items()
    for broken in (b"", data[:40], data[:-10], b"something else"):
        (tmp_path / name).write_bytes(broken)
        assert rendered(tmp_path, "Hello {{ name }}") == "Hello Ann"
    assert kept(tmp_path)[name] == data


def test_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    """An installed package may belong to somebody else."""
    assert rendered(tmp_path / "missing", "Hello {{ name }}") == "Hello Ann"
    (tmp_path / "file").write_text("no folder")
    assert rendered(tmp_path / "file", "Hello {{ name }}") == "Hello Ann"


def test_nothing_is_kept_where_python_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONDONTWRITEBYTECODE holds for templates too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path, "Hello {{ name }}") == "Hello Ann"
    assert kept(tmp_path) == {}
