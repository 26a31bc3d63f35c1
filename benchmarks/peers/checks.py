"""The twelve checks, as anybody would write them for pytest; `losses` is the module of one student."""

import torch
from torch.nn import functional
from torch.testing import assert_close


def randn(*shape):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def test_sigmoid_of_log_odds(losses):
    x = torch.tensor([1.0, 3.0, 1 / 3], dtype=torch.float64).log()
    assert_close(losses.sigmoid(x), torch.tensor([0.5, 0.75, 0.25], dtype=torch.float64))


def test_sigmoid_is_symmetric(losses):
    x = 3 * randn(7, 2)
    left, right = losses.sigmoid(x), losses.sigmoid(-x)
    assert left.shape == (7, 2)
    assert_close(right, 1 - left)


def test_sigmoid_when_not_contiguous(losses):
    x = randn(3, 5)
    assert_close(losses.sigmoid(x.t()), torch.sigmoid(x.t()))
    assert_close(losses.sigmoid(x[:, :1].expand(3, 4)), torch.sigmoid(x[:, :1].expand(3, 4)))


def test_softmax_of_logarithms(losses):
    x = torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]], dtype=torch.float64)
    assert_close(losses.softmax(x.log(), dim=1), x / 8)


def test_softmax_sums_to_one(losses):
    y = losses.softmax(randn(5, 3), dim=1)
    assert y.shape == (5, 3)
    assert_close(y.sum(1), torch.ones(5, dtype=torch.float64))


def test_softmax_ignores_a_common_shift(losses):
    x, shift = randn(5, 3), randn(5, 1)
    assert_close(losses.softmax(x + 9 * shift, dim=1), losses.softmax(x, dim=1))


def test_mse_loss_of_two_numbers(losses):
    pred, target = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0])
    assert_close(losses.mse_loss(pred, target), torch.tensor(2.5))
    assert_close(losses.mse_loss(pred, target, reduction="none"), torch.tensor([4.0, 1.0]))
    assert_close(losses.mse_loss(pred, target, reduction="sum"), torch.tensor(5.0))


def test_mse_loss_of_a_perfect_prediction(losses):
    target = randn(6, 1)
    assert_close(losses.mse_loss(target.clone(), target), torch.zeros((), dtype=torch.float64))


def test_mse_loss_when_not_contiguous(losses):
    pred, target = randn(3, 5).t(), randn(5, 1).expand(5, 3)
    assert_close(losses.mse_loss(pred, target), functional.mse_loss(pred, target))


def test_l1_loss_of_two_numbers(losses):
    pred, target = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0])
    assert_close(losses.l1_loss(pred, target), torch.tensor(1.5))
    assert_close(losses.l1_loss(pred, target, reduction="none"), torch.tensor([2.0, 1.0]))
    assert_close(losses.l1_loss(pred, target, reduction="sum"), torch.tensor(3.0))


def test_l1_loss_is_symmetric(losses):
    pred, target = randn(5, 2), randn(5, 2).flip(0)
    want = functional.l1_loss(pred, target, reduction="none")
    assert_close(losses.l1_loss(target, pred, reduction="none"), want)


def test_l1_loss_when_not_contiguous(losses):
    pred, target = randn(3, 5).t(), randn(5, 1).expand(5, 3)
    assert_close(losses.l1_loss(pred, target), functional.l1_loss(pred, target))
