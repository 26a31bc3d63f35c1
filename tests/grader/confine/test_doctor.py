"""`grade doctor` tries what it promises."""

from __future__ import annotations

import dataclasses
import os

import pytest

from grader.doctor import machine, probes, show
from grader.doctor.probes import ATTEMPTS
from grader.worker.confine import LAYERS, Prepared

BEYOND_AN_ORDINARY_USER = {"becomes root", "is root", "traces the judge"}
HELD_BY_THE_VOLUME = {"fills its folder with files", "writes a file larger than it may"}


@pytest.fixture(scope="module")
def diagnosis():
    """The diagnosis of this machine."""
    return machine.diagnose()


def test_every_layer_has_an_attempt():
    assert {attempt.layer for attempt in ATTEMPTS} == set(LAYERS)


def test_every_attempt_is_held_in_a_confined_child(diagnosis):
    assert [probe for probe in diagnosis.confinement.probes if not probe.held] == []
    tried = {probe.attempt for probe in diagnosis.confinement.probes}
    assert {attempt.what for attempt in ATTEMPTS if not attempt.needs_volume} <= tried


def test_without_confinement_the_attempts_succeed(monkeypatch):
    def only_enter_the_folder(prepared, keep):
        os.mkdir(prepared.scratch_of(os.getpid()))
        os.chdir(prepared.scratch_of(os.getpid()))

    monkeypatch.setattr(Prepared, "apply", only_enter_the_folder)
    held = {probe.attempt for probe in probes.probe().probes if probe.held}
    assert held <= BEYOND_AN_ORDINARY_USER | HELD_BY_THE_VOLUME


def test_probing_leaves_no_trace_in_the_environment(diagnosis):
    assert "TORCHGRADE_DOCTOR" not in os.environ


def test_a_child_that_dies_has_held_nothing():
    probe = probes._judged(ATTEMPTS[0], None)
    assert (probe.held, probe.detail) == (False, "the child died")


def test_the_text_names_every_layer_version_and_device(diagnosis):
    lines = show.render(diagnosis)
    assert all(word in lines for word in (*LAYERS, "torch", "numpy", "pytest", "python", "cpu"))
    assert "held" in lines


def test_the_text_says_which_attempt_succeeded(diagnosis):
    broken = probes.Probe("files", "reads /etc/passwd", False, "succeeded")
    confinement = dataclasses.replace(
        diagnosis.confinement, probes=(broken,), layers=("files",), missing=("cpu",)
    )
    lines = show.render(dataclasses.replace(diagnosis, confinement=confinement))
    assert "does not hold (1 of 1 attempts succeeded)" in lines
    assert "a submission reads /etc/passwd: succeeded" in lines
    assert "--sandbox strict" in lines


def test_the_text_speaks_up_when_two_openmp_runtimes_are_loaded(diagnosis):
    two = dataclasses.replace(diagnosis, openmp=("/a/libgomp.so.1", "/b/libiomp5.so"))
    assert "Two OpenMP runtimes are loaded" in show.render(two)
    one = dataclasses.replace(diagnosis, openmp=("/a/libgomp.so.1",))
    assert "Two OpenMP runtimes" not in show.render(one)


def test_the_text_speaks_up_when_the_variable_hides_two_runtimes(diagnosis):
    assert "KMP_DUPLICATE_LIB_OK is set" in show.render(dataclasses.replace(diagnosis, openmp_silenced=True))
    assert "KMP_DUPLICATE_LIB_OK" not in show.render(dataclasses.replace(diagnosis, openmp_silenced=False))


def test_openmp_runtimes_are_those_of_what_is_loaded(monkeypatch):
    loaded = [("/x/torch/lib/libgomp.so.1", "openmp"), ("/x/libopenblas.so", "blas"), ("/x/libiomp5.dylib", "openmp")]
    rows = [{"filepath": path, "user_api": kind} for path, kind in loaded]
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: rows)
    assert machine.runtimes() == ("/x/libiomp5.dylib", "/x/torch/lib/libgomp.so.1")


def test_a_machine_without_torch_is_diagnosed_too(diagnosis):
    without = dataclasses.replace(diagnosis, torch=None, versions=(machine.Version("torch", None),))
    assert "not installed" in show.render(without)
