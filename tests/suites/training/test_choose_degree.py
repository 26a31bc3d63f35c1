"""Suite of training.choose_degree."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_equal,
    check_fields,
    check_manners,
    check_that,
    to_device,
)

NAMES = ("folds", "errors", "degree", "prediction")
CLOSE = {"rtol": 1e-7, "atol": 1e-9}


def powers(x, degree):
    """Return the powers from 1 on, as products."""
    columns = [x]
    for _ in range(degree - 1):
        columns.append(columns[-1] * x)
    return torch.stack(columns, 1)


def said_by_fit(x, y, x_new, degree, penalty):
    """The oracle: the penalty as further rows of a least-squares problem, solved by an orthogonal basis."""
    features, new = powers(x, degree), powers(x_new, degree)
    mean = features.mean(0)
    deviation = ((features - mean) ** 2).mean(0).sqrt()
    deviation = torch.where(deviation > 0, deviation, 1.0)
    z, n = (features - mean) / deviation, len(x)
    rows = torch.cat([z / n**0.5, penalty**0.5 * torch.eye(degree, dtype=x.dtype)])
    right = torch.cat([(y - y.mean()) / n**0.5, torch.zeros(degree, dtype=x.dtype)])
    q, r = torch.linalg.qr(rows)
    w = torch.linalg.solve_triangular(r, (q.t() @ right).unsqueeze(1), upper=True).squeeze(1)
    return y.mean() + (new - mean) / deviation @ w


def errors_of(x, y, folds, degrees, penalty):
    """The oracle: for each degree the mean of the squared errors of all rows, in the folds that came back."""
    errors = []
    for degree in degrees:
        said = torch.zeros_like(y)
        for train, validation in folds:
            said[validation] = said_by_fit(x[train], y[train], x[validation], degree, penalty)
        errors.append(((said - y) ** 2).mean().item())
    return errors


def noisy_curve(rng, n, noise=0.3):
    """Draw points of a curve of degree 3, well apart, around a place that is not 0."""
    x = torch.linspace(0.5, 2.5, n, dtype=torch.float64) + rng.uniform(n, low=-0.3, high=0.3) / n
    x = x[rng.permutation(n)]
    return x, 3 * (x - 0.8) * (x - 1.5) * (x - 2.3) + 2 + rng.normal(n, std=noise)


class Found:
    """What came back, with every part of the right kind."""

    def __init__(self, shared, got, n, k):
        self.folds, self.errors, self.degree, self.prediction = shared.unpacked(got, *NAMES)
        check_equal(type(self.folds).__name__, "list", "the kind of folds")
        check_equal(len(self.folds), k, "the number of folds")
        self.folds = [shared.unpacked(fold, "train", "validation") for fold in self.folds]
        for number, parts in enumerate(self.folds):
            both = torch.cat([part.cpu() for part in parts])
            check_close(both.sort().values, torch.arange(n), f"all rows of fold {number}, sorted")
        held = torch.cat([validation.cpu() for _, validation in self.folds])
        check_close(held.sort().values, torch.arange(n), "the rows that validate in all folds, sorted")
        sizes = sorted((len(validation) for _, validation in self.folds), reverse=True)
        check_equal(sizes, [n // k + (i < n % k) for i in range(k)], "the sizes of the validation parts")

    def tensors(self):
        """Return the folds as one tensor."""
        return torch.cat([torch.cat([part.cpu() for part in fold]) for fold in self.folds])


@pytest.fixture
def choose(submission, shared):
    """Choose a degree, and return what came back."""

    def call(x, y, x_new, degrees, k, seed, penalty=0.001):
        generator = torch.Generator().manual_seed(seed)
        got = submission.choose_degree(x, y, x_new, degrees, k, generator, penalty)
        return Found(shared, got, len(x), k)

    return call


@pytest.mark.visible
def test_choose_degree_of_two_points(choose):
    """Each of two points is predicted by the other: 4 for any degree, so the first."""
    x, y = torch.tensor([0.0, 1.0]).double(), torch.tensor([1.0, 3.0]).double()
    found = choose(x, y, torch.tensor([2.0]).double(), [2, 1], 2, 0, 1.0)
    check_close(found.errors, [4.0, 4.0], "errors")
    check_equal(found.degree, 2, "degree")
    # both columns are (-1, 1), and (2, 4) is (3, 7): b = 2, and w = 1 / 3 for each column
    check_close(found.prediction, torch.tensor([2 + 10 / 3], dtype=torch.float64), "prediction")


@pytest.mark.visible
def test_choose_degree_says_its_evidence(choose, rng):
    """All folds come back, with an error for each degree, and the last fit at x_new."""
    x, y = noisy_curve(rng, 11)
    found = choose(x, y, rng.uniform(4, low=0.5, high=2.5), [3, 1, 4], 3, rng.seed())
    floats = type(found.errors) is list and all(type(error) is float for error in found.errors)
    check_that(floats, "errors", "a list of floats", "something else")
    check_equal(len(found.errors), 3, "the number of errors")
    check_equal(type(found.degree).__name__, "int", "the kind of degree")
    check_equal(tuple(found.prediction.shape), (4,), "the shape of prediction")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, k", [(20, 5), (17, 4)], ids=["equal folds", "unequal folds"])
def test_choose_degree_errors(choose, rng, draw, n, k):
    """Errors are those of fits to training rows alone, each row counting once."""
    x, y = noisy_curve(rng, n)
    degrees = [1, 2, 3, 5]
    found = choose(x, y, x[:1] + 0.1, degrees, k, rng.seed())
    want = errors_of(x, y, found.folds, degrees, 0.001)
    draw.curve("validation error by degree", found.errors, want)
    check_close(found.errors, want, "errors of degrees 1, 2, 3 and 5", **CLOSE)


@pytest.mark.weight(2)
@pytest.mark.parametrize("penalty", [0.01, 3.0])
def test_choose_degree_takes_the_penalty(choose, rng, penalty):
    """The penalty shrinks the weights, of the standardised columns and not b."""
    x, y = noisy_curve(rng, 14)
    y = y + 20
    found = choose(x, y, x[:1], [4, 2], 3, rng.seed(), penalty)
    check_close(found.errors, errors_of(x, y, found.folds, [4, 2], penalty), "errors", **CLOSE)


@pytest.mark.weight(2)
@pytest.mark.parametrize("degrees", [[1, 3], [4, 1, 3], [9, 3, 2, 1]], ids=str)
def test_choose_degree_takes_the_least_error(choose, rng, degrees):
    """The degree is the one of the least validation error, in whatever order."""
    x, y = noisy_curve(rng, 15)
    found = choose(x, y, x[:1], degrees, 5, rng.seed())
    want = errors_of(x, y, found.folds, degrees, 0.001)
    check_close(found.errors, want, "errors", **CLOSE)
    check_equal(found.degree, degrees[want.index(min(want))], "degree")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, k", [(13, 3), (10, 5)])
def test_choose_degree_fits_all_rows_at_the_end(choose, rng, n, k):
    """The prediction is that of the chosen degree, fitted to all rows."""
    x, y = noisy_curve(rng, n)
    x_new = rng.uniform(6, low=1.0, high=3.0)
    found = choose(x, y, x_new, [2, 4], k, rng.seed())
    want = said_by_fit(x, y, x_new, found.degree if found.degree in (2, 4) else 2, 0.001)
    check_close(found.prediction, want, "prediction", **CLOSE)


def test_choose_degree_with_one_row_in_each_fold(choose, rng):
    """As many folds as rows: each is predicted by all others."""
    x, y = noisy_curve(rng, 7)
    found = choose(x, y, x[:1], [1, 2], 7, rng.seed())
    check_close(found.errors, errors_of(x, y, found.folds, [1, 2], 0.001), "errors", **CLOSE)


def test_choose_degree_beyond_the_points(choose, rng):
    """With the penalty a degree may be above the number of points."""
    x, y = noisy_curve(rng, 5)
    found = choose(x, y, x[:2] + 0.05, [8], 2, rng.seed())
    check_close(found.errors, errors_of(x, y, found.folds, [8], 0.001), "errors", **CLOSE)
    check_close(found.prediction, said_by_fit(x, y, x[:2] + 0.05, 8, 0.001), "prediction", **CLOSE)


@pytest.mark.weight(2)
def test_choose_degree_draws_folds_by_the_generator(submission, choose, rng):
    """Equal generators give equal folds, others give others."""
    x, y = noisy_curve(rng, 30)
    seed = rng.seed()

    def scenario(submission, x, y, seed):
        folds = []
        for other in (1, 2):
            torch.manual_seed(other)
            generator = torch.Generator().manual_seed(seed)
            found = submission.choose_degree(x, y, x[:1], [1], 3, generator)
            folds.append([tuple(fold) for fold in tuple(found)[0]])
        return folds

    first, second = submission.run(scenario, x, y, seed)
    check_close(second, first, "the folds of an equal generator")
    others = choose(x, y, x[:1], [1], 3, seed + 1).tensors()
    one = choose(x, y, x[:1], [1], 3, seed).tensors()
    check_that(
        not torch.equal(one, others), "the folds of two generators", "others for another seed", "the same"
    )


def test_choose_degree_keeps_the_dtype(choose, rng):
    """In float32 the prediction is float32, and nearly the same."""
    x, y = (part.float() for part in noisy_curve(rng, 12))
    found = choose(x, y, x[:3] + 0.1, [2], 3, rng.seed(), 0.1)
    want = said_by_fit(x.double(), y.double(), (x[:3] + 0.1).double(), 2, 0.1).float()
    check_close(found.prediction, want, "prediction", rtol=1e-3, atol=1e-3)


def test_choose_degree_names_what_it_returns(submission, rng):
    """The result is a named tuple: folds, errors, degree, prediction."""
    x, y = noisy_curve(rng, 6)
    check_fields(submission.choose_degree(x, y, x[:1], [1], 2, rng.generator()), NAMES)


def test_choose_degree_has_manners(submission, rng):
    """The points and torch's random state stay as they were."""
    x, y = noisy_curve(rng, 8)
    check_manners(submission, lambda: submission.choose_degree(x, y, x[:2], [1, 2], 2, rng.generator()))


def test_choose_degree_on_a_device(choose, rng):
    """On an accelerator the numbers are the same, and the prediction stays there."""
    x, y = noisy_curve(rng, 9)
    seed = rng.seed()
    check_device(lambda x, y: choose(x, y, x[:2], [1, 3], 3, seed).prediction, x, y, **CLOSE)
    found = choose(to_device(x), to_device(y), to_device(x[:2]), [1, 3], 3, seed)
    folds = [(train.cpu(), validation.cpu()) for train, validation in found.folds]
    check_close(found.errors, errors_of(x, y, folds, [1, 3], 0.001), "errors", **CLOSE)
