"""The worker: answers one request after the other. It knows the submission and no expected value."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

import torch

from grader.device import cuda
from grader.wire.frame import Buffer, Header, TooLarge
from grader.wire.tensor import HOST
from grader.worker import module, output
from grader.worker.recorder import Recorder
from grader.worker.request import Request
from grader.worker.state import OPERATORS, Calls, Objects, TensorTable, bounded

Answer = tuple[Header, list[Buffer]]

DEFAULT_DEVICE = torch.device(HOST)  # of every request: it is restored after each


class Worker:
    """One submission's module and the objects that the judge speaks of."""

    def __init__(self, namespace: Any = None) -> None:
        """Serve `namespace`, or nothing until a `load` request brings source."""
        self.namespace = namespace
        self._filenames = frozenset[str]()  # of the submission
        self._watch: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        self._reset()

    def _reset(self) -> None:
        self._objects, self._tensors, self._calls = Objects(), TensorTable(), Calls()

    def handle(self, header: Header, buffers: list[bytearray]) -> Answer:
        """Perform one request; an exception of the submission is an answer too."""
        request = Request(buffers, self._objects, self._tensors, self._calls)
        try:
            return self._answer(request, header)
        except BaseException as problem:  # whatever the submission raises must not end the worker
            return {"raised": output.describe(problem, self._filenames)}, []

    def _answer(self, request: Request, header: Header) -> Answer:
        for call in header.get("release_calls", ()):
            self._calls.release(call)
        for number in header.get("release_objects", ()):
            self._objects.release(number)
        self._tensors.receive(header.get("mirrors", []), request.decoder.reader)
        perform: Callable[[Request, Header], Any] = getattr(self, f"_op_{header['op']}")
        before, answer = torch.get_rng_state(), {}
        recorder = Recorder(header["record"]) if header.get("record") is not None else None
        try:
            self._watch = recorder or contextlib.nullcontext()
            with _grad_mode(header.get("grad", True)) as left:
                result = perform(request, header)
            answer["value"] = request.encoder.encode(result)
            del result
            answer["kept"] = request.kept_arguments()  # first: a registered call holds its leaves itself
            answer.update(request.register_call())
        except BaseException as problem:  # as above; what the call left behind is still reported
            raised = TypeError(f"returned {problem}") if isinstance(problem, TooLarge) else problem
            answer = {"raised": output.describe(raised, self._filenames)}
        answer["left"] = {"random": not torch.equal(before, torch.get_rng_state()), **left}
        if recorder is not None:
            answer["record"] = recorder.record()
        answer.update(request.effects())
        answer["mirrors"] = self._tensors.report(request.encoder.writer)
        return answer, request.encoder.buffers

    # Operations

    def _op_compile(self, request: Request, header: Header) -> bytes:
        self._filenames = frozenset({f"{header['slug']}.py"})
        return module.compiled(header["slug"], header["source"])

    def _op_files(self, request: Request, header: Header) -> None:
        module.keep(header["sources"], request.decoder.decode(header["codes"]))
        self._filenames = frozenset(f"{slug}.py" for slug in header["sources"])

    def _op_load(self, request: Request, header: Header) -> None:
        self._reset()
        self.namespace = None
        module.forget()  # what was there before, with what it kept on a device
        cuda.release_memory()
        warnings.simplefilter("default", UserWarning)  # so that each play is warned again of the same line
        module.seed_everything(header["seed"])
        self.namespace = module.load(header["slug"])
        module.seed_everything(header["seed"])  # what the module drew at import does not matter

    def _op_begin(self, request: Request, header: Header) -> None:
        self._reset()  # another conversation may have been here

    def _op_seed(self, request: Request, header: Header) -> None:
        module.seed_everything(header["seed"])

    def _op_call(self, request: Request, header: Header) -> Any:
        function = self._function(request, header)
        args, kwargs = request.decoder.decode(header["args"]), request.decoder.decode(header["kwargs"])
        request.take_snapshots()
        with self._watch:
            return function(*args, **kwargs)

    def _function(self, request: Request, header: Header) -> Any:
        if "name" in header:
            return getattr(self.namespace, header["name"])
        return self._objects[header["handle"]]

    def _op_attribute(self, request: Request, header: Header) -> Any:
        request.keep_tensors = True
        return getattr(self._function(request, {"handle": header["handle"]}), header["attribute"])

    def _op_global(self, request: Request, header: Header) -> Any:
        return getattr(self.namespace, header["name"])

    def _op_length(self, request: Request, header: Header) -> int:
        return len(self._objects[header["handle"]])

    def _op_item(self, request: Request, header: Header) -> Any:
        return self._objects[header["handle"]][request.decoder.decode(header["key"])]

    def _op_iterate(self, request: Request, header: Header) -> list[Any]:
        return bounded(self._objects[header["handle"]])

    def _op_operate(self, request: Request, header: Header) -> Any:
        other = request.decoder.decode(header["other"])
        return OPERATORS[header["operator"]](self._objects[header["handle"]], other)

    def _op_vjp(self, request: Request, header: Header) -> list[torch.Tensor | None]:
        upstream = [request.decoder.decode(row) for row in header["upstream"]]
        return self._calls.vjp(header["number"], upstream, header["create_graph"])

    def _op_run(self, request: Request, header: Header) -> Any:
        function = module.shipped(header["source"], header["name"])
        args, kwargs = request.decoder.decode(header["args"]), request.decoder.decode(header["kwargs"])
        request.take_snapshots()
        with self._watch:
            return function(*([self.namespace] if header["scenario"] else []), *args, **kwargs)


@contextlib.contextmanager
def _grad_mode(enabled: bool) -> Any:
    """Run in the judge's grad mode; tell which states the submission left changed, and restore what it found."""
    found, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    left: dict[str, bool] = {}
    torch.set_grad_enabled(enabled)
    try:
        yield left
    finally:
        left["grad_mode"] = torch.is_grad_enabled() is not enabled
        left["default_dtype"] = torch.get_default_dtype() is not dtype
        left["default_device"] = torch.get_default_device() != DEFAULT_DEVICE
        torch.set_grad_enabled(found)
        torch.set_default_dtype(dtype)
        if left["default_device"]:
            torch.set_default_device(None)
