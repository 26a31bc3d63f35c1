"""What several suites of this topic share."""

import torch

from grader.suite import check_that


def unpacked(got, *names):
    """Return the parts of a named tuple that the submission returned, or of a plain tuple of as many."""
    kind = type(got).__name__  # a named tuple arrives as a Record
    text = f"a tuple of {len(got)}" if kind in ("Record", "tuple") else "something else"
    fits = text == f"a tuple of {len(names)}"
    check_that(fits, "what is returned", f"a named tuple ({', '.join(names)})", text)
    return tuple(got)


def in_other_units(rng, y, *tables):
    """Give every column a unit and a zero of its own, and every cell a little noise; the first table sets the scale.

    The more a column tells of y, the smaller its unit: what learns from the raw columns fails, whatever the seed.
    """
    mean, std = tables[0].mean(0), tables[0].std(0)
    columns = tables[0].shape[1]
    told = (((tables[0] - mean) / std) * (y - y.double().mean()).float().unsqueeze(1)).mean(0).abs()
    places = torch.linspace(3, -3, columns)[told.argsort().argsort()]
    unit = 10 ** (places + rng.uniform(columns, low=-0.1, high=0.1, dtype=torch.float32))
    zero = rng.uniform(columns, low=10, high=20, dtype=torch.float32) * rng.normal(columns).sign().float()
    noisy = ((x - mean) / std + rng.normal(*x.shape, std=0.05, dtype=torch.float32) for x in tables)
    return [(x + zero) * unit for x in noisy]


def drawn(rng, part, count):
    """Draw `count` samples of a part of a data set, without repetition."""
    rows = rng.permutation(len(part.y))[:count]
    return part.x[rows], part.y[rows]
