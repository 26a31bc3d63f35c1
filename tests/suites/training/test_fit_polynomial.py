"""Suite of training.fit_polynomial."""

import pytest
import torch

from grader.suite import check_close, check_device, check_manners, check_that


def features(x, degree):
    """Return the powers as products."""
    columns = [torch.ones_like(x)]
    for _ in range(degree):
        columns.append(columns[-1] * x)
    return torch.stack(columns, 1)


def fit_by_qr(x, y, x_val, y_val, degree):
    """The oracle: least squares by an orthogonal basis, in float64."""
    x, y, x_val, y_val = (part.double() for part in (x, y, x_val, y_val))
    q, r = torch.linalg.qr(features(x, degree))
    weights = torch.linalg.solve_triangular(r, (q.t() @ y).unsqueeze(1), upper=True).squeeze(1)
    errors = [((features(a, degree) @ weights - b) ** 2).mean() for a, b in ((x, y), (x_val, y_val))]
    return weights, *errors


def curve_points(rng, n, noise=0.2):
    """Draw points of a curve that is no polynomial, well apart on -1 to 1."""
    x = torch.linspace(-1, 1, n, dtype=torch.float64) + rng.uniform(n, low=-0.3, high=0.3) / n
    return x, torch.sin(3 * x) + rng.normal(n, std=noise)


NAMES = ("weights", "train_error", "validation_error")


@pytest.fixture
def parts(submission, shared):
    """Fit, and return weights and the two errors."""
    return lambda *arguments: shared.unpacked(submission.fit_polynomial(*arguments), *NAMES)


@pytest.mark.visible
def test_fit_polynomial_of_three_points(parts):
    """The line 1 + 2x goes through three points, and misses a fourth by 2."""
    x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 5.0])
    weights, train, validation = parts(x, y, torch.tensor([3.0]), torch.tensor([9.0]), 1)
    check_close(weights, torch.tensor([1.0, 2.0]), "weights", rtol=1e-3, atol=1e-3)
    check_close(train, torch.tensor(0.0), "train_error", atol=1e-4)
    check_close(validation, torch.tensor(4.0), "validation_error", rtol=1e-3)


@pytest.mark.visible
def test_fit_polynomial_of_degree_zero(parts):
    """The best constant is the mean: 3 for 1, 2 and 6, with squares 4, 1, 9."""
    x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 2.0, 6.0])
    weights, train, validation = parts(x, y, torch.tensor([1.0, 5.0]), torch.tensor([3.0, 1.0]), 0)
    check_close(weights, torch.tensor([3.0]), "weights", rtol=1e-3)
    check_close(train, torch.tensor(14 / 3), "train_error", rtol=1e-3)
    check_close(validation, torch.tensor(2.0), "validation_error", rtol=1e-3)


@pytest.mark.weight(2)
@pytest.mark.parametrize("degree", [0, 1, 2, 4, 6])
def test_fit_polynomial_weights(parts, rng, degree):
    """The weights make the training error least, the weight of the constant first."""
    arguments = *curve_points(rng, 15), *curve_points(rng, 9)
    got = parts(*arguments, degree)[0]
    check_close(got, fit_by_qr(*arguments, degree)[0], rtol=1e-6, atol=1e-8)


@pytest.mark.weight(2)
@pytest.mark.parametrize("degree", [0, 1, 2, 4, 6])
def test_fit_polynomial_training_error(parts, rng, degree):
    """The training error is the mean of the squares on the points of the fit."""
    arguments = *curve_points(rng, 15), *curve_points(rng, 9)
    got = parts(*arguments, degree)[1]
    check_close(got, fit_by_qr(*arguments, degree)[1], rtol=1e-6, atol=1e-8)


@pytest.mark.weight(3)
@pytest.mark.parametrize("degree", [0, 1, 2, 4, 6])
def test_fit_polynomial_validation_error(parts, rng, degree):
    """The validation error is that of the same polynomial on points it has not seen."""
    arguments = *curve_points(rng, 15), *curve_points(rng, 9)
    got = parts(*arguments, degree)[2]
    check_close(got, fit_by_qr(*arguments, degree)[2], rtol=1e-6, atol=1e-8)


@pytest.mark.weight(2)
def test_fit_polynomial_shows_over_fitting(parts, rng, draw):
    """As the degree grows, the two errors go their own ways."""
    arguments, degrees = (*curve_points(rng, 14), *curve_points(rng, 40)), range(10)
    got = [parts(*arguments, degree)[1:] for degree in degrees]
    want = [fit_by_qr(*arguments, degree)[1:] for degree in degrees]
    for number, name in ((0, "training error by degree"), (1, "validation error by degree")):
        mine, own = ([pair[number] for pair in pairs] for pairs in (got, want))
        draw.curve(
            name,
            [error.item() if isinstance(error, torch.Tensor) else error for error in mine],
            torch.stack(own),
        )
        check_close(mine, own, name, rtol=1e-5, atol=1e-6)
    falling = all(later <= earlier + 1e-6 for (earlier, _), (later, _) in zip(got, got[1:], strict=False))
    check_that(falling, None, "a training error that falls with the degree", "one that rises")


def test_fit_polynomial_through_every_point(parts, rng):
    """Degree N - 1 goes through all N points, whatever happens elsewhere."""
    arguments = *curve_points(rng, 5), *curve_points(rng, 6)
    weights, train, validation = parts(*arguments, 4)
    want = fit_by_qr(*arguments, 4)
    check_close(train, torch.zeros((), dtype=torch.float64), "train_error", atol=1e-9)
    check_close(weights, want[0], "weights", rtol=1e-5, atol=1e-6)
    check_close(validation, want[2], "validation_error", rtol=1e-5)


def test_fit_polynomial_keeps_the_dtype(parts, rng):
    """In float32 all three results are float32, and nearly the same."""
    arguments = tuple(part.float() for part in (*curve_points(rng, 15), *curve_points(rng, 9)))
    want = [part.float() for part in fit_by_qr(*arguments, 3)]
    for name, got, part in zip(NAMES, parts(*arguments, 3), want, strict=True):
        check_close(got, part, name, rtol=1e-2, atol=1e-3)


def test_fit_polynomial_has_manners(submission, rng):
    """The points and torch's random state stay as they were."""
    points = curve_points(rng, 8), curve_points(rng, 5)
    check_manners(submission, lambda: submission.fit_polynomial(*points[0], *points[1], 2))


def test_fit_polynomial_on_a_device(parts, rng):
    """On an accelerator the results are the same and stay there."""
    arguments = *curve_points(rng, 8), *curve_points(rng, 5)
    check_device(lambda *points: parts(*points, 2), *arguments, rtol=1e-6, atol=1e-8)
