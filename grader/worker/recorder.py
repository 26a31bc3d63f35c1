"""Which torch functions and operators ran: evidence of style, which the submission could forge."""

from __future__ import annotations

from collections import Counter
from typing import Any

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode


class Functions(TorchFunctionMode):
    """Notes the name of each torch function that is called."""

    def __init__(self) -> None:
        """Start with no names."""
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Note the name and go on."""
        self.names.add(getattr(function, "__name__", str(function)))
        return function(*args, **(kwargs or {}))


class Operators(TorchDispatchMode):
    """Counts the operators that reach the dispatcher."""

    def __init__(self) -> None:
        """Start with no operators."""
        super().__init__()
        self.counts: Counter[str] = Counter()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from importing its compiler, half a second, to keep that away from this mode."""
        return False

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count the operator and go on."""
        self.counts[function.overloadpacket.__name__] += 1
        return function(*args, **(kwargs or {}))


class Recorder:
    """Both notebooks for the time of one call."""

    def __init__(self) -> None:
        """Start with empty notebooks."""
        self.functions, self.operators = Functions(), Operators()

    def __enter__(self) -> Recorder:
        """Begin to record."""
        self.functions.__enter__()
        self.operators.__enter__()
        return self

    def __exit__(self, *problem: Any) -> None:
        """End the record."""
        self.operators.__exit__(*problem)
        self.functions.__exit__(*problem)

    def record(self) -> dict[str, Any]:
        """Return what was seen as plain data."""
        return {"functions": sorted(self.functions.names), "operators": dict(self.operators.counts)}
