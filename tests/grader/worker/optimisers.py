"""Steps of every optimiser of torch, with its compiler kept away or as torch does them: prints numbers as JSON.

Run as a program in a fresh interpreter, with "away" or "as torch".
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

import torch

KINDS = sorted(
    name
    for name, kind in vars(torch.optim).items()
    if inspect.isclass(kind) and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer
)


def steps(kind: Any) -> list[float]:
    """Return a parameter after three steps, and the grad mode that was found within a step."""
    torch.manual_seed(1)
    weight = torch.nn.Parameter(torch.randn(3, 2))
    optimiser = kind([weight])
    for _ in range(3):
        optimiser.zero_grad()
        gradient = 2 * weight.detach() + 1
        weight.grad = gradient.to_sparse() if kind is torch.optim.SparseAdam else gradient
        optimiser.step(lambda: (weight.detach() ** 2).sum())
        assert torch.is_grad_enabled()
    optimiser.load_state_dict(optimiser.state_dict())
    return weight.detach().flatten().tolist()


def differentiable() -> list[float]:
    """Return the gradient through a step with respect to the parameter before it."""
    start = torch.tensor([1.0, 2.0], requires_grad=True)
    weight = start.clone()
    weight.retain_grad()
    weight.grad = (3 * start).detach()
    optimiser = torch.optim.SGD([weight], lr=0.1, differentiable=True)
    optimiser.step()
    (weight**2).sum().backward()
    assert start.grad is not None
    return start.grad.tolist()


def broken() -> bool:
    """Return the grad mode after a step that raised."""
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))])
    try:
        optimiser.step(lambda: 1 / 0)
    except ZeroDivisionError:
        return torch.is_grad_enabled()
    return False


def main() -> None:
    """Print what every optimiser does."""
    if sys.argv[1] == "away":
        from grader.process.prepare import keep_compiler_away

        keep_compiler_away()
        keep_compiler_away()
    found = {name: steps(getattr(torch.optim, name)) for name in KINDS}
    answer = {"steps": found, "through": differentiable(), "broken": broken()}
    print(json.dumps({**answer, "compiler": "torch._dynamo" in sys.modules}))


if __name__ == "__main__":
    main()
