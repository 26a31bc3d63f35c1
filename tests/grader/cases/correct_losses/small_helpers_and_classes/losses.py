# many small helpers, each one thing; the checks live in a class
import dataclasses
import math
from collections.abc import Iterable

import torch
from torch import Tensor


def _reduce(loss: Tensor, reduction: str) -> Tensor:
    if reduction == "none":
        return loss
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}")


def _check_same_shape(name: str, tensor: Tensor, other: Tensor) -> None:
    if tensor.shape != other.shape:
        raise ValueError(f"{name} must have shape {tuple(other.shape)}, not {tuple(tensor.shape)}")


@dataclasses.dataclass(frozen=True)
class _Check:
    name: str

    def that(self, condition, problem: str) -> None:
        if not condition:
            raise ValueError(f"{self.name}: {problem}")

    def shape(self, tensor: Tensor, *wanted: int) -> None:
        self.that(tuple(tensor.shape) == wanted, f"shape {tuple(tensor.shape)}, expected {wanted}")

    def at_least_zero(self, number: float) -> None:
        self.that(number >= 0, f"{number} is negative")


class _Reducer:
    """Turns per-item losses into what the caller asked for."""

    def __init__(self, mode: str) -> None:
        _Check("reduction").that(mode in ("none", "mean", "sum"), f"{mode!r} is unknown")
        self.mode = mode

    def __call__(self, items: Tensor, total_weight: Tensor | None = None) -> Tensor:
        if self.mode == "none":
            return items
        total = torch.sum(items)
        if self.mode == "sum":
            return total
        return torch.div(total, items.numel() if total_weight is None else total_weight)


def _difference(a: Tensor, b: Tensor) -> Tensor:
    return torch.sub(a, b)


def _square(a: Tensor) -> Tensor:
    return torch.mul(a, a)


def _row_sum(a: Tensor) -> Tensor:
    return torch.sum(a, dim=1)


def _squared_distance(a: Tensor, b: Tensor) -> Tensor:
    return _row_sum(_square(_difference(a, b)))


def _hinge(a: Tensor) -> Tensor:
    return torch.where(a > 0, a, torch.zeros_like(a))


def _safe_sqrt(a: Tensor) -> Tensor:
    zero = a <= 0
    return torch.sqrt(a.masked_fill(zero, 1.0)).masked_fill(zero, 0.0)


def _centred(x: Tensor, dim: int) -> Tensor:
    return x - torch.amax(x.detach(), dim, keepdim=True)


def _total(x: Tensor, dim: int) -> Tensor:
    return torch.sum(x, dim, keepdim=True)


def _class_last(x: Tensor) -> Tensor:
    return torch.movedim(x, 1, -1)


def _pick(table: Tensor, index: Tensor) -> Tensor:
    return torch.squeeze(torch.gather(table, -1, torch.unsqueeze(index, -1)), -1)


def _check_labels_of(labels: Tensor, scores: Tensor, extra: int | None = None) -> None:
    check = _Check("labels")
    check.that(labels.dtype is torch.int64, f"dtype {labels.dtype}, expected int64")
    check.shape(labels, *scores.shape[:1], *scores.shape[2:])
    valid = torch.logical_and(torch.ge(labels, 0), torch.lt(labels, scores.shape[1]))
    if extra is not None:
        valid = torch.logical_or(valid, torch.eq(labels, extra))
    check.that(torch.all(valid), f"not all from 0 to {scores.shape[1] - 1}")


def sigmoid(x: Tensor) -> Tensor:
    negative = torch.lt(x, 0)
    # exp(-|x|), written so that the slope at 0 is not lost
    small = torch.exp(torch.where(negative, x, -x))
    small_share = torch.div(small, 1 + small)
    return torch.where(negative, small_share, torch.reciprocal(1 + small))


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    largest = x.detach().amax(dim=dim, keepdim=True)
    largest = torch.where(torch.isfinite(largest), largest, torch.zeros_like(largest))
    total = torch.exp(x - largest).sum(dim=dim)
    nothing = total == 0
    log_total = torch.log(torch.where(nothing, torch.ones_like(total), total))
    y = largest.squeeze(dim) + log_total
    return torch.where(nothing, torch.full_like(y, -math.inf), y)


def softmax(x: Tensor, dim: int) -> Tensor:
    return torch.exp(log_softmax(x, dim))


def log_softmax(x: Tensor, dim: int) -> Tensor:
    c = _centred(x, dim)
    return torch.sub(c, torch.log(_total(torch.exp(c), dim)))


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    reducer = _Reducer(reduction)
    _Check("target").shape(target, *pred.shape)
    return reducer(_square(_difference(pred, target)))


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    reducer = _Reducer(reduction)
    _Check("target").shape(target, *pred.shape)
    d = _difference(pred, target)
    return reducer(torch.where(d < 0, -d, d))


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    reducer = _Reducer(reduction)
    _Check("delta").that(delta > 0, f"{delta} is not above 0")
    _Check("target").shape(target, *pred.shape)
    d = _difference(pred, target)
    above, below = d - delta / 2, -d - delta / 2
    middle = torch.div(_square(d), 2)
    return reducer(torch.where(d > delta, delta * above, torch.where(d < -delta, delta * below, middle)))


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    reducer = _Reducer(reduction)
    _check_labels_of(labels, log_probs)
    return reducer(torch.neg(_pick(_class_last(log_probs), labels)))


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    reducer = _Reducer(reduction)
    _check_labels_of(labels, logits, extra=ignore_index)
    if weight is not None:
        _Check("weight").shape(weight, logits.shape[1])
    _Check("label_smoothing").that(0 <= label_smoothing <= 1, f"{label_smoothing} is not from 0 to 1")

    ignored = torch.eq(labels, ignore_index)
    index = labels.masked_fill(ignored, 0)
    surprise = torch.neg(_class_last(log_softmax(logits, 1)))
    per_class = torch.ones_like(surprise) if weight is None else weight.to(surprise).expand_as(surprise)
    label_weight = _pick(per_class.detach(), index).masked_fill(ignored, 0)
    items = (1 - label_smoothing) * torch.mul(_pick(per_class, index), _pick(surprise, index))
    if label_smoothing:
        items = items + label_smoothing * torch.mean(torch.mul(per_class, surprise), dim=-1)
    return reducer(items.masked_fill(ignored, 0), total_weight=torch.sum(label_weight))


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    _check_labels_of(labels, logits)
    with torch.no_grad():
        p = softmax(logits, 1)
        hot = torch.nn.functional.one_hot(labels, logits.shape[1]).to(p.dtype)
        return torch.div(_difference(p, hot), logits.shape[0])


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if not target.is_floating_point():
        raise ValueError(f"target must be floating point, not {target.dtype}")
    _check_same_shape("target", target, probs)
    if not ((probs >= 0) & (probs <= 1)).all():
        raise ValueError("probs must lie between 0 and 1")

    def limited_log(p: Tensor) -> Tensor:
        possible = p > 0
        log_p = torch.log(torch.where(possible, p, torch.ones_like(p))).clamp(min=-100)
        return torch.where(possible, log_p, torch.full_like(p, -100))

    loss = -(target * limited_log(probs) + (1 - target) * limited_log(1 - probs))
    return _reduce(loss, reduction)


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if not target.is_floating_point():
        raise ValueError(f"target must be floating point, not {target.dtype}")
    _check_same_shape("target", target, logits)
    if pos_weight is not None and (logits.dim() == 0 or pos_weight.shape != logits.shape[-1:]):
        raise ValueError(f"pos_weight must have shape {tuple(logits.shape[-1:])}")

    def minus_log_sigmoid(x: Tensor) -> Tensor:
        """log(1 + exp(-x)) without overflow; both branches have slope -1/2 at 0."""
        is_positive = x >= 0
        zero = torch.zeros_like(x)
        right = torch.log1p(torch.exp(-torch.where(is_positive, x, zero)))
        left = torch.where(is_positive, zero, x)
        return torch.where(is_positive, right, torch.log1p(torch.exp(left)) - left)

    positive = target * minus_log_sigmoid(logits)
    if pos_weight is not None:
        positive = pos_weight.to(logits.dtype) * positive
    return _reduce(positive + (1 - target) * minus_log_sigmoid(-logits), reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    log_p = torch.log(torch.where(p > 0, p, torch.ones_like(p)))
    return -(p * log_p).sum(dim=dim)


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    _check_same_shape("q", q, p)
    happens = p > 0
    ones = torch.ones_like(p)
    log_p = torch.log(torch.where(happens, p, ones))
    log_q = torch.log(torch.where(happens, q, ones))
    return (p * (log_p - log_q)).sum(dim=dim)


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    if strength < 0:
        raise ValueError(f"strength must be at least 0, not {strength}")
    total = None
    for param in params:
        squares = (param**2).sum()
        total = squares if total is None else total + squares
    if total is None:
        raise ValueError("params must hold at least one tensor")
    return strength / 2 * total


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    _Check("target").shape(target, *pred.shape)
    if not isinstance(sigma, Tensor):
        sigma = torch.full(pred.shape, sigma, dtype=pred.dtype, device=pred.device)
    _Check("sigma").shape(sigma, *pred.shape)
    _Check("sigma").that(torch.all(torch.gt(sigma, 0)), "not above 0")
    fit = torch.div(_square(torch.div(_difference(pred, target), sigma)), 2)
    return _Reducer("mean")(fit + torch.log(sigma) + math.log(math.tau) / 2)


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    _check_labels_of(labels, scores)
    _Check("margin").at_least_zero(margin)
    gaps = _difference(scores, torch.unsqueeze(_pick(scores, labels), 1)) + margin
    without_true = gaps.scatter(1, torch.unsqueeze(labels, 1), -math.inf)
    return _Reducer("mean")(_row_sum(_hinge(without_true)))


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    reducer = _Reducer(reduction)
    _Check("x2").shape(x2, *x1.shape)
    _Check("same").that(same.dtype is torch.bool, f"dtype {same.dtype}, expected bool")
    _Check("same").shape(same, *x1.shape[:1])
    _Check("margin").at_least_zero(margin)
    squared = _squared_distance(x1, x2)
    pushed = _square(_hinge(margin - _safe_sqrt(squared)))
    return reducer(torch.div(torch.where(same, squared, pushed), 2))


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    reducer = _Reducer(reduction)
    _Check("positive").shape(positive, *anchor.shape)
    _Check("negative").shape(negative, *anchor.shape)
    _Check("margin").at_least_zero(margin)
    nearer = _difference(_squared_distance(anchor, positive), _squared_distance(anchor, negative))
    return reducer(_hinge(nearer + margin))


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    _check_same_shape("x2", x2, x1)

    def length(x: Tensor) -> Tensor:
        squared = (x**2).sum(dim=dim)
        is_zero = squared == 0
        root = torch.sqrt(torch.where(is_zero, torch.ones_like(squared), squared))
        return torch.where(is_zero, torch.zeros_like(root), root).clamp(min=eps)

    y = (x1 * x2).sum(dim=dim) / (length(x1) * length(x2))
    return y.clamp(min=-1, max=1)


@dataclasses.dataclass
class _Case:
    shape: tuple
    dim: int
    scale: float = 1.0
    dtype: torch.dtype = torch.float64

    def run(self, softmax):
        x = (self.scale * torch.linspace(-3, 4, math.prod(self.shape)).cos()).reshape(self.shape).to(self.dtype)
        given = x.clone()
        y = softmax(given, self.dim)
        torch.testing.assert_close(y, torch.nn.functional.softmax(x, self.dim), msg=lambda m: f"{self}: {m}")
        torch.testing.assert_close(given, x, rtol=0, atol=0)


def check_softmax(softmax):
    for case in (
        _Case((3, 4), 0),
        _Case((3, 4), 1),
        _Case((2, 3, 4), 1),
        _Case((2, 3, 4), -3, dtype=torch.float32),
        _Case((5,), 0, 1000.0),
        _Case((3, 4), 1, 2000.0),
    ):
        case.run(softmax)
    for a, b in ((3.0, 5.0), (-4.0, -1.0)):  # rows far from each other
        y = softmax(torch.tensor([[500 * a, 500 * a + 1], [500 * b, 500 * b + 1]]), 1)
        assert torch.allclose(y, torch.tensor([0.26894142, 0.73105858]).expand(2, 2), atol=1e-4)


from typing import NamedTuple  # noqa: E402


class Calibration(NamedTuple):
    error: Tensor
    confidence: Tensor
    accuracy: Tensor
    count: Tensor


class _Bins:
    def __init__(self, place: Tensor, number: int):
        self.place, self.number = place, number

    def sums(self, values: Tensor) -> Tensor:
        return values.new_zeros(self.number).scatter_add_(0, self.place, values)


def calibration_error(logits: Tensor, labels: Tensor, num_bins: int) -> Calibration:
    with torch.no_grad():
        logits = logits.detach()
        sure = log_softmax(logits, 1).amax(1).exp()
        hits = (logits.argmax(1) == labels).to(sure)
        bins = _Bins((torch.ceil(sure * num_bins) - 1).clamp(0, num_bins - 1).long(), num_bins)
        count = bins.sums(torch.ones_like(bins.place))
        size = count.clamp(min=1)
        confidence, accuracy = bins.sums(sure) / size, bins.sums(hits) / size
        error = ((accuracy - confidence).abs() * count).sum() / count.sum()
    return Calibration(error, confidence, accuracy, count)


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    size = logits.detach().double().std()
    scores = logits.detach().double() / size
    log_t = torch.zeros((), dtype=torch.float64, device=logits.device, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_t], lr=1, max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-14,
                                  line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(scores / log_t.exp(), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    return (log_t.detach().exp() * size).item()
