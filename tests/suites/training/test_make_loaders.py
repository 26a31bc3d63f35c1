"""Suite of training.make_loaders."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_that


def load(submission, n, batch_size, split, generator, epochs, global_seed):
    """Iterate over both loaders; the sample i is the pair (i, 3 * i + 1)."""
    from torch.utils.data import TensorDataset

    torch.manual_seed(global_seed)
    numbers = torch.arange(n)
    dataset = TensorDataset(numbers, 3 * numbers + 1)
    train, validation = submission.make_loaders(dataset, batch_size, split, generator)
    train_epochs = [[tuple(batch) for batch in train] for _ in range(epochs)]
    return train_epochs, [[tuple(batch) for batch in validation] for _ in range(epochs)]


def epochs_of(submission, rng, n=37, batch_size=5, split=0.6, epochs=3, generator=None, global_seed=0):
    generator = rng.generator() if generator is None else generator
    return submission.run(load, n, batch_size, split, generator, epochs, global_seed)


def order_of(epoch):
    """Return the samples of an epoch in their order."""
    return torch.cat([batch[0] for batch in epoch])


@pytest.mark.visible
def test_make_loaders_batches_of_ten_samples(submission, rng):
    """Ten samples split at 0.7: batches of 3, 3, 1 to train on, one of 3 to validate."""
    train, validation = epochs_of(submission, rng, 10, 3, 0.7, epochs=1)
    check_equal([len(x) for x, _ in train[0]], [3, 3, 1], "sizes of the training batches")
    check_equal([len(x) for x, _ in validation[0]], [3], "sizes of the validation batches")


@pytest.mark.parametrize(
    ("n", "split", "count"), [(100, 0.29, 29), (10, 0.25, 2), (7, 0.5, 4), (37, 0.6, 22), (5, 0.11, 1)]
)
def test_make_loaders_rounds_the_split(submission, rng, n, split, count):
    """The training part has round(split * N) samples, the validation part all others."""
    train, validation = epochs_of(submission, rng, n, 4, split, epochs=1)
    check_equal(
        [len(order_of(train[0])), len(order_of(validation[0]))], [count, n - count], "sizes of the parts"
    )
    sizes = [len(part) for part in torch.arange(n - count).split(4)]
    check_equal([len(x) for x, _ in validation[0]], sizes, "sizes of the validation batches")


@pytest.mark.weight(2)
def test_make_loaders_deals_every_sample_once(submission, rng):
    """Each sample is in exactly one part and comes once in each of its epochs."""
    train, validation = epochs_of(submission, rng)
    for number in range(3):
        both = torch.cat([order_of(train[number]), order_of(validation[number])])
        check_close(both.sort().values, torch.arange(37), "the samples of both parts, sorted")


@pytest.mark.weight(2)
def test_make_loaders_keeps_the_parts(submission, rng):
    """Every epoch trains on the same samples, so that none of them is ever validated."""
    train, _ = epochs_of(submission, rng)
    first = order_of(train[0]).sort().values
    for epoch in train[1:]:
        check_close(order_of(epoch).sort().values, first, "the samples of a later training epoch, sorted")


def test_make_loaders_keeps_pairs(submission, rng):
    """Every input comes with its own target."""
    for part in epochs_of(submission, rng):
        for x, y in part[0] + part[1]:
            check_close(y, 3 * x + 1, "the targets of a batch")


@pytest.mark.weight(2)
def test_make_loaders_draws_the_parts_at_random(submission, rng):
    """Neither part is a run of neighbours, and another generator gives other parts."""
    parts = [order_of(epochs_of(submission, rng)[1][0]).sort().values for _ in range(2)]
    for part in parts:
        run = int(part[-1] - part[0]) == len(part) - 1
        check_that(not run, None, "validation samples from everywhere", "the samples in one piece")
    same = torch.equal(parts[0], parts[1])
    check_that(not same, None, "other parts by another generator", "the same parts")


@pytest.mark.weight(2)
def test_make_loaders_shuffles_every_training_epoch(submission, rng):
    """No two training epochs have the same order, and none goes up."""
    orders = [order_of(epoch) for epoch in epochs_of(submission, rng)[0]]
    for number, order in enumerate(orders):
        rising = torch.equal(order, order.sort().values)
        check_that(not rising, None, "training samples in a random order", "rising numbers")
        repeated = any(torch.equal(order, earlier) for earlier in orders[:number])
        check_that(not repeated, None, "a new order in every epoch", "the order of an earlier epoch")


def test_make_loaders_validates_in_one_order(submission, rng):
    """The validation part comes in the same order every time."""
    epochs = epochs_of(submission, rng)[1]
    for epoch in epochs[1:]:
        check_close(order_of(epoch), order_of(epochs[0]), "the order of a later validation epoch")


@pytest.mark.weight(2)
def test_make_loaders_repeats_by_its_generator(submission, rng):
    """Equal generators give equal batches, whatever torch.manual_seed said."""
    seed = rng.seed()
    runs = [
        epochs_of(submission, rng, generator=torch.Generator().manual_seed(seed), global_seed=number)
        for number in range(2)
    ]
    for index, name in enumerate(("training", "validation")):
        got, want = ([order_of(epoch) for epoch in run[index]] for run in reversed(runs))
        check_close(got, want, f"the {name} orders under an equal generator and another global seed")


def test_make_loaders_has_manners(submission, rng):
    """Making the loaders leaves torch's random state as it was."""

    def scenario(submission, generator):
        numbers = [float(i) for i in range(9)]
        submission.make_loaders(numbers, 2, 0.5, generator)

    check_manners(submission, lambda: submission.run(scenario, rng.generator()))
