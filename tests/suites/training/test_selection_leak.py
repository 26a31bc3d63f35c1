"""Suite of training.selection_leak."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_fields, check_manners, check_that, to_device

NAMES = ("leaky_columns", "honest_columns", "leaky_error", "honest_error", "mean_error")
CLOSE = {"rtol": 1e-7, "atol": 1e-9}


def correlations(x, y):
    """The oracle: the absolute correlation of each column with y, by torch's own corrcoef."""
    found = []
    for column in x.t():
        constant = bool((column == column[0]).all())
        found.append(0.0 if constant else torch.corrcoef(torch.stack([column, y]))[0, 1].abs().item())
    return torch.tensor(found, dtype=torch.float64)


def strongest(x, y, count):
    """Return the columns of the largest correlations, in ascending order."""
    return correlations(x, y).argsort(descending=True)[:count].sort().values


def squares(x, y, train, validation, columns):
    """Return the squared errors of the validation rows, by an orthogonal basis of the training rows."""
    q, r = torch.linalg.qr(torch.cat([torch.ones_like(y[train, None]), x[train][:, columns]], 1))
    w = torch.linalg.solve_triangular(r, q.t() @ y[train, None], upper=True)
    said = torch.cat([torch.ones_like(y[validation, None]), x[validation][:, columns]], 1) @ w
    return (said[:, 0] - y[validation]) ** 2


def compared(x, y, folds, count):
    """The oracle of the whole: columns and errors of both procedures, and the error of the mean."""
    leaky = strongest(x, y, count)
    honest = torch.stack([strongest(x[train], y[train], count) for train, _ in folds])
    errors = [
        torch.cat([squares(x, y, *fold, columns) for fold, columns in zip(folds, chosen, strict=True)])
        for chosen in ([leaky] * len(folds), honest)
    ]
    mean = torch.cat([(y[train].mean() - y[validation]) ** 2 for train, validation in folds])
    return leaky, honest, *(error.mean().item() for error in [*errors, mean])


def folds_of(rng, n, k):
    """Deal n rows out into k folds."""
    parts = rng.permutation(n).tensor_split(k)
    return [(torch.cat([*parts[:i], *parts[i + 1 :]]), parts[i]) for i in range(k)]


def noise(rng, n=22, d=30):
    """Draw columns that tell nothing of y, in units and zeros of their own."""
    return rng.normal(n, d) * rng.uniform(d, low=0.5, high=20) + 3 * rng.normal(d), rng.normal(n) + 4


@pytest.fixture
def leak(submission, shared):
    """Do the experiment, and return its parts."""
    return lambda *arguments: shared.unpacked(submission.selection_leak(*arguments), *NAMES)


@pytest.mark.visible
def test_selection_leak_of_four_rows(leak):
    """Column 0 is 3 - y and always chosen; the mean of the others errs by 20 / 9."""
    x = torch.tensor([[3.0, 0.0], [2.0, 1.0], [1.0, 0.0], [0.0, 1.0]]).double()
    y = torch.tensor([0.0, 1.0, 2.0, 3.0]).double()
    rows = torch.arange(4)
    leaky, honest, *errors = leak(x, y, [(rows[rows != i], rows[i : i + 1]) for i in range(4)], 1)
    check_close(leaky, torch.tensor([0]), "leaky_columns")
    check_close(honest, torch.zeros(4, 1, dtype=torch.int64), "honest_columns")
    # the means of the others are 2, 5 / 3, 4 / 3 and 1: squares 4, 4 / 9, 4 / 9 and 4
    check_close(errors, [0.0, 0.0, 20 / 9], "the three errors", atol=1e-9)


@pytest.mark.weight(2)
def test_selection_leak_chooses_by_all_rows(leak, rng):
    """The leaky columns are the strongest of all rows, in ascending order."""
    x, y = noise(rng)
    leaky = leak(x, y, folds_of(rng, 22, 4), 5)[0]
    check_close(leaky, strongest(x, y, 5), "leaky_columns")


@pytest.mark.weight(3)
def test_selection_leak_chooses_by_training_rows(leak, rng):
    """The honest columns are, for each fold, the strongest of its training rows."""
    x, y = noise(rng)
    folds = folds_of(rng, 22, 4)
    check_close(leak(x, y, folds, 5)[1], compared(x, y, folds, 5)[1], "honest_columns")


@pytest.mark.weight(3)
@pytest.mark.parametrize("k, count", [(2, 4), (4, 3), (22, 6)], ids=["2 folds", "4 folds", "a row each"])
def test_selection_leak_errors(leak, rng, k, count):
    """The errors are those of least squares on training rows, each row counting once."""
    x, y = noise(rng)
    folds = folds_of(rng, 22, k)
    want = compared(x, y, folds, count)
    got = leak(x, y, folds, count)
    for name, theirs, ours in list(zip(NAMES, got, want, strict=True))[2:]:
        check_close(theirs, ours, name, **CLOSE)


@pytest.mark.weight(2)
def test_selection_leak_takes_columns_that_fall_with_y(leak, rng):
    """A column that falls as y rises is as strong as one that rises."""
    x, y = noise(rng)
    x[:, 7], x[:, 19] = 5 - 2 * y + 0.1 * rng.normal(22), 9 * y + rng.normal(22)
    folds = folds_of(rng, 22, 3)
    got = leak(x, y, folds, 2)
    check_close(got[0], torch.tensor([7, 19]), "leaky_columns")
    check_close(got[1], torch.tensor([[7, 19]] * 3), "honest_columns")


@pytest.mark.weight(2)
def test_selection_leak_passes_constant_columns_by(leak, rng):
    """A constant column has the correlation 0, also where one fold makes it so."""
    x, y = noise(rng, 20, 9)
    folds = folds_of(rng, 20, 4)
    for column in (1, 3, 8):  # the strongest, whatever the draw
        x[:, column] = (column - 5) * y + 0.2 * rng.normal(20)
    x[:, 4] = 2.0
    x[:, 6] = 1.0
    x[folds[1][1], 6] = 0.0  # the training rows of this fold hold ones alone
    got, want = leak(x, y, folds, 3), compared(x, y, folds, 3)
    check_close(got[0], want[0], "leaky_columns")
    check_close(got[1], want[1], "honest_columns")
    check_close(list(got[2:]), list(want[2:]), "the three errors", **CLOSE)


@pytest.mark.weight(2)
def test_selection_leak_of_pure_noise(leak, rng):
    """Columns of noise seem to tell of y when all rows chose them, and only then."""
    x, y = rng.normal(60, 900), rng.normal(60)
    folds = folds_of(rng, 60, 6)
    got, want = leak(x, y, folds, 8), compared(x, y, folds, 8)
    check_close(list(got[2:]), list(want[2:]), "the three errors", **CLOSE)


def test_selection_leak_of_all_columns(leak, rng):
    """Where all columns are taken nothing is chosen, and both errors are equal."""
    x, y = noise(rng, 14, 3)
    folds = folds_of(rng, 14, 4)
    got, want = leak(x, y, folds, 3), compared(x, y, folds, 3)
    check_close(list(got[2:]), list(want[2:]), "the three errors", **CLOSE)


def test_selection_leak_keeps_kinds(leak, rng):
    """Of float32 rows the columns are int64 and the errors floats, nearly the same."""
    x, y = rng.normal(30, 3, dtype=torch.float32), rng.normal(30, dtype=torch.float32)
    folds = folds_of(rng, 30, 3)
    got, want = leak(x, y, folds, 3), compared(x.double(), y.double(), folds, 3)
    check_close(got[0], want[0], "leaky_columns")
    for name, theirs, ours in list(zip(NAMES, got, want, strict=True))[2:]:
        check_equal(type(theirs).__name__, "float", f"the kind of {name}")
        check_that(abs(theirs - ours) <= 1e-3 * ours, name, f"{ours:.4g}", f"{theirs:.4g}")


def test_selection_leak_names_what_it_returns(submission, rng):
    """The result is a named tuple of columns and errors."""
    x, y = noise(rng, 8, 4)
    check_fields(submission.selection_leak(x, y, folds_of(rng, 8, 2), 1), NAMES)


def test_selection_leak_has_manners(submission, rng):
    """The rows and torch's random state stay as they were."""
    x, y = noise(rng, 12, 6)
    folds = folds_of(rng, 12, 3)
    check_manners(submission, lambda: submission.selection_leak(x, y, folds, 2))


def test_selection_leak_on_a_device(leak, rng):
    """On an accelerator columns stay there, and the errors are the same."""
    x, y = noise(rng, 12, 6)
    folds = folds_of(rng, 12, 3)
    got = leak(to_device(x), to_device(y), to_device(folds), 2)
    want = compared(x, y, folds, 2)
    check_close(list(got[:2]), to_device(list(want[:2])), "the columns")
    check_close(list(got[2:]), list(want[2:]), "the three errors", rtol=1e-6, atol=1e-8)
