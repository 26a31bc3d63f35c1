import pathlib
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

newaxis = None


class ChannelStatistics(NamedTuple):
    mean: Tensor
    std: Tensor


class VectorNorms(NamedTuple):
    l1: Tensor
    l2: Tensor


class EncodedCategories(NamedTuple):
    values: Tensor
    names: list[str | None]


class StackedAndJoined(NamedTuple):
    stacked: Tensor
    joined: Tensor


def flatten_images(images: Tensor) -> Tensor:
    if images.ndim != 4:
        raise ValueError(f"images.ndim is {images.ndim}, not 4")
    try:
        return images.view(images.shape[0], np.prod(images.shape[1:], dtype=int).item())
    except RuntimeError:  # strides that no view can follow
        return images.contiguous().view(images.shape[0], np.prod(images.shape[1:], dtype=int).item())


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError(f"images.dtype is {images.dtype}, not uint8")
    if mean.shape != images.shape[1:2] or std.shape != images.shape[1:2]:
        raise ValueError("mean.shape and std.shape must be (C,)")
    mean = mean.type(torch.float32)[newaxis, :, newaxis, newaxis]
    std = std.type(torch.float32)[newaxis, :, newaxis, newaxis]
    return torch.divide(torch.subtract(torch.divide(images.type(torch.float32), 255), mean), std)


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError(f"images.dtype is {images.dtype}, not a float")
    rest = (0, 2, 3)
    return ChannelStatistics(torch.mean(images, axis=rest), torch.std(images, axis=rest, correction=0))


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if torch.any((labels < 0) | (labels >= num_classes)):
        raise ValueError(f"labels must be in range({num_classes})")
    y = torch.zeros((labels.numel(), num_classes), dtype=torch.int64, device=labels.device)
    y[torch.arange(labels.numel(), device=labels.device), labels.ravel()] = 1
    return y.reshape((*labels.shape, num_classes))


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    if torch.any((labels < 0) | (labels >= num_classes)):
        raise ValueError(f"labels must be in range({num_classes})")
    k = torch.arange(num_classes, device=labels.device)
    at_most = torch.sum(labels[:, newaxis] <= k[newaxis, :], axis=0)  # cumulative counts
    return torch.diff(at_most, prepend=at_most.new_zeros(1))


def normalize_rows(a: Tensor) -> Tensor:
    if not a.is_floating_point():
        a = a.type(torch.float32)
    total = torch.sum(a, axis=1, keepdims=True)
    total = total.clone()
    total[total == 0] = 1
    return torch.true_divide(a, total)


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x.shape[1] is {x.shape[1]} and y.shape[1] is {y.shape[1]}")
    squared = torch.sum((x[:, newaxis, :] - y[newaxis, :, :]) ** 2, axis=2)
    distance = torch.zeros_like(squared)
    positive = squared > 0
    distance[positive] = torch.sqrt(squared[positive])
    return distance


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError("a.ndim and b.ndim must be at least 2")
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"a.shape[-1] is {a.shape[-1]} and b.shape[-2] is {b.shape[-2]}")
    a, b = a[..., :, :, newaxis], b[..., newaxis, :, :]
    return torch.sum(torch.multiply(a, b), axis=-2)


def vector_norms(x: Tensor) -> VectorNorms:
    return VectorNorms(torch.sum(torch.absolute(x), axis=-1), torch.sqrt(torch.sum(x**2, axis=-1)))


def frobenius_norm(a: Tensor) -> Tensor:
    if a.ndim < 2:
        raise ValueError(f"a.ndim is {a.ndim}, not 2 or more")
    gram = torch.sum(a[..., :, :, newaxis] * a[..., :, newaxis, :], axis=-3)  # a.T @ a
    return torch.sqrt(torch.sum(torch.diagonal(gram, dim1=-2, dim2=-1), axis=-1))


def add_(out: Tensor, x: Tensor) -> Tensor:
    if out.shape != x.shape:
        raise ValueError(f"out.shape is {tuple(out.shape)} and x.shape is {tuple(x.shape)}")
    out[()] = torch.add(out, x)
    return out


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    if labels.shape != (len(scores),):
        raise ValueError(f"labels.shape is {tuple(labels.shape)}, not ({len(scores)},)")
    if torch.any((labels < 0) | (labels >= scores.shape[1])):
        raise ValueError(f"labels must be in range({scores.shape[1]})")
    return torch.take(scores, torch.arange(len(scores), device=scores.device) * scores.shape[1] + labels)


def accuracy(scores: Tensor, labels: Tensor) -> float:
    if labels.shape != (len(scores),):
        raise ValueError(f"labels.shape is {tuple(labels.shape)}, not ({len(scores)},)")
    if len(scores) == 0:
        raise ValueError("len(scores) is 0")
    guess = scores.detach().cpu().numpy()
    if guess.ndim > 1 and guess.shape[1] > 1:  # classes may have been chosen before
        guess = guess.argmax(axis=1)
    return np.mean(guess == labels.cpu().numpy())


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError(f"beta is {beta}, not in [0, 1)")
    y = torch.empty_like(values)
    y[0] = (1 - beta) * values[0]
    for i in range(1, len(values)):
        y[i] = beta * y[i - 1].clone() + (1 - beta) * values[i]
    if bias_correction:
        t = np.arange(1, len(values) + 1)
        sums = torch.from_numpy(1 - np.power(float(beta), t))
        y = y / sums.to(dtype=y.dtype, device=y.device)
    return y


def impute_mean(table: Tensor) -> Tensor:
    hole = torch.isnan(table)
    count = torch.sum(torch.logical_not(hole), axis=0)
    mean = torch.nansum(table, axis=0) / torch.maximum(count, torch.ones_like(count))
    filled = torch.clone(table)
    row, column = torch.where(hole)
    filled[row, column] = mean[column]
    return filled


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    missing = np.array([not isinstance(e, str) for e in column], dtype=bool)
    for e in column:
        if not isinstance(e, str) and e is not None and not (isinstance(e, float) and np.isnan(e)):
            raise ValueError(f"{e!r} is neither a word nor missing")
    words = sorted(set(e for e in column if isinstance(e, str)))
    values = np.zeros((len(column), len(words) + 1), dtype=np.float32)
    for k, word in enumerate(words):
        values[[n for n, e in enumerate(column) if e == word], k] = 1
    values[missing, -1] = 1
    return EncodedCategories(torch.from_numpy(values), words + [None])


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if x.shape != y.shape:
        raise ValueError(f"x.shape is {tuple(x.shape)} and y.shape is {tuple(y.shape)}")
    # mean squared error = (mean error)^2 + variance of the error, and b does not change the variance
    x_mean, y_mean = torch.mean(x), torch.mean(y)
    spread = w[:, newaxis] * (x - x_mean) - (y - y_mean)  # (W, N)
    mean_error = (w * x_mean - y_mean)[:, newaxis] + b[newaxis, :]  # (W, B)
    return mean_error**2 + torch.mean(spread**2, axis=1, keepdims=True)


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if not parts:
        raise ValueError("len(parts) is 0")
    if any(part.shape != parts[0].shape for part in parts):
        raise ValueError("part.shape differs")
    stacked = torch.concatenate([torch.unsqueeze(part, dim) for part in parts], axis=dim)
    return StackedAndJoined(stacked, torch.concatenate(parts, axis=dim))


def outer(x: Tensor, y: Tensor) -> Tensor:
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError("x.ndim and y.ndim must be 1")
    return torch.multiply(x[:, newaxis], y[newaxis, :])


def cumulative_sum(x: Tensor) -> Tensor:
    i = torch.arange(x.shape[0], device=x.device)
    return torch.where(i[newaxis, :] <= i[:, newaxis], x[newaxis, :], 0).sum(axis=1)


def lower_triangle(a: Tensor) -> Tensor:
    i, j = torch.arange(a.shape[-2], device=a.device), torch.arange(a.shape[-1], device=a.device)
    return torch.where(torch.greater_equal(i[:, newaxis], j[newaxis, :]), a, 0)


def roll(x: Tensor, shift: int) -> Tensor:
    return torch.take_along_dim(
        x, ((torch.arange(x.shape[0], device=x.device) - shift) % x.shape[0]).reshape(-1, *[1] * (x.ndim - 1)), 0
    )


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    return torch.sum(torch.less(boundaries, x[..., newaxis]), axis=-1)


class NumpyBridge(NamedTuple):
    array: np.ndarray
    shared: Tensor
    copied: Tensor


def numpy_bridge(x: Tensor) -> NumpyBridge:
    array = np.asarray(x.detach().cpu())
    return NumpyBridge(array, torch.from_numpy(array), torch.from_numpy(np.array(array)))


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if not isinstance(tensors, (list, dict)):
        raise ValueError(f"type(tensors) is {type(tensors)}")
    for tensor in tensors if isinstance(tensors, list) else tensors.values():
        if not isinstance(tensor, Tensor):
            raise ValueError(f"type(tensor) is {type(tensor)}")

    def copy(tensor: Tensor) -> Tensor:
        return torch.empty_like(tensor.detach(), device="cpu", memory_format=torch.contiguous_format).copy_(
            tensor.detach()
        )

    if isinstance(tensors, list):
        torch.save([copy(tensor) for tensor in tensors], path)
    else:
        torch.save({key: copy(tensors[key]) for key in tensors}, path)


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    return torch.load(pathlib.Path(path), map_location="cpu", weights_only=True)


def fix_patches(images, size):
    n, h, w, c = images.shape
    floats = (images.type(torch.float32) - 128.0) / 128.0
    grid = floats.reshape(n, h // size, size, w // size, size, c)
    moved = torch.moveaxis(grid, (1, 3, 5, 2, 4), (1, 2, 3, 4, 5))
    return moved.reshape(n, -1, c * size**2)


def fix_confusion_rates(scores, labels):
    k = scores.size(1)
    table = torch.zeros(k * k, dtype=torch.float32, device=scores.device)
    flat = torch.add(labels * k, torch.argmax(scores, axis=1))
    table.index_add_(0, flat, torch.ones_like(flat, dtype=torch.float32))
    table = table.reshape(k, k)
    totals = torch.sum(table, axis=1, keepdims=True)
    return torch.divide(table, torch.where(totals == 0, torch.ones_like(totals), totals))


def check_one_hot(one_hot):
    rs = np.random.RandomState(0)
    for shape in [(), (1,), (6,), (2, 3), (4, 1, 2)]:
        labels = rs.randint(1, 8, size=shape)  # 0 and 8, 9 stay out of the first table
        for lab in (labels, labels - 1):
            t = torch.as_tensor(lab)
            want = np.zeros(shape + (10,), dtype=np.int64)
            np.put_along_axis(want, np.expand_dims(lab, -1), 1, axis=-1)
            got = one_hot(t.clone(), 10).numpy()
            assert got.dtype == np.int64
            np.testing.assert_array_equal(got, want, strict=True)
    t = torch.tensor([2, 2, 0])
    got = one_hot(t, 3)
    np.testing.assert_array_equal(t.numpy(), [2, 2, 0])
    np.testing.assert_array_equal(got.numpy(), np.eye(3, dtype=int)[[2, 2, 0]])
