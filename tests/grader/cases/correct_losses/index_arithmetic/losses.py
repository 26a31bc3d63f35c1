# flat memory and index arithmetic
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


def _flat_positions(labels: Tensor, scores: Tensor) -> Tensor:
    """Where scores[n, labels[n, i], i] lies in scores.reshape(-1), for each n and position i."""
    n, k = scores.shape[:2]
    inner = scores[0, 0].numel() if n else 1
    sample = torch.arange(n, device=labels.device).unsqueeze(1) * (k * inner)
    place = torch.arange(inner, device=labels.device)
    return sample + labels.reshape(n, inner) * inner + place


def sigmoid(x: Tensor) -> Tensor:
    is_positive = x >= 0
    # each branch only sees numbers for which its exp cannot overflow
    positive_part = torch.where(is_positive, x, torch.zeros_like(x))
    negative_part = torch.where(is_positive, torch.zeros_like(x), x)
    y_positive = 1 / (1 + torch.exp(-positive_part))
    exp_negative = torch.exp(negative_part)
    y_negative = exp_negative / (1 + exp_negative)
    return torch.where(is_positive, y_positive, y_negative)


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    # the first of the sorted scores is the largest
    ordered = x.sort(dim=dim, descending=True).values
    first = ordered.select(dim, 0) if x.dim() else ordered
    base = first.detach().clone()
    base[base == -math.inf] = 0
    total = (ordered - (base.unsqueeze(dim) if x.dim() else base)).exp()
    total = total.sum(dim=dim)
    return torch.where(total > 0, base + total.masked_fill(total == 0, 1).log(), first)


def softmax(x: Tensor, dim: int) -> Tensor:
    # pick the largest by its index
    index = x.argmax(dim=dim, keepdim=True)
    e = torch.exp(x - x.gather(dim, index))
    return e.div(e.sum(dim=dim, keepdim=True))


def log_softmax(x: Tensor, dim: int) -> Tensor:
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim=dim, keepdim=True))


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    flat = pred.reshape(-1) - target.reshape(-1)
    if reduction == "sum":
        return flat.dot(flat)
    if reduction == "mean":
        return flat.dot(flat) / flat.numel()
    if reduction == "none":
        return flat.mul(flat).reshape(pred.shape)
    raise ValueError(f"reduction {reduction!r} is not none, mean or sum")


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    return _reduce((pred - target).abs(), reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    if not delta > 0:
        raise ValueError(f"delta must be above 0, not {delta}")
    error = (pred - target).abs()
    parabola = error**2 / 2
    line = delta * (error - delta / 2)
    return _reduce(torch.where(error <= delta, parabola, line), reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    _check_labels(labels, log_probs)
    picked = log_probs.reshape(-1)[_flat_positions(labels, log_probs)]
    return _reduce(picked.neg().reshape(labels.shape), reduction)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    classes = logits.shape[1]
    _check_labels(labels, logits, ignore_index)
    if weight is not None and (weight.dim() != 1 or len(weight) != classes):
        raise ValueError(f"weight must hold {classes} factors")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"label_smoothing {label_smoothing} is not from 0 to 1")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction {reduction!r} is not none, mean or sum")

    # (N, K, *) -> one row of K scores for each label that counts
    rows = logits.movedim(1, -1).reshape(labels.numel(), classes)
    counted = (labels.reshape(-1) != ignore_index).nonzero().squeeze(1)
    rows = rows.index_select(0, counted)
    truth = labels.reshape(-1).index_select(0, counted)

    rows = rows - rows.detach().amax(dim=1, keepdim=True)
    log_p = rows - rows.exp().sum(dim=1, keepdim=True).log()
    number = torch.arange(len(truth), device=truth.device)
    loss = -(1 - label_smoothing) * log_p.reshape(-1).take(number * classes + truth)
    factors = None
    if weight is not None:
        weight = weight.to(logits.dtype)
        factors = weight.take(truth)
        loss = loss * factors
    if label_smoothing > 0:
        weighted = log_p if weight is None else log_p * weight
        loss = loss - label_smoothing * weighted.sum(dim=1) / classes
    if reduction == "sum":
        return loss.sum()
    if reduction == "mean":
        return loss.mean() if factors is None else loss.sum() / factors.sum()
    out = logits.new_zeros(labels.numel()).index_copy(0, counted, loss)
    return out.reshape(labels.shape)


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    _check_labels(labels, logits)
    p = softmax(logits.detach(), dim=1).contiguous()
    n, k = p.shape
    flat = p.view(-1)
    flat[torch.arange(n, device=p.device) * k + labels] -= 1.0
    return flat.view(n, k) / n


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
        raise ValueError(f"strength is negative: {strength}")
    flat = [w.reshape(-1) for w in params]
    if not flat:
        raise ValueError("params: nothing to add up")
    all_of_them = torch.cat(flat)
    return all_of_them.dot(all_of_them) * strength / 2


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    _check_same_shape("target", target, pred)
    if isinstance(sigma, Tensor):
        _check_same_shape("sigma", sigma, pred)
        smallest_ok = bool((sigma > 0).all())
        precision = 1 / sigma
        minus_log = precision.log().mean()
    else:
        smallest_ok = sigma > 0
        precision = 1 / sigma if smallest_ok else 0.0
        minus_log = -math.log(sigma) if smallest_ok else 0.0
    if not smallest_ok:
        raise ValueError("sigma must be above 0")
    z = (pred.reshape(-1) - target.reshape(-1)) * (
        precision.reshape(-1) if isinstance(precision, Tensor) else precision
    )
    return z.dot(z) / (2 * z.numel()) - minus_log + 0.5 * math.log(2 * math.pi)


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    _check_labels(labels, scores)
    if margin < 0:
        raise ValueError(f"margin is negative: {margin}")
    n, k = scores.shape
    # the k - 1 wrong classes of each row: those from the true class on move up by one
    wrong = torch.arange(k - 1, device=labels.device).expand(n, k - 1)
    wrong = wrong + (wrong >= labels.unsqueeze(1)).long()
    gaps = scores.gather(1, wrong) - scores.gather(1, labels.unsqueeze(1)) + margin
    return gaps.clamp(min=0).sum() / n


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _check_same_shape("x2", x2, x1)
    if same.dtype != torch.bool or same.shape != (x1.shape[0],):
        raise ValueError("same must be bool, one for each pair")
    if margin < 0:
        raise ValueError("margin must be at least 0")
    sq = (x1 - x2).pow(2).sum(dim=1)
    # only pairs of two kinds that are nearer than the margin, and not at the same place, need a root
    alike = same.nonzero().squeeze(1)
    near = (~same & (sq.detach().sqrt() < margin) & (sq > 0)).nonzero().squeeze(1)
    touching = (~same & (sq == 0)).nonzero().squeeze(1)
    loss = sq * 0
    loss = loss.index_add(0, alike, sq[alike] / 2)
    loss = loss.index_add(0, near, (margin - sq[near].sqrt()) ** 2 / 2)
    loss = loss.index_add(0, touching, torch.full_like(sq[touching], margin**2 / 2))
    return _reduce(loss, reduction)


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


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    _check_same_shape("x2", x2, x1)

    def length(x: Tensor) -> Tensor:
        squared = (x**2).sum(dim=dim)
        is_zero = squared == 0
        root = torch.sqrt(torch.where(is_zero, torch.ones_like(squared), squared))
        return torch.where(is_zero, torch.zeros_like(root), root).clamp(min=eps)

    y = (x1 * x2).sum(dim=dim) / (length(x1) * length(x2))
    return y.clamp(min=-1, max=1)
