"""load_tensors: what comes back, where it lies, and what a file must not do."""

import fractions
import io

import pytest
import torch

from grader.suite import check_close, check_device, check_equal, check_like, check_manners

DTYPES = (torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float32, torch.float64, torch.complex64)


def packed(value):
    """Return the bytes of a file, made where the submission never was."""
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def write(submission, path, data):
    with open(path, "wb") as file:
        file.write(data)


def write_and_load(submission, tensors):
    """Write a file without the submission, and let the submission read it."""
    path = submission.scratch + "/tensors.pt"
    submission.run(write, path, packed(tensors))
    return submission.load_tensors(path)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_load_tensors_of_a_list(submission):
    """A file with a list of two tensors gives that list."""
    tensors = [torch.tensor([1.0, 2.0]), torch.tensor([[3], [4]])]
    check_close(write_and_load(submission, tensors), tensors)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_load_tensors_of_a_dict(submission):
    """A file with a dict gives that dict, its keys in their order."""
    tensors = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])}
    got = write_and_load(submission, tensors)
    check_close(got, tensors)
    check_equal(list(got), ["weight", "bias"], "order of the keys")


def test_load_tensors_when_empty(submission):
    """An empty list or dict comes back empty."""
    for tensors in ([], {}):
        check_equal(write_and_load(submission, tensors), tensors)


@pytest.mark.weight(2)
def test_load_tensors_keeps_shape_and_dtype(submission, rng):
    """Every dtype and shape comes back, single numbers and empty tensors too."""
    for shape in ((5, 3), (), (1,), (0, 2)):
        tensors = [rng.integers(0, 200, *shape).to(dtype) for dtype in DTYPES]
        check_like(write_and_load(submission, tensors), tensors)


def test_load_tensors_of_many(submission, rng):
    """Twelve tensors come back in their order, not in that of their names."""
    tensors = {str(k): rng.normal(2, k) for k in rng.permutation(12).tolist()}
    got = write_and_load(submission, tensors)
    check_close(got, tensors)
    check_equal(list(got), list(tensors), "order of the keys")


@pytest.mark.weight(2)
def test_load_tensors_without_gradient(submission, rng):
    """Plain values come back as plain values, without gradient."""

    def scenario(submission, path, data):
        with open(path, "wb") as file:
            file.write(data)
        (loaded,) = submission.load_tensors(path)
        return loaded.detach().clone(), type(loaded) is torch.Tensor, loaded.requires_grad

    x = rng.normal(3)
    value, *flags = submission.run(scenario, submission.scratch + "/plain.pt", packed([x]))
    check_equal(flags, [True, False], "whether it is a plain tensor, and whether it requires a gradient")
    check_close(value, x)


def test_load_tensors_twice(submission, rng):
    """A file can be read again, and the second result is a tensor of its own."""

    def scenario(submission, path, data):
        with open(path, "wb") as file:
            file.write(data)
        first = submission.load_tensors(path)
        first[0].zero_()
        return submission.load_tensors(path)

    x = rng.normal(3, 4)
    got = submission.run(scenario, submission.scratch + "/twice.pt", packed([x]))
    check_close(got, [x], "the second result")


def test_load_tensors_manners(submission, rng):
    """Reading leaves torch's state as it was."""
    path = submission.scratch + "/manners.pt"
    submission.run(write, path, packed([rng.normal(3)]))
    check_manners(submission, lambda: submission.load_tensors(path))


def test_load_tensors_from_a_device(submission, rng):
    """Tensors that were written from an accelerator come back on the CPU."""

    def scenario(submission, path, data, x):
        with open(path, "wb") as file:
            file.write(data)
        (loaded,) = submission.load_tensors(path)
        return str(loaded.device), loaded.to(x.device)

    path = submission.scratch + "/device.pt"
    check_device(
        lambda x: submission.run(scenario, path, packed([x]), x), rng.normal(3, 4, dtype=torch.float32)
    )


@pytest.mark.weight(2)
def test_load_tensors_executes_nothing(submission):
    """Code that a file brings along does not run."""

    class Trap:
        def __reduce__(self):
            return torch.save, ([], trace)

    def scenario(submission, path, data, trace):
        import contextlib
        import os
        import pickle

        with open(path, "wb") as file:
            file.write(data)
        with contextlib.suppress(pickle.UnpicklingError):
            submission.load_tensors(path)
        return os.path.exists(trace)

    trace = submission.scratch + "/trace"
    data = packed([torch.ones(2), Trap()])
    ran = submission.run(scenario, submission.scratch + "/trap.pt", data, trace)
    check_equal(ran, False, "whether the code in the file ran")


def test_load_tensors_reports_code(submission):
    """A file with more than tensors and plain values raises UnpicklingError."""

    def scenario(submission, path, data):
        import pickle

        with open(path, "wb") as file:
            file.write(data)
        try:
            submission.load_tensors(path)
        except pickle.UnpicklingError:
            return "UnpicklingError"
        return "no exception"

    data = packed([torch.ones(2), fractions.Fraction(1, 2)])
    raised = submission.run(scenario, submission.scratch + "/code.pt", data)
    check_equal(raised, "UnpicklingError", "what a file with a Fraction raises")
