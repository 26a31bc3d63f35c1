"""What is shipped to a worker to measure an example there; each function stands by itself, as its source is sent.

It runs in the submission's process, which could forge the numbers: they are shown to the learner alone and decide
nothing.
"""

import typing

import torch


def counted(submission: "typing.Any", setup: str, example: str) -> "tuple[int, int]":
    """Run an example once; return its operators of torch, and the most bytes that its results held at once."""
    import weakref

    from torch.utils._python_dispatch import TorchDispatchMode

    held: dict[int, int] = {}  # bytes by address; what was there before counts nothing
    seen = {"operators": 0, "most": 0}

    def hold(value: "typing.Any", is_new: bool) -> None:
        if isinstance(value, list | tuple):
            for part in value:
                hold(part, is_new)
        if not isinstance(value, torch.Tensor) or value.layout is not torch.strided:
            return
        storage = value.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes()
        if place and size and place not in held:
            held[place] = size if is_new else 0
            seen["most"] = max(seen["most"], sum(held.values()))
            weakref.finalize(storage, held.pop, place, None)

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # else torch imports its compiler, half a second

        def __torch_dispatch__(
            self, function: "typing.Any", types: "typing.Any", args: "typing.Any" = (),
            kwargs: "typing.Any" = None,
        ) -> "typing.Any":  # fmt: skip
            seen["operators"] += 1
            named = kwargs or {}
            is_new = function is torch.ops.aten.lift_fresh.default  # torch.tensor made it
            hold([*args, *named.values()], is_new)
            result = function(*args, **named)
            hold(result, True)
            return result

    names = {"torch": torch, "nn": torch.nn, "functional": torch.nn.functional, **vars(submission)}
    exec(setup, names)
    with Watch():  # type: ignore[no-untyped-call]
        exec(example, names)
    return seen["operators"], seen["most"]


def timed(submission: "typing.Any", setup: str, example: str) -> float:
    """Return the time of one run of an example that is run again and again, for about a tenth of a second."""
    import timeit

    names = {"torch": torch, "nn": torch.nn, "functional": torch.nn.functional, **vars(submission)}
    exec(setup, names)
    run = {"exec": exec, "code": compile(example, "<example>", "exec"), "names": names}
    timer = timeit.Timer("exec(code, names)", globals=run)  # torch's own one needs setuptools
    number = max(1, int(0.1 / min(timer.repeat(3, 1))))
    return timer.timeit(number) / number
