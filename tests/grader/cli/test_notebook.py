"""`grade notebook TOPIC`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli.main import cli
from grader.course import load_course
from grader.intake.notebook_writing import notebook_of


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["notebook", *map(str, arguments)])


def test_notebook_is_written_into_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is that of the topic, and the answer says what to do with it."""
    monkeypatch.chdir(tmp_path)
    result = run("tensors")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "tensors.ipynb").read_text(encoding="utf-8") == notebook_of(load_course(), "tensors")
    assert result.output.startswith("wrote tensors.ipynb: open it in Jupyter")


@pytest.mark.parametrize(
    ("place", "figures"), [("x.ipynb", "optimizers/figures"), ("optimizers/x.ipynb", "figures"), ("../x.ipynb", None)]
)
def test_figures_are_shown_from_a_course_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, figures: str | None
) -> None:
    """By their path from the notebook; outside, where there are none, words stand for them."""
    CliRunner().invoke(cli, ["init", str(tmp_path / "mine"), "--topic", "optimizers"])
    monkeypatch.chdir(tmp_path / "mine")
    result = run("optimizers", "--output", place)
    assert result.exit_code == 0, result.output
    text = Path(place).read_text(encoding="utf-8")
    found = set(re.findall(r"!\[[^]]*\]\((.*?)/\w+\.svg\)", text))
    assert found == ({figures} if figures else set())
    assert all((Path(place).parent / each).is_dir() for each in found)


def test_notebook_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    """Nobody's work is overwritten."""
    file = tmp_path / "mine.ipynb"
    file.write_text("my work")
    result = run("losses", "--output", file)
    assert result.exit_code == 2
    assert "is there already and is left as it is" in result.output
    assert file.read_text() == "my work"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["losse"], "losses"),
        (["losses", "--output", "losses.py"], "a notebook ends in .ipynb, such as losses.ipynb"),
        (["losses", "--output", "nowhere/losses.ipynb"], "there is no folder nowhere"),
    ],
)
def test_wrong_call_is_refused(arguments: list[str], words: str) -> None:
    """One line says what was wrong, and nothing is written."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
