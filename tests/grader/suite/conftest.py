"""A learner's source behind a worker in this process."""

from __future__ import annotations

import ast
import contextlib
import textwrap
from collections.abc import Callable, Iterator

import pytest

from grader.intake import names
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.loopback import Loopback


@pytest.fixture
def learner() -> Iterator[Callable[[str], Submission]]:
    """Load a learner's source."""
    with contextlib.ExitStack() as opened:

        def load(source: str) -> Submission:
            transport = opened.enter_context(contextlib.closing(Loopback()))
            text = "import torch\nfrom torch import nn\n" + textwrap.dedent(source)
            tree = ast.parse(text)
            session = Session(transport, {"f": ("x", "w")}, lambda task: names(tree, task))
            session.load("learned", {"learned": text}, {"learned": session.compile("learned", text)}, 1)
            return Submission(session)

        yield load
