"""Tensors: shapes, broadcasting, indexing, memory and files.

Letters: N batch, M second batch, C channels, H W image, D features, K classes, T time, `*` any axes.
Every function returns its result on the device of its inputs and leaves the inputs as they were,
unless its docstring says otherwise.
"""

from typing import NamedTuple

import torch
from torch import Tensor


def flatten_images(images: Tensor) -> Tensor:
    """Lay each image out as one row of numbers.

    Formula: row[n, (c * H + h) * W + w] = images[n, c, h, w]

    Args:
        images: (N, C, H, W), any dtype; contiguous or not; N at least 1.

    Returns:
        (N, C * H * W), same dtype: channel by channel, inside it row by row. It shares the memory of
        `images` where these are contiguous (a view), and is a copy where no view can do it.

    Raises:
        ValueError: `images` does not have four axes.

    Note:
        Differentiable in `images`.

    Example:
        >>> flatten_images(torch.arange(8).reshape(2, 1, 2, 2))
        tensor([[0, 1, 2, 3],
                [4, 5, 6, 7]])

    Source: torch.flatten. Deviations: four axes only.
    """
    raise NotImplementedError("flatten_images")


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Turn bytes 0..255 into numbers around 0, each channel by its own mean and standard deviation.

    Formula: y[n, c, h, w] = (images[n, c, h, w] / 255 - mean[c]) / std[c]

    Args:
        images: (N, C, H, W), uint8.
        mean: (C,), float: mean of each channel on the scale 0..1.
        std: (C,), float, positive: standard deviation of each channel on the scale 0..1.

    Returns:
        (N, C, H, W), float32, whatever float dtype `mean` and `std` have.

    Raises:
        ValueError: `images` is not uint8; `mean` or `std` does not have the shape (C,).

    Note:
        A new tensor. No Python loop.

    Example:
        >>> images = torch.tensor([[[[0, 255]]]], dtype=torch.uint8)
        >>> normalize_pixels(images, torch.tensor([0.5]), torch.tensor([0.25]))
        tensor([[[[-2.,  2.]]]])

    Source: torchvision.transforms.ToTensor and Normalize. Deviations: a batch at once, ToTensor's axes kept.
    """
    raise NotImplementedError("normalize_pixels")


class ChannelStatistics(NamedTuple):
    """Mean and standard deviation of each channel."""

    mean: Tensor
    std: Tensor


def channel_statistics(images: Tensor) -> ChannelStatistics:
    """Mean and standard deviation of each channel over a whole data set.

    Formula: mean[c] = sum over n, h, w of images[n, c, h, w] / (N H W)
             std[c] = sqrt(sum over n, h, w of (images[n, c, h, w] - mean[c])^2 / (N H W))

    Args:
        images: (N, C, H, W), float32 or float64.

    Returns:
        ChannelStatistics with `mean` (C,) and `std` (C,), the dtype of `images`. The standard deviation is
        that of the population: it divides by N H W, so one pixel alone has 0.

    Raises:
        ValueError: `images` is not floating point.

    Note:
        Differentiable in `images` where `std` is not 0. It stays accurate where the mean is large and the
        spread is small (float32, mean 1000, std 0.1). No Python loop.

    Example:
        >>> channel_statistics(torch.tensor([[[[0.0, 1.0], [1.0, 2.0]]], [[[4.0, 4.0], [2.0, 2.0]]]]))
        ChannelStatistics(mean=tensor([2.]), std=tensor([1.3229]))

    Source: torch.std_mean with correction=0. Deviations: none.
    """
    raise NotImplementedError("channel_statistics")


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    """Write each label as a row with a single 1.

    Formula: y[..., k] = 1 if labels[...] == k else 0

    Args:
        labels: (*), int64, each in 0 .. num_classes - 1; there may be none, and they may have no axis.
        num_classes: K, also when the last classes do not occur in `labels`.

    Returns:
        (*, K), int64.

    Raises:
        ValueError: a label of `labels` is negative or not below `num_classes`.

    Note:
        By hand: without torch.nn.functional.one_hot. No Python loop.

    Example:
        >>> one_hot(torch.tensor([2, 0]), 4)
        tensor([[0, 0, 1, 0],
                [1, 0, 0, 0]])

    Source: torch.nn.functional.one_hot. Deviations: K must be given; bad labels raise ValueError.
    """
    raise NotImplementedError("one_hot")


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    """Count how often each class occurs.

    Formula: counts[k] = number of n with labels[n] == k

    Args:
        labels: (N,), int64, each in 0 .. num_classes - 1; N may be 0.
        num_classes: K; a class that does not occur counts 0.

    Returns:
        (K,), int64.

    Raises:
        ValueError: a label of `labels` is negative or not below `num_classes`.

    Note:
        By hand: without torch.bincount, torch.histc and torch.unique. No Python loop, neither over labels nor
        over classes. Beware: `counts[labels] += 1` adds only 1 to a class that occurs twice.

    Example:
        >>> label_counts(torch.tensor([0, 0, 3]), 5)
        tensor([2, 0, 0, 1, 0])

    Source: torch.bincount with minlength=K. Deviations: a label of K or more raises.
    """
    raise NotImplementedError("label_counts")


def normalize_rows(a: Tensor) -> Tensor:
    """Scale each row so that it sums to 1.

    Formula: y[n, d] = a[n, d] / (sum over d of a[n, d])

    Args:
        a: (N, D), float or integer.

    Returns:
        (N, D), the dtype of `a`; float32 for integers. A row whose sum is 0 comes back as it is.

    Note:
        Differentiable in `a`; a row whose sum is 0 is divided by the constant 1. A new tensor.
        No Python loop.

    Example:
        >>> normalize_rows(torch.tensor([[1.0, 3.0], [0.0, 0.0]]))
        tensor([[0.2500, 0.7500],
                [0.0000, 0.0000]])

    Source: A. Zhang et al., Dive into Deep Learning, section 4.4 (softmax from scratch).
    Deviations: rows whose sum is 0.
    """
    raise NotImplementedError("normalize_rows")


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distance of every row of `x` to every row of `y`.

    Formula: y[n, m] = sqrt(sum over d of (x[n, d] - y[m, d])^2)

    Args:
        x: (N, D), float.
        y: (M, D), float, the dtype of `x`.

    Returns:
        (N, M), the dtype of `x`. Identical rows have the distance 0 exactly.

    Raises:
        ValueError: `y` does not have as many columns as `x`.

    Note:
        Differentiable in `x` and `y`; a pair of identical rows contributes the gradient 0, not nan. It takes
        the differences first, so that close points far from 0 keep their distance (float32, around 1000).
        By hand: without torch.cdist, pdist, dist, norm, linalg and nn.functional.pairwise_distance.
        No Python loop; a temporary of (N, M, D) is fine.

    Example:
        >>> pairwise_distances(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
        tensor([[5., 0.]])

    Source: torch.cdist with p=2. Deviations: no batches of matrices.
    """
    raise NotImplementedError("pairwise_distances")


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product from a broadcast product and a sum over one axis.

    Formula: y[..., n, m] = sum over d of a[..., n, d] * b[..., d, m]

    Args:
        a: (*, N, D), float or int64.
        b: (*, D, M), the dtype of `a`; its leading axes broadcast against those of `a`.

    Returns:
        (*, N, M), the dtype of `a`.

    Raises:
        ValueError: `a` or `b` has fewer than two axes; `b` does not have as many rows as `a` has columns
            (also where one of the two numbers is 1: this is no broadcasting).

    Note:
        Differentiable in `a` and `b`. No Python loop.
        By hand: without @, matmul, mm, bmm, mv, dot, einsum, tensordot, inner, linear and torch.linalg.

    Example:
        >>> matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[0, 1], [1, 0]]))
        tensor([[2, 1],
                [4, 3]])

    Source: torch.matmul. Deviations: no vectors.
    """
    raise NotImplementedError("matmul")


class VectorNorms(NamedTuple):
    """The L1 and the L2 norm."""

    l1: Tensor
    l2: Tensor


def vector_norms(x: Tensor) -> VectorNorms:
    """L1 and L2 norm along the last axis.

    Formula: l1[...] = sum over d of |x[..., d]|
             l2[...] = sqrt(sum over d of x[..., d]^2)

    Args:
        x: (*, D), float: one vector, or any number of them.

    Returns:
        VectorNorms with `l1` (*) and `l2` (*), the dtype of `x`; without axes for a single vector.

    Note:
        Differentiable in `x`, `l2` where it is not 0; the slope of |x| at 0 is 0, as torch has it.
        No Python loop.
        By hand: without torch.norm, torch.linalg, torch.dist and torch.nn.functional.normalize.

    Example:
        >>> vector_norms(torch.tensor([3.0, -4.0]))
        VectorNorms(l1=tensor(7.), l2=tensor(5.))

    Source: torch.linalg.vector_norm with ord=1 and ord=2. Deviations: none.
    """
    raise NotImplementedError("vector_norms")


def frobenius_norm(a: Tensor) -> Tensor:
    """Frobenius norm of a matrix: the length of all its entries laid out as one vector.

    Formula: y[...] = sqrt(sum over n, m of a[..., n, m]^2)

    Args:
        a: (*, N, M), float: one matrix, or any number of them.

    Returns:
        (*), the dtype of `a`; without axes for a single matrix.

    Raises:
        ValueError: `a` has fewer than two axes.

    Note:
        Differentiable in `a` where the norm is not 0. No Python loop.
        By hand: without torch.norm, torch.linalg, torch.dist and torch.nn.functional.normalize.

    Example:
        >>> frobenius_norm(torch.tensor([[1.0, 4.0], [2.0, 2.0]]))
        tensor(5.)

    Source: torch.linalg.matrix_norm with ord="fro". Deviations: none.
    """
    raise NotImplementedError("frobenius_norm")


def add_(out: Tensor, x: Tensor) -> Tensor:
    """Add `x` to `out` in place: the same memory then holds the sum.

    Formula: out[...] <- out[...] + x[...]

    Args:
        out: (*), any numeric dtype; contiguous or not. It is modified.
        x: (*), the shape and dtype of `out`. It may share memory with `out`, as `out.t()` does.

    Returns:
        `out` itself, not a copy.

    Raises:
        ValueError: `x` does not have the shape of `out` (no broadcasting); `out` is then unchanged.

    Note:
        Modifies `out`, and only its elements where `out` is a part of a larger tensor. `x` is unchanged
        unless it shares memory with `out`; the sum is that of the values before the call. Differentiable in
        `x`.

    Example:
        >>> out = torch.tensor([1, 2])
        >>> add_(out, torch.tensor([10, 20])) is out
        True
        >>> out
        tensor([11, 22])

    Source: torch.Tensor.add_. Deviations: no broadcasting; overlapping memory is allowed.
    """
    raise NotImplementedError("add_")


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    """Pick from each row the score of its label.

    Formula: y[n] = scores[n, labels[n]]

    Args:
        scores: (N, K), any dtype.
        labels: (N,), int64, each in 0 .. K - 1.

    Returns:
        (N,), the dtype of `scores`.

    Raises:
        ValueError: `labels` does not have the shape (N,); a label of `labels` is negative or not below K.

    Note:
        Differentiable in `scores`. A new tensor. No Python loop.

    Example:
        >>> label_scores(torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]), torch.tensor([0, 2]))
        tensor([0.1000, 0.5000])

    Source: A. Zhang et al., Dive into Deep Learning, section 4.4 (`y_hat[[0, 1], y]`).
    Deviations: labels out of range raise.
    """
    raise NotImplementedError("label_scores")


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Share of rows whose largest score stands at the label.

    Formula: accuracy = (number of n with argmax over k of scores[n, k] == labels[n]) / N

    Args:
        scores: (N, K), float.
        labels: (N,), int64.

    Returns:
        A Python float in 0..1, a share and not per cent. Among equal largest scores the first class counts.

    Raises:
        ValueError: `labels` does not have the shape (N,); `scores` has no rows (N = 0).

    Note:
        No Python loop.

    Example:
        >>> scores = torch.tensor([[1.0, 9.0], [8.0, 2.0], [3.0, 7.0], [6.0, 4.0]])
        >>> accuracy(scores, torch.tensor([1, 0, 0, 0]))
        0.75

    Source: A. Zhang et al., Dive into Deep Learning, section 4.3 (classification accuracy). Deviations: none.
    """
    raise NotImplementedError("accuracy")


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    """Exponentially weighted average of a series, such as the losses of a training run.

    Formula: v[0] = 0, v[t] = beta * v[t - 1] + (1 - beta) * values[t] for t = 1 .. T;
             y[t] = v[t], or v[t] / (1 - beta^t) with bias correction

    Args:
        values: (T,), float, T at least 1; the formula counts its entries from 1.
        beta: weight of the past, 0 <= beta < 1; take 1 - beta as a Python number, which is exact enough.
        bias_correction: whether to divide by 1 - beta^t, the sum of the weights so far. The correction
            applies to what is returned; the recursion goes on with the uncorrected v.

    Returns:
        (T,), the dtype of `values`: y[1] .. y[T], one average for each value.

    Raises:
        ValueError: `beta` is not in [0, 1).

    Note:
        Differentiable in `values`. A loop over time is fine.

    Example:
        >>> exponential_average(torch.tensor([4.0, 8.0]), 0.5)
        tensor([2., 5.])
        >>> exponential_average(torch.tensor([4.0, 8.0]), 0.5, bias_correction=True)
        tensor([4.0000, 6.6667])

    Source: D. Kingma and J. Ba, Adam (2015), section 3 (bias correction). Deviations: none.
    """
    raise NotImplementedError("exponential_average")


def impute_mean(table: Tensor) -> Tensor:
    """Fill each hole of a table with the mean of its column.

    Formula: y[n, d] = table[n, d] where it is a number, else the mean of the numbers of column d

    Args:
        table: (N, D), float; a missing entry is nan, the others are finite.

    Returns:
        (N, D), the dtype of `table`. A column without any number becomes 0. Always a copy, also where
        nothing is missing.

    Note:
        Differentiable in the entries of `table` that are present: such an entry counts for itself and,
        through the mean, for the holes of its column. No Python loop.

    Example:
        >>> nan = float("nan")
        >>> impute_mean(torch.tensor([[1.0, nan], [nan, nan], [3.0, nan]]))
        tensor([[1., 0.],
                [2., 0.],
                [3., 0.]])

    Source: pandas `frame.fillna(frame.mean())`. Deviations: an empty column becomes 0.
    """
    raise NotImplementedError("impute_mean")


class EncodedCategories(NamedTuple):
    """A column of words as indicators: `values[n, k]` is 1 where the column holds `names[k]`."""

    values: Tensor
    names: list[str | None]


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    """Encode a column of words as one indicator for each category, and one for missing.

    Formula: values[n, k] = 1 if column[n] == names[k] else 0

    Args:
        column: N entries, each a word (str) or missing (None or float nan). An empty word is a category like
            any other, as is the word "nan".

    Returns:
        EncodedCategories: `names`, a list of the K different words in ascending order, then None for missing,
        which is there also when nothing is missing; `values`, (N, K + 1), float32, on the CPU.

    Raises:
        ValueError: an entry of `column` is neither a word nor missing.

    Example:
        >>> encoded = encode_categories(["Pave", None, "Gravel"])
        >>> encoded.names
        ['Gravel', 'Pave', None]
        >>> encoded.values
        tensor([[0., 1., 0.],
                [0., 0., 1.],
                [1., 0., 0.]])

    Source: pandas.get_dummies with dummy_na=True. Deviations: float32; words only.
    """
    raise NotImplementedError("encode_categories")


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of the line w * x + b for every pair of a slope and an offset.

    Formula: loss[i, j] = sum over n of (w[i] * x[n] + b[j] - y[n])^2 / N

    Args:
        w: (W,), float: the slopes to try.
        b: (B,), the dtype of `w`: the offsets to try.
        x: (N,), the dtype of `w`: inputs of the data.
        y: (N,), the dtype of `w`: targets of the data.

    Returns:
        (W, B), the dtype of `w`: slopes along the first axis, offsets along the second.

    Raises:
        ValueError: `y` does not have the shape of `x`.

    Note:
        Differentiable in `w`, `b`, `x` and `y`. No Python loop.

    Example:
        >>> x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
        >>> loss_surface(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([0.0, 1.0]), x, y)
        tensor([[10.0000,  5.0000],
                [ 2.5000,  0.5000],
                [ 0.0000,  1.0000]])

    Source: torch.meshgrid with indexing="ij" and torch.nn.functional.mse_loss. Deviations: none.
    """
    raise NotImplementedError("loss_surface")


class StackedAndJoined(NamedTuple):
    """The same tensors put together along a new axis, and along one that they have."""

    stacked: Tensor
    joined: Tensor


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    """Put tensors together twice: along a new axis, and along an axis that they have.

    Formula: for P parts of shape (N, D) and dim=0: stacked (P, N, D), stacked[p] = parts[p];
             joined (P * N, D), joined[p * N + n] = parts[p][n]

    Args:
        parts: P tensors of one shape (*) and dtype, with at least one axis; P at least 1.
        dim: the position of the new axis in `stacked`, and the axis of `joined`; a negative one counts from
            the end of the result, so -1 is the last axis of either.

    Returns:
        StackedAndJoined: `stacked`, one axis more than a part, of the size P; `joined`, as many axes as a
        part, with `dim` P times as long. Both are copies.

    Raises:
        ValueError: `parts` is empty, or its shapes differ.

    Note:
        Differentiable in every part.
        By hand: without torch.stack, hstack, vstack, dstack, column_stack and row_stack; torch.cat is
        allowed.

    Example:
        >>> both = stack_and_join([torch.tensor([1, 2]), torch.tensor([3, 4])], 0)
        >>> both.stacked
        tensor([[1, 2],
                [3, 4]])
        >>> both.joined
        tensor([1, 2, 3, 4])

    Source: torch.stack and torch.cat. Deviations: parts of one shape; bad parts raise ValueError.
    """
    raise NotImplementedError("stack_and_join")


def outer(x: Tensor, y: Tensor) -> Tensor:
    """Outer product: every entry of `x` times every entry of `y`.

    Formula: z[n, m] = x[n] * y[m]

    Args:
        x: (N,), float or int64.
        y: (M,), the dtype of `x`.

    Returns:
        (N, M), the dtype of `x`.

    Raises:
        ValueError: `x` or `y` does not have exactly one axis.

    Note:
        Differentiable in `x` and `y`. No Python loop: one new axis and broadcasting.
        By hand: without torch.outer, ger, addr, einsum, tensordot, kron, mm, matmul and @.

    Example:
        >>> outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
        tensor([[ 3,  4,  5],
                [ 6,  8, 10]])

    Source: torch.outer. Deviations: wrong shapes raise ValueError.
    """
    raise NotImplementedError("outer")


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    """Write tensors to a file that torch.load can read on any machine.

    Args:
        path: the file to write; one that is there is replaced.
        tensors: a list, or a dict with str keys, of tensors of any shape, dtype and device; it may be empty.

    Raises:
        ValueError: `tensors` is neither a list nor a dict, or holds something that is not a tensor; then no
            file is written.

    Note:
        The file holds the same list or dict of plain values: on the CPU, without gradient, and each tensor
        without the rest of its memory, so that the first row of a large matrix makes a small file.
        `tensors` and what it holds are unchanged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_tensors(folder + "/a.pt", {"w": torch.ones(2, requires_grad=True)})
        ...     torch.load(folder + "/a.pt", weights_only=True)
        {'w': tensor([1., 1.])}

    Source: torch.save and its notes on views. Deviations: none.
    """
    raise NotImplementedError("save_tensors")


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    """Read back what `save_tensors`, or torch.save, wrote.

    Args:
        path: a file that holds a list, or a dict with str keys, of tensors.

    Returns:
        The same list or dict: order, keys, shapes, dtypes and values as they were written, on the CPU also
        where they were written from another device.

    Raises:
        FileNotFoundError: there is no file at `path`.
        pickle.UnpicklingError: the file holds more than tensors and plain values; this is torch's own error,
            and nothing in the file is executed.

    Note:
        A file can hold code that runs while it is read: ask torch for weights only.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save([torch.arange(3)], folder + "/a.pt")
        ...     load_tensors(folder + "/a.pt")
        [tensor([0, 1, 2])]

    Source: torch.load with weights_only=True. Deviations: none.
    """
    raise NotImplementedError("load_tensors")
