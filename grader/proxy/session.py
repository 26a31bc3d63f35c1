"""One test's conversation with one worker."""

from __future__ import annotations

import inspect
import itertools
import textwrap
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor

from grader.proxy import errors, tensors
from grader.proxy.arguments import Arguments
from grader.proxy.calls import Call, describe_call, describe_function
from grader.proxy.cpu_budget import CpuBudget
from grader.proxy.handle import Handle
from grader.proxy.tensors import Mirrors
from grader.sandbox.loopback import Loopback
from grader.sandbox.transport import Transport, WorkerLied, WorkerTimeout
from grader.wire.frame import BadFrame
from grader.wire.tensor import StorageReader, with_memory
from grader.wire.value import MALFORMED, Decoder

MAX_PRINTED = 4000
HELPERS = "__torchgrade_helpers__"
Shipped = TypeVar("Shipped", bound=Callable[..., Any])
_sources: weakref.WeakKeyDictionary[Callable[..., Any], str] = weakref.WeakKeyDictionary()


class Session:
    """Requests, answers, and the tensors and objects that both sides speak of."""

    def __init__(
        self,
        transport: Transport,
        signatures: Mapping[str, Sequence[str]],
        names_used: Callable[[str], Mapping[str, str]] = lambda task: {},
    ) -> None:
        """Talk over `transport`.

        `signatures` names the parameters of each function, for messages; `names_used` tells which identifiers
        stand in the source of a task, and as what and where.
        """
        self.transport = transport
        self.open_apart: Callable[[], Transport] = Loopback
        self.mirrors = Mirrors()
        self.leaves: dict[int, Tensor] = {}
        self.release_objects: list[int] = []
        self.arithmetic: frozenset[str] = frozenset()
        self.recording: list[str] | None = None  # what is refused meanwhile
        self.records: list[dict[str, Any]] = []
        self.left_random = False
        self.last_call, self.calls = "", 0
        self.last_arguments: dict[str, Any] = {}  # by name
        self.printed = ""
        self.begun: list[Mapping[str, Tensor]] = []  # weights and buffers that trainings began at
        self.is_explained = True
        self._release_calls: list[int] = []
        self._handles: weakref.WeakValueDictionary[int, Handle] = weakref.WeakValueDictionary()
        self._made_of: set[int] = set()  # numbers of our tensors that objects hold, as an optimiser its weights
        self.signatures, self.names_used = signatures, names_used
        self.last_function = ""
        self._numbers = itertools.count(1)
        self._cpu_budget = CpuBudget()
        self._loaded, self._sources = "", dict[str, str]()
        self._repeatable: Call | None = None

    def number(self) -> int:
        """Return a number that no other tensor has."""
        return next(self._numbers)

    @property
    def repeat(self) -> str | None:
        """Python that repeats the last call of the submission, where that can be written down."""
        return self._repeatable.text(self._loaded) if self._repeatable and self._loaded else None

    # Requests

    def compile(self, slug: str, source: str) -> bytes:
        """Let the worker compile the submission's source. Raises SubmissionError as Python does.

        The bytes mean nothing to the judge: they are only ever sent to other workers.
        """
        code = self.ask({"op": "compile", "slug": slug, "source": source})
        if not isinstance(code, bytes):
            raise WorkerLied("compiled code that is no bytes")
        return code

    def load(self, slug: str, sources: Mapping[str, str], codes: Mapping[str, bytes], seed: int) -> None:
        """Let the worker execute the compiled file of a topic, which may import the others.

        Raises SubmissionError as the module does.
        """
        self._loaded, self._sources = slug, dict(sources)
        if self.transport.files != sources:  # a worker that has served others has them
            self.ask({"op": "files", "sources": self._sources}, codes=dict(codes))
            self.transport.files.clear()
            self.transport.files.update(self._sources)
        self.ask({"op": "load", "slug": slug, "seed": seed})

    def seed(self, seed: int) -> None:
        """Seed the worker's generators."""
        self._exchange({"op": "seed", "seed": seed}, Arguments(self))

    def ask(self, header: dict[str, Any], **values: Any) -> Any:
        """Send a request whose `values` are encoded, and return the result."""
        arguments = Arguments(self)
        encoded = {name: arguments.encode(value, name) for name, value in values.items()}
        return self._exchange({**header, **encoded}, arguments)

    def call(
        self,
        header: dict[str, Any],
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        may_change: frozenset[str] = frozenset(),
    ) -> Any:
        """Call a function of the submission; `name` is for messages and parameter names."""
        arguments = Arguments(self)
        known = self.signatures.get(name, ())
        names = [*known, *(f"argument {i + 1}" for i in range(len(known), len(args)))]
        encoded = {
            "args": {"list": [arguments.encode(value, names[i]) for i, value in enumerate(args)]},
            "kwargs": {"dict": [[key, arguments.encode(value, key)] for key, value in kwargs.items()]},
        }
        self.calls, self.last_arguments = self.calls + 1, {**dict(zip(names, args, strict=False)), **kwargs}
        if header["op"] == "call":
            self.last_call = describe_call(names, args, kwargs)
            self.last_function = name.partition(".")[0]
            self._repeatable = Call(name, names, args, kwargs) if "name" in header and self.is_explained else None
        return self._exchange({**header, **encoded}, arguments, may_change)

    def ship(
        self, function: Callable[..., Any], scenario: bool, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Send the source of a function of the suite and call it in the worker."""
        header = {"op": "run", "source": _source_of(function), "name": function.__name__, "scenario": scenario}
        if scenario and not self.last_call:
            _, *names = inspect.signature(function).parameters
            self.last_call = describe_call(names, args, kwargs)
        made = self.call(header, function.__name__, args, kwargs)
        if isinstance(made, Handle):
            vars(made)["_words"] = describe_function(_source_of(function))
        return made

    def ship_apart(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Send the source of a function of the suite to a worker of its own, which has met no submission."""
        transport = self.open_apart()
        try:
            session = Session(transport, {})
            session.ask({"op": "begin"})
            return session.ship(function, False, args, kwargs)
        finally:
            transport.close()

    def vjp(
        self, call: int, upstream: Sequence[Tensor | None], leaves: Sequence[Tensor], create_graph: bool
    ) -> list[Any]:
        """Return the vector-Jacobian product of an earlier call for each of its leaves."""
        arguments = Arguments(self)
        rows = [
            arguments.encode(
                above if above is None else with_memory(above if create_graph else above.detach()), "upstream"
            )
            for above in upstream
        ]
        header = {"op": "vjp", "number": call, "upstream": rows, "create_graph": create_graph}
        gradients = self._exchange(header, arguments)
        if type(gradients) is not list or len(gradients) != len(leaves):
            raise WorkerLied("gradients that do not fit the call")
        if not all(map(_fits, gradients, leaves)):
            raise WorkerLied("a gradient that does not fit its tensor")
        return gradients

    # Answers

    def _exchange(
        self, header: dict[str, Any], arguments: Arguments, may_change: frozenset[str] = frozenset()
    ) -> Any:
        header["grad"] = torch.is_grad_enabled()
        with self._cpu_budget:
            header["mirrors"] = self.mirrors.report(arguments.encoder.writer)
        header["release_calls"] = _emptied(self._release_calls)
        header["release_objects"] = _emptied(self.release_objects)
        header["record"] = self.recording
        try:
            answer, buffers = self.transport.request(header, arguments.encoder.buffers)
            self.printed = (self.printed + str(answer.get("printed", "")))[:MAX_PRINTED]
            with self._cpu_budget:
                by_object = header["op"] != "vjp" and (
                    "name" not in header or header["op"] != "call" or arguments.has_handle
                )  # an object may change what it was made of: an optimiser's step
                arguments.refuse_changed_mirrors(answer, may_change, self._made_of if by_object else set())
                value = self._result(answer, buffers, arguments, may_change)
                if "name" in header and isinstance(value, Handle):
                    self._made_of.update(answer.get("kept", ()), arguments.mirrored)
                return value
        except WorkerTimeout as late:
            late.frames = errors.frames_in(late.stack, self._sources)
            raise
        except (BadFrame, *MALFORMED) as problem:
            if isinstance(problem, (errors.SubmissionError, torch.OutOfMemoryError)):
                raise
            raise WorkerLied(f"an answer that is malformed: {problem}") from None

    def _result(
        self,
        answer: dict[str, Any],
        buffers: list[bytearray],
        arguments: Arguments,
        may_change: frozenset[str],
    ) -> Any:
        if "record" in answer:
            self.records.append(_record(answer["record"]))
        reader = StorageReader(buffers)
        self.mirrors.receive(answer.get("mirrors", ()), reader)
        left = answer.get("left", {})
        self.left_random |= bool(left.get("random"))
        arguments.take_effects(answer, reader, may_change)
        for state in ("grad_mode", "default_dtype", "default_device"):
            if left.get(state):
                raise errors.StateLeft(state.replace("_", " "))
        if "raised" in answer:
            raise errors.from_report(answer["raised"])
        for number in answer.get("kept", ()):
            self.mirrors.add(number, arguments.tensors[number])
        return self._value(answer, buffers, arguments)

    def _value(self, answer: dict[str, Any], buffers: list[bytearray], arguments: Arguments) -> Any:
        outputs: Sequence[Tensor] = ()

        def resolve(kind: str, payload: Any, decoder: Decoder) -> Any:
            match kind:
                case "tensor":
                    return self._placed(payload, decoder.reader, arguments)
                case "output":
                    return outputs[payload]
                case "argument":
                    return arguments.tensors[payload]
                case "mirror":
                    return self.mirrors[payload]
                case "new_mirror":
                    return self._new_mirror(payload, decoder.reader)
                case "handle":
                    return self._handle(*payload)
            raise BadFrame(f"a result of unknown kind {kind!r}")

        decoder = Decoder(buffers, resolve)
        if "call" in answer:
            outputs = self._outputs(answer, decoder.reader, arguments)
        return decoder.decode(answer.get("value"))

    def _new_mirror(self, message: dict[str, Any], reader: StorageReader) -> Tensor:
        tensor = self.mirrors.create(message, reader)
        self.leaves[message["number"]] = tensor
        return tensor

    def _outputs(
        self, answer: dict[str, Any], reader: StorageReader, arguments: Arguments
    ) -> Sequence[Tensor]:
        leaves = [
            self._new_mirror(row["new_mirror"], reader) if "new_mirror" in row else self.leaves[row["number"]]
            for row in answer["leaves"]
        ]
        values = [self._placed(spec, reader, arguments) for spec in answer["outputs"]]
        outputs = tensors.attach(self, answer["call"], values, leaves)
        node = outputs[0].grad_fn if outputs else None
        if node is not None:
            weakref.finalize(node, self._release_calls.append, answer["call"])
        return outputs

    def _placed(self, spec: Any, reader: StorageReader, arguments: Arguments) -> Tensor:
        if "argument_storage" in spec:
            return arguments.view(spec, reader)
        if "mirror_storage" in spec:
            return self.mirrors.view(spec, reader)
        return reader.tensor(spec)

    def _handle(self, number: Any, class_name: Any, is_callable: Any) -> Handle:
        if type(number) is not int:
            raise BadFrame("a handle without a number")
        handle = self._handles.get(number)
        if handle is None:
            name = str(class_name)[:80]
            handle = Handle(self, number, name if name.isprintable() else "object", bool(is_callable))
            self._handles[number] = handle
        return handle


def _source_of(shipped: Callable[..., Any]) -> str:
    """Return the source of a function or class without its decorators, then that of its helpers, if it has any.

    Finding it takes longer than most calls.
    """
    if shipped not in _sources:
        parts = [textwrap.dedent(inspect.getsource(part)) for part in (shipped, *vars(shipped).get(HELPERS, ()))]
        plain = [part[part.index("def ") :] if part.startswith("@") else part for part in parts]
        _sources[shipped] = "\n".join(plain)
    return _sources[shipped]


def shipped_with(*helpers: Callable[..., Any]) -> Callable[[Shipped], Shipped]:
    """Let functions and classes travel with the one that is marked, which may call them there by their names."""

    def mark(function: Shipped) -> Shipped:
        setattr(function, HELPERS, helpers)
        return function

    return mark


def _fits(gradient: Any, leaf: Tensor) -> bool:
    """Whether a gradient is one that torch takes for `leaf`, None among them."""
    if not isinstance(gradient, Tensor):
        return gradient is None
    return (gradient.shape, gradient.dtype, gradient.device) == (leaf.shape, leaf.dtype, leaf.device)


def _record(report: Any) -> dict[str, Any]:
    """Return a record as it may be used: names, and counts by name. Raises BadFrame for anything else."""
    functions, operators = report["functions"], report["operators"]
    if type(functions) is not list or any(type(name) is not str for name in functions):
        raise BadFrame("a record of functions that are no names")
    if any(type(count) is not int or count < 0 for count in operators.values()):
        raise BadFrame("a record of operators that are not counted")
    return {"functions": functions, "operators": operators}


def _emptied(numbers: list[int]) -> list[int]:
    """Return what a list held; the list stays the same object, since finalisers append to it."""
    return [numbers.pop() for _ in range(len(numbers))]
