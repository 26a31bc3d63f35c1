"""Suite of inception.GoogLeNet."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_shape,
    check_that,
    check_trains,
    to_device,
)

NETS = [((2, 3), (3, 9, 11)), ((1, 5), (2, 8, 10)), ((3, 4), (1, 8, 13))]


def parts_of(submission, x):
    """Return the outputs of a network, in training by name and by place, and in evaluation."""
    net = submission.GoogLeNet(x.shape[1], 3, 0.0)
    scores = net(x)
    by_name = [scores.main.detach(), scores.auxiliary1.detach(), scores.auxiliary2.detach()]
    return by_name, [part.detach() for part in scores], net.eval()(x).detach()


def trained_scores(submission, args, state, x):
    """Return the main scores of a network in training mode."""
    net = submission.GoogLeNet(*args).to(x.dtype).train()
    net.load_state_dict({**net.state_dict(), **state}, strict=False)
    return net(x)[0].detach()


def heads_that_run(submission, x):
    """Return the auxiliary heads of which something is called in evaluation; the names in them are free."""
    net, called = submission.GoogLeNet(x.shape[1], 3).eval(), []
    for name, part in net.named_modules():
        if name.startswith("auxiliary"):
            part.register_forward_hook(lambda *_, name=name: called.append(name.partition(".")[0]))
    net(x)
    return sorted(set(called))


def above(rng, n, k, *silent):
    """Draw a gradient from above for each of the three outputs, 0 for some of them."""
    return [rng.normal(n, k) * (place not in silent) for place in range(3)]


@pytest.mark.visible
def test_GoogLeNet_returns_three_scores_or_one(submission, rng):
    """While training main, auxiliary1 and auxiliary2 by name; else main alone."""
    by_name, by_place, alone = submission.run(parts_of, rng.normal(2, 1, 8, 9, dtype=torch.float32))
    check_equal(len(by_place), 3, "the number of outputs while training")
    check_shape(alone, (2, 3), "the output in evaluation")
    for name, named, placed in zip(("main", "auxiliary1", "auxiliary2"), by_name, by_place, strict=True):
        check_shape(named, (2, 3), f"the output {name}")
        check_close(named, placed, f"the output {name}")


@pytest.mark.visible
def test_GoogLeNet_of_equal_weights(submission, shared):
    """With every weight 0 only the last biases are left, in evaluation fc's."""
    biases = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)
    state = {**shared.filled(shared.GoogLeNet(1, 3), 0.0), "fc.bias": biases}
    x = torch.ones(2, 1, 8, 8, dtype=torch.float64)
    (got,) = submission.run(shared.outputs_of, "GoogLeNet", (1, 3), [state], x)
    check_close(got, biases.expand(2, 3), "the scores in evaluation")


@pytest.mark.weight(3)
@pytest.mark.parametrize("args, size", NETS, ids=str)
def test_GoogLeNet_while_training(submission, rng, draw, shared, args, size):
    """All three outputs, gradients and statistics are right with dropout 0."""
    n, h, w = size
    args, x = (*args, 0.0), rng.normal(n, args[0], h, w)
    check_network(submission, "GoogLeNet", args, shared.GoogLeNet(*args), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_GoogLeNet_trains(submission, rng, shared):
    """Three steps of descent on all heads move all weights and statistics."""
    args, batches = (2, 4, 0.0), [(rng.normal(n, 2, 8, 9), rng.integers(0, 4, n)) for n in (4, 5, 3)]
    check_trains(submission, "GoogLeNet", args, shared.GoogLeNet(*args), batches, rng=rng, heads=3)


@pytest.mark.weight(2)
@pytest.mark.parametrize("args, size", NETS[2:], ids=str)
def test_GoogLeNet_in_evaluation(submission, rng, draw, shared, args, size):
    """In evaluation the main scores alone come back, nothing switched off."""
    n, h, w = size
    args, x = (*args, 0.9), rng.normal(n, args[0], h, w)
    options = {"rng": rng, "training": False, "draw": draw}
    check_network(submission, "GoogLeNet", args, shared.GoogLeNet(*args), x, **options)


@pytest.mark.weight(2)
@pytest.mark.parametrize("silent", [(0, 1), (0, 2), (1, 2)], ids=["auxiliary2", "auxiliary1", "main"])
def test_GoogLeNet_sends_every_gradient_to_the_stem(submission, rng, draw, shared, silent):
    """The gradient of each head alone reaches the blocks before it."""
    args, x = (1, 4, 0.0), rng.normal(3, 1, 9, 8)
    options = {"rng": rng, "upstream": above(rng, 3, 4, *silent), "draw": draw}
    check_network(submission, "GoogLeNet", args, shared.GoogLeNet(*args), x, **options)


def test_GoogLeNet_when_all_units_are_off(submission, rng, draw, shared):
    """With dropout 1 only the biases of the last layers are left."""
    args, x = (1, 4, 1.0), rng.normal(3, 1, 9, 8)
    options = {"rng": rng, "gradients": False, "draw": draw}
    check_network(submission, "GoogLeNet", args, shared.GoogLeNet(*args), x, **options)


@pytest.mark.statistical
@pytest.mark.parametrize("p", [None, 0.15])
def test_GoogLeNet_switches_units_off(submission, rng, shared, p):
    """While training a unit before fc is 0 or divided by 1 - dropout (0.4)."""
    state = shared.filled(shared.GoogLeNet(1, 32), 0.0)
    state |= {
        key: torch.ones_like(value)
        for key, value in state.items()
        if "inception3" in key and "bn.bias" in key
    }
    state["fc.weight"] = torch.eye(32, dtype=torch.float64)
    args = (1, 32) if p is None else (1, 32, p)
    got = submission.run(trained_scores, args, state, rng.normal(40, 1, 8, 8))
    check_shape(got, (40, 32), "the main scores")
    p = 0.4 if p is None else p
    want = torch.where(got == 0, 0.0, torch.full_like(got, 1 / (1 - p)))
    check_close(got, want, "units of size 1 before fc")
    share = (got == 0).double().mean().item()
    text = "all of them" if share == 1 else "none" if share == 0 else f"about {round(share, 1)} of them"
    check_that(abs(share - p) < 0.09, "units that are off", f"about {p} of them", text)


def test_GoogLeNet_has_defaults(submission, rng, draw, shared):
    """Without arguments it reads one channel and tells ten classes apart."""
    x, options = rng.normal(2, 1, 8, 8), {"rng": rng, "training": False, "draw": draw}
    check_network(submission, "GoogLeNet", (), shared.GoogLeNet(), x, **options)


def test_GoogLeNet_has_manners(submission, rng):
    """In evaluation it changes no input and draws no random number."""
    net, x = submission.GoogLeNet(), rng.normal(2, 1, 8, 9, dtype=torch.float32)
    net.eval()
    check_manners(submission, lambda: net(x))


def test_GoogLeNet_leaves_its_heads_alone_in_evaluation(submission, rng):
    """In evaluation nothing of the auxiliary heads is run."""
    called = submission.run(heads_that_run, rng.normal(1, 1, 8, 8, dtype=torch.float32))
    check_equal(called, [], "the heads that run in evaluation")


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_GoogLeNet_on_a_device(submission, rng, draw, shared, training):
    """Moved to an accelerator, stem, blocks and heads compute there."""
    args, x = (1, 4, 0.0), to_device(rng.normal(2, 1, 8, 9))
    options = {"rng": rng, "training": training, "draw": draw}
    check_network(submission, "GoogLeNet", args, shared.GoogLeNet(*args), x, **options)
