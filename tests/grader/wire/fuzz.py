"""Throws broken and lying frames at the judge: only the exceptions that are meant may come out.

    python tests/grader/wire/fuzz.py --frames 1000000 --seed 1

Half of the frames are bytes for `unpack` and `Decoder`, half are answers of a lying worker to a `Session`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError, WrongKind
from grader.proxy.handle import Handle
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.loopback import Loopback
from grader.sandbox.transport import WorkerGone
from grader.suite import check_by_hand, check_close, check_equal, check_that, check_vectorised
from grader.suite.failure import CheckFailure
from grader.wire.frame import MAGIC, PREFIX, BadFrame, TooLarge, pack, unpack
from grader.wire.value import Decoder, Encoder

MEANT_ON_THE_WIRE = (BadFrame, TooLarge)
MEANT_BY_A_SESSION = (WorkerGone, SubmissionError, ArgumentChanged, StateLeft, WrongKind)
SLOW_SECONDS = 5.0

SOURCE = """
import torch
from typing import NamedTuple

class Pair(NamedTuple):
    a: torch.Tensor
    b: int

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(2, 2))

    def forward(self, x):
        return x @ self.weight

class Step:
    def __init__(self, p):
        self.p = p

    def step(self):
        self.p.data.add_(1)
        self.p.grad = torch.ones_like(self.p)

    def __len__(self):
        return 3

    def __iter__(self):
        return iter([self, 1])

def square(x):
    return x * x

def several(x):
    return {"a": [x * 2, x.argmax()], "b": (x.view(-1), x), "c": Pair(x.sum(), 1), "d": x.detach().numpy()}

def add_(out, x):
    out.add_(x)
    return out

def draw(generator):
    return torch.rand(2, generator=generator)

def fail(x):
    raise ValueError("no")
"""

ATOMS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 4, 7, 2**20, 2**27, 2**27 + 1, 2**31, 2**63, 2**64, -(2**63), 1.5, 1e308,
    float("inf"), float("nan"), "", "x", "a", "\x1b[31m", "\ud800", "é" * 50, "a" * 200, [], {}, [1], [[]], [0, 0],
    [2, 2], [-1], [2**27, 2**27], [0, 2**27, 2**27, 2**27], [1.0], [None], {"list": []}, {"tuple": [1]},
    {"set": [{"list": []}]}, {"dict": [[{"list": []}, 1]]}, {"dict": [[1]]}, {"record": ["R", ["a"], [1]]},
    {"record": ["R", ["a", "b"], [1]]}, {"record": [1, 2, 3]}, {"bytes": 0}, {"bytes": 99}, {"array": {}},
    {"complex": [1, 2]}, {"complex": ["1"]}, {"complex": [1, 2, 3]}, {"slice": []}, {"slice": [1, 2, {"list": []}]},
    {"dtype": "float32"}, {"dtype": []}, {"device": "cuda:99"}, {"device": "nonsense"}, {"ellipsis": 1},
    {"handle": [1, "A", True]}, {"handle": [1]}, {"handle": ["1", 2, 3]}, {"handle": 5}, {"mirror": -1},
    {"mirror": []}, {"argument": 1}, {"argument": {}}, {"output": 0}, {"output": -1}, {"output": 99}, {"unknown": 1},
    {"new_mirror": {}}, {"tensor": None}, {"tensor": 1}, {"tensor": {"argument_storage": 0}},
    {"tensor": {"mirror_storage": -1}},
)  # fmt: skip
WORDS = (
    "float64", "float32", "float16", "bfloat16", "complex64", "complex128", "int64", "int32", "int16", "int8", "uint8",
    "bool", "cpu", "cpu:0", "meta", "meta:1", "cuda", "cuda:0", "mps", "xpu", "hpu", "xla", "lazy", "vulkan", "mtia",
    "ipu", "privateuseone", "sim", "mkldnn", "opengl", "ideep", "fpga", "ort", "maia", "ve", "hip", "mkl",
    "list", "tuple", "set", "dict", "record", "bytes", "array", "number", "dtype", "device", "complex", "slice",
    "ellipsis", "tensor", "handle", "argument", "mirror", "new_mirror", "output", "ValueError", "SystemExit",
    "OSError", "KeyError", "SyntaxError", "UnicodeDecodeError", "MemoryError", "object", "__class__",
)  # fmt: skip
KEYS = (
    "value", "raised", "left", "mirrors", "changed", "bent", "generators", "kept", "call", "outputs", "leaves",
    "printed", "record", "dtype", "shape", "stride", "offset", "device", "storage", "requires_grad", "data", "grad",
    "argument_storage", "mirror_storage", "number", "tensor", "parameter", "type", "builtin", "text", "frames",
    "random", "grad_mode", "default_dtype", "functions", "operators", "new_mirror",
)  # fmt: skip


class Ended(Exception):
    """The bytes of a frame were used up: a closed connection."""


# Mutation


def copied(tree: Any) -> Any:
    """A copy of JSON data."""
    if type(tree) is dict:
        return {key: copied(part) for key, part in tree.items()}
    return [copied(part) for part in tree] if type(tree) is list else tree


def atom(rng: random.Random) -> Any:
    """An odd piece of JSON."""
    return rng.choice(WORDS) if rng.random() < 0.25 else copied(rng.choice(ATOMS))


def spot(tree: Any, rng: random.Random) -> tuple[Any, Any] | None:
    """A container within `tree` and a place in it."""
    parent, key = None, None
    while (type(tree) is dict or type(tree) is list) and tree:
        parent, key = tree, rng.choice(list(tree)) if type(tree) is dict else rng.randrange(len(tree))
        tree = parent[key]
        if rng.random() < 0.15:
            break
    return None if parent is None else (parent, key)


def mutate_tree(tree: Any, rng: random.Random) -> None:
    """Change one to three places."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        found = spot(tree, rng)
        if found is None:
            return
        parent, key = found
        match rng.randrange(6):
            case 0:
                del parent[key]
            case 1 if type(parent) is list:
                parent.insert(key, copied(parent[key]))
            case 2 if type(parent) is dict:
                parent[rng.choice(KEYS)] = parent.pop(key)
            case 3:
                other = spot(tree, rng)
                parent[key] = copied(other[0][other[1]]) if other else atom(rng)
            case 4 if type(parent) is dict:
                parent[rng.choice(KEYS)] = atom(rng)
            case _:
                parent[key] = atom(rng)


def mutate_bytes(data: bytearray, rng: random.Random) -> None:
    """Flip, insert, remove or repeat some bytes."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at:at] = rng.randbytes(rng.randrange(1, 5))
            case 2:
                del data[at : at + rng.randrange(1, 9)]
            case 3:
                data[at:at] = data[at : at + 8]
            case _:
                data[at : at + 1] = rng.choice(
                    (b"[", b"{", b"]", b'"', b"9", b"-", b",", b"1e999", b"\xff", b"null")
                )


def mutate_buffers(buffers: list[bytearray], rng: random.Random) -> None:
    """Change the bytes that go with a header, rarely."""
    if buffers and rng.random() < 0.2:
        index = rng.randrange(len(buffers))
        match rng.randrange(3):
            case 0:
                del buffers[index]
            case 1:
                buffers[index] = buffers[index][: rng.randrange(len(buffers[index]) + 1)]
            case _:
                mutate_bytes(buffers[index], rng)


# The wire


def whole_values() -> list[Any]:
    """Values of every kind."""
    base = torch.arange(12.0)
    return [
        {"a": [1, 2.5, None, True, "text"], (1, 2): {3, 4}, "bytes": b"123"},
        [base.view(3, 4).t(), base[2:5], base[:1].expand(3, 2), torch.empty(0, 2), torch.tensor(1)],
        (np.arange(4), np.float32(2), torch.float16, torch.device("cpu"), slice(1, None), ..., 1j),
        torch.ones(2, device="meta"), torch.Size((1, 2)), torch.ones(2, dtype=torch.complex64),
        torch.return_types.max((torch.ones(1), torch.ones(1))),
    ]  # fmt: skip


def whole_frames() -> list[bytes]:
    """Valid frames."""
    frames = []
    for value in whole_values():
        encoder = Encoder(
            lambda thing, _: {"handle": 1}, lambda tensor, enc: {"tensor": enc.writer.tensor(tensor)}
        )
        header = {"op": "call", "value": encoder.encode(value)}
        frames.append(b"".join(bytes(part) for part in pack(header, encoder.buffers)))
    return frames


def lying_frame(whole: list[bytes], rng: random.Random) -> bytes:
    """A frame that is broken somewhere: in its bytes, in its JSON, or altogether."""
    draw = rng.random()
    if draw < 0.1:
        return rng.randbytes(rng.randrange(64))
    frame = bytearray(rng.choice(whole))
    if draw < 0.4:
        mutate_bytes(frame, rng)
        return bytes(frame)
    _, header_bytes, body_bytes = PREFIX.unpack(frame[: PREFIX.size])
    text, body = frame[PREFIX.size : PREFIX.size + header_bytes], frame[PREFIX.size + header_bytes :]
    if draw < 0.5:
        mutate_bytes(text, rng)
    else:
        header = json.loads(text)
        mutate_tree(header, rng)
        text = bytearray(json.dumps(header).encode())
    sizes = (len(text), len(body))
    if rng.random() < 0.02:
        sizes = (rng.choice((0, 2**29, 2**32 - 1)), rng.choice((body_bytes, 0, 2**29, 2**64 - 1)))
    return PREFIX.pack(MAGIC, *sizes) + bytes(text) + bytes(body)


def read_frame(frame: bytes) -> Any:
    """Read and decode a frame as the judge does. Raises what that raises, or Ended."""
    place = 0

    def read(count: int) -> bytearray:
        nonlocal place
        if place + count > len(frame):
            raise Ended
        place += count
        return bytearray(frame[place - count : place])

    def resolve(kind: str, payload: Any, decoder: Decoder) -> Any:
        if kind == "tensor":
            return decoder.reader.tensor(payload)
        raise BadFrame(f"unknown kind {kind}")

    header, buffers = unpack(read)
    return Decoder(buffers, resolve).decode(header.get("value"))


# The session


class Liar:
    """A transport that repeats recorded answers, each changed somewhere."""

    scratch = ""

    def __init__(self, answers: list[Any], rng: random.Random) -> None:
        """Change what `rng` draws."""
        self.answers, self.rng, self.asked = answers, rng, 0

    def request(self, header: Any, buffers: Any) -> Any:
        """A lie."""
        pack(header, buffers)
        answer, parts = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        answer, parts = copied(answer), [bytearray(part) for part in parts]
        if self.rng.random() < 0.8:
            mutate_tree(answer, self.rng)
        mutate_buffers(parts, self.rng)
        return answer, parts

    def allow(self, seconds: float) -> None:
        """Time does not matter here."""

    def close(self) -> None:
        """Nothing to close."""


class Witness:
    """A transport that remembers honest answers."""

    scratch = ""

    def __init__(self) -> None:
        """Talk to a worker in this process."""
        self.inner, self.answers = Loopback(), []
        session = Session(self.inner, {})
        session.load("fuzzed", {"fuzzed": SOURCE}, {"fuzzed": session.compile("fuzzed", SOURCE)}, 1)

    def request(self, header: Any, buffers: Any) -> Any:
        """An honest answer."""
        answer = self.inner.request(header, buffers)
        self.answers.append((copied(answer[0]), [bytes(part) for part in answer[1]]))
        return answer

    def allow(self, seconds: float) -> None:
        """Time does not matter here."""

    def close(self) -> None:
        """End the worker."""
        self.inner.close()


def leaf() -> torch.Tensor:
    """An argument that requires a gradient."""
    return torch.ones(2, 2, requires_grad=True)


def tensor(result: Any) -> torch.Tensor:
    """A result, if it is a tensor that requires a gradient: a suite looks before it leaps."""
    check_that(
        isinstance(result, torch.Tensor) and result.requires_grad, None, "a tensor with a graph", "none"
    )
    return result


def thing(result: Any) -> Any:
    """A result, if it is an object."""
    check_that(isinstance(result, Handle), None, "an object", "none")
    return result


def play_plain(submission: Submission) -> None:
    check_close(submission.square(torch.ones(2, 2)), torch.ones(2, 2))


def play_gradient(submission: Submission) -> None:
    x = leaf()
    tensor(submission.square(x)).abs().sum().backward()
    check_close(x.grad, 2 * torch.ones(2, 2))


def play_second_gradient(submission: Submission) -> None:
    x = leaf()
    (slope,) = torch.autograd.grad(
        tensor(submission.square(x)).abs().sum(), x, create_graph=True, allow_unused=True
    )
    tensor(slope).abs().sum().backward()


def play_several(submission: Submission) -> None:
    result = submission.several(leaf())
    check_equal(result, {})


def play_net(submission: Submission) -> None:
    net = thing(submission.Net())
    tensor(net(torch.ones(1, 2))).abs().sum().backward()
    weight = net.weight
    check_close(weight, torch.ones(2, 2))
    weight.data.zero_()
    check_equal(list(thing(thing(net.parameters)())), [])


def play_step(submission: Submission) -> None:
    p = leaf()
    stepper = thing(submission.Step(p))
    thing(stepper.step)()
    check_close(p, 2 * torch.ones(2, 2))
    check_equal(len(stepper), 3)
    check_equal(list(stepper), [])


def play_in_place(submission: Submission) -> None:
    base = torch.zeros(2, 3)
    check_close(submission.mutating("argument 1").add_(base[:, 1], torch.ones(2)), torch.ones(2))


def play_generator(submission: Submission) -> None:
    submission.draw(torch.Generator().manual_seed(1))


def play_failure(submission: Submission) -> None:
    submission.fail(1)


def play_record(submission: Submission) -> None:
    check_by_hand(submission, lambda: submission.square(torch.ones(2)), ("exp",), "square")
    check_vectorised(
        submission, lambda: submission.square(torch.ones(2)), lambda: submission.square(torch.ones(9))
    )


PLAYS: tuple[Callable[[Submission], None], ...] = (
    play_plain, play_gradient, play_second_gradient, play_several, play_net, play_step, play_in_place,
    play_generator, play_failure, play_record,
)  # fmt: skip


def recorded() -> dict[Callable[[Submission], None], list[Any]]:
    """The honest answers to each conversation."""
    found = {}
    for play in PLAYS:
        witness = Witness()
        try:
            play(Submission(Session(witness, {})))
        except (SubmissionError, CheckFailure):
            pass
        finally:
            witness.close()
        found[play] = witness.answers
    return found


# Counting


class Tally:
    """What came out, and how long the slowest took."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []
        self.slowest = 0.0

    def count(self, attempt: Callable[[], Any], meant: tuple[type[BaseException], ...]) -> None:
        """Attempt something; note what it raised, and what it should not have; time is that of this process."""
        started = time.process_time()
        try:
            attempt()
            self.outcomes["accepted"] += 1
        except meant as problem:
            self.outcomes[type(problem).__name__] += 1
        except Exception as problem:
            self.outcomes[f"NOT MEANT: {type(problem).__name__}"] += 1
            self.faults.append(traceback.format_exc())
        seconds = time.process_time() - started
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOW_SECONDS:
            self.faults.append(f"an attempt took {seconds:.1f} s")


def fuzz_wire(frames: int, rng: random.Random) -> Tally:
    """Read frames that lie."""
    tally, whole = Tally(), whole_frames()
    for _ in range(frames):
        frame = lying_frame(whole, rng)
        tally.count(lambda frame=frame: read_frame(frame), (*MEANT_ON_THE_WIRE, Ended))
    return tally


def fuzz_session(frames: int, rng: random.Random) -> Tally:
    """Talk to workers that lie; a conversation ends with the first thing that is raised."""
    tally, honest, asked = Tally(), recorded(), 0
    while asked < frames:
        play = rng.choice(PLAYS)
        liar = Liar(honest[play], rng)
        submission = Submission(Session(liar, {"add_": ("argument 1", "argument 2")}))
        tally.count(lambda: play(submission), (*MEANT_BY_A_SESSION, CheckFailure))  # noqa: B023
        asked += liar.asked
    return tally


def resident_mebibytes() -> int:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def both(frames: int, seed: int) -> Iterator[tuple[str, Tally]]:
    """Fuzz the wire and the session with half of the frames each."""
    rng = random.Random(seed)
    yield "wire", fuzz_wire(frames - frames // 2, rng)
    yield "session", fuzz_session(frames // 2, rng)


def main() -> None:
    """Report figures; exit 1 if anything came out that is not meant."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("error")
    torch.set_num_threads(1)
    before, faults = resident_mebibytes(), 0
    for name, tally in both(options.frames, options.seed):
        print(f"{name}: slowest {tally.slowest:.2f} s, {dict(tally.outcomes.most_common())}", flush=True)
        faults += len(tally.faults)
        for fault in tally.faults[:5]:
            print(fault)
    print(f"resident memory: {before} MiB before, at most {resident_mebibytes()} MiB")
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
