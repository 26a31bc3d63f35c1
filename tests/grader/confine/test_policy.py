"""Which paths the policy names."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import numpy
import pytest
import torch

import grader
from grader.worker.confine import default_policy
from grader.worker.confine.policy import DISTRIBUTIONS
from grader.worker.confine.readable import closure, resolved


@pytest.fixture
def policy(scratch):
    """The policy of this machine."""
    return default_policy(scratch)


def covers(policy, path) -> bool:
    """Whether a path is readable under the policy."""
    return any(Path(path).resolve().is_relative_to(root) for root in policy.readable)


@pytest.mark.parametrize(
    "path", [grader.__file__, __file__, pytest.__file__, Path.home(), "/", "/proc", "/etc", "/root", "/home"]
)
def test_nothing_of_the_grader_pytest_or_the_user_is_named(policy, path):
    assert not covers(policy, path)


def test_the_folders_of_installed_packages_are_never_named_whole(policy):
    assert not any(root.name in {"site-packages", "dist-packages"} for root in policy.readable)
    assert not any(
        covers(policy, path) for path in (sysconfig.get_paths()["purelib"], sysconfig.get_paths()["stdlib"])
    )


@pytest.mark.parametrize(
    "module", [torch, numpy, os, pytest.importorskip("typing_extensions"), pytest.importorskip("sympy")]
)
def test_what_a_learner_imports_is_named(policy, module):
    assert covers(policy, module.__file__)


def test_what_torch_requires_comes_along():
    assert {"torch", "numpy", "sympy", "typing-extensions", "filelock", "networkx", "jinja2"} <= set(
        closure(DISTRIBUTIONS)
    )


def test_what_the_grader_requires_does_not():
    assert not {"torchgrade", "pytest", "click", "rich", "nbformat"} & set(closure(DISTRIBUTIONS))


def test_a_distribution_that_is_not_installed_is_no_error():
    assert closure(["a-distribution-that-nobody-has"]) == {}


def test_every_path_exists_is_resolved_and_named_once(policy):
    assert all(path.exists() and path == path.resolve() for path in policy.readable)
    assert len(set(policy.readable)) == len(policy.readable)


def test_paths_are_named_by_where_they_lead(tmp_path):
    """A link in a path, or at its end, is followed before confinement: what it leads to is what is read."""
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "real/module.py").touch()
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    (tmp_path / "real/last.py").symlink_to(tmp_path / "real/module.py")
    paths = [tmp_path / "alias/module.py", tmp_path / "alias/inner", tmp_path / "real/last.py", tmp_path / "alias"]
    real = tmp_path.resolve() / "real"
    assert resolved(paths) == {real / "module.py", real / "inner", real}
