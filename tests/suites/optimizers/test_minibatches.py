"""Suite of optimizers.minibatches."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_manners, check_that

SIZES = [(10, 3), (12, 4), (5, 5), (5, 9), (7, 1), (1, 1)]


def epochs(submission, n, batch_size, generator, count, drop_last=False):
    """Draw `count` shuffled epochs from one generator."""
    return [submission.minibatches(n, batch_size, True, generator, drop_last) for _ in range(count)]


def _cut(n, batch_size, drop_last):
    """Cut 0, ..., n - 1 one by one."""
    batches = [[]]
    for i in range(n):
        if len(batches[-1]) == batch_size:
            batches.append([])
        batches[-1].append(i)
    if not batches[-1] or (drop_last and len(batches[-1]) < batch_size):
        batches.pop()
    return [torch.tensor(batch) for batch in batches]


def _check_epoch(got, n, batch_size, drop_last=False):
    """Check that batches have their sizes and hold different samples; return the samples in their order."""
    blank = (
        [batch * 0 if type(batch) is torch.Tensor else batch for batch in got] if type(got) is list else got
    )
    check_close(
        blank, [batch * 0 for batch in _cut(n, batch_size, drop_last)], "batches, all indices set to 0"
    )
    order = torch.cat(got) if got else torch.zeros(0, dtype=torch.int64)
    inside = order[(order >= 0) & (order < n)]
    check_that(len(inside) == len(order), None, f"indices from 0 to {n - 1}", "an index outside")
    check_that(len(inside.unique()) == len(order), None, "no index twice", "an index that comes twice")
    return order


@pytest.mark.visible
def test_minibatches_of_five_samples(submission):
    """Five samples in batches of two: 0 1, 2 3 and 4, if it is not dropped."""
    whole = [torch.tensor([0, 1]), torch.tensor([2, 3]), torch.tensor([4])]
    check_close(submission.minibatches(5, 2, False, None, False), whole, "the batches")
    check_close(submission.minibatches(5, 2, False, None, True), whole[:2], "the batches with drop_last")


@pytest.mark.weight(2)
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
def test_minibatches_in_order(submission, sizes, drop_last):
    """Without shuffling, batches of int64 indices follow each other in order."""
    want = _cut(*sizes, drop_last)
    check_close(
        submission.minibatches(*sizes, shuffle=False, generator=None, drop_last=drop_last), want, "batches"
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
def test_minibatches_hold_every_sample_once(submission, rng, sizes, drop_last):
    """Shuffled batches have the same sizes, and no sample comes twice or is lost."""
    _check_epoch(submission.minibatches(*sizes, True, rng.generator(), drop_last), *sizes, drop_last)


@pytest.mark.detail
@pytest.mark.parametrize("shuffle", [False, True])
def test_minibatches_of_no_samples(submission, rng, shuffle):
    """No samples give no batch, not one that is empty."""
    generator = rng.generator() if shuffle else None
    check_close(submission.minibatches(0, 3, shuffle, generator, False), [], "batches")


def test_minibatches_change_from_epoch_to_epoch(submission, rng):
    """Two epochs from one generator come in different orders, each with every sample."""
    got = submission.run(epochs, 60, 10, rng.generator(), 3)
    orders = [_check_epoch(epoch, 60, 10) for epoch in got]
    for first, second in ((0, 1), (1, 2)):
        moved = int((orders[first] != orders[second]).sum())
        check_that(moved > 30, None, "most samples at another place", f"{moved} of 60 at another place")


def test_minibatches_repeat_for_equal_generators(submission, rng):
    """Generators in the same state give the same epochs, others do not."""
    seed = rng.seed()
    first, again, other = (
        submission.run(epochs, 40, 7, torch.Generator().manual_seed(number), 2)
        for number in (seed, seed, seed + 1)
    )
    orders = [_check_epoch(epoch[0], 40, 7) for epoch in (first, again, other)]
    check_close(orders[0], orders[1], "epochs from equal generators")
    moved = int((orders[0] != orders[2]).sum())
    check_that(
        moved > 15, None, "another order from another generator", f"{moved} of 40 samples at another place"
    )


@pytest.mark.statistical
def test_minibatches_are_fair(submission, rng):
    """Each sample comes at each place, with each other, and is dropped equally often."""

    def count(submission, generator):
        places, pairs = torch.zeros(6, 6, dtype=torch.float64), torch.zeros(6, 6, dtype=torch.float64)
        for _ in range(600):
            batches = submission.minibatches(6, 2, True, generator, False)
            places[torch.arange(6), torch.cat(batches)] += 1
            for batch in batches:
                pairs[batch[0], batch[1]] += 1
        kept = torch.zeros(5, dtype=torch.float64)
        for _ in range(600):
            kept[torch.cat(submission.minibatches(5, 2, True, generator, True))] += 1
        return {"place and sample": places / 600, "pair in a batch": pairs / 600, "kept of five": kept / 600}

    got = submission.run(count, rng.generator())
    pairs = (torch.ones(6, 6, dtype=torch.float64) - torch.eye(6, dtype=torch.float64)) / 10
    places, kept = torch.full((6, 6), 1 / 6, dtype=torch.float64), torch.full((5,), 0.8, dtype=torch.float64)
    want = {"place and sample": places, "pair in a batch": pairs, "kept of five": kept}
    check_close(got, want, "shares", rtol=0.0, atol=0.1)  # above 6 standard errors


def test_minibatches_draw_from_the_generator_only(submission, rng):
    """With a generator torch's own random state stays; in order nothing is drawn."""
    check_manners(submission, lambda: submission.minibatches(20, 3, True, rng.generator(), False))
    check_manners(submission, lambda: submission.minibatches(20, 3, False, None, False))
    generator = rng.generator()
    before = generator.get_state()
    submission.minibatches(20, 3, False, generator, True)
    check_close(generator.get_state(), before, "state of the generator after an epoch in order")


def test_minibatches_draw_without_a_generator(submission):
    """Without a generator the order comes from torch's own, anew in each call."""

    def draw_twice(submission, n):
        torch.manual_seed(5)
        first = [submission.minibatches(n, 8, True, None, False) for _ in range(2)]
        torch.manual_seed(5)
        return first, submission.minibatches(n, 8, True, None, False)

    (first, second), again = submission.run(draw_twice, 50)
    orders = [_check_epoch(epoch, 50, 8) for epoch in (first, again, second)]
    check_close(orders[0], orders[1], "the epoch after the same torch.manual_seed")
    moved = int((orders[0] != orders[2]).sum())
    check_that(moved > 25, None, "another order in the next call", f"{moved} of 50 samples at another place")


def test_minibatches_are_made_by_hand(submission, rng):
    """The batches are cut without torch.utils.data."""
    check_by_hand(
        submission,
        lambda: submission.minibatches(9, 2, True, rng.generator(), False),
        forbidden=("DataLoader", "BatchSampler", "RandomSampler", "SubsetRandomSampler", "SequentialSampler"),
        task="minibatches",
    )
