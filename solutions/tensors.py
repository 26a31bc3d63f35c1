"""Tensors: shapes, broadcasting, indexing, memory and files.

Letters: N batch, M second batch, C channels, H W image, D features, K classes, T time, `*` any axes.
Every function returns its result on the device of its inputs and leaves the inputs as they were,
unless its docstring says otherwise.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor


def flatten_images(images: Tensor) -> Tensor:
    """Lay each image out as one row of numbers: row[n, (c * H + h) * W + w] = images[n, c, h, w].

    Differentiable in `images`.

    Args:
        images: (N, C, H, W), any dtype; contiguous or not.
    Returns:
        (N, C * H * W), same dtype: a view of `images` where these are contiguous, else a copy.
    Example:
        >>> flatten_images(torch.arange(8).reshape(2, 1, 2, 2))
        tensor([[0, 1, 2, 3],
                [4, 5, 6, 7]])

    Source: torch.flatten, for four axes.
    """
    ### BEGIN SOLUTION
    return images.flatten(1)
    ### END SOLUTION


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Turn bytes 0..255 into numbers around 0, each channel by its own mean and standard deviation.

    y[n, c, h, w] = (images[n, c, h, w] / 255 - mean[c]) / std[c], a new tensor, without a Python loop.

    Args:
        images: (N, C, H, W), uint8.
        mean, std: (C,), float: mean and standard deviation (positive) of each channel on the scale 0..1.
    Returns:
        (N, C, H, W), float32, whatever float dtype `mean` and `std` have.
    Example:
        >>> images = torch.tensor([[[[0, 255]]]], dtype=torch.uint8)
        >>> normalize_pixels(images, torch.tensor([0.5]), torch.tensor([0.25]))
        tensor([[[[-2.,  2.]]]])

    Source: torchvision.transforms.ToTensor and Normalize, for a batch.
    """
    ### BEGIN SOLUTION
    mean, std = (value.to(torch.float32)[:, None, None] for value in (mean, std))
    return (images.to(torch.float32) / 255 - mean) / std
    ### END SOLUTION


class ChannelStatistics(NamedTuple):
    """Mean and standard deviation of each channel."""

    mean: Tensor
    std: Tensor


def channel_statistics(images: Tensor) -> ChannelStatistics:
    """Mean and standard deviation of each channel over a whole data set.

    Both are taken over n, h and w together. The deviation is that of the population (it divides by N H W).
    It stays accurate where the mean is large and the spread small (float32, mean 1000, std 0.1).
    Differentiable where `std` is not 0. No Python loop.

    Args:
        images: (N, C, H, W), float32 or float64.
    Returns:
        ChannelStatistics with `mean` (C,) and `std` (C,), the dtype of `images`.
    Example:
        >>> channel_statistics(torch.tensor([[[[0.0, 1.0], [1.0, 2.0]]], [[[4.0, 4.0], [2.0, 2.0]]]]))
        ChannelStatistics(mean=tensor([2.]), std=tensor([1.3229]))

    Source: torch.std_mean with correction=0.
    """
    ### BEGIN SOLUTION
    std, mean = torch.std_mean(images, dim=(0, 2, 3), correction=0)
    return ChannelStatistics(mean, std)
    ### END SOLUTION


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    """Write each label as a row with a single 1: y[..., k] = 1 if labels[...] == k else 0.

    The result is (*, K), int64. By hand: without torch.nn.functional.one_hot. No Python loop.

    Args:
        labels: (*), int64, each in 0 .. K - 1; there may be none, and they may have no axis.
        num_classes: K, also when the last classes do not occur.
    Raises:
        ValueError: a label lies outside 0 .. K - 1, also where an index of -1 would count from the end.
    Example:
        >>> one_hot(torch.tensor([2, 0]), 4)
        tensor([[0, 0, 1, 0],
                [1, 0, 0, 0]])

    Source: torch.nn.functional.one_hot. Deviations: K must be given.
    """
    ### BEGIN SOLUTION
    if ((labels < 0) | (labels >= num_classes)).any():
        raise ValueError(f"labels must lie in 0 .. {num_classes - 1}")
    return (labels.unsqueeze(-1) == torch.arange(num_classes, device=labels.device)).to(torch.int64)
    ### END SOLUTION


def check_one_hot(one_hot: Callable[[Tensor, int], Tensor]) -> None:
    """A test of any one-hot encoding: raises AssertionError if it is wrong, and nothing if it is right.

    Right is what the task `one_hot` asks for, for labels in 0 .. K - 1: a 1 at the place of the label and 0 elsewhere,
    (*, K), int64; the labels stay as they were. Right code of several styles has to pass. The points are the share of
    wrong code that is caught: one that gives floats, one that takes the largest label for K - 1, one that puts the
    classes first, and rarer ones. Torch's own may be used. No other exception counts, and no result.

    Args:
        one_hot: called as `one_hot(labels, num_classes)`; labels outside 0 .. K - 1 may do anything.
    Example:
        >>> check_one_hot(torch.nn.functional.one_hot)

    Source: torch.nn.functional.one_hot.
    """
    ### BEGIN SOLUTION
    for labels in ([2, 0, 2, 3], [[1, 1, 4], [0, 3, 2]], [3], 2):
        x = torch.tensor(labels)
        y = one_hot(x, 6)
        assert x.tolist() == labels, "the labels were changed"
        assert y.dtype == torch.int64
        assert torch.equal(y, torch.nn.functional.one_hot(torch.tensor(labels), 6))
    assert one_hot(torch.tensor([0, 1]), 2).tolist() == [[1, 0], [0, 1]]
    ### END SOLUTION


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    """Count how often each class occurs: counts[k] = number of n with labels[n] == k.

    By hand: without torch.bincount, torch.histc and torch.unique. No Python loop, over labels or classes.

    Args:
        labels: (N,), int64, each in 0 .. K - 1; N may be 0.
        num_classes: K; a class that does not occur counts 0.
    Returns:
        (K,), int64.
    Example:
        >>> label_counts(torch.tensor([0, 0, 3]), 5)
        tensor([2, 0, 0, 1, 0])

    Source: torch.bincount with minlength=K.
    """
    ### BEGIN SOLUTION
    counts = torch.zeros(num_classes, dtype=torch.int64, device=labels.device)
    return counts.index_add_(0, labels, torch.ones_like(labels))
    ### END SOLUTION


def normalize_rows(a: Tensor) -> Tensor:
    """Scale each row so that it sums to 1: y[n, d] = a[n, d] / (sum over d of a[n, d]).

    A row whose sum is 0 comes back as it is (divided by the constant 1).
    Differentiable in `a`. A new tensor. No Python loop.

    Args:
        a: (N, D), float or integer.
    Returns:
        (N, D), the dtype of `a`; float32 for integers.
    Example:
        >>> normalize_rows(torch.tensor([[1.0, 3.0], [0.0, 0.0]]))
        tensor([[0.2500, 0.7500],
                [0.0000, 0.0000]])

    Source: A. Zhang et al., Dive into Deep Learning, section 4.4, with a rule for rows whose sum is 0.
    """
    ### BEGIN SOLUTION
    total = a.sum(dim=1, keepdim=True)
    return a / total.masked_fill(total == 0, 1)
    ### END SOLUTION


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distance of every row of `x` to every row of `y`: sqrt(sum over d of (x[n, d] - y[m, d])^2).

    Close points far from 0 keep their distance (float32, around 1000); identical rows have the distance 0 exactly.
    Differentiable; a pair of identical rows contributes the gradient 0, not nan.
    By hand: without torch.cdist, pdist, dist, norm, linalg and nn.functional.pairwise_distance. No Python loop.

    Args:
        x, y: (N, D) and (M, D), float.
    Returns:
        (N, M), the dtype of `x`; a temporary of (N, M, D) is fine.
    Example:
        >>> pairwise_distances(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
        tensor([[5., 0.]])

    Source: torch.cdist with p=2.
    """
    ### BEGIN SOLUTION
    squared = (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(dim=2)
    same = squared == 0
    return squared.masked_fill(same, 1).sqrt().masked_fill(same, 0)
    ### END SOLUTION


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product from a broadcast product and a sum: y[..., n, m] = sum over d of a[..., n, d] * b[..., d, m].

    The result is (*, N, M), of the dtype of `a`. Differentiable in both. No Python loop.
    By hand: without @, matmul, mm, bmm, mv, dot, einsum, tensordot, inner, linear and torch.linalg.

    Args:
        a: (*, N, D), float or int64.
        b: (*, D, M), the dtype of `a`; its leading axes broadcast against those of `a`.
    Raises:
        ValueError: b's rows are not as many as a's columns, also where one of them is 1 and would be broadcast.
    Example:
        >>> matmul(torch.tensor([[3, 4]]), torch.tensor([[0, 1], [1, 0]]))
        tensor([[4, 3]])

    Source: torch.matmul, without vectors.
    """
    ### BEGIN SOLUTION
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"b must have {a.shape[-1]} rows, as many as a has columns, got {b.shape[-2]}")
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim=-2)
    ### END SOLUTION


class VectorNorms(NamedTuple):
    """The L1 and the L2 norm."""

    l1: Tensor
    l2: Tensor


def vector_norms(x: Tensor) -> VectorNorms:
    """L1 and L2 norm along the last axis: the sum of |x[..., d]|, and the root of the sum of x[..., d]^2.

    Differentiable, `l2` where it is not 0; the slope of |x| at 0 is 0. No Python loop.
    By hand: without torch.norm, torch.linalg, torch.dist and torch.nn.functional.normalize.

    Args:
        x: (*, D), float: one vector, or any number of them.
    Returns:
        VectorNorms with `l1` (*) and `l2` (*), the dtype of `x`; without axes for a single vector.
    Example:
        >>> vector_norms(torch.tensor([3.0, -4.0]))
        VectorNorms(l1=tensor(7.), l2=tensor(5.))

    Source: torch.linalg.vector_norm with ord=1 and ord=2.
    """
    ### BEGIN SOLUTION
    return VectorNorms(l1=x.abs().sum(dim=-1), l2=x.square().sum(dim=-1).sqrt())
    ### END SOLUTION


def frobenius_norm(a: Tensor) -> Tensor:
    """Frobenius norm of a matrix: the length of all its entries laid out as one vector.

    y[...] = sqrt(sum over n, m of a[..., n, m]^2), differentiable where it is not 0. No Python loop.
    By hand: without torch.norm, torch.linalg, torch.dist and torch.nn.functional.normalize.

    Args:
        a: (*, N, M), float.
    Returns:
        (*), the dtype of `a`; without axes for a single matrix.
    Example:
        >>> frobenius_norm(torch.tensor([[1.0, 4.0], [2.0, 2.0]]))
        tensor(5.)

    Source: torch.linalg.matrix_norm with ord="fro".
    """
    ### BEGIN SOLUTION
    return a.square().sum(dim=(-2, -1)).sqrt()
    ### END SOLUTION


def add_(out: Tensor, x: Tensor) -> Tensor:
    """Add `x` to `out` in place: the same memory then holds the sum. Returns `out` itself, not a copy.

    Only the elements of `out` change, also where it is a part of a larger tensor. Differentiable in `x`.

    Args:
        out: (*), any numeric dtype; contiguous or not.
        x: (*), the shape and dtype of `out`; it may share its memory, as `out.t()` does: what it held before counts.
    Raises:
        ValueError: x has another shape, also one that would be broadcast; `out` then stays as it was.
    Example:
        >>> out = torch.tensor([1, 2])
        >>> add_(out, torch.tensor([10, 20])) is out, out
        (True, tensor([11, 22]))

    Source: torch.Tensor.add_. Deviations: no broadcasting; overlapping memory is allowed.
    """
    ### BEGIN SOLUTION
    if x.shape != out.shape:
        raise ValueError(f"x must have the shape {tuple(out.shape)} of out, got {tuple(x.shape)}")
    return out.copy_(out + x)
    ### END SOLUTION


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    """Pick from each row the score of its label: y[n] = scores[n, labels[n]].

    Differentiable in `scores`. A new tensor. No Python loop.

    Args:
        scores: (N, K), any dtype.
        labels: (N,), int64, each in 0 .. K - 1.
    Returns:
        (N,), the dtype of `scores`.
    Raises:
        ValueError: labels have another shape, or one lies outside 0 .. K - 1.
    Example:
        >>> label_scores(torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]), torch.tensor([0, 2]))
        tensor([0.1000, 0.5000])

    Source: A. Zhang et al., Dive into Deep Learning, section 4.4, with labels checked.
    """
    ### BEGIN SOLUTION
    if labels.shape != scores.shape[:1]:
        raise ValueError(f"labels must have the shape {tuple(scores.shape[:1])}, got {tuple(labels.shape)}")
    if ((labels < 0) | (labels >= scores.shape[1])).any():
        raise ValueError(f"labels must lie in 0 .. {scores.shape[1] - 1}")
    return scores.gather(1, labels.unsqueeze(1)).squeeze(1)
    ### END SOLUTION


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Share of rows whose largest score stands at the label, a Python float in 0..1.

    Among equal largest scores the first class counts. No Python loop.

    Args:
        scores: (N, K), float, N at least 1.
        labels: (N,), int64.
    Raises:
        ValueError: labels have another shape; (N, 1) would be compared with all predictions.
    Example:
        >>> scores = torch.tensor([[1.0, 9.0], [8.0, 2.0], [3.0, 7.0], [6.0, 4.0]])
        >>> accuracy(scores, torch.tensor([1, 0, 0, 0]))
        0.75

    Source: A. Zhang et al., Dive into Deep Learning, section 4.3.
    """
    ### BEGIN SOLUTION
    if labels.shape != scores.shape[:1]:
        raise ValueError(f"labels must have the shape {tuple(scores.shape[:1])}, got {tuple(labels.shape)}")
    return (scores.argmax(dim=1) == labels).sum().item() / len(labels)
    ### END SOLUTION


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    """Exponentially weighted average of a series, such as the losses of a training run.

    v[0] = 0, v[t] = beta * v[t - 1] + (1 - beta) * values[t] for t = 1 .. T; y[t] = v[t].
    With bias correction y[t] = v[t] / (1 - beta^t), where v goes on uncorrected.
    Differentiable in `values`. A loop over time is fine.

    Args:
        values: (T,), float, T at least 1; the formula counts its entries from 1.
        beta: weight of the past, a float in [0, 1).
        bias_correction: whether to divide by 1 - beta^t, the sum of the weights so far.
    Returns:
        (T,), the dtype of `values`: y[1] .. y[T].
    Example:
        >>> exponential_average(torch.tensor([4.0, 8.0]), 0.5)
        tensor([2., 5.])
        >>> exponential_average(torch.tensor([4.0, 8.0]), 0.5, bias_correction=True)
        tensor([4.0000, 6.6667])

    Source: D. Kingma and J. Ba, Adam (2015), section 3 (bias correction).
    """
    ### BEGIN SOLUTION
    average, averages = torch.zeros_like(values[0]), []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return torch.stack(averages)
    ### END SOLUTION


def impute_mean(table: Tensor) -> Tensor:
    """Fill each hole of a table with the mean of the numbers in its column.

    Differentiable in the entries that are present (they count for the holes too). A copy. No Python loop.

    Args:
        table: (N, D), float; a missing entry is nan, the others are finite.
    Returns:
        (N, D), the dtype of `table`. A column without any number becomes 0.
    Example:
        >>> nan = float("nan")
        >>> impute_mean(torch.tensor([[1.0, nan], [nan, nan], [3.0, nan]])).T
        tensor([[1., 2., 3.],
                [0., 0., 0.]])

    Source: pandas `frame.fillna(frame.mean())`. Deviations: an empty column becomes 0.
    """
    ### BEGIN SOLUTION
    missing = table.isnan()
    total = table.masked_fill(missing, 0).sum(dim=0)
    mean = total / (~missing).sum(dim=0).clamp(min=1)
    return torch.where(missing, mean, table)
    ### END SOLUTION


class EncodedCategories(NamedTuple):
    """A column of words as indicators: `values[n, k]` is 1 where the column holds `names[k]`."""

    values: Tensor
    names: list[str | None]


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    """Encode a column of words as one indicator for each category, and one for missing.

    values[n, k] = 1 if column[n] == names[k] else 0

    Args:
        column: N entries, each a word (str) or missing (None or float nan). "" and "nan" are words.
    Returns:
        EncodedCategories: `names`, the K different words in ascending order, then always None for missing;
        `values`, (N, K + 1), float32, on the CPU.
    Example:
        >>> encoded = encode_categories(["Pave", None, "Gravel"])
        >>> encoded.names, encoded.values.tolist()
        (['Gravel', 'Pave', None], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])

    Source: pandas.get_dummies with dummy_na=True, for words, in float32.
    """
    ### BEGIN SOLUTION
    names: list[str | None] = [*sorted({entry for entry in column if isinstance(entry, str)}), None]
    codes = [names.index(entry) if isinstance(entry, str) else len(names) - 1 for entry in column]
    return EncodedCategories(torch.eye(len(names))[torch.tensor(codes, dtype=torch.int64)], names)
    ### END SOLUTION


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of a line for every slope and offset: the mean over n of (w[i] * x[n] + b[j] - y[n])^2.

    Differentiable in all four. No Python loop.

    Args:
        w, b: (W,) and (B,), float: the slopes and the offsets to try; the result is (W, B).
        x, y: (N,) each, the dtype of `w`: inputs and targets.
    Example:
        >>> x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
        >>> loss_surface(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]), x, y)
        tensor([[10.,  5.],
                [ 0.,  1.]])

    Source: torch.meshgrid with indexing="ij" and torch.nn.functional.mse_loss.
    """
    ### BEGIN SOLUTION
    prediction = w[:, None, None] * x + b[None, :, None]
    return (prediction - y).square().mean(dim=2)
    ### END SOLUTION


class StackedAndJoined(NamedTuple):
    """The same tensors put together along a new axis, and along one that they have."""

    stacked: Tensor
    joined: Tensor


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    """Put tensors together twice: along a new axis, and along an axis that they have.

    P parts of shape (N, D) and dim=0 give `stacked` (P, N, D) and `joined` (P * N, D). Copies; differentiable.
    By hand: without torch.stack, hstack, vstack, dstack, column_stack and row_stack; torch.cat is allowed.

    Args:
        parts: one or more tensors of one shape, with at least one axis.
        dim: where `stacked` has its new axis, and the axis of `joined`; -1 is the last axis of either result.
    Example:
        >>> stack_and_join([torch.tensor([1, 2]), torch.tensor([3, 4])], 0)
        StackedAndJoined(stacked=tensor([[1, 2],
                [3, 4]]), joined=tensor([1, 2, 3, 4]))

    Source: torch.stack and torch.cat, for parts of one shape.
    """
    ### BEGIN SOLUTION
    stacked = torch.cat([part.unsqueeze(dim) for part in parts], dim)
    return StackedAndJoined(stacked, joined=torch.cat(parts, dim))
    ### END SOLUTION


def outer(x: Tensor, y: Tensor) -> Tensor:
    """Outer product, every entry of `x` times every entry of `y`: z[n, m] = x[n] * y[m].

    Differentiable in both. No Python loop.
    By hand: without torch.outer, ger, addr, einsum, tensordot, kron, mm, matmul and @.

    Args:
        x: (N,), float or int64.
        y: (M,), the dtype of `x`; the same.
    Example:
        >>> outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
        tensor([[ 3,  4,  5],
                [ 6,  8, 10]])

    Source: torch.outer.
    """
    ### BEGIN SOLUTION
    return x.unsqueeze(1) * y.unsqueeze(0)
    ### END SOLUTION


def cumulative_sum(x: Tensor) -> Tensor:
    """Sum up a vector on the way, in one line: y[n] = x[0] + x[1] + ... + x[n].

    By broadcasting alone: a comparison of positions and a sum, without cumsum, cumprod, tril and triu. No Python loop.

    Args:
        x: (N,), float or int64, finite.
    Returns:
        (N,), the dtype of `x`. Differentiable; a temporary of (N, N) is fine.
    Example:
        >>> cumulative_sum(torch.tensor([3, 1, 4, 1]))
        tensor([3, 4, 8, 9])

    Source: torch.cumsum, for a vector.
    """
    ### BEGIN SOLUTION
    positions = torch.arange(len(x), device=x.device)
    return torch.where(positions <= positions.unsqueeze(1), x, 0).sum(dim=1)
    ### END SOLUTION


def lower_triangle(a: Tensor) -> Tensor:
    """Keep what lies on and below the diagonal, in one line: y[..., n, m] = a[..., n, m] if m <= n, else 0.

    What lies above becomes 0 whatever it was, nan and infinity too. By a comparison of positions, without tril, triu,
    tril_indices and triu_indices. No Python loop. Differentiable.

    Args:
        a: (*, N, M), float or int64; a new tensor of the same shape and dtype comes back.
    Example:
        >>> lower_triangle(torch.tensor([[1, 2, 3], [4, 5, 6]]))
        tensor([[1, 0, 0],
                [4, 5, 0]])

    Source: torch.tril.
    """
    ### BEGIN SOLUTION
    rows, columns = (torch.arange(size, device=a.device) for size in a.shape[-2:])
    return torch.where(columns <= rows.unsqueeze(1), a, 0)
    ### END SOLUTION


def roll(x: Tensor, shift: int) -> Tensor:
    """Move all entries `shift` places on, in one line: y[(n + shift) mod N] = x[n].

    What leaves at the end comes in at the front. By one index that is computed, without torch.roll, cat and stack.
    No Python loop. Differentiable.

    Args:
        x: (N, *), any dtype, N at least 1: vectors, or rows that move as a whole.
        shift: how far, also below 0 (towards the front) and beyond N.
    Example:
        >>> roll(torch.tensor([10, 20, 30, 40]), 1), roll(torch.tensor([10, 20, 30, 40]), -5)
        (tensor([40, 10, 20, 30]), tensor([20, 30, 40, 10]))

    Source: torch.roll with dims=0.
    """
    ### BEGIN SOLUTION
    return x[(torch.arange(len(x), device=x.device) - shift) % len(x)]
    ### END SOLUTION


def compress(x: Tensor, mask: Tensor) -> Tensor:
    """Move to the front of each row what the mask keeps, in its order, and fill up with zeros.

    y[n] = (the x[n, t] with mask[n, t] true, for t = 0 .. T - 1, then zeros).
    Without masked_select, nonzero and argwhere: rows keep different numbers of entries. No Python loop. Differentiable.

    Args:
        x: (N, T), float or int64, finite.
        mask: (N, T), bool.
    Returns:
        (N, T), the dtype of `x`.
    Example:
        >>> x = torch.tensor([[1, 2, 3], [4, 5, 6]])
        >>> compress(x, torch.tensor([[False, True, True], [True, False, True]]))
        tensor([[2, 3, 0],
                [4, 6, 0]])
    """
    ### BEGIN SOLUTION
    order = mask.logical_not().to(torch.uint8).argsort(dim=1, stable=True)  # what is kept first
    return torch.where(mask, x, 0).gather(1, order)
    ### END SOLUTION


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    """Tell into which bucket each value falls, in one line: y[...] = the number of k with boundaries[k] < x[...].

    So a value that equals a boundary falls into the bucket on the left of it, and K boundaries make K + 1 buckets.
    By broadcasting alone, without torch.bucketize, searchsorted and histogram functions. No Python loop.

    Args:
        x: (*), float or int64; there may be none, and they may have no axis.
        boundaries: (K,), the dtype of `x`, ascending; K may be 0.
    Returns:
        (*), int64, each in 0 .. K.
    Example:
        >>> bucketize(torch.tensor([0.5, 1.0, 1.5, 9.0]), torch.tensor([1.0, 2.0, 5.0]))
        tensor([0, 0, 1, 3])

    Source: torch.bucketize with right=False.
    """
    ### BEGIN SOLUTION
    return (boundaries < x.unsqueeze(-1)).sum(dim=-1)
    ### END SOLUTION


class NumpyBridge(NamedTuple):
    """A NumPy array and two tensors with the same numbers."""

    array: np.ndarray
    shared: Tensor
    copied: Tensor


def numpy_bridge(x: Tensor) -> NumpyBridge:
    """Lead a tensor over to NumPy and back, once in the same memory and once in memory of its own.

    Args:
        x: (*), float or integer; it may require grad, be a transpose, and lie on any device.
    Returns:
        NumpyBridge, on the CPU and without a graph, of the shape and dtype of `x`: `array`, a numpy.ndarray in the
        memory of `x` (of a copy where x is not on the CPU); `shared`, a tensor in the memory of `array`: what is
        written into one is read in the other; `copied`, a tensor in memory of its own.
    Example:
        >>> array, shared, copied = numpy_bridge(x := torch.tensor([1.0, 2.0]))
        >>> array[0] = 7
        >>> x, shared, copied
        (tensor([7., 2.]), tensor([7., 2.]), tensor([1., 2.]))

    Source: torch.Tensor.numpy, torch.from_numpy, torch.tensor.
    """
    ### BEGIN SOLUTION
    array = x.detach().cpu().numpy()
    return NumpyBridge(array, shared=torch.from_numpy(array), copied=torch.tensor(array))
    ### END SOLUTION


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    """Write tensors to a file that torch.load can read on any machine.

    It holds the same list or dict on the CPU, without gradients, and each tensor without the rest of its memory.

    Args:
        path: the file to write; one that is there is replaced.
        tensors: a list, or a dict with str keys, of tensors of any shape, dtype and device; it may be empty.
    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_tensors(folder + "/a.pt", {"w": torch.ones(2, requires_grad=True)})
        ...     torch.load(folder + "/a.pt", weights_only=True)
        {'w': tensor([1., 1.])}

    Source: torch.save and its notes on views.
    """
    ### BEGIN SOLUTION
    items = dict(tensors) if isinstance(tensors, dict) else dict(enumerate(tensors))
    plain = {key: tensor.detach().cpu().clone() for key, tensor in items.items()}
    torch.save(plain if isinstance(tensors, dict) else list(plain.values()), path)
    ### END SOLUTION


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    """Read back what `save_tensors`, or torch.save, wrote: a list, or a dict with str keys, of tensors.

    They arrive on the CPU, wherever they were written from. Code that the file may bring along is not executed: of a
    file that holds more than tensors and plain values comes torch's own pickle.UnpicklingError.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save([torch.arange(3)], folder + "/a.pt")
        ...     load_tensors(folder + "/a.pt")
        [tensor([0, 1, 2])]

    Source: torch.load with weights_only=True.
    """
    ### BEGIN SOLUTION
    return torch.load(path, map_location="cpu", weights_only=True)
    ### END SOLUTION


def fix_patches(images: Tensor, size: int) -> Tensor:
    """Cut photos into square patches, one row of numbers for each. The code that is given runs, and is wrong: mend it.

    The patches of an image are counted from left to right, then from top to bottom. A row holds one channel after the
    other, and of each the pixels from left to right, then from top to bottom. A byte b becomes (b - 128) / 128.

    Args:
        images: (N, H, W, C), uint8, as a camera stores them: the channels of a pixel lie side by side.
        size: S, the side of a patch; it divides H and W.
    Returns:
        (N, P, C * S * S), float32, with P = (H / S) * (W / S).
    Example:
        >>> images = torch.tensor([[[[0, 128], [64, 192]]]], dtype=torch.uint8)  # one row of two pixels, two channels
        >>> fix_patches(images, 1)
        tensor([[[-1.0000,  0.0000],
                 [-0.5000,  0.5000]]])

    Source: Dosovitskiy et al., An Image is Worth 16x16 Words (2021), section 3.1, for the patches.
    """
    ### BEGIN SOLUTION
    n, h, w, c = images.shape
    rows, columns = h // size, w // size
    x = (images.to(torch.float32) - 128) / 128
    x = x.permute(0, 3, 1, 2)  # (N, C, H, W)
    x = x.reshape(n, c, rows, size, columns, size)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(n, rows * columns, c * size * size)
    ### BEGIN STUB
    # n, h, w, c = images.shape
    # rows, columns = h // size, w // size
    # x = (images - 128) / 128
    # x = x.reshape(n, c, h, w)
    # x = x.reshape(n, c, rows, size, columns, size)
    # return x.reshape(n, rows * columns, c * size * size)
    ### END STUB
    ### END SOLUTION


def fix_confusion_rates(scores: Tensor, labels: Tensor) -> Tensor:
    """Tell for what each class is taken, as shares. The code that is given runs, and is wrong: mend it.

    rates[k, j] = (how many samples of class k have their largest score at j) / (how many samples have class k).
    The row of a class without samples is 0. Among equal largest scores the first counts.

    Args:
        scores: (N, K), floating point, one row a sample; N may be 0.
        labels: (N,), int64, each in 0 .. K - 1.
    Returns:
        (K, K), float32.
    Example:
        >>> scores = torch.tensor([[9.0, 1.0], [2.0, 3.0], [1.0, 4.0], [5.0, 2.0]])
        >>> fix_confusion_rates(scores, torch.tensor([0, 0, 0, 0]))
        tensor([[0.5000, 0.5000],
                [0.0000, 0.0000]])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.5, for the idea.
    """
    ### BEGIN SOLUTION
    k = scores.shape[1]
    predicted = scores.argmax(dim=1)
    pairs = torch.bincount(labels * k + predicted, minlength=k * k)
    counts = pairs.reshape(k, k).to(torch.float32)
    return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)
    ### BEGIN STUB
    # k = scores.shape[1]
    # predicted = scores.argmax(dim=1)
    # counts = torch.zeros(k, k)
    # counts[labels, predicted] += 1
    # return counts / counts.sum(dim=1)
    ### END STUB
    ### END SOLUTION
