"""How the tests are divided: among processes, and into those of a bare `pytest` and the rest, which CI plays too."""

from __future__ import annotations

import gc
import os

import pytest


def pytest_addoption(parser):
    """What is left out of a bare `pytest` is played by `pytest --rest`, and by whoever names it."""
    parser.addoption("--rest", action="store_true", help="play what a bare pytest leaves out")


def pytest_configure(config):
    """Know the mark."""
    config.addinivalue_line("markers", "rest: more of the same, which a bare pytest leaves out")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell the processes whether somebody has said which tests to play."""
    node.workerinput["is_bare"] = _is_bare(node.config)


def pytest_xdist_auto_num_workers(config):
    """Start no further processes for a few tests: each of them imports torch and collects all over again."""
    if not _is_bare(config):
        return 0
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Tests that look at more of the same, and not at anything else, are marked `rest`."""
    wanted = config.option.rest
    if wanted or _is_bare(config):
        parts = {True: [], False: []}
        for item in items:
            parts[item.get_closest_marker("rest") is not None].append(item)
        config.hook.pytest_deselected(items=parts[not wanted])
        items[:] = parts[wanted]


def pytest_collection_finish():
    """Let no collection go over torch and thousands of tests again and again, here and in what is forked."""
    gc.collect()
    gc.freeze()


def _is_bare(config):
    """Whether nobody has said which tests to play."""
    if hasattr(config, "workerinput"):
        return config.workerinput["is_bare"]
    option = config.option
    return config.args_source is config.ArgsSource.TESTPATHS and not (option.keyword or getattr(option, "lf", False))
