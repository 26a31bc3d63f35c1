from __future__ import annotations

from typing import NamedTuple

import torch


class ChannelStatistics(NamedTuple):
    mean: torch.Tensor
    std: torch.Tensor


class VectorNorms(NamedTuple):
    l1: torch.Tensor
    l2: torch.Tensor


class EncodedCategories(NamedTuple):
    values: torch.Tensor
    names: list[str | None]


class StackedAndJoined(NamedTuple):
    stacked: torch.Tensor
    joined: torch.Tensor


class Check:
    """The conditions that the functions below share."""

    @staticmethod
    def that(condition: bool | torch.Tensor, message: str) -> None:
        if not bool(condition):
            raise ValueError(message)

    @classmethod
    def labels(cls, labels: torch.Tensor, number_of_classes: int) -> None:
        inside = torch.logical_and(labels.ge(0), labels.lt(number_of_classes))
        cls.that(inside.all(), f"every label must lie between 0 and {number_of_classes - 1}")

    @classmethod
    def one_label_for_each_row(cls, scores: torch.Tensor, labels: torch.Tensor) -> None:
        cls.that(labels.dim() == 1 and labels.size(0) == scores.size(0), "one label for each row is needed")


class RunningAverage:
    """An exponentially weighted average that is fed one value at a time."""

    def __init__(self, beta: float, like: torch.Tensor) -> None:
        self.beta = beta
        self.average = torch.zeros_like(like)
        self.weight = 0.0  # the sum of the weights so far, 1 - beta^t

    def feed(self, value: torch.Tensor) -> RunningAverage:
        self.average = torch.lerp(self.average, value, 1 - self.beta)
        self.weight = self.beta * self.weight + (1 - self.beta)
        return self

    def corrected(self) -> torch.Tensor:
        return self.average / self.weight


class Vocabulary:
    """The words of a column in ascending order, and a place for missing behind them."""

    def __init__(self, column: list[str | float | None]) -> None:
        self.words: list[str] = []
        for entry in column:
            if self.is_word(entry):
                self.words.append(entry)
            elif not self.is_missing(entry):
                raise ValueError(f"{entry!r} is neither a word nor missing")
        self.words = sorted(dict.fromkeys(self.words))
        self.place = {word: number for number, word in enumerate(self.words)}

    @staticmethod
    def is_word(entry: object) -> bool:
        return isinstance(entry, str)

    @staticmethod
    def is_missing(entry: object) -> bool:
        return entry is None or (isinstance(entry, float) and entry != entry)

    def __getitem__(self, entry: str | float | None) -> int:
        return self.place[entry] if self.is_word(entry) else len(self.words)

    def __len__(self) -> int:
        return len(self.words) + 1


def flatten_images(images: torch.Tensor) -> torch.Tensor:
    Check.that(images.dim() == 4, "images must have the axes N, C, H and W")
    flatten = torch.nn.Flatten(start_dim=1)
    return flatten(images)


def normalize_pixels(images: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    Check.that(images.dtype == torch.uint8, "images must be bytes")
    channels = torch.Size([images.size(1)])
    Check.that(mean.size() == channels and std.size() == channels, "one mean and std for each channel")
    wide = images.permute(0, 2, 3, 1).double()  # (N, H, W, C): the channels meet mean and std from the right
    standardized = wide.div(255).sub(mean.double()).div(std.double())
    return standardized.permute(0, 3, 1, 2).to(torch.float32).contiguous()


def channel_statistics(images: torch.Tensor) -> ChannelStatistics:
    Check.that(images.is_floating_point(), "images must be floating point")
    pixels_of_channel = images.permute(1, 0, 2, 3).reshape(images.size(1), -1)
    # shifted by one pixel of each channel the numbers are small, and no digits are lost
    shift = pixels_of_channel[:, :1].detach()
    shifted = pixels_of_channel - shift
    mean_of_shifted = shifted.mean(dim=1)
    centred = shifted - mean_of_shifted.unsqueeze(1)
    variance = centred.square().mean(dim=1)
    return ChannelStatistics(mean=shift.squeeze(1) + mean_of_shifted, std=variance.sqrt())


def one_hot(labels: torch.Tensor, num_classes: int) -> torch.Tensor:
    Check.labels(labels, num_classes)
    classes = torch.arange(num_classes, device=labels.device)
    distance = torch.abs(torch.sub(labels.unsqueeze(-1), classes))
    return torch.clamp(1 - distance, min=0)


def label_counts(labels: torch.Tensor, num_classes: int) -> torch.Tensor:
    Check.labels(labels, num_classes)
    ones = torch.ones(1, labels.size(0), dtype=torch.int64, device=labels.device)
    return torch.matmul(ones, one_hot(labels, num_classes)).squeeze(0)


def normalize_rows(a: torch.Tensor) -> torch.Tensor:
    numbers = a if a.is_floating_point() else a.to(torch.float32)
    sum_of_row = numbers.sum(dim=-1)
    sum_is_zero = torch.eq(sum_of_row, 0)
    divisor = sum_of_row.masked_fill(sum_is_zero, 1)
    return torch.div(numbers.t(), divisor).t()  # (D, N) and (N,) align from the right


def pairwise_distances(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    Check.that(x.size(1) == y.size(1), "x and y must have the same columns")
    left = x.unsqueeze(1).expand(x.size(0), y.size(0), x.size(1))
    right = y.unsqueeze(0).expand(x.size(0), y.size(0), x.size(1))
    squared = torch.sub(left, right).square().sum(dim=2)
    return torch.where(squared == 0, 0 * squared, squared.where(squared > 0, 1.0).sqrt()).to(x.dtype)


def matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    Check.that(a.dim() >= 2 and b.dim() >= 2, "a and b must be matrices, or stacks of them")
    Check.that(a.size(-1) == b.size(-2), "the columns of a must be as many as the rows of b")
    rows = torch.unsqueeze(a, dim=-2)  # (*, N, 1, D)
    columns = torch.unsqueeze(torch.transpose(b, -1, -2), dim=-3)  # (*, 1, M, D)
    return torch.mul(rows, columns).sum(dim=-1)


def vector_norms(x: torch.Tensor) -> VectorNorms:
    squared_length = torch.matmul(x.unsqueeze(-2), x.unsqueeze(-1)).squeeze(-1).squeeze(-1)
    return VectorNorms(l1=x.mul(x.sign()).sum(dim=-1), l2=squared_length.sqrt())


def frobenius_norm(a: torch.Tensor) -> torch.Tensor:
    Check.that(a.dim() >= 2, "a must be a matrix, or a stack of them")
    return vector_norms(a.flatten(start_dim=-2)).l2


def add_(out: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    Check.that(out.size() == x.size(), "out and x must have one shape")
    return torch.Tensor.add_(out, torch.clone(x))


def label_scores(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    Check.one_label_for_each_row(scores, labels)
    Check.labels(labels, scores.size(1))
    classes = torch.arange(scores.size(1), device=scores.device)
    nothing = torch.zeros_like(scores)
    kept = torch.where(labels.unsqueeze(1) == classes, scores, nothing)
    return kept.sum(dim=1).to(scores.dtype)


def accuracy(scores: torch.Tensor, labels: torch.Tensor) -> float:
    Check.one_label_for_each_row(scores, labels)
    Check.that(scores.size(0) > 0, "there must be a row")
    predictions = torch.max(scores, dim=1).indices
    number_of_hits = int(torch.eq(predictions, labels).sum())
    return number_of_hits / scores.size(0)


def exponential_average(values: torch.Tensor, beta: float, bias_correction: bool = False) -> torch.Tensor:
    Check.that(0 <= beta < 1, "beta must be at least 0 and less than 1")
    running = RunningAverage(beta, like=values[0])
    history = []
    for value in values:
        running.feed(value)
        history.append(running.corrected() if bias_correction else running.average)
    return torch.stack(history, dim=0)


def impute_mean(table: torch.Tensor) -> torch.Tensor:
    is_hole = torch.isnan(table)
    mean = torch.nanmean(table.masked_fill(is_hole.all(dim=0), 0), dim=0)
    return torch.where(is_hole, mean.expand_as(table), table)


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    vocabulary = Vocabulary(column)
    values = torch.zeros((len(column), len(vocabulary)), dtype=torch.float32)
    for row, entry in zip(values, column, strict=True):
        row[vocabulary[entry]] = 1.0
    return EncodedCategories(values=values, names=vocabulary.words + [None])


def loss_surface(w: torch.Tensor, b: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    Check.that(x.size() == y.size(), "x and y must have one shape")
    parameters = torch.cartesian_prod(w, b)  # (W * B, 2)
    design = torch.cat([x.unsqueeze(0), torch.ones_like(x).unsqueeze(0)], dim=0)  # (2, N)
    errors = torch.matmul(parameters, design) - y
    return errors.square().mean(dim=1).reshape(w.size(0), b.size(0))


def stack_and_join(parts: list[torch.Tensor], dim: int) -> StackedAndJoined:
    Check.that(len(parts) > 0, "there must be a part")
    Check.that(all(part.size() == parts[0].size() for part in parts), "the parts must have one shape")
    front = torch.cat([part.unsqueeze(0) for part in parts], dim=0)  # (P, *)
    new_axis = dim if dim >= 0 else front.dim() + dim
    stacked = front.movedim(0, new_axis)
    old_axis = dim if dim >= 0 else front.dim() - 1 + dim
    joined = front.movedim(0, old_axis).flatten(old_axis, old_axis + 1).clone()
    return StackedAndJoined(stacked=stacked, joined=joined)


def outer(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    Check.that(x.dim() == 1, "x must be a vector")
    Check.that(y.dim() == 1, "y must be a vector")
    down = x.unsqueeze(-1).expand(x.size(0), y.size(0))
    return down * y.expand(x.size(0), y.size(0))


class Places:
    """The numbers of rows and columns of a matrix, ready to be compared."""

    def __init__(self, rows: int, columns: int, device: torch.device) -> None:
        self.rows = torch.arange(rows, device=device).unsqueeze(1)
        self.columns = torch.arange(columns, device=device).unsqueeze(0)

    def above(self) -> torch.Tensor:
        return self.columns > self.rows


def cumulative_sum(x: torch.Tensor) -> torch.Tensor:
    above = Places(x.size(0), x.size(0), x.device).above()
    return x.expand(x.size(0), x.size(0)).masked_fill(above, 0).sum(1)


def lower_triangle(a: torch.Tensor) -> torch.Tensor:
    return a.masked_fill(Places(a.size(-2), a.size(-1), a.device).above(), 0)


def roll(x: torch.Tensor, shift: int) -> torch.Tensor:
    came_from = torch.arange(x.size(0), device=x.device).sub(shift).remainder(x.size(0))
    return x.index_select(0, came_from)


def bucketize(x: torch.Tensor, boundaries: torch.Tensor) -> torch.Tensor:
    return x.unsqueeze(-1).gt(boundaries).long().sum(-1)


class NumpyBridge(NamedTuple):
    array: object
    shared: torch.Tensor
    copied: torch.Tensor


def numpy_bridge(x: torch.Tensor) -> NumpyBridge:
    array = x.detach().to("cpu").numpy()
    return NumpyBridge(array, torch.from_numpy(array), torch.from_numpy(array.copy()))


def save_tensors(path: str, tensors: list[torch.Tensor] | dict[str, torch.Tensor]) -> None:
    Check.that(isinstance(tensors, (list, dict)), "tensors must be a list or a dict")
    content = tensors.values() if isinstance(tensors, dict) else tensors
    Check.that(all(isinstance(entry, torch.Tensor) for entry in content), "only tensors can be saved")
    plain = [torch.clone(entry.detach()).cpu() for entry in content]
    if isinstance(tensors, dict):
        torch.save({key: entry for key, entry in zip(tensors.keys(), plain, strict=True)}, path)
    else:
        torch.save(plain, path)


def load_tensors(path: str) -> list[torch.Tensor] | dict[str, torch.Tensor]:
    options = {"map_location": "cpu", "weights_only": True}
    return torch.load(path, **options)
