"""The submissions that everybody grades: each another source, most of them right."""

from __future__ import annotations

import ast

HEAD = '''"""Losses of student {number}."""

import torch

'''

SIGMOID = (
    "return 1 / (1 + torch.exp(-x))",
    "return (1 + torch.tanh(x / 2)) / 2",
    "small = torch.exp(-x.abs())\n    return torch.where(x >= 0, torch.ones_like(x), small) / (1 + small)",
)
SOFTMAX = (
    "e = torch.exp(x - x.amax(dim, keepdim=True))\n    return e / e.sum(dim, keepdim=True)",
    "return (x - torch.log(torch.exp(x - x.max()).sum(dim, keepdim=True)) - x.max()).exp()",
)
REDUCTIONS = (
    'if reduction == "none":\n        return losses\n    return losses.mean() if reduction == "mean" else losses.sum()',
    'return {"none": lambda: losses, "mean": losses.mean, "sum": losses.sum}[reduction]()',
)
MSE = ("losses = (pred - target) ** 2", "d = pred - target\n    losses = d * d")
L1 = ("losses = (pred - target).abs()", "losses = torch.maximum(pred - target, target - pred)")

# What is wrong in the last ones: a piece of the source, and what stands in its place.
WRONG = (
    (SIGMOID[0], "return 1 / (1 + torch.exp(x))"),
    (SOFTMAX[0], "e = torch.exp(x)\n    return e / e.sum(0, keepdim=True)"),
    (MSE[0], "losses = (pred - target) ** 2 / 2"),
    (L1[0], "losses = pred - target"),
    (SIGMOID[0], "return torch.tanh(x)"),
    (SOFTMAX[0], "return torch.exp(x) / 8"),
    (MSE[0], "losses = ((pred - target) ** 2).view(-1).sqrt()"),
    (L1[0], "losses = (pred - target) ** 2"),
)


def submissions(count: int) -> dict[str, str]:
    """Return `count` different sources by the name of their student; two of five are wrong somewhere."""
    wrong = 2 * count // 5
    texts = [_right(number) for number in range(count - wrong)]
    texts += [_wrong(number) for number in range(count - wrong, count)]
    assert len({ast.dump(ast.parse(text)) for text in texts}) == count
    return {f"student{number:02}": text for number, text in enumerate(texts)}


def _right(number: int) -> str:
    sigmoid, softmax = SIGMOID[number % 3], SOFTMAX[number // 3 % 2]
    mse, l1, reduction = MSE[number // 6 % 2], L1[number // 2 % 2], REDUCTIONS[number % 2]
    return _text(number, sigmoid, softmax, mse, l1, reduction)


def _wrong(number: int) -> str:
    good, bad = WRONG[number % len(WRONG)]
    return _text(number, SIGMOID[0], SOFTMAX[0], MSE[0], L1[0], REDUCTIONS[number % 2]).replace(good, bad)


def _text(number: int, sigmoid: str, softmax: str, mse: str, l1: str, reduction: str) -> str:
    return (
        HEAD.format(number=number)
        + f"\ndef sigmoid(x):\n    {sigmoid}\n"
        + f"\n\ndef softmax(x, dim):\n    {softmax}\n"
        + f'\n\ndef mse_loss(pred, target, reduction="mean"):\n    {mse}\n    {reduction}\n'
        + f'\n\ndef l1_loss(pred, target, reduction="mean"):\n    {l1}\n    {reduction}\n'
    )
