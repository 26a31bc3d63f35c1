"""Suite of rnn.RNN."""

import math

import pytest
import torch
from torch import nn

from grader.suite import (
    check_by_hand,
    check_close,
    check_equal,
    check_fields,
    check_manners,
    check_shape,
    to_device,
)

FORBIDDEN = (
    *("rnn_tanh", "rnn_relu", "rnn_tanh_cell", "rnn_relu_cell"),
    *("RNN", "RNNBase", "RNNCell", "RNNCellBase"),
)
OUTPUT, INPUTS = ("output", "h_n"), ("x", "h_0")
OPTIONS = [
    {},
    {"num_layers": 3},
    {"batch_first": True},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True},
    {"num_layers": 2, "batch_first": True, "bidirectional": True},
]


def name_of(options):
    """Return options as the name of a test."""
    return ", ".join(f"{key}={value}" for key, value in options.items()) or "plain"


def drawn(rng, sizes, options, dtype=torch.float64):
    """Draw x, h_0 and a gradient for each output, for T, N, D and H."""
    t, n, d, hidden = sizes
    first = (n, t) if options.get("batch_first") else (t, n)
    directions = 1 + options.get("bidirectional", False)
    states = (options.get("num_layers", 1) * directions, n, hidden)
    shapes = [(*first, d), states, (*first, directions * hidden), states]
    return [rng.normal(*shape, dtype=dtype) for shape in shapes]


def calls(submission, args, options, weights, xs):
    """Call one network for each x, without an initial state; return the outputs."""
    net = submission.RNN(*args, **options).to(xs[0].dtype)
    net.load_state_dict(weights)
    return [net(x)[0].detach() for x in xs]


@pytest.mark.parametrize(
    "options, keys",
    [
        ((), {"l0": 5}),
        ((3,), {"l0": 5, "l1": 4, "l2": 4}),
        ((2, False, True), {"l0": 5, "l0_reverse": 5, "l1": 8, "l1_reverse": 8}),
    ],
    ids=["one layer", "three layers", "two layers, bidirectional"],
)
def test_RNN_keeps_its_weights(submission, shared, options, keys):
    """Each layer and direction has four parameters, as torch names them."""
    want = {}
    for end, width in keys.items():
        want |= {f"weight_ih_{end}": (4, width), f"weight_hh_{end}": (4, 4)}
        want |= {f"bias_ih_{end}": (4,), f"bias_hh_{end}": (4,)}
    shared.check_described(submission.run(shared.described, "RNN", (5, 4, *options), {}), want)


@pytest.mark.visible
@pytest.mark.parametrize("options", OPTIONS, ids=name_of)
def test_RNN_shapes(submission, rng, shared, options):
    """h_n is (L * S, N, H) with batch_first too; output is as x is."""
    x, h_0, *above = drawn(rng, (6, 4, 3, 5), options, torch.float32)
    weights = shared.draw_weights(rng, nn.RNN(3, 5, **options), torch.float32)
    got = submission.run(shared.play, "RNN", (3, 5), options, weights, [x], above)["outputs"]
    check_equal(len(got), 2, "the number of results, output and h_n")
    for name, one, other in zip(OUTPUT, got, above, strict=True):
        check_shape(one, other.shape, name)


@pytest.mark.visible
def test_RNN_of_two_steps(submission, shared):
    """Weights 1 and ln 3 / 0.6 make 0.6 and 0.8 of the inputs ln 2 and 0."""
    numbers = [[[1.0]], [[math.log(3) / 0.6]], [0.0], [0.0]]
    keys = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    weights = dict(zip(keys, map(torch.tensor, numbers), strict=True))
    x, above = torch.tensor([math.log(2), 0.0]).reshape(2, 1, 1), [torch.ones(2, 1, 1), torch.ones(1, 1, 1)]
    got = submission.run(shared.play, "RNN", (1, 1), {}, weights, [x], above)
    want = [torch.tensor([0.6, 0.8]).reshape(2, 1, 1), torch.tensor([0.8]).reshape(1, 1, 1)]
    shared.check_outputs(got, {"outputs": want}, OUTPUT)


@pytest.mark.weight(4)
@pytest.mark.parametrize("options", OPTIONS, ids=name_of)
def test_RNN_forwards_and_backwards(submission, rng, shared, options):
    """output, h_n and all gradients are torch's, from a given h_0."""
    weights = shared.draw_weights(rng, nn.RNN(3, 4, **options), torch.float64)
    x, h_0, *above = drawn(rng, (5, 2, 3, 4), options)
    args = ("RNN", (3, 4), options, weights, [x, h_0], above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_RNN_starts_from_zeros(submission, rng, shared, dtype):
    """Without h_0 all states start at zero, in the dtype of x."""
    options = {"num_layers": 2, "bidirectional": True}
    weights = shared.draw_weights(rng, nn.RNN(3, 4, **options), dtype)
    x, _, *above = drawn(rng, (5, 2, 3, 4), options, dtype)
    args = ("RNN", (3, 4), options, weights, [x], above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS[:1])


@pytest.mark.parametrize("sizes", [(1, 3, 2, 4), (4, 1, 3, 2), (1, 1, 1, 1), (3, 3, 3, 3)], ids=str)
def test_RNN_of_small_sizes(submission, rng, shared, sizes):
    """A single step, a single sample and a single unit keep their axes."""
    options = {"num_layers": 2, "batch_first": True, "bidirectional": True}
    weights = shared.draw_weights(rng, nn.RNN(*sizes[2:], **options), torch.float64)
    x, h_0, *above = drawn(rng, sizes, options)
    args = ("RNN", sizes[2:], options, weights, [x, h_0], above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS)


@pytest.mark.parametrize("step", [0, 3, 5])
def test_RNN_is_causal(submission, rng, shared, step):
    """The forward half depends on earlier steps alone, the reverse half on later."""
    options = {"bidirectional": True}
    weights = shared.draw_weights(rng, nn.RNN(3, 4, **options), torch.float64)
    x = rng.normal(6, 2, 3)
    changed = x.clone()
    changed[step] += rng.normal(2, 3).sign()
    before, after = submission.run(calls, (3, 4), options, weights, [x, changed])
    moved = shared.changed_steps(before, after, (6, 2, 8))
    check_equal(moved[0], [*range(step, 6)], f"steps whose forward half changes with x at {step}")
    check_equal(moved[1], [*range(step + 1)], f"steps whose reverse half changes with x at {step}")


@pytest.mark.parametrize("batch_first", [False, True])
def test_RNN_treats_samples_one_by_one(submission, rng, shared, batch_first):
    """A batch gives what its samples give alone, and each call starts anew."""
    options, dim = {"num_layers": 2, "batch_first": batch_first}, 0 if batch_first else 1
    weights = shared.draw_weights(rng, nn.RNN(3, 4, **options), torch.float64)
    x = drawn(rng, (5, 3, 3, 4), options)[0]
    first, second, *alone = submission.run(calls, (3, 4), options, weights, [x, x, *x.split(1, dim)])
    want = calls(nn, (3, 4), options, weights, [x])[0]
    check_close(first, want, "output of the first call")
    check_close(second, want, "output of a second call")
    for number, (one, other) in enumerate(zip(alone, want.split(1, dim), strict=True), start=1):
        check_close(one, other, f"output of sample {number} alone")


@pytest.mark.statistical
def test_RNN_starts_with_the_stated_scale(submission, shared):
    """All entries start uniform between -1 / sqrt(H) and 1 / sqrt(H)."""
    got = submission.run(shared.state, "RNN", (30, 200, 2))
    layers = {"weight_ih_l0": (200, 30), "weight_ih_l1": (200, 200)}
    order = [
        f"{part}_l{layer}" for layer in range(2) for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    want = {key: layers.get(key, (200, 200) if "weight" in key else (200,)) for key in order}
    shared.check_start(got, want, 1 / math.sqrt(200))


def test_RNN_is_made_by_hand(submission, rng):
    """The network is made without torch's own recurrent layers and cells."""
    x = rng.normal(5, 2, 3, dtype=torch.float32)
    call = {"forbidden": FORBIDDEN, "task": "RNN"}
    check_by_hand(submission, lambda: submission.RNN(3, 4, 2, bidirectional=True)(x), **call)


def test_RNN_has_manners(submission, rng):
    """A call changes neither x nor h_0, and draws no random number."""
    net, x = submission.RNN(3, 4), rng.normal(5, 2, 3, dtype=torch.float32)
    h_0 = rng.normal(1, 2, 4, dtype=torch.float32)
    check_manners(submission, lambda: (net(x), net(x, h_0)))


@pytest.mark.parametrize("given", [True, False], ids=["with a state", "without a state"])
def test_RNN_on_a_device(submission, rng, shared, given):
    """On an accelerator the network is the same; states of its own are made there."""
    options = {"num_layers": 2, "bidirectional": True}
    weights = shared.draw_weights(rng, nn.RNN(3, 4, **options), torch.float32)
    x, h_0, *above = drawn(rng, (5, 2, 3, 4), options, torch.float32)
    args = (weights, [x, h_0][: 1 + given], above)
    want = shared.play(nn, "RNN", (3, 4), options, *args)
    got = submission.run(shared.play, "RNN", (3, 4), options, *to_device(args))
    shared.check_played(got, to_device(want), OUTPUT, INPUTS[: 1 + given])


def test_RNN_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields output and h_n."""
    got = submission.RNN(4, 3)(rng.normal(5, 2, 4, dtype=torch.float32))
    check_fields(got, OUTPUT)
