"""Suite of cnn.MendedNet: each of its three mistakes alone, then all that the docstring says.

Some tests take the net with the weights that it makes itself: they hold also where layers are not registered.
"""

import pytest
import torch
from torch import nn
from torch.nn import functional

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

CASES = [(2, (3, 5), 4, (8, 6)), (1, (4,), 3, (5, 7)), (3, (2, 4, 3), 2, (9, 11)), (1, (6, 2), 5, (4, 13))]


class Oracle(nn.Module):
    """The same of torch's own layers."""

    def __init__(self, c, widths, k, size):
        super().__init__()
        channels = [c, *widths]
        self.convs = nn.Sequential(*(nn.Conv2d(channels[i], w, 3, 1, 1) for i, w in enumerate(widths)))
        pixels = [side // 2 ** len(widths) for side in size]
        self.fc = nn.Linear(widths[-1] * pixels[0] * pixels[1], k)

    def forward(self, x):
        """Return the scores."""
        for conv in self.convs:
            x = functional.max_pool2d(conv(x), 2).clamp(min=0)
        return self.fc(torch.flatten(x, 1))


def twice(submission, args, x, training):
    """Return what a new net makes of x, two times."""
    model = submission.MendedNet(*args).train(training)
    return model(x).detach(), model(x).detach()


def alone(submission, args, x):
    """Return what a new net makes of a batch, and of its samples one by one."""
    model = submission.MendedNet(*args).eval()
    return model(x).detach(), torch.cat([model(x[i : i + 1]).detach() for i in range(len(x))])


def features(submission, args, x):
    """Return what fc of a new net sees in evaluation, and while training."""
    seen = []
    model = submission.MendedNet(*args)
    model.fc.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].detach().clone()))
    model.eval()(x)
    model.train()(x)
    return seen


def image(rng, n, args, dtype=torch.float64):
    """Draw n images for a net."""
    return rng.normal(n, args[0], *args[3], dtype=dtype)


@pytest.mark.visible
def test_MendedNet_shape(submission, rng):
    """Five images of any size make five rows of scores."""
    for args in CASES:
        check_shape(submission.MendedNet(*args)(image(rng, 5, args, torch.float32)), (5, args[2]))


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize("args", CASES[:2], ids=str)
def test_MendedNet_keeps_its_layers(submission, shared, args):
    """Every convolution and fc stand in the state_dict."""
    got, want = submission.run(shared.described, "MendedNet", args), shared.kept(Oracle(*args))
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedNet_does_not_mix_samples(submission, rng):
    """Without dropout an image gets the same scores alone and in a batch."""
    for args in CASES:
        batch, one_by_one = submission.run(alone, (*args, 0.0), image(rng, 6, args, torch.float32))
        check_close(batch, one_by_one, "the scores in a batch, against those one by one")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedNet_drops_nothing_in_evaluation(submission, rng):
    """In evaluation two calls give the same scores."""
    args = CASES[0]
    first, second = submission.run(twice, args, image(rng, 7, args, torch.float32), False)
    check_close(second, first, "the scores of a second call")


@pytest.mark.weight(2)
@pytest.mark.parametrize("dropout", [0.5, 0.2])
def test_MendedNet_drops_features_while_training(submission, rng, dropout):
    """fc sees 0 in place of some numbers, and 1 / (1 - dropout) times the others."""
    args = (1, (32,), 3, (8, 8), dropout)
    still, moved = submission.run(features, args, rng.normal(20, 1, 8, 8, dtype=torch.float32))
    check_shape(still, (20, 512), "what fc sees in evaluation")
    check_shape(moved, (20, 512), "what fc sees while training")
    kept, there = moved != 0, still != 0
    check_close(moved[kept], still[kept] / (1 - dropout), "the numbers that are left")
    share = 1 - float(kept[there].double().mean())
    right = abs(share - dropout) < 0.05
    check_that(right, "the share of numbers that are set to 0", f"about {dropout}", f"{share:.2f}")
    some_kept, some_lost = ((part & there).view(640, 16).any(1) for part in (kept, ~kept))
    mixed = float((some_kept & some_lost).double().mean())
    check_that(mixed > 0.3, "the channels of which a part is set to 0", "most of them", f"a share of {mixed:.2f}")


@pytest.mark.weight(3)
@pytest.mark.parametrize("args", CASES, ids=str)
def test_MendedNet_forwards_and_backwards(submission, rng, draw, args):
    """Scores and all gradients are right for any depth and size."""
    x = image(rng, 3, args)
    check_network(submission, "MendedNet", args, Oracle(*args), x, rng=rng, training=False, draw=draw)


def test_MendedNet_without_dropout(submission, rng, draw):
    """With dropout 0 training and evaluation are the same."""
    args = CASES[0]
    check_network(submission, "MendedNet", (*args, 0.0), Oracle(*args), image(rng, 3, args), rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_MendedNet_trains(submission, rng):
    """Six steps move every layer, to where they should."""
    args = CASES[0]
    steps = [(image(rng, 5, args), rng.labels(5, 4)) for _ in range(6)]
    check_trains(submission, "MendedNet", (*args, 0.0), Oracle(*args), steps, rng=rng)


def test_MendedNet_in_single_precision(submission, rng, draw):
    """float32 goes in and comes out."""
    args = CASES[0]
    x = image(rng, 3, args, torch.float32)
    check_network(
        submission, "MendedNet", args, Oracle(*args), x, rng=rng, training=False, rtol=1e-3, atol=1e-4, draw=draw
    )


def test_MendedNet_has_manners(submission, rng):
    """In evaluation a forward pass changes no input and draws no random number."""
    model, x = submission.MendedNet(*CASES[0]), image(rng, 2, CASES[0], torch.float32)
    model.eval()
    check_manners(submission, lambda: model(x))


def test_MendedNet_on_a_device(submission, rng, draw):
    """Moved to an accelerator, every layer computes there."""
    args = CASES[0]
    x = to_device(image(rng, 3, args))
    check_network(submission, "MendedNet", args, Oracle(*args), x, rng=rng, training=False, draw=draw)
