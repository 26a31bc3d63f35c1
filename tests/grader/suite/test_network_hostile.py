# ruff: noqa: E501  a lie stands on one line
"""Networks that lie about themselves: a failure of the learner each, within bounds, and never an error of ours."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from grader.judge.outcome import verdict_of
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.report import Passage, TestReport, Verdict
from grader.sandbox.spawned import SpawnedWorkers
from grader.storage import to_plain
from grader.suite import Random, check_network
from grader.suite.drawing import Drawing
from grader.suite.network_answer import check_learned, check_made
from grader.suite.network_difference import LONGEST, MOST_ROWS
from grader.suite.network_run import calls_of

Learner = Callable[[str], Submission]
TELLING = (Verdict.FAIL, Verdict.ERROR, Verdict.MEMORY)

WRONG = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)
    def forward(self, x):
        return self.second(self.first(x).sigmoid())
"""


class Oracle(nn.Module):
    """Two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.tanh(self.first(x)))


def outcome(learner: Learner, source: str) -> tuple[Verdict, Drawing]:
    drawing = Drawing()
    try:
        check_network(
            learner(source), "Net", (), Oracle(), Random(1).normal(5, 3), rng=Random(2), draw=drawing
        )
    except Exception as problem:
        return verdict_of(problem), drawing
    return Verdict.PASS, drawing


LIES = {
    "hook that is none": "    def register_forward_hook(self, *a, **k):\n        raise KeyboardInterrupt",
    "no sub-modules": "    def named_modules(self, *a, **k):\n        return iter(())",
    "sub-modules that are none": "    def named_modules(self, *a, **k):\n        return iter([(3, 4), None])",
    "names that are none": "    def named_modules(self, *a, **k):\n        return ((b'x', m) for m in self.modules())",
    "no state": "    def state_dict(self, *a, **k):\n        return {}",
    "state that is a list": "    def state_dict(self, *a, **k):\n        return [1, 2]",
    "state of no tensors": "    def state_dict(self, *a, **k):\n        return {'first.weight': 3}",
    "state of odd keys": "    def state_dict(self, *a, **k):\n        return {k: v for k, v in enumerate(self.parameters())}",
    "state without an end": "    def state_dict(self, *a, **k):\n        return {str(i): torch.zeros(1) for i in range(10**5)}",
    "weights that are not loaded": "    def load_state_dict(self, *a, **k):\n        pass",
    "parameters that are none": "    def named_parameters(self, *a, **k):\n        return iter([])",
    "odd parameters": "    def named_parameters(self, *a, **k):\n        return iter([('first.weight', torch.zeros(2**20).expand(64, -1))])",
    "not moved": "    def to(self, *a, **k):\n        return self",
    "another forward": "    def __call__(self, x):\n        return x @ torch.ones(3, 2, dtype=x.dtype)",
    "no output": "    def forward(self, x):\n        return None",
    "output of strings": "    def forward(self, x):\n        return ('a', {'b': [self]})",
    "output in a circle": "    def forward(self, x):\n        y = [x]\n        y.append(y)\n        return y",
    "huge output": "    def forward(self, x):\n        return torch.zeros(1).expand(2**40)",
    "integer output": "    def forward(self, x):\n        return torch.ones(5, 2, dtype=torch.int64)",
    "sparse output": "    def forward(self, x):\n        return torch.eye(5).to_sparse()",
    "meta output": "    def forward(self, x):\n        return torch.empty(5, 2, device='meta', dtype=x.dtype)",
    "output of many": "    def forward(self, x):\n        return [x] * 10**4",
    "nan": "    def forward(self, x):\n        return self.second(self.first(x)) * float('nan')",
    "exit": "    def forward(self, x):\n        raise SystemExit(0)",
    "gradient that lies": "    def forward(self, x):\n        self.first.weight.grad = 3\n        return self.second(self.first(x))",
    "many calls": "    def forward(self, x):\n        for _ in range(5000):\n            y = self.first(x)\n        return self.second(y)",
    "a call within itself": "    def forward(self, x, again=True):\n        self.first.register_forward_hook(lambda m, a, y: m.forward(a[0]))\n        return self.second(self.first(x))",
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_net_that_lies_fails_and_is_not_our_fault(learner: Learner, lie: str) -> None:
    verdict, drawing = outcome(learner, WRONG + lie)
    assert verdict in TELLING
    for table in drawing.tables:
        assert len(table.rows) <= MOST_ROWS
        assert all(len(row.name) <= LONGEST and len(row.kind) <= LONGEST for row in table.rows)


MADE = {
    "a number": "def Net():\n    return 3",
    "nothing": "def Net():\n    pass",
    "a class": "Net = nn.Linear",
    "a liar": """
class Liar:
    def yes(self, *a, **k):
        return True
    __eq__ = __bool__ = __call__ = __contains__ = yes
    __class__ = nn.Module
    __hash__ = lambda self: 1
    __getattr__ = lambda self, name: self.yes
def Net():
    return Liar()
""",
}


@pytest.mark.parametrize("source", MADE.values(), ids=MADE.keys())
def test_what_is_no_net_fails(learner: Learner, source: str) -> None:
    assert outcome(learner, source)[0] in TELLING


TAMPERING = {
    "hooks of all modules": "nn.Module.register_forward_hook = lambda *a, **k: 3",
    "clone": "torch.Tensor.clone = lambda self: self + 1",
    "detach": "torch.Tensor.detach = lambda self: 'nothing'",
    "isinstance": "import builtins; builtins.isinstance = lambda *a: True",
    "zip": "import builtins; builtins.zip = lambda *a, **k: iter([(1, 2), (3, ('a', torch))])",
    "backward": "torch.autograd.backward = lambda *a, **k: None",
    "Module": "nn.Module = torch.nn.Module = object",
}


@pytest.fixture(scope="module")
def spawned() -> Iterator[SpawnedWorkers]:
    """Processes of their own: what is changed here is torch itself."""
    workers = SpawnedWorkers()
    yield workers
    workers.close()


@pytest.mark.parametrize("change", TAMPERING.values(), ids=TAMPERING.keys())
def test_net_whose_torch_is_tampered_with_fails(spawned: SpawnedWorkers, change: str) -> None:
    with contextlib.closing(spawned.worker(30.0, f"a::{change}")) as worker:

        def load(source: str) -> Submission:
            session, text = Session(worker, {}), f"import torch\nfrom torch import nn\n{source}\n{change}\n"
            session.load("learned", {"learned": text}, {"learned": session.compile("learned", text)}, 1)
            return Submission(session)

        assert outcome(load, WRONG)[0] in TELLING


ODD_NAMES = """
class Odd(type):
    __name__ = property(lambda cls: cls.odd)
class Part(nn.Module, metaclass=Odd):
    odd = ODD
    def forward(self, x):
        return x
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)
        self.add_module("\\x1b[31m\\u202e" + "n" * 500, Part())
        self.parts = list(self.children())
    def forward(self, x):
        return self.second(self.parts[-1](self.first(x)))
"""


@pytest.mark.parametrize("odd", ["'\\x1b[2J' * 10**6", "b'x'", "None", "{}", "1 / 1"])
def test_odd_names_of_classes_and_parts_are_bounded(learner: Learner, odd: str) -> None:
    verdict, drawing = outcome(learner, ODD_NAMES.replace("ODD\n", f"{odd}\n"))
    assert verdict is Verdict.FAIL
    (extra,) = (row for table in drawing.tables for row in table.rows if row.passage is Passage.EXTRA)
    assert len(extra.name) <= LONGEST and len(extra.kind) <= LONGEST


def test_million_parts_are_cut_to_a_bound(learner: Learner) -> None:
    many = "        self.more = nn.ModuleList([nn.ReLU()] * 3 + [nn.ReLU() for _ in range(2000)])\n    def forward"
    run = "        for part in self.more:\n            x = part(x)\n        return"
    source = WRONG.replace("    def forward", many).replace(
        "        return self.second(", f"{run} self.second("
    )
    verdict, drawing = outcome(learner, source)
    assert verdict is Verdict.FAIL
    assert len(drawing.tables[0].rows) <= MOST_ROWS and drawing.tables[0].left_out > 0


ROWS = [
    None, 3, [], [None], [[]], [[1, 2, 3, 4, 5, 6, 7]], [["a", "b", 1, 1, 2, [[1, 2]], []]],
    [["a", "b", 1, 1, 2, [[[-1], None]], []]], [["a", "b", 1, 1, 2, [[[2**70], None]], []]],
    [["a", "b", 1, True, 2, [], []]], [["a", "b", 1, 1, 2, torch.ones(2, 2), []]],
    [["a", "b", 1, 1, 2, [], torch.ones(3)]], [["a", "b", 1, 1, 2, {}, []]], {"a": 1}, torch.ones(2, 7),
]  # fmt: skip


@pytest.mark.parametrize("rows", ROWS, ids=repr)
def test_calls_of_another_form_are_none(rows: Any) -> None:
    assert calls_of({"calls": rows}) == [] and calls_of(rows) == []


def test_calls_are_bounded() -> None:
    row = ["n" * 10**5, "k" * 10**5, 1, 1, 2, [[[1], None]] * 1000, []]
    calls = calls_of({"calls": [row] * 1000})
    assert len(calls) == 300 and len(calls[0].name) == len(calls[0].kind) == 100 and len(calls[0].inputs) == 4


GOT = {
    "module": True,
    "fits": True,
    "graph": True,
    "output": None,
    "gradients": {},
    "inputs": [],
    "buffers": {},
}


@pytest.mark.parametrize(
    "got",
    [
        None, 3, [], {}, {"module": 1}, {"module": True}, {**GOT}, {**GOT, "state": None}, {**GOT, "state": {1: 2}},
        {**GOT, "state": {"weight": ["parameter", [2, "a"]]}}, {**GOT, "state": {"weight": ["x" * 10**5, [10**4000]]}},
    ],
    ids=lambda got: str(got)[:60],
)  # fmt: skip
def test_answer_of_another_form_is_a_failure(got: Any) -> None:
    with pytest.raises(Exception) as failure:
        check_made(got, nn.Linear(2, 1), "Net")
    assert verdict_of(failure.value) is Verdict.FAIL and len(str(failure.value)) < 500


@pytest.mark.parametrize("odd", [None, "a", 3, torch.ones(1), torch.ones(1, 2, dtype=torch.int8), [], {}])
@pytest.mark.parametrize("part", ["gradients", "inputs", "buffers"])
def test_odd_gradients_and_buffers_are_a_failure(part: str, odd: Any) -> None:
    ones = torch.ones(1, 2)
    want = {**GOT, "gradients": {"w": ones}, "inputs": [ones], "buffers": {"b": ones}}
    got = {**want, part: [odd] if part == "inputs" else {"w": odd, "b": odd}}
    with pytest.raises(Exception) as failure:
        check_learned(got, want, ["w"], torch.device("cpu"), None, None)
    assert verdict_of(failure.value) is Verdict.FAIL


def test_right_numbers_by_other_means_are_right(learner: Learner) -> None:
    source = WRONG.replace("self.second(self.first(x).sigmoid())", "(x @ self.first.weight.T + self.first.bias).tanh() @ self.second.weight.T + self.second.bias")  # fmt: skip
    assert outcome(learner, source)[0] is Verdict.PASS


def test_table_goes_into_json_as_small_plain_data(learner: Learner) -> None:
    _, drawing = outcome(learner, WRONG)
    test = TestReport("test", "A title.", Verdict.FAIL, False, 1.0, 0.1, tables=tuple(drawing.tables))
    assert len(json.dumps(to_plain(test))) < 2000
