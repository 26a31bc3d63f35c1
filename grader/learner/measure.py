"""What is played in a worker to see what a task costs; the source of the class is shipped, so it stands by itself.

It runs in the submission's process, which could forge the numbers: they are shown to the learner alone and decide
nothing.
"""

import typing

import torch


class Meter:
    """Plays a call as a test made it, and measures what runs inside the task: not what the test does around it."""

    def __init__(
        self, module: "typing.Any", name: str, before: "typing.Any", play: "typing.Any", seed: int
    ) -> None:
        """Put the task `name` of the submission under the meter; `before` is played first, and not measured."""
        self.module, self.before, self.play, self.seed = module, before, play, seed
        self.made: dict[int, typing.Any] = {}  # what the steps of this run have made, by their number
        self.seconds, self.inside = 0.0, False
        self.watch: typing.Any = None
        self.calls: dict[str, int] = {}
        self.first: list[list[str]] = []
        task = getattr(module, name)
        self.differentiates = isinstance(task, type) and issubclass(task, torch.autograd.Function)
        if not isinstance(task, type):
            setattr(module, name, self.metered(name, task))
            return
        for kind in task.__mro__:
            if kind.__module__ == task.__module__:
                self.put_under(kind)

    # The meter

    def put_under(self, kind: "typing.Any") -> None:
        """Replace the methods of a class; of a layer only its forward: what it is made of was there before."""
        import inspect

        left_out = {"__getattr__", "__getattribute__", "__setattr__", "__del__", "__hash__", "__repr__"}
        for name, value in list(vars(kind).items()):
            if name in left_out or (issubclass(kind, torch.nn.Module) and name != "forward"):
                continue
            if isinstance(value, staticmethod | classmethod):
                setattr(kind, name, type(value)(self.metered(name, value.__func__)))
            elif inspect.isfunction(value):
                setattr(kind, name, self.metered(name, value))

    def metered(self, name: str, function: "typing.Any") -> "typing.Any":
        """Return a function that does the same under the meter, unless it is called from inside the task."""
        import contextlib
        import functools
        import time

        @functools.wraps(function)
        def call(*args: "typing.Any", **kwargs: "typing.Any") -> "typing.Any":
            if self.inside:
                return function(*args, **kwargs)
            self.inside = True
            self.calls[name] = self.calls.get(name, 0) + 1
            if self.watch is not None and not self.first:
                self.first = [[self.brief(arg), ""] for arg in args]
                self.first += [[self.brief(arg), str(key)] for key, arg in kwargs.items()]
            try:
                with self.watch or contextlib.nullcontext():
                    begun = time.perf_counter()
                    try:
                        return function(*args, **kwargs)
                    finally:
                        self.seconds += time.perf_counter() - begun
            finally:
                self.inside = False

        return call

    def brief(self, value: "typing.Any") -> str:
        """Return what an argument is, in a few words."""
        scalars = (bool, int, float, str, type(None), torch.device, torch.dtype)
        if isinstance(value, torch.Tensor):
            return f"{tuple(value.shape)} {str(value.dtype).removeprefix('torch.')}"
        if (
            isinstance(value, list | tuple)
            and value
            and all(isinstance(part, torch.Tensor) for part in value)
        ):
            return f"{len(value)} tensors {', '.join(str(tuple(part.shape)) for part in value[:3])}"
        if isinstance(value, str):
            value = value.rpartition("/")[2]  # of a path its last part
        parts = value if type(value) in (list, tuple) else [value]
        if all(isinstance(part, scalars) for part in parts) and len(repr(value)) <= 40:
            return f"= {value!r}"
        if isinstance(value, list | tuple):
            return f"a {type(value).__name__} of {len(value)}"
        if callable(value) and not isinstance(value, torch.nn.Module):
            return "a class" if isinstance(value, type) else "a function"
        return f"of class {type(value).__name__}"

    # What is asked of it

    def once(self) -> float:
        """Play once, and return the seconds that the task took."""
        import random

        self.made.clear()
        self.calls.clear()
        self.seconds = 0.0
        torch.manual_seed(self.seed)
        random.seed(self.seed)
        for step in self.before:
            self.value(step)
        result = self.value(self.play)
        if self.differentiates:
            self.differentiate(result)
        return self.seconds

    def burst(self, seconds: float) -> float:
        """Play again and again for so many seconds, and return the median of what the task took."""
        import statistics
        import time

        found, until = [self.once()], time.perf_counter() + seconds
        while time.perf_counter() < until:
            found.append(self.once())
        return statistics.median(found)

    def count(self) -> "tuple[int, int, dict[str, int], list[list[str]]]":
        """Play once; return operators, the most bytes held at once, the calls, and the arguments of the first."""
        seen = {"operators": 0, "most": 0}
        self.watch, self.first = self.watching(seen), []
        try:
            self.once()
        finally:
            self.watch = None
        return seen["operators"], seen["most"], dict(self.calls), self.first

    def watching(self, seen: dict[str, int]) -> "typing.Any":
        """Return a mode that counts operators, and adds up what they have made and nobody has let go."""
        import weakref

        from torch.utils._python_dispatch import TorchDispatchMode

        held: dict[int, int] = {}  # bytes by address; what was there before counts nothing

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
                self,
                function: "typing.Any",
                types: "typing.Any",
                args: "typing.Any" = (),
                kwargs: "typing.Any" = None,
            ) -> "typing.Any":
                seen["operators"] += 1
                named = kwargs or {}
                is_new = function is torch.ops.aten.lift_fresh.default  # torch.tensor made it
                hold([*args, *named.values()], is_new)
                result = function(*args, **named)
                hold(result, True)
                return result

        return Watch()  # type: ignore[no-untyped-call]

    # What is played

    def value(self, part: "typing.Any") -> "typing.Any":
        """Return what a part of the play stands for: a copy of a tensor, or what a step makes."""
        if isinstance(part, torch.Tensor):
            return self.copied(part)
        if isinstance(part, torch.Generator):
            return part.clone_state()
        if type(part) is list or type(part) is tuple:
            return type(part)(self.value(each) for each in part)
        if type(part) is not dict:
            return part
        if list(part) != ["a step of the play"]:
            return {key: self.value(each) for key, each in part.items()}
        number, kind, *rest = part["a step of the play"]
        if number not in self.made:
            self.made[number] = self.performed(kind, rest)
        return self.made[number]

    def copied(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return the one copy of a tensor in this run."""
        copy = self.made.get(id(tensor))
        if copy is None:
            copy = tensor.detach().clone()
            if isinstance(tensor, torch.nn.Parameter):
                copy = torch.nn.Parameter(copy, tensor.requires_grad)
            elif tensor.requires_grad:
                copy.requires_grad_()
            if tensor.grad is not None:
                copy.grad = tensor.grad.clone()
            self.made[id(tensor)] = copy
        return copy

    def performed(self, kind: str, rest: "typing.Any") -> "typing.Any":
        """Return what a step makes."""
        from grader.worker.module import shipped

        if kind == "global":
            return getattr(self.module, rest[0])
        if kind == "attribute":
            return getattr(self.value(rest[0]), rest[1])
        if kind == "call":
            return self.value(rest[0])(*self.value(rest[1]), **self.value(rest[2]))
        source, name, is_scenario, args, kwargs = rest
        given = [self.module] if is_scenario else []
        return shipped(source, name)(*given, *self.value(args), **self.value(kwargs))

    def differentiate(self, result: "typing.Any") -> None:
        """Go back through a result with ones from above, where there is a graph."""
        parts = result if isinstance(result, list | tuple) else [result]
        ends = [part for part in parts if isinstance(part, torch.Tensor) and part.requires_grad]
        if ends:
            torch.autograd.backward(ends, [torch.ones_like(end) for end in ends])
