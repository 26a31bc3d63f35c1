"""What is played in a worker to see what one call costs; its source is shipped, so it stands by itself.

It runs in the submission's process, which could forge the numbers: they are shown to the learner alone and decide
nothing.
"""

import typing


def measure(
    module: "typing.Any", name: str, made_with: "typing.Any", args: "typing.Any", kwargs: "typing.Any"
) -> "tuple[int, float, int]":
    """Call a task, and return its operators, the seconds of its fastest call, and the most memory held at once.

    Args:
        module: the submission.
        name: the task.
        made_with: the arguments of a class, (args, kwargs), if its object is called; None for a function.
        args: of the call.
        kwargs: of the call.
    """
    import time
    import weakref

    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    held: dict[int, int] = {}  # bytes by address, of what the operators have made and nobody has let go
    seen = {"operators": 0, "most": 0}

    def hold(value: "typing.Any") -> None:
        if not isinstance(value, torch.Tensor):
            return
        storage = value.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes()
        if size and place not in held:
            held[place] = size
            seen["most"] = max(seen["most"], sum(held.values()))
            weakref.finalize(storage, held.pop, place, None)

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False

        def __torch_dispatch__(
            self,
            function: "typing.Any",
            types: "typing.Any",
            args: "typing.Any" = (),
            kwargs: "typing.Any" = None,
        ) -> "typing.Any":
            seen["operators"] += 1
            result = function(*args, **(kwargs or {}))
            for value in result if isinstance(result, tuple | list) else (result,):
                hold(value)
            return result

    def own(value: "typing.Any") -> "typing.Any":
        """Return a copy of an argument, which the task may change."""
        if isinstance(value, list | tuple):
            return type(value)(map(own, value))
        is_tensor = isinstance(value, torch.Tensor)
        return value.detach().clone().requires_grad_(value.requires_grad) if is_tensor else value

    args, kwargs = own(args), {key: own(value) for key, value in kwargs.items()}
    task = getattr(module, name)
    function = task if made_with is None else task(*made_with[0], **made_with[1])
    function(*args, **kwargs)
    fastest, until = float("inf"), time.perf_counter() + 0.2
    while True:
        begun = time.perf_counter()
        function(*args, **kwargs)
        ended = time.perf_counter()
        fastest = min(fastest, ended - begun)
        if ended >= until:
            break
    given = [value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
    if made_with is not None and isinstance(function, torch.nn.Module):
        given += [*function.parameters(), *function.buffers()]
    of_arguments = {value.untyped_storage().data_ptr(): 0 for value in given}
    held.update(of_arguments)  # they were there before, and cost nothing
    with Watch():  # type: ignore[no-untyped-call]
        function(*args, **kwargs)
    return seen["operators"], fastest, seen["most"]
