"""Imports of the learner's other topics, read and not executed."""

from __future__ import annotations

import json

import pytest

from grader.intake import Content, parse_source
from grader.intake.topic_imports import circle, files_needed, imported_topics, names_used, topics_needed


def sources(**texts):
    return {slug: parse_source(text.encode(), f"{slug}.py") for slug, text in texts.items()}


@pytest.mark.parametrize(
    "text",
    [
        "import losses", "import math, losses", "import losses as mine", "from losses import softmax",
        "from losses import (\n    softmax,\n)", "from losses import *", "def f():\n    from losses import softmax",
    ],
    ids=repr,
)  # fmt: skip
def test_topic_is_imported_however_it_is_written(text):
    read = sources(mlp=text + "\n", losses="def softmax(x): return x\n")
    assert list(imported_topics(read["mlp"].tree, ["losses", "mlp"])) == ["losses"]
    contents = {slug: Content(f"{slug}.py", source.text.encode()) for slug, source in read.items()}
    assert list(files_needed("mlp", contents)) == ["losses", "mlp"]


@pytest.mark.parametrize("text", ["import losses_of_mine", "from .losses import x", "import torch.losses"])
def test_what_is_only_called_alike_is_no_topic(text):
    assert imported_topics(sources(mlp=text + "\n")["mlp"].tree, ["losses"]) == {}


def test_needed_are_also_topics_that_an_imported_one_imports():
    read = sources(cnn="import mlp\n", mlp="import losses\n", losses="import cnn\n", rnn="import cnn\n")
    assert topics_needed("mlp", read) == ["cnn", "losses", "mlp"]


def test_notebook_is_searched_for_imports_too():
    cells = [{"cell_type": "code", "metadata": {}, "source": ["from losses import softmax\n"], "outputs": []}]
    notebook = Content("mlp.ipynb", json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}).encode())
    files = {"mlp": notebook, "losses": Content("losses.py", b""), "cnn": Content("cnn.py", b"")}
    assert list(files_needed("mlp", files)) == ["losses", "mlp"]


def test_circle_is_told_by_its_files():
    own = "def f():\n    import rnn\n"
    read = sources(cnn="import mlp\n", mlp="from losses import f\n", losses="import mlp\n", rnn=own)
    assert circle("mlp", read) == ["mlp", "losses", "mlp"]
    assert circle("cnn", read) == circle("rnn", read) == []


@pytest.mark.parametrize(
    "text",
    [
        "from losses import softmax\ndef f(x): return softmax(x)",
        "from losses import softmax as s\ndef f(x): return s(x)",
        "from losses import *\ndef f(x): return softmax(x)",
        "import losses\ndef f(x): return losses.softmax(x)",
        "def f(x):\n    import losses as mine\n    return mine.softmax(x)",
    ],
    ids=repr,
)
def test_function_of_ones_own_does_not_count_and_what_it_uses_does(text):
    losses = "import torch\ndef softmax(x): return torch.special.expit(x)\ndef other(x): return torch.erf(x)\n"
    used = names_used("mlp", "f", sources(mlp=text + "\n", losses=losses))
    assert "softmax" not in used
    assert "erf" not in used
    assert used["expit"] == "torch.special.expit (losses.py, line 2)"


def test_circle_of_imports_is_followed_once():
    read = sources(
        mlp="from losses import g\ndef f(x): return g(x)\n",
        losses="import torch\nimport mlp\ndef g(x): return mlp.f(torch.exp(x))\n",
    )
    assert names_used("mlp", "f", read)["exp"] == "torch.exp (losses.py, line 3)"
