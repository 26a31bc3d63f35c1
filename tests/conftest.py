"""How a session is divided: all tests by as many processes as there are processors, a selection by one."""

from __future__ import annotations

import gc
import os


def pytest_xdist_auto_num_workers(config):
    """Start no further processes for a few tests: each of them imports torch and collects all over again."""
    if config.args_source is not config.ArgsSource.TESTPATHS or config.option.keyword or config.option.lf:
        return 0
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pytest_collection_finish():
    """Let no collection go over torch and thousands of tests again and again, here and in what is forked."""
    gc.collect()
    gc.freeze()
