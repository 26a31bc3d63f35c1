"""Suite of cnn.AlexNet."""

import math

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


class Oracle(nn.Module):
    """The same network without dropout; how many features there are is found by a run."""

    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 5, padding="same")
        self.conv2 = nn.Conv2d(width, 3 * width, 5, padding="same")
        self.conv3 = nn.Conv2d(3 * width, 6 * width, 3, padding="same")
        self.conv4 = nn.Conv2d(6 * width, 4 * width, 3, padding="same")
        self.conv5 = nn.Conv2d(4 * width, 4 * width, 3, padding="same")
        size = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        features = self.features(torch.zeros(1, in_channels, *size)).shape[1]
        self.fc1, self.fc2 = nn.Linear(features, 64 * width), nn.Linear(64 * width, 64 * width)
        self.fc3 = nn.Linear(64 * width, num_classes)

    def features(self, x):
        """Return what the linear layers see."""
        for number in (1, 2, 3, 4, 5):
            x = getattr(self, f"conv{number}")(x).clamp(min=0)
            x = x if number in (3, 4) else functional.max_pool2d(x, (3, 3), stride=(2, 2))
        return torch.flatten(x, start_dim=1)

    def forward(self, x):
        """Return the scores."""
        x = self.features(x)
        for layer in (self.fc1, self.fc2):
            x = layer(x).clamp(min=0)
        return self.fc3(x)


SIZES = [(1, 10, 15, 1), (3, 4, (15, 24), 2), (2, 5, (23, 16), 1)]


def image(rng, n, c, size, dtype=torch.float64):
    """Draw n images of a size."""
    return rng.normal(n, c, *(size if isinstance(size, tuple) else (size, size)), dtype=dtype)


def listen(submission, weights, args, dropout, x, training):
    """Run a network; tell its scores, what left fc1 and fc2, and what entered fc2 and fc3."""
    model = submission.AlexNet(*args, **dropout).to(x)
    model.load_state_dict(weights)
    model.train(training)
    heard = {}

    def note(name):
        def hook(module, inputs, output):
            heard[name] = inputs[0].detach().clone(), output.detach().clone()

        return hook

    for name in ("fc1", "fc2", "fc3"):
        getattr(model, name).register_forward_hook(note(name))
    return model(x).detach(), heard


@pytest.mark.visible
@pytest.mark.parametrize(
    "args, count", [((1, 10, 15, 2), 21428), ((3, 5, (15, 33), 1), 6007), ((), 372386)], ids=str
)
def test_AlexNet_keeps_its_layers(submission, shared, args, count):
    """Five convolutions and three linear layers, as wide as asked."""
    oracle = Oracle(*args)
    got, want = submission.run(shared.described, "AlexNet", args), shared.kept(oracle)
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)
    check_equal(sum(value.numel() for value in oracle.parameters()), count, "the number of parameters")


@pytest.mark.visible
def test_AlexNet_of_a_plain_image(submission, shared):
    """Pixels 2 pass kernels that hand them on, then 3 * 2 + 1 = 7; -2 gives 1."""
    args = (1, 2, 15, 1)
    entries = {f"conv{number}_weight": (1.0, 0, 0, 1, 1) for number in (3, 4, 5)}
    entries |= {f"conv{number}_weight": (1.0, 0, 0, 2, 2) for number in (1, 2)}
    entries |= {"fc1_weight": (1.0, 6, 0), "fc2_weight": (1.0, 7, 6), "fc3_weight": (3.0, 1, 7)}
    weights = shared.shares(Oracle(*args), **entries, fc3_bias=(1.0,))
    x = torch.stack([torch.full((1, 15, 15), value) for value in (2.0, -2.0)]).double()
    got = submission.run(shared.play, "AlexNet", args, weights, x, torch.ones(2, 2).double(), training=False)
    check_close(got["output"], torch.tensor([[1.0, 7.0], [1.0, 1.0]]).double(), "the scores")


@pytest.mark.weight(4)
@pytest.mark.parametrize("args", SIZES, ids=str)
def test_AlexNet_forwards_and_backwards(submission, rng, draw, args):
    """Without dropout, scores and all gradients are right for any sizes."""
    oracle, x = Oracle(*args), image(rng, 2, args[0], args[2])
    check_network(submission, "AlexNet", args, oracle, x, kwargs={"dropout": 0.0}, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_AlexNet_trains(submission, rng):
    """Without dropout four steps of descent move all weights as they should."""
    batches = [(image(rng, n, 2, (15, 24)), rng.integers(0, 4, n)) for n in (4, 5, 3, 1)]
    args, oracle = (2, 4, (15, 24), 1), Oracle(2, 4, (15, 24), 1)
    check_trains(submission, "AlexNet", args, oracle, batches, rng=rng, kwargs={"dropout": 0.0}, lr=0.02)


@pytest.mark.weight(2)
def test_AlexNet_in_evaluation(submission, rng, draw):
    """In evaluation nothing is dropped; a single image is welcome."""
    args = (2, 4, (15, 16), 2)
    oracle, x = Oracle(*args), image(rng, 1, 2, (15, 16))
    check_network(submission, "AlexNet", args, oracle, x, rng=rng, training=False, draw=draw)


@pytest.mark.weight(2)
@pytest.mark.statistical
@pytest.mark.parametrize("p", [None, 0.25])
def test_AlexNet_drops_features(submission, rng, p):
    """While training, features of fc1 and of fc2 become 0 or are divided by 1 - p."""
    args, share = (1, 3, 15, 2), 0.5 if p is None else p
    oracle, dropout, x = Oracle(*args).double(), {} if p is None else {"dropout": p}, image(rng, 6, 1, 15)
    weights = {key: rng.normal(*value.shape, std=0.05) for key, value in oracle.state_dict().items()}
    weights |= {"fc1.bias": rng.uniform(128, low=5, high=9), "fc2.bias": rng.uniform(128, low=50, high=90)}
    weights |= {"conv5.bias": rng.uniform(8, low=1, high=2)}
    oracle.load_state_dict(weights)
    scores, heard = submission.run(listen, weights, args, dropout, x, True)
    check_equal(sorted(heard), ["fc1", "fc2", "fc3"], "the linear layers that are called")
    check_close(heard["fc1"][0], oracle.features(x).detach(), "what enters fc1")
    for name, following in (("fc1", "fc2"), ("fc2", "fc3")):
        check_factors(heard[name][1], heard[following][0], share, name)
    want = heard["fc3"][0] @ weights["fc3.weight"].t() + weights["fc3.bias"]
    check_close(scores, want, "the scores, of what enters fc3")


def check_factors(before, after, p, name):
    """Check that of positive features a share p became 0 and the others were divided by 1 - p."""
    check_shape(before, (6, 128), f"what leaves {name}")
    check_shape(after, (6, 128), f"what enters the layer behind {name}")
    factors = torch.unique((after / before).mul(1e6).round().div(1e6))
    want = torch.tensor([0.0, round(1 / (1 - p), 6)], dtype=torch.float64)
    check_close(factors, want, f"the factors of the features of {name}", atol=1e-5)
    share = (after == 0).double().mean().item()
    check_close(
        share, p, f"the share of zeros behind {name}", rtol=0.0, atol=7 * math.sqrt(p * (1 - p) / 768)
    )
    alike = [bool(((after == 0) == part).all()) for part in ((after == 0)[:1], (after == 0)[:, :1])]
    check_that(
        not any(alike), f"the zeros behind {name}", "a decision for each feature", "rows or columns alike"
    )


@pytest.mark.parametrize("training", [True, False])
def test_AlexNet_that_drops_all(submission, rng, training):
    """With dropout 1 the scores are fc3's bias while training, and finite."""
    args = (1, 3, 15, 1)
    weights = {key: rng.normal(*value.shape, std=0.3) for key, value in Oracle(*args).state_dict().items()}
    oracle, x = Oracle(*args).double(), image(rng, 2, 1, 15)
    oracle.load_state_dict(weights)
    want = weights["fc3.bias"].expand(2, 3) if training else oracle(x).detach()
    scores, _ = submission.run(listen, weights, args, {"dropout": 1.0}, x, training)
    check_close(scores, want, "the scores")


@pytest.mark.visible
def test_AlexNet_in_single_precision(submission, rng):
    """As it is made it takes float32 images and returns float32 scores."""
    scores = submission.AlexNet(2, 3, 16, 1)(image(rng, 4, 2, 16, torch.float32))
    check_shape(scores, (4, 3))
    check_equal(scores.dtype, torch.float32, "the dtype of the scores")


def test_AlexNet_starts_at_random(submission, shared):
    """Each layer starts with the random weights that torch gives it."""
    args = (2, 3, 17, 2)
    shared.check_start(submission.run(shared.state, "AlexNet", args), Oracle(*args))


def test_AlexNet_has_manners(submission, rng):
    """In evaluation a forward pass changes no input and draws no random number."""
    model, x = submission.AlexNet(1, 3, 15, 1), image(rng, 2, 1, 15, torch.float32)
    model.eval()
    check_manners(submission, lambda: model(x))


def test_AlexNet_on_a_device(submission, rng, draw):
    """Moved to an accelerator, every layer computes there, and the same."""
    args, x = (2, 3, (16, 15), 1), to_device(image(rng, 2, 2, (16, 15)))
    check_network(submission, "AlexNet", args, Oracle(*args), x, kwargs={"dropout": 0.0}, rng=rng, draw=draw)
