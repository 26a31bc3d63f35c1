"""An object that stays in the worker, as the judge holds it.

Attributes, calls, `len`, `[]` and iteration are requests. Whatever could give a verdict (comparison, truth,
conversion, hash) is not asked of the object: it raises, so that an object equal to everything equals nothing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from grader.proxy.errors import WrongKind

if TYPE_CHECKING:
    from grader.proxy.session import Session


def _arithmetic(operator: str) -> Callable[..., Any]:
    def operate(self: Handle, other: Any = None) -> Any:
        if self._class_name not in self._session.arithmetic:
            raise WrongKind(self._class_name, "in a formula")
        return self._session.ask({"op": "operate", "operator": operator, "handle": self._number}, other=other)

    return operate


def _refuse(use: str) -> Callable[..., NoReturn]:
    def refuse(self: Handle, *_: Any) -> NoReturn:
        raise WrongKind(self._class_name, use)

    return refuse


class Handle:
    """A reference to an object of the worker."""

    def __init__(self, session: Session, number: int, class_name: str, is_callable: bool) -> None:
        """Refer to object `number`; class name and callability are the worker's word and used for wording only."""
        vars(self).update(_session=session, _number=number, _class_name=class_name, _callable=is_callable)
        weakref.finalize(self, session.release_objects.append, number)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the object."""
        if name.startswith("__") and name.endswith("__"):
            # protocols of Python and torch are never asked of a submission's object
            raise AttributeError(name)
        value = self._session.ask({"op": "attribute", "handle": self._number, "attribute": name})
        if isinstance(value, Handle) and value._class_name == "method":
            vars(value)["_path"] = f"{self._class_name}.{name}"
        return value

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        """Refuse: state is changed by what a suite ships with `submission.run`."""
        raise AttributeError(f"cannot set {name}: change objects of the submission in `submission.run`")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object."""
        name = vars(self).get("_path", f"{self._class_name}.__call__")
        return self._session.call({"op": "call", "handle": self._number}, name, args, kwargs)

    def __len__(self) -> int:
        """Return the object's own length, if it is a count."""
        length = self._session.ask({"op": "length", "handle": self._number})
        if type(length) is not int or not 0 <= length < 2**31:
            raise WrongKind(self._class_name, "with a length that is no count")
        return length

    def __getitem__(self, key: Any) -> Any:
        """Return the item under `key`."""
        return self._session.ask({"op": "item", "handle": self._number}, key=key)

    def __iter__(self) -> Iterator[Any]:
        """Iterate over what the object gives, up to a bound."""
        items = self._session.ask({"op": "iterate", "handle": self._number})
        return iter(items if isinstance(items, list) else [])

    def __repr__(self) -> str:
        """Say what this is, without asking."""
        return f"<an object of class {self._class_name}>"

    __hash__ = object.__hash__
    __bool__ = _refuse("as a truth value")
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse("in a comparison")
    __contains__ = _refuse("as a container")
    __int__ = __index__ = __float__ = __complex__ = _refuse("as a number")
    __reduce_ex__ = _refuse("in a pickle")
    __enter__ = __exit__ = _refuse("as a context")

    __add__, __radd__ = _arithmetic("add"), _arithmetic("radd")
    __sub__, __rsub__ = _arithmetic("sub"), _arithmetic("rsub")
    __mul__, __rmul__ = _arithmetic("mul"), _arithmetic("rmul")
    __truediv__, __rtruediv__ = _arithmetic("truediv"), _arithmetic("rtruediv")
    __pow__, __rpow__ = _arithmetic("pow"), _arithmetic("rpow")
    __neg__, __matmul__ = _arithmetic("neg"), _arithmetic("matmul")
