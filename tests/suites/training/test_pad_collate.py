"""Suite of training.pad_collate."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_fields, check_manners, to_device


def draw(rng, lengths, *features, dtype=torch.float64):
    """Draw a batch of sequences of these lengths."""
    return [((10 * rng.normal(n, *features)).to(dtype), int(rng.integers(0, 5, 1)[0])) for n in lengths]


def padded(batch):
    """Return what is asked for, by loops."""
    longest = max(len(sequence) for sequence, _ in batch)
    first = batch[0][0]
    x = torch.zeros(len(batch), longest, *first.shape[1:], dtype=first.dtype)
    for i, (sequence, _) in enumerate(batch):
        for t in range(len(sequence)):
            x[i, t] = sequence[t]
    return x, torch.tensor([len(sequence) for sequence, _ in batch]), torch.tensor([label for _, label in batch])


def check_batch(got, batch):
    for name, mine, want in zip(("x", "lengths", "y"), got, padded(batch), strict=True):
        check_close(mine, want, name)


@pytest.fixture
def collate(submission, shared):
    return lambda batch: shared.unpacked(submission.pad_collate(batch), "x", "lengths", "y")


@pytest.mark.visible
def test_pad_collate_of_two_sequences(collate):
    """(5, 6, 7) and (8) become the rows (5, 6, 7) and (8, 0, 0)."""
    x, lengths, y = collate([(torch.tensor([5, 6, 7]), 1), (torch.tensor([8]), 0)])
    check_close(x, torch.tensor([[5, 6, 7], [8, 0, 0]]), "x")
    check_close(lengths, torch.tensor([3, 1]), "lengths")
    check_close(y, torch.tensor([1, 0]), "y")


def test_pad_collate_has_names(submission, rng):
    """What comes back is a named tuple: x, lengths, y."""
    check_fields(submission.pad_collate(draw(rng, (2, 3))), ("x", "lengths", "y"))


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "lengths", [(3, 1, 4, 2), (2, 5), (4, 4), (1,)], ids=lambda lengths: f"lengths {lengths}"
)
def test_pad_collate_fills_up_with_zeros(collate, rng, lengths):
    """Sequences stand at the front of their rows, in the order of the batch."""
    for dtype in (torch.float32, torch.float64, torch.int64):
        batch = draw(rng, lengths, dtype=dtype)
        check_batch(collate(batch), batch)


@pytest.mark.weight(2)
def test_pad_collate_of_vectors(collate, rng):
    """A sequence of vectors, or of matrices, is padded along its time alone."""
    for features in ((3,), (2, 3)):
        batch = draw(rng, (3, 1, 4), *features)
        check_batch(collate(batch), batch)


def test_pad_collate_when_zeros_are_data(collate):
    """A zero at the end of a sequence is an entry, and counts for its length."""
    batch = [(torch.tensor([4, 0, 0]), 0), (torch.tensor([0]), 2), (torch.tensor([1, 2, 3, 0]), 1)]
    check_batch(collate(batch), batch)


def test_pad_collate_when_a_sequence_is_empty(collate, rng):
    """A sequence without entries is a row of zeros, of length 0."""
    batch = draw(rng, (2, 0, 3))
    check_batch(collate(batch), batch)


@pytest.mark.weight(2)
def test_pad_collate_serves_a_loader(submission, rng):
    """A DataLoader that is given it pads each batch to the longest of that batch."""

    def scenario(submission, data):
        from torch.utils.data import DataLoader

        loader = DataLoader(data, batch_size=2, collate_fn=submission.pad_collate)
        return [[batch.x, batch.lengths, batch.y] for batch in loader]

    data = draw(rng, (5, 2, 1, 3, 2), 2)
    batches = submission.run(scenario, data)
    check_equal(len(batches), 3, "number of batches")
    for i, got in enumerate(batches):
        check_batch(got, data[2 * i : 2 * i + 2])


def test_pad_collate_has_manners(submission, rng):
    """The sequences and torch's state stay as they were."""
    batch = draw(rng, (3, 1, 4))
    check_manners(submission, lambda: submission.pad_collate(batch))


def test_pad_collate_on_a_device(submission, rng):
    """The sequences stay on their device; lengths and labels are on the CPU."""

    def scenario(submission, data):
        x, lengths, y = submission.pad_collate(data)
        return x, [lengths.device.type, y.device.type], lengths, y

    data = draw(rng, (3, 1, 4), 2, dtype=torch.float32)
    x, places, *others = submission.run(scenario, to_device(data))
    want, *wanted = padded(data)
    check_close(x, to_device(want), "x on an accelerator")
    check_equal(places, ["cpu", "cpu"], "where lengths and y lie")
    check_close(others, wanted, "lengths and y")
