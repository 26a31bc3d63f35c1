# closures: one decorator for the shape, one for the reduction
import functools
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


def _check_labels(labels: Tensor, scores: Tensor, ignore_index: int | None = None) -> None:
    if labels.dtype != torch.int64:
        raise ValueError(f"labels must be int64, not {labels.dtype}")
    expected = scores.shape[:1] + scores.shape[2:]
    if labels.shape != expected:
        raise ValueError(f"labels must have shape {tuple(expected)}, not {tuple(labels.shape)}")
    wrong = (labels < 0) | (labels >= scores.shape[1])
    if ignore_index is not None:
        wrong = wrong & (labels != ignore_index)
    if wrong.any():
        raise ValueError(f"labels must lie between 0 and {scores.shape[1] - 1}")


def _with_reduction(per_item):
    @functools.wraps(per_item)
    def loss(*args, reduction="mean", **kwargs):
        finishers = {"none": lambda v: v, "sum": torch.sum, "mean": torch.mean}
        try:
            finish = finishers[reduction]
        except (KeyError, TypeError):
            raise ValueError(f"reduction must be one of {sorted(finishers)}, not {reduction!r}") from None
        return finish(per_item(*args, **kwargs))

    return loss


def _same_shape(name):
    def decorator(f):
        @functools.wraps(f)
        def checked(first, second, *args, **kwargs):
            if first.shape != second.shape:
                raise ValueError(f"{name}: shape {tuple(second.shape)} instead of {tuple(first.shape)}")
            return f(first, second, *args, **kwargs)

        return checked

    return decorator


def _safely(f, allowed, otherwise):
    """f where `allowed` holds and a constant elsewhere, with the gradient 0 there instead of nan."""

    def g(x):
        ok = allowed(x)
        inside = f(torch.where(ok, x, torch.ones_like(x)))
        return torch.where(ok, inside, torch.full_like(inside, otherwise))

    return g


_log_or_zero = _safely(torch.log, lambda v: v > 0, 0.0)
_log_or_limit = _safely(torch.log, lambda v: v > math.exp(-100), -100.0)
_root = _safely(torch.sqrt, lambda v: v > 0, 0.0)


@_same_shape("target")
@_with_reduction
def _mse(pred, target):
    return torch.pow(pred - target, 2)


@_same_shape("target")
@_with_reduction
def _l1(pred, target):
    return torch.relu(pred - target) + torch.relu(target - pred)


@_same_shape("target")
@_with_reduction
def _huber(pred, target, delta):
    e = torch.abs(pred - target)
    capped = torch.where(e > delta, torch.full_like(e, delta), e)
    beyond = torch.relu(e - delta)
    return capped.square() / 2 + delta * beyond


@_same_shape("target")
@_with_reduction
def _bce(probs, target):
    return -(target * _log_or_limit(probs) + (1 - target) * _log_or_limit(1 - probs))


@_with_reduction
def _nll(log_probs, labels):
    return -torch.take_along_dim(log_probs, labels.unsqueeze(1), dim=1).squeeze(1)


@_same_shape("x2")
def _contrast(x1, x2, same, margin, reduction):
    @_with_reduction
    def per_pair():
        squared = torch.sum((x1 - x2).square(), dim=-1)
        return torch.where(same, squared, torch.relu(margin - _root(squared)).square()) / 2

    return per_pair(reduction=reduction)


def sigmoid(x: Tensor) -> Tensor:
    # numerator and denominator both times exp(m), with m = min(x, 0) held constant
    m = torch.minimum(x, torch.zeros_like(x)).detach()
    return torch.exp(m) / (torch.exp(m) + torch.exp(m - x))


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    largest = x.detach().amax(dim=dim, keepdim=True)
    largest = torch.where(torch.isfinite(largest), largest, torch.zeros_like(largest))
    total = torch.exp(x - largest).sum(dim=dim)
    nothing = total == 0
    log_total = torch.log(torch.where(nothing, torch.ones_like(total), total))
    y = largest.squeeze(dim) + log_total
    return torch.where(nothing, torch.full_like(y, -math.inf), y)


def softmax(x: Tensor, dim: int) -> Tensor:
    largest = x.amax(dim=dim, keepdim=True)
    exps = torch.exp(x - largest)
    return exps / exps.sum(dim=dim, keepdim=True)


def log_softmax(x: Tensor, dim: int) -> Tensor:
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim=dim, keepdim=True))


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return _mse(pred, target, reduction=reduction)


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return _l1(pred, target, reduction=reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    if delta > 0:
        return _huber(pred, target, delta, reduction=reduction)
    raise ValueError(f"delta: {delta} is not above 0")


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    _check_labels(labels, log_probs)
    return _nll(log_probs, labels, reduction=reduction)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    num_classes = logits.shape[1]
    _check_labels(labels, logits, ignore_index)
    if weight is not None and weight.shape != (num_classes,):
        raise ValueError(f"weight must have shape ({num_classes},), not {tuple(weight.shape)}")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, not {label_smoothing}")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}")
    if weight is None:
        weight = torch.ones(num_classes, dtype=logits.dtype, device=logits.device)
    weight = weight.to(dtype=logits.dtype)

    log_p = log_softmax(logits, dim=1)
    counts = labels != ignore_index
    safe_labels = torch.where(counts, labels, torch.zeros_like(labels))
    label_weight = weight[safe_labels]
    loss = -label_weight * log_p.gather(1, safe_labels.unsqueeze(1)).squeeze(1)
    if label_smoothing > 0:
        per_class = weight.reshape([num_classes] + [1] * (logits.dim() - 2))
        spread = -(per_class * log_p).sum(dim=1) / num_classes
        loss = (1 - label_smoothing) * loss + label_smoothing * spread
    loss = torch.where(counts, loss, torch.zeros_like(loss))
    if reduction == "mean":
        return loss.sum() / torch.where(counts, label_weight, torch.zeros_like(label_weight)).sum()
    return _reduce(loss, reduction)


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    _check_labels(labels, logits)
    gradient = softmax(logits.detach(), dim=1)
    rows = torch.arange(logits.shape[0], device=logits.device)
    gradient[rows, labels] -= 1
    return gradient / logits.shape[0]


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if not torch.is_floating_point(target):
        raise ValueError(f"target: {target.dtype} is not floating point")
    if torch.any((probs < 0) | (probs > 1) | (probs != probs)):
        raise ValueError("probs: not all from 0 to 1")
    return _bce(probs, target, reduction=reduction)


@_same_shape("target")
def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if not torch.is_floating_point(target):
        raise ValueError(f"target: {target.dtype} is not floating point")
    if pos_weight is not None and (not logits.dim() or pos_weight.shape != logits.shape[-1:]):
        raise ValueError("pos_weight: not one factor for each column")

    def log_one_plus_exp(z):
        # exp is only ever taken of numbers up to 0, and the line z is added back above
        above = torch.where(z > 0, z, torch.zeros_like(z))
        return above + torch.log1p(torch.exp(torch.where(z > 0, -z, z)))

    @_with_reduction
    def per_item():
        factor = target if pos_weight is None else target * pos_weight.to(logits.dtype)
        return factor * log_one_plus_exp(-logits) + (1 - target) * log_one_plus_exp(logits)

    return per_item(reduction=reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    return -torch.sum(p * _log_or_zero(p), dim)


@_same_shape("q")
def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    happens = p > 0
    log_q = torch.log(torch.where(happens, q, torch.ones_like(q)))
    return torch.sum(p * (_log_or_zero(p) - log_q), dim)


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    if strength < 0:
        raise ValueError(f"strength: {strength} is below 0")
    try:
        total = functools.reduce(torch.add, (torch.sum(w * w) for w in params))
    except TypeError:
        raise ValueError("params: there is no tensor") from None
    return total.mul(strength / 2)


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    _check_same_shape("target", target, pred)
    if isinstance(sigma, Tensor):
        _check_same_shape("sigma", sigma, pred)
        if not (sigma > 0).all():
            raise ValueError("sigma must be above 0")
        log_sigma = torch.log(sigma)
    else:
        if not sigma > 0:
            raise ValueError(f"sigma must be above 0, not {sigma}")
        log_sigma = math.log(sigma)
    loss = (pred - target) ** 2 / (2 * sigma**2) + log_sigma + math.log(2 * math.pi) / 2
    return loss.mean()


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    _check_labels(labels, scores)
    if margin < 0:
        raise ValueError(f"margin must be at least 0, not {margin}")
    column = labels.unsqueeze(1)
    violation = (margin + scores - scores.gather(1, column)).clamp(min=0)
    is_true_class = torch.zeros_like(scores, dtype=torch.bool).scatter(1, column, True)
    return violation.masked_fill(is_true_class, 0).sum() / scores.shape[0]


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    if same.dtype != torch.bool:
        raise ValueError("same: not bool")
    if same.shape != x1.shape[:-1]:
        raise ValueError("same: not one entry for each pair")
    if margin < 0:
        raise ValueError("margin: below 0")
    return _contrast(x1, x2, same, margin, reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _check_same_shape("positive", positive, anchor)
    _check_same_shape("negative", negative, anchor)
    if margin < 0:
        raise ValueError(f"margin must be at least 0, not {margin}")
    to_positive = ((anchor - positive) ** 2).sum(dim=1)
    to_negative = ((anchor - negative) ** 2).sum(dim=1)
    return _reduce((to_positive - to_negative + margin).clamp(min=0), reduction)


@_same_shape("x2")
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    def unit(x):
        length = _root(torch.sum(x * x, dim, keepdim=True))
        return x / torch.maximum(length, torch.full_like(length, eps))

    return torch.sum(unit(x1) * unit(x2), dim).clamp(min=-1.0, max=1.0)
