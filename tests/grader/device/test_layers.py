"""Layers, losses and recurrent networks, forward and backward, to the host's numbers and without a warning."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Made = Callable[[], nn.Module]
Ran = Callable[[nn.Module, Callable[[Tensor], Tensor]], Sequence[Tensor]]

RECURRENT = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
SHAPES = list(itertools.product(RECURRENT, (False, True), (1, 2), (False, True)))

LAYERS: dict[str, Made] = {
    "stride": lambda: nn.Conv2d(3, 4, 3, stride=2, padding=1),
    "groups": lambda: nn.Conv2d(3, 6, (3, 2), groups=3, dilation=2, bias=False),
    "transposed": lambda: nn.ConvTranspose2d(3, 4, 3, stride=2, output_padding=1),
    "circular": lambda: nn.Conv2d(3, 3, 3, padding=1, padding_mode="circular"),
    "max pool": lambda: nn.MaxPool2d(2, ceil_mode=True),
    "average pool": lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    "adaptive average": lambda: nn.AdaptiveAvgPool2d((3, 2)),
    "global average": lambda: nn.AdaptiveAvgPool2d(1),
    "adaptive max": lambda: nn.AdaptiveMaxPool2d((3, 2)),
    "batch norm": lambda: nn.BatchNorm2d(3),
    "batch norm, all batches": lambda: nn.BatchNorm2d(3, momentum=None),
    "batch norm, this batch": lambda: nn.BatchNorm2d(3, track_running_stats=False),
    "batch norm, evaluating": lambda: nn.BatchNorm2d(3).eval(),
    "group norm": lambda: nn.GroupNorm(1, 3),
    "layer norm": lambda: nn.LayerNorm(7),
    "dropout": lambda: nn.Dropout(0.3),
    "channels dropped": lambda: nn.Dropout2d(0.3),
    "in place": lambda: nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(inplace=True)),
    "perceptron": lambda: nn.Sequential(nn.Flatten(), nn.Linear(189, 5), nn.BatchNorm1d(5), nn.ReLU()),
}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared": F.mse_loss,
    "squared, each": lambda x, y: F.mse_loss(x, y, reduction="none"),
    "squared, sum": lambda x, y: F.mse_loss(x, y, reduction="sum"),
    "absolute": F.l1_loss,
    "smooth": F.smooth_l1_loss,
    "huber": F.huber_loss,
    "cross-entropy": lambda x, y: F.cross_entropy(x, y.argmax(1), label_smoothing=0.1),
    "cross-entropy, weighted": lambda x, y: F.cross_entropy(x, y.argmax(1), y[0].abs()),
    "cross-entropy of pixels": lambda x, y: F.cross_entropy(x[None], y.argmax(1)[None] % 2, ignore_index=1),
    "binary": lambda x, y: F.binary_cross_entropy(x.sigmoid(), y.sigmoid()),
    "likelihood": lambda x, y: F.nll_loss(x.log_softmax(1), y.argmax(1)),
}


class Loss(nn.Module):
    """A loss as a module."""

    def __init__(self, loss: Callable[[Tensor, Tensor], Tensor]) -> None:
        """Keep the function."""
        super().__init__()
        self.loss = loss

    def forward(self, x: Tensor) -> Tensor:
        """Compare the first three rows with the others."""
        return self.loss(x[:3], x[3:].detach())


def seen(make: Made, run: Ran, device: str) -> list[Tensor]:
    """Return outputs, gradients and state of a module after one pass forwards and backwards."""
    torch.manual_seed(0)
    module = make().to(device)
    outputs = run(module, lambda x: x.to(device))
    torch.manual_seed(1)
    above = [torch.randn(output.shape).to(device) for output in outputs]
    parameters = list(module.parameters())
    gradients = torch.autograd.grad(outputs, parameters, above) if parameters else ()
    found = [*outputs, *gradients, *module.state_dict().values()]
    assert {part.device.type for part in found} == {device}
    return [part.detach().cpu() for part in found]


def check(make: Made, run: Ran) -> None:
    """Compare device and host; a warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pairs = zip(seen(make, run, "sim"), seen(make, run, "cpu"), strict=True)
    for got, want in pairs:
        torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-6)


def states(state: Tensor | tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
    """Return the last state of a recurrent layer as a tuple."""
    return state if isinstance(state, tuple) else (state,)


@pytest.mark.parametrize(("kind", "both", "layers", "batch_first"), SHAPES)
def test_recurrent_layer_of_any_form(kind: str, both: bool, layers: int, batch_first: bool) -> None:
    """Recurrent layers work in both directions, stacked, and with either axis first."""

    def run(module: nn.Module, put: Callable[[Tensor], Tensor]) -> Sequence[Tensor]:
        output, state = module(put(torch.randn(5, 3, 4)))
        return [output, *states(state)]

    check(lambda: RECURRENT[kind](4, 6, layers, bidirectional=both, batch_first=batch_first), run)


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("both", [False, True])
def test_recurrent_layer_of_packed_sequences(kind: str, both: bool) -> None:
    """Sequences of different lengths are packed, run through, and padded again."""

    def run(module: nn.Module, put: Callable[[Tensor], Tensor]) -> Sequence[Tensor]:
        lengths = torch.tensor([5, 2, 3])
        packed = nn.utils.rnn.pack_padded_sequence(put(torch.randn(5, 3, 4)), lengths, enforce_sorted=False)
        output, state = module(packed)
        return [nn.utils.rnn.pad_packed_sequence(output)[0], *states(state)]

    check(lambda: RECURRENT[kind](4, 6, 2, bidirectional=both), run)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_recurrent_cell_step_by_step(kind: str) -> None:
    """A cell takes its own state again."""

    def run(module: nn.Module, put: Callable[[Tensor], Tensor]) -> Sequence[Tensor]:
        x = put(torch.randn(3, 4))
        return states(module(x, module(x)))

    check(lambda: getattr(nn, kind)(4, 6), run)


def test_embedding_with_padding() -> None:
    """Rows that are used twice get the sum of their gradients, and the row of the padding none."""
    indices = torch.tensor([[1, 0, 2], [2, 2, 0]])
    check(lambda: nn.Embedding(5, 3, padding_idx=0), lambda module, put: [module(put(indices))])
    embedding = nn.Embedding(5, 3, padding_idx=0).to("sim")
    embedding(indices.to("sim")).sum().backward()
    assert embedding.weight.grad is not None
    assert embedding.weight.grad.cpu()[:, 0].tolist() == [0.0, 1.0, 3.0, 0.0, 0.0]


@pytest.mark.parametrize("name", LAYERS)
def test_layer_of_an_image_network(name: str) -> None:
    """Convolution, pooling, norms and dropout, in training mode."""
    check(LAYERS[name], lambda module, put: [module(put(torch.randn(2, 3, 9, 7)).requires_grad_())])


@pytest.mark.parametrize("name", LOSSES)
def test_loss_says_nothing_but_the_loss(name: str) -> None:
    """A loss warns of nothing on the device that it does not warn of on the host."""
    check(lambda: Loss(LOSSES[name]), lambda module, put: [module(put(torch.randn(6, 3)).requires_grad_())])
