from typing import Any, NamedTuple


def detach_hidden(hidden: Any) -> Any:
    if hidden is None:
        return None
    if isinstance(hidden, tuple):
        return tuple(detach_hidden(part) for part in hidden)
    return hidden.detach_()
