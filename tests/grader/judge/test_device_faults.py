"""Exceptions of one class tell of different faults of devices."""

from __future__ import annotations

import pytest
import torch

from grader.judge.outcome import GENERATOR, MIXED, NO_CARD, TO_NUMPY, kind_of_error
from grader.process.prepare import prepare_torch
from grader.proxy.errors import SubmissionError


def said(text, kind="RuntimeError"):
    return kind_of_error(SubmissionError(kind, text, ()))


def raised(call):
    with pytest.raises(Exception) as caught:
        call()
    return said(str(caught.value), type(caught.value).__name__)


def test_a_missing_card_is_one_fault_however_torch_was_built():
    assert raised(lambda: torch.ones(2).cuda()) == NO_CARD
    assert said("Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU") == NO_CARD
    assert said("CUDA error: no CUDA-capable device is detected") == NO_CARD


def test_a_mixture_of_devices_is_one_fault_whatever_was_left_behind():
    prepare_torch()
    model, x, labels = torch.nn.Linear(3, 2), torch.ones(4, 3, device="sim"), torch.tensor([0, 1, 0, 1])
    mixtures = (
        lambda: model(x),
        lambda: torch.nn.functional.cross_entropy(x, labels),
        lambda: x + torch.ones(4, 3),
        lambda: torch.ones(4, 3)[labels.to("sim")],
        lambda: torch.zeros(4, 3).index_add_(0, labels.to("sim"), x),
        lambda: torch.nn.Conv2d(1, 1, 2)(x[None, None]),
    )
    assert {raised(mixture) for mixture in mixtures} == {MIXED}
    assert said("Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor)") == MIXED
    assert raised(lambda: x.numpy()) == TO_NUMPY
    assert raised(lambda: torch.rand(2, device="sim", generator=torch.Generator())) == GENERATOR


def test_another_fault_is_its_class():
    assert raised(lambda: torch.ones(2) + torch.ones(3)) == "RuntimeError"
    assert said("x must be positive", "ValueError") == "ValueError"
