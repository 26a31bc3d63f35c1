"""Suite of mlp.activation_scales."""

import math

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_that, to_device

FIELDS = ("forward", "backward", "verdict")


def measure(submission, x, upstream, depth, scales, names, seed):
    """Measure nets whose weights are normal with given scales / sqrt(D); tell the table and the weights seen."""
    activations = {
        "none": lambda h: h, "tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid,
        "double": lambda h: 2 * h,
    }  # fmt: skip
    made = []

    def init(scale):
        def fill(weight, generator):
            weight.normal_(0, scale / weight.shape[1] ** 0.5, generator=generator)
            made.append(weight.detach().clone())

        return fill

    inits = {f"scale {scale}": init(scale) for scale in scales}
    chosen = {name: activations[name] for name in names}
    generator = torch.Generator().manual_seed(seed)
    table = submission.activation_scales(x, upstream, depth, inits, chosen, generator)
    return {
        "table": {key: tuple(value) for key, value in table.items()},
        "kind": type(table).__name__,
        "fields": [list(getattr(value, "_fields", ())) for value in table.values()],
        "made": made,
    }


SLOPES = {
    "none": lambda z: (z, torch.ones_like(z)),
    "double": lambda z: (2 * z, torch.full_like(z, 2.0)),
    "tanh": lambda z: (z.tanh(), 1 - z.tanh() ** 2),
    "relu": lambda z: (z.clamp(min=0), (z > 0).to(z.dtype)),
    "sigmoid": lambda z: (1 / (1 + torch.exp(-z)), torch.exp(-z) / (1 + torch.exp(-z)) ** 2),
}


def size(x):
    return (x - x.mean()).square().mean().sqrt().item()


def verdict(forward, backward, x, upstream):
    """The oracle of the verdict."""
    ratios = forward[-1] / size(x), backward[0] / size(upstream)
    if any(not math.isfinite(ratio) or ratio > 100 for ratio in ratios):
        return "explodes"
    return "vanishes" if min(ratios) < 0.01 else "holds"


def scales_by_hand(x, upstream, weights, name):
    """The oracle: forwards and backwards through one net by hand; return sizes and the verdict."""
    h, slopes, forward = x, [], []
    for weight in weights:
        h, slope = SLOPES[name](h @ weight.t())
        slopes.append(slope)
        forward.append(size(h))
    gradient, backward = upstream, [size(upstream)]
    for weight, slope in list(zip(weights, slopes, strict=True))[:0:-1]:
        gradient = (gradient * slope) @ weight
        backward.insert(0, size(gradient))
    return forward, backward, verdict(forward, backward, x, upstream)


def table_by_hand(x, upstream, depth, scales, names, seed):
    """The oracle of the whole table."""
    generator, d, table = torch.Generator().manual_seed(seed), x.shape[1], {}
    for scale in scales:
        for name in names:
            weights = [
                torch.empty(d, d, dtype=x.dtype).normal_(0, scale / d**0.5, generator=generator)
                for _ in range(depth)
            ]
            table[f"scale {scale}", name] = scales_by_hand(x, upstream, weights, name)
    return table


def check_table(got, want):
    """Check kinds, then sizes with a relative tolerance, for they may be tiny; verdicts last."""
    check_equal(got["kind"], "dict", "the kind of the result")
    check_equal(sorted(got["table"]), sorted(want), "the keys of the table")
    for key in want:
        theirs = got["table"][key]
        check_equal(len(theirs), 3, f"the number of parts of {key}")
        for i in (0, 1):
            floats = type(theirs[i]) is list and all(type(value) is float for value in theirs[i])
            check_that(floats, f"{FIELDS[i]} of {key}", "a list of floats", "something else")
    for i, name in enumerate(FIELDS[:2]):
        theirs, ours = ({key: value[i] for key, value in table.items()} for table in (got["table"], want))
        check_close(theirs, ours, name, rtol=1e-7, atol=0.0)
    theirs, ours = ({key: value[2] for key, value in table.items()} for table in (got["table"], want))
    check_equal(theirs, ours, "the verdicts")


def sample(rng, n=9, d=6):
    """Draw x with a mean, what comes from above, and a seed for the weights."""
    return rng.normal(n, d) + 0.5, 3 * rng.normal(n, d), rng.seed()


@pytest.mark.visible
def test_activation_scales_of_halves(submission):
    """Halves on the diagonal: 0.5, 0.25, 0.125 forwards, 0.25, 0.5, 1 backwards."""

    def scenario(submission):
        x = torch.tensor([[-1.0, 1.0]]).double()

        def halves(weight, generator):
            weight.zero_().fill_diagonal_(0.5)

        found = submission.activation_scales(
            x, x, 3, {"halves": halves}, {"none": lambda h: h}, torch.Generator()
        )
        return {key: tuple(value) for key, value in found.items()}

    want = {("halves", "none"): ([0.5, 0.25, 0.125], [0.25, 0.5, 1.0], "holds")}
    check_close(submission.run(scenario), want, "the table")


@pytest.mark.visible
def test_activation_scales_of_doubles(submission):
    """An activation that doubles, seven times: 128 forwards, which explodes."""
    x = torch.tensor([[-1.0, 1.0]]).double()

    def scenario(submission, x):
        def ones(weight, generator):
            weight.zero_().fill_diagonal_(1.0)

        found = submission.activation_scales(
            x, x, 7, {"ones": ones}, {"double": lambda h: 2 * h}, torch.Generator()
        )
        return {key: tuple(value) for key, value in found.items()}

    forward = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]
    want = {("ones", "double"): (forward, [64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0], "explodes")}
    check_close(submission.run(scenario, x), want, "the table")


@pytest.mark.weight(3)
@pytest.mark.parametrize("name", ["none", "tanh", "relu", "sigmoid"])
def test_activation_scales_of_one_pair(submission, rng, name):
    """Sizes are those of the net with the weights that were drawn."""
    x, upstream, seed = sample(rng)
    got = submission.run(measure, x, upstream, 4, [1.2], [name], seed)
    check_table(got, table_by_hand(x, upstream, 4, [1.2], [name], seed))


@pytest.mark.weight(2)
def test_activation_scales_of_one_layer(submission, rng):
    """With one layer the gradient is what came from above."""
    x, upstream, seed = sample(rng)
    got = submission.run(measure, x, upstream, 1, [1.0], ["tanh"], seed)
    check_table(got, table_by_hand(x, upstream, 1, [1.0], ["tanh"], seed))


@pytest.mark.weight(3)
def test_activation_scales_of_all_pairs(submission, rng):
    """Every pair has weights of its own, in the stated order."""
    x, upstream, seed = sample(rng)
    scales, names = [0.6, 1.4], ["relu", "none", "tanh"]
    got = submission.run(measure, x, upstream, 3, scales, names, seed)
    check_table(got, table_by_hand(x, upstream, 3, scales, names, seed))


@pytest.mark.weight(3)
def test_activation_scales_of_twenty_layers(submission, rng, draw):
    """Over twenty layers signals vanish, explode or hold, as their sizes say."""
    x, upstream, seed = sample(rng, 20, 16)
    scales, names = [0.1, 1.0, 4.0], ["tanh", "relu"]
    got = submission.run(measure, x, upstream, 20, scales, names, seed)
    want = table_by_hand(x, upstream, 20, scales, names, seed)
    for key, (forward, backward, _) in want.items():
        theirs = got["table"].get(key, ([], [], ""))
        for title, mine, ours in (("signal", theirs[0], forward), ("gradient", theirs[1], backward)):
            draw.curve(f"log10 of the {title} by layer, {key[0]}, {key[1]}", logs(mine), logs(ours))
    check_table(got, want)


def logs(sizes):
    """Return the powers of ten of sizes, for a drawing."""
    known = [value for value in sizes if type(value) is float and value > 0]
    return [math.log10(value) for value in known]


@pytest.mark.weight(2)
def test_activation_scales_judges_both_ways(submission, rng):
    """What gradients do counts too, also where signals hold or get small."""
    x, upstream, seed = sample(rng, 20, 16)
    x = 1000 * x  # beyond a tanh: signals fall to 1, and the gradients explode all the same
    scales, names = [8.0, 1.0], ["tanh", "sigmoid"]
    got = submission.run(measure, x, upstream, 12, scales, names, seed)
    check_table(got, table_by_hand(x, upstream, 12, scales, names, seed))


@pytest.mark.weight(2)
def test_activation_scales_judges_what_is_not_finite(submission, rng):
    """Sizes beyond all numbers explode; where all units are off signals vanish."""

    def scenario(submission, x):
        def huge(weight, generator):
            weight.fill_(1e200)

        def negative(weight, generator):
            weight.fill_(-1.0)

        inits = {"huge": huge, "negative": negative}
        def largest(weight, generator):
            weight.fill_(1e308)

        found = submission.activation_scales(x, x, 2, inits, {"relu": torch.relu}, torch.Generator())
        found |= submission.activation_scales(
            x, x, 1, {"largest": largest}, {"none": lambda h: h}, torch.Generator()
        )
        return {key: tuple(value)[2] for key, value in found.items()}

    want = {("huge", "relu"): "explodes", ("negative", "relu"): "vanishes", ("largest", "none"): "explodes"}
    check_equal(submission.run(scenario, 1 + rng.uniform(4, 3)), want, "the verdicts")


def test_activation_scales_with_your_own_initialisation(submission, rng):
    """Your xavier_uniform_ and kaiming_normal_ serve, and hold where they should."""

    def scenario(submission, x, upstream, seed):
        made = []

        def kept(fill):
            def init(weight, generator):
                fill(weight, generator)
                made.append(weight.detach().clone())

            return init

        inits = {
            "xavier": kept(lambda weight, generator: submission.xavier_uniform_(weight, 1.0, generator)),
            "kaiming": kept(lambda weight, generator: submission.kaiming_normal_(weight, "fan_in", generator)),
        }
        activations = {"tanh": torch.tanh, "relu": torch.relu}
        generator = torch.Generator().manual_seed(seed)
        found = submission.activation_scales(x, upstream, 5, inits, activations, generator)
        return {key: tuple(value) for key, value in found.items()}, made

    x, upstream, seed = sample(rng, 20, 12)
    table, made = submission.run(scenario, x, upstream, seed)
    check_equal(len(made), 20, "the number of weights that were filled: 4 pairs of 5 layers")
    pairs = [(init, name) for init in ("xavier", "kaiming") for name in ("tanh", "relu")]
    want = {
        pair: scales_by_hand(x, upstream, made[5 * number : 5 * number + 5], pair[1])
        for number, pair in enumerate(pairs)
    }
    check_close(table, want, "the table", rtol=1e-7, atol=0.0)


def test_activation_scales_fills_weights_of_the_right_kind(submission, rng):
    """Each weight is (D, D), in the dtype of x."""
    x, upstream, seed = sample(rng, 5, 4)
    got = submission.run(measure, x.float(), upstream.float(), 2, [1.0], ["tanh"], seed)
    kinds = [(tuple(weight.shape), weight.dtype) for weight in got["made"]]
    check_equal(kinds, [((4, 4), torch.float32)] * 2, "shapes and dtypes of the weights")


def test_activation_scales_names_what_it_returns(submission, rng):
    """Each entry is a named tuple: forward, backward, verdict."""
    x, upstream, seed = sample(rng)
    got = submission.run(measure, x, upstream, 2, [1.0], ["tanh", "none"], seed)
    check_equal(got["fields"], [list(FIELDS)] * 2, "the fields of both entries")


def test_activation_scales_has_manners(submission, rng):
    """x, what came from above and torch's random state stay as they were."""
    x, upstream, seed = sample(rng)
    check_manners(submission, lambda: submission.run(measure, x, upstream, 2, [1.0], ["relu"], seed))


def test_activation_scales_on_a_device(submission, rng):
    """On an accelerator the weights are drawn on the CPU, and the sizes are the same."""
    x, upstream, seed = sample(rng)
    got = submission.run(measure, to_device(x), to_device(upstream), 3, [1.0], ["tanh", "relu"], seed)
    want = table_by_hand(x, upstream, 3, [1.0], ["tanh", "relu"], seed)
    check_close(got["table"], want, "the table", rtol=1e-6, atol=0.0)
