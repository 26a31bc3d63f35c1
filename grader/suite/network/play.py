"""What a network does, played where it lives: shipped to a submission, and called here for the oracle."""

from __future__ import annotations

from typing import Any

import torch


def play(
    submission: Any, name: str, args: Any, kwargs: Any, x: Any, weights: Any, upstream: Any, training: bool,
    traced: bool,
) -> Any:  # fmt: skip
    """Build a net, set its weights, run it, and return what is to be seen; it decides nothing.

    Self-contained, since its source is what travels. `upstream` None asks for no gradients; `traced` asks for the
    calls of the sub-modules and nothing else.
    """
    most_calls, most_tensors, most_numbers, most_keys = 300, 4, 1_000_000, 1000
    clock, room = [0], [most_numbers]
    calls: list[Any] = []
    numbers: dict[str, int] = {}
    opened: dict[str, list[Any]] = {}

    def leaves(value: Any) -> list[Any]:
        if isinstance(value, torch.Tensor):
            return [value]
        if not isinstance(value, (tuple, list, dict)):
            return []
        parts = value.values() if isinstance(value, dict) else value
        return [leaf for part in parts for leaf in leaves(part)]

    def mapped(value: Any, change: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return change(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(mapped(part, change) for part in value))
        if isinstance(value, dict):
            return {key: mapped(part, change) for key, part in value.items()}
        return type(value)(mapped(part, change) for part in value) if type(value) in (tuple, list) else value

    def copied(value: Any) -> Any:
        if value is None or value.numel() > most_numbers:
            return value  # too much to copy: whether it can be sent shows later
        return value.detach().clone()

    def fresh(value: Any) -> Any:
        return copied(value).requires_grad_(value.is_floating_point())

    def tick() -> int:
        clock[0] += 1
        return clock[0]

    def kept(value: Any) -> list[Any]:
        rows = []
        for leaf in leaves(value)[:most_tensors]:
            room[0] -= leaf.numel()
            rows.append([list(leaf.shape), copied(leaf) if room[0] >= 0 else None])
        return rows

    def watch(path: str, part: Any) -> None:
        def before(part: Any, given: Any, named: Any) -> None:
            numbers[path] = numbers.get(path, 0) + 1
            if len(calls) < most_calls:
                kind = str(type(part).__name__)[:60]
                calls.append([path, kind, numbers[path], tick(), None, kept([given, named]), None])
                opened.setdefault(path, []).append(calls[-1])

        def after(part: Any, given: Any, named: Any, result: Any) -> None:
            if opened.get(path):
                call = opened[path].pop()
                call[4], call[6] = tick(), kept(result)

        part.register_forward_pre_hook(before, with_kwargs=True)
        part.register_forward_hook(after, with_kwargs=True)

    def trace(module: Any) -> dict[str, Any]:
        for _, (path, part) in zip(range(most_calls), module.named_modules(), strict=False):
            if part is not module:
                watch(str(path)[:100], part)
        try:
            module(*mapped(x, fresh))
        except Exception:
            return {"calls": calls}  # as far as it came; why it stopped is known already
        return {"calls": calls}

    module = getattr(submission, name)(*args, **kwargs)
    if not isinstance(module, torch.nn.Module):
        return {"module": False}
    parameters = dict(module.named_parameters(remove_duplicate=False))
    state = {
        key: ["parameter" if key in parameters else "buffer", list(value.shape)]
        for _, (key, value) in zip(range(most_keys), module.state_dict().items(), strict=False)
    }
    seen: dict[str, Any] = {"module": True, "state": state, "fits": False}
    demanded = {key: list(value.shape) for key, value in weights.items() if "num_batches_tracked" not in key}
    if demanded != {key: shape for key, (_, shape) in state.items() if "num_batches_tracked" not in key}:
        return seen
    seen["fits"] = True
    dtypes = [value.dtype for value in weights.values() if value.is_floating_point()]
    module.to(device=leaves(x)[0].device, dtype=dtypes[0] if dtypes else None)
    module.load_state_dict({key: value for key, value in weights.items() if key in state}, strict=False)
    module.train(training)
    module.zero_grad()
    if traced:
        return trace(module)
    inputs = mapped(x, fresh)
    output = module(*inputs)
    seen["output"], seen["gradients"], seen["inputs"], seen["graph"] = mapped(output, copied), {}, [], None
    results = [leaf for leaf in leaves(output) if leaf.is_floating_point()]
    upstream = upstream(results) if callable(upstream) else upstream  # the oracle's: drawn for what comes out
    kinds = [[(part.shape, part.device) for part in parts] for parts in (results, upstream or ())]
    if upstream is not None and kinds[0] == kinds[1]:
        pairs = [(part, above) for part, above in zip(results, upstream, strict=True) if part.requires_grad]
        seen["graph"] = bool(pairs)
        if pairs:
            torch.autograd.backward([part for part, _ in pairs], [above for _, above in pairs])
        named = module.named_parameters(remove_duplicate=False)
        seen["gradients"] = {key: copied(value.grad) for key, value in named}
        seen["inputs"] = [copied(leaf.grad) for leaf in leaves(inputs) if leaf.is_floating_point()]
    buffers = {key: value for key, value in module.state_dict().items() if key not in parameters}
    seen["buffers"] = {key: copied(value) for key, value in buffers.items()}
    return seen
