"""save_tensors: what is in the file, and what is not."""

import pytest
import torch

from grader.suite import check_close, check_device, check_equal, check_like, check_manners

DTYPES = (torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float32, torch.float64, torch.complex64)


def content(submission, path):
    with open(path, "rb") as file:
        return file.read()


def read(data):
    import io

    return torch.load(io.BytesIO(data), weights_only=True)


def save_and_read(submission, tensors):
    """Let the submission write a file, and read its bytes where the submission never was."""
    path = submission.scratch + "/tensors.pt"
    check_equal(submission.save_tensors(path, tensors), None, "what save_tensors returns")
    return submission.apart(read, submission.run(content, path))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_save_tensors_of_a_list(submission):
    """A list of two tensors is read back by torch.load as the same list."""
    tensors = [torch.tensor([1.0, 2.0]), torch.tensor([[3], [4]])]
    check_close(save_and_read(submission, tensors), tensors, "the list in the file")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_save_tensors_of_a_dict(submission):
    """A dict keeps its keys and their order."""
    tensors = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])}
    got = save_and_read(submission, tensors)
    check_close(got, tensors, "the dict in the file")
    check_equal(list(got), ["weight", "bias"], "order of the keys")


def test_save_tensors_when_empty(submission):
    """An empty list or dict makes a file too."""
    for tensors in ([], {}):
        check_equal(save_and_read(submission, tensors), tensors, "what the file holds")


@pytest.mark.weight(2)
def test_save_tensors_keeps_shape_and_dtype(submission, rng):
    """Every dtype and shape arrives as it was, single numbers and empty tensors too."""
    for shape in ((5, 3), (), (1,), (0, 2)):
        tensors = [rng.integers(0, 200, *shape).to(dtype) for dtype in DTYPES]
        check_like(save_and_read(submission, tensors), tensors, "the list in the file")


@pytest.mark.detail
def test_save_tensors_when_not_contiguous(submission, rng):
    """Transposes, cut-outs and expanded rows arrive with their values."""
    a = rng.normal(5, 4)
    tensors = {"transpose": a.t(), "part": a[1:4, ::2], "row": a[:1].expand(3, 4)}
    check_close(save_and_read(submission, tensors), tensors, "the dict in the file")


@pytest.mark.weight(2)
def test_save_tensors_writes_only_what_is_seen(submission):
    """One row of a large matrix makes a small file."""

    def scenario(submission, path, row):
        large = torch.zeros(1000, 1000)
        large[0] = row
        submission.save_tensors(path, {"row": large[0]})
        with open(path, "rb") as file:
            return file.read()

    row = torch.arange(1000.0)
    data = submission.run(scenario, submission.scratch + "/row.pt", row)
    check_close(submission.apart(read, data), {"row": row}, "the row in the file")
    check_equal(len(data) < 50_000, True, "whether a file with one row of 1000 is below 50000 bytes")


@pytest.mark.weight(2)
def test_save_tensors_without_gradient(submission, rng):
    """A parameter, and a result that has a history, are saved as plain values."""

    def scenario(submission, path, x):
        parameter = x.clone().requires_grad_()
        submission.save_tensors(path, [parameter, parameter * 2])
        with open(path, "rb") as file:
            return file.read()

    def flags(data):
        import io

        loaded = torch.load(io.BytesIO(data), weights_only=True)
        return [tensor.detach() for tensor in loaded], [tensor.requires_grad for tensor in loaded]

    x = rng.normal(3, 4)
    values, required = submission.apart(
        flags, submission.run(scenario, submission.scratch + "/parameter.pt", x)
    )
    check_close(values, [x, x * 2], "the list in the file")
    check_equal(required, [False, False], "requires_grad of what the file holds")


def test_save_tensors_replaces_a_file(submission, rng):
    """A second call to the same path replaces what was there."""
    save_and_read(submission, [rng.normal(5), rng.normal(6)])
    second = [rng.normal(2, 3)]
    check_close(save_and_read(submission, second), second, "the list in the file after the second call")


@pytest.mark.detail
def test_save_tensors_manners(submission, rng):
    """The tensors keep their gradient flags, and torch's state stays as it was."""

    def scenario(submission, path, x):
        tensors = {"b": x.clone().requires_grad_(), "a": x}
        submission.save_tensors(path, tensors)
        return list(tensors), tensors["b"].requires_grad, tensors["a"]

    path, x = submission.scratch + "/manners.pt", rng.normal(2, 3)
    check_manners(submission, lambda: submission.save_tensors(path, [x]))
    keys, flag, after = submission.run(scenario, path, x)
    check_equal((keys, flag), (["b", "a"], True), "keys, and requires_grad of a parameter, after the call")
    check_close(after, x, "a tensor after the call")


def test_save_tensors_from_a_device(submission, rng):
    """Tensors of an accelerator are on the CPU in the file."""

    def scenario(submission, path, x):
        submission.save_tensors(path, [x])
        with open(path, "rb") as file:
            return file.read()

    def place(data, x):
        import io

        (loaded,) = torch.load(io.BytesIO(data), weights_only=True)
        return str(loaded.device), loaded.to(x.device)

    def saved(x):
        return submission.apart(place, submission.run(scenario, submission.scratch + "/device.pt", x), x)

    check_device(saved, rng.normal(3, 4, dtype=torch.float32))
