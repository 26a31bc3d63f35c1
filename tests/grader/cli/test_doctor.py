"""`grade doctor` on a made-up machine: what the page says, and what it keeps to itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.doctor import machine, show
from grader.doctor.probes import Confinement, Probe
from grader.worker.confine import LAYERS

HOME = Path.home()
LATE = Probe("cpu", "computes for longer than it may", held=False, detail="no answer", answered=False)


def made_up(**changes):
    """A diagnosis of a machine on which all is well, but for what is changed."""
    values = {
        "versions": (machine.Version("torch", "2.13.0"),),
        "system": "Linux 6 x86_64",
        "processors": 2,
        "torch": machine.TorchBuild(None, 1, ("cpu",)),
        "openmp": (f"{HOME}/venv/libgomp.so.1",),
        "openmp_silenced": False,
        "confinement": Confinement(LAYERS, (), (f"{HOME}/.pyenv lies in a private folder",), ()),
    }
    return machine.Diagnosis(**{**values, **changes})


@pytest.fixture
def diagnosed(monkeypatch):
    """Let `grade doctor` find a made-up machine."""

    def set_machine(**changes):
        monkeypatch.setattr(machine, "diagnose", lambda: made_up(**changes))

    return set_machine


def test_page_names_no_home_folder(grade, diagnosed):
    """~ stands in place of a home folder."""
    diagnosed()
    code, out, _ = grade("doctor")
    assert code == 0 and "torch build" in out
    assert str(HOME) not in out
    assert "~/.pyenv lies in a private folder" in out


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ("/home/ada/work", "~/work"),
        ("in /Users/ada lovelace", "in ~ lovelace"),
        ("C:\\Users\\Ada\\venv", "~\\venv"),
        ("/root", "~"),
        ("/rooted/x", "/rooted/x"),
        ("/usr/lib/libgomp.so", "/usr/lib/libgomp.so"),
    ],
)
def test_home_folders_of_every_system_are_masked(monkeypatch, given, want):
    """Folders of users of Linux, macOS and Windows become ~, others stay."""
    monkeypatch.setattr(show, "_login", lambda: "")
    assert show.masked(given) == want


def test_name_of_whoever_is_logged_in_is_masked(monkeypatch):
    """A path with the name in it keeps its other parts; words that only hold the name stay."""
    monkeypatch.setattr(show, "_login", lambda: "ada")
    assert show.masked("/data/ada/lib, adaptive") == "/data/<user>/lib, adaptive"


def test_two_openmp_runtimes_come_with_what_to_do():
    """Both are listed, with a remedy that mends."""
    page = show.render(made_up(openmp=("/a/libgomp.so.1", "/b/libiomp5.so")))
    assert "/a/libgomp.so.1" in page and "/b/libiomp5.so" in page
    assert "Make a new environment" in page


def test_silenced_warning_about_openmp_is_pointed_out():
    """The variable of many lecture notes hides the fault: the page says to take it out."""
    page = show.render(made_up(openmp_silenced=True))
    assert "KMP_DUPLICATE_LIB_OK is set" in page


@pytest.mark.parametrize(("value", "silenced"), [("TRUE", True), ("1", True), ("False", False), ("", False)])
def test_variable_that_silences_openmp_is_read(monkeypatch, value, silenced):
    """Values that switch it on count, others do not."""
    monkeypatch.setenv(machine.VARIABLE, value)
    assert machine.is_silenced() is silenced


def test_openmp_runtimes_that_are_loaded_are_told_by_their_files():
    import torch  # noqa: F401 - brings one

    assert any("omp" in Path(path).name for path in machine.runtimes())


def test_attempt_without_an_answer_is_neither_held_nor_failed():
    """A busy machine is not said to lack a layer."""
    page = show.render(made_up(confinement=Confinement(LAYERS, (), (), (LATE,))))
    assert "not known (1 of 1 attempts gave no answer)" in page
    assert "does not hold" not in page
