"""Suite of attention.PatchEmbedding."""

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


class Patches(nn.Module):
    """A PatchEmbedding by a convolution whose stride is its kernel."""

    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__()
        self.size = channels, patch_size, patch_size
        self.projection = nn.Linear(channels * patch_size**2, embed_dim)
        count = (image_size[0] // patch_size) * (image_size[1] // patch_size)
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(torch.zeros(count + 1, embed_dim))

    def forward(self, x):
        """Return the tokens."""
        kernel = self.projection.weight.unflatten(1, self.size)
        tokens = functional.conv2d(x, kernel, self.projection.bias, stride=self.size[1]).flatten(2).mT
        first = self.class_token + torch.zeros_like(tokens[:, :1])
        return torch.cat([first, tokens], 1) + self.positions


def shapes_of(count, inner, e):
    """Return the keys of the state_dict and their shapes."""
    return {
        "projection.weight": (e, inner),
        "projection.bias": (e,),
        "class_token": (e,),
        "positions": (count + 1, e),
    }


def small(submission, e=4):
    """Return a module for images of 2 by 4 and patches of 2 by 2, which leaves the numbers of a patch as they are."""
    model = submission.PatchEmbedding((2, 4), 2, 1, e)
    weights = {key: torch.zeros(shape) for key, shape in shapes_of(2, 4, e).items()}
    weights["projection.weight"] = torch.eye(4)
    weights["class_token"] = torch.tensor([9.0, 9.0, 9.0, 9.0])
    return model, weights


@pytest.mark.visible
@pytest.mark.parametrize("size, p, c, e, count", [((4, 6), 2, 3, 5, 6), ((9, 3), 3, 1, 2, 3), ((5, 5), 5, 2, 7, 1)])
def test_PatchEmbedding_keeps_its_parameters(submission, shared, size, p, c, e, count):
    """A linear layer, the class token, and a position for each token."""
    got = submission.run(shared.described, "PatchEmbedding", (size, p, c, e))
    shared.check_described(got, shapes_of(count, c * p * p, e))


@pytest.mark.visible
def test_PatchEmbedding_of_two_patches(submission):
    """Of 1 2 3 4 over 5 6 7 8 the patches are 1 2 5 6 and 3 4 7 8."""
    model, weights = small(submission)
    model.load_state_dict(weights)
    x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]])
    check_close(model(x), torch.tensor([[[9.0, 9.0, 9.0, 9.0], [1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]]))


@pytest.mark.visible
def test_PatchEmbedding_adds_positions(submission):
    """Of an empty image the positions are left, and the class token in row 0."""
    model, weights = small(submission)
    model.load_state_dict({**weights, "positions": torch.arange(12.0).reshape(3, 4)})
    want = torch.tensor([[9.0, 10.0, 11.0, 12.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]])
    check_close(model(torch.zeros(2, 1, 2, 4)), torch.stack([want, want]))


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "n, size, p, c, e",
    [(2, (4, 6), 2, 3, 5), (3, (9, 3), 3, 1, 4), (1, (6, 8), 2, 2, 3), (4, (3, 5), 1, 2, 6)],
    ids=str,
)
def test_PatchEmbedding_forwards_and_backwards(submission, rng, draw, n, size, p, c, e):
    """Tokens and all gradients are those of a convolution, for images of any shape."""
    args, x = (size, p, c, e), rng.normal(n, c, *size)
    check_network(submission, "PatchEmbedding", args, Patches(*args), x, rng=rng, draw=draw)


def test_PatchEmbedding_of_one_patch(submission, rng, draw):
    """A patch may be as large as the image."""
    args, x = ((3, 3), 3, 2, 4), rng.normal(2, 2, 3, 3)
    check_network(submission, "PatchEmbedding", args, Patches(*args), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_PatchEmbedding_trains(submission, rng):
    """Three steps of descent move the layer, the class token and all positions."""
    args = (4, 6), 2, 3, 5
    batches = [(rng.normal(n, 3, 4, 6), rng.normal(n, 7, 5)) for n in (3, 2, 4)]
    check_trains(submission, "PatchEmbedding", args, Patches(*args), batches, rng=rng)


def test_PatchEmbedding_of_exchanged_axes(submission, rng, draw):
    """Images whose axes were exchanged, and are not contiguous, are read as well."""
    args, x = ((4, 6), 2, 3, 5), rng.normal(2, 6, 4, 3).permute(0, 3, 2, 1)
    check_network(submission, "PatchEmbedding", args, Patches(*args), x, rng=rng, draw=draw)


def test_PatchEmbedding_in_float32(submission, rng):
    """In float32 the tokens are float32."""
    model, weights = small(submission)
    model.load_state_dict(weights)
    x = rng.normal(2, 1, 2, 4, dtype=torch.float32)
    want = torch.stack([x[:, 0, :, :2].flatten(1), x[:, 0, :, 2:].flatten(1)], 1)
    check_close(model(x)[:, 1:], want)


@pytest.mark.statistical
def test_PatchEmbedding_starts_small(submission, shared):
    """Class token and positions start small or at 0."""
    got = submission.run(shared.state, "PatchEmbedding", ((8, 8), 2, 1, 32))
    check_equal(sorted(got), sorted(shapes_of(16, 4, 32)), "keys of the state_dict")
    for key in ("class_token", "positions"):
        check_shape(got[key], shapes_of(16, 4, 32)[key], key)
        largest = got[key].abs().max().item()
        check_that(largest < 8, f"the largest number of {key} at the start", "below 8", f"{largest:.3g}")


@pytest.mark.detail
def test_PatchEmbedding_has_manners(submission, rng):
    """A forward pass in training changes no input and draws no random number."""
    model, x = submission.PatchEmbedding((4, 6), 2, 3, 5), rng.normal(2, 3, 4, 6, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_PatchEmbedding_on_a_device(submission, rng, draw):
    """On an accelerator it is the same."""
    args, x = ((4, 6), 2, 3, 5), to_device(rng.normal(2, 3, 4, 6))
    check_network(submission, "PatchEmbedding", args, Patches(*args), x, rng=rng, draw=draw)
