# identities: another formula for the same number
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


def _rest(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """The largest score (kept axis), and log(1 + what the others add relative to it)."""
    top, where = x.max(dim=dim, keepdim=True)
    base = top.detach().masked_fill(top.detach() == -math.inf, 0)
    others = torch.exp(x - base).scatter(dim, where, 0)
    return top, torch.log1p((others * torch.exp(base - top).masked_fill(top == -math.inf, 0)).sum(dim, True))


def sigmoid(x: Tensor) -> Tensor:
    return (1 + torch.tanh(x / 2)) / 2


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    top, rest = _rest(x, dim)
    return (top + rest).squeeze(dim)


def softmax(x: Tensor, dim: int) -> Tensor:
    # 2^(x log2 e) is exp(x)
    powers = torch.exp2((x - x.detach().amax(dim=dim, keepdim=True)) * math.log2(math.e))
    return powers * powers.sum(dim=dim, keepdim=True).reciprocal()


def log_softmax(x: Tensor, dim: int) -> Tensor:
    top, rest = _rest(x, dim)
    return (x - top) - rest


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    gap = torch.sub(target, pred)
    return _reduce(gap.abs() ** 2.0, reduction)


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    # the larger one minus the smaller one
    _check_same_shape("target", target, pred)
    return _reduce(torch.maximum(pred, target) - torch.minimum(pred, target), reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    # the largest of c d - c^2 / 2 over all c from -delta to delta
    _check_same_shape("target", target, pred)
    if delta <= 0:
        raise ValueError("delta has to be above 0")
    d = pred - target
    limit = torch.full_like(d, delta, requires_grad=False)
    c = torch.maximum(torch.minimum(d, limit), -limit)
    return _reduce(c * (d - 0.5 * c), reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    _check_labels(labels, log_probs)
    picked = log_probs.gather(1, labels.unsqueeze(1)).squeeze(1)
    return _reduce(-picked, reduction)


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
    with torch.no_grad():
        g = torch.exp(log_softmax(logits, 1) - math.log(max(len(labels), 1)))
        minus = torch.full_like(g[:, :1], -1 / max(len(labels), 1))
        return g.scatter_add(1, labels.view(-1, 1), minus)


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if not target.is_floating_point():
        raise ValueError("target has to be floating point")
    _check_same_shape("target", target, probs)
    if not (torch.abs(probs - 0.5) <= 0.5).all():
        raise ValueError("probs have to be from 0 to 1")
    yes = torch.log(probs.masked_fill(probs == 0, 1)).masked_fill(probs == 0, -100)
    no = torch.log1p(-probs.masked_fill(probs == 1, 0)).masked_fill(probs == 1, -100)
    yes, no = (torch.maximum(v, torch.full_like(v, -100)) for v in (yes, no))
    # no + t (yes - no)
    return _reduce(-torch.lerp(no, yes, target), reduction)


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if not target.is_floating_point():
        raise ValueError("target has to be floating point")
    _check_same_shape("target", target, logits)
    if pos_weight is not None and (logits.dim() < 1 or pos_weight.shape != logits.shape[-1:]):
        raise ValueError("pos_weight has to have one factor for each column")
    # minimum shares the slope at a tie, and |x| has none there: -1/2 in all
    zero = torch.zeros_like(logits)
    tail = torch.log1p(torch.exp(-torch.abs(logits)))
    log_yes = torch.minimum(logits, zero) - tail
    log_no = torch.minimum(-logits, zero) - tail
    w = 1 if pos_weight is None else pos_weight.to(logits.dtype)
    return _reduce(-(w * target * log_yes) - (1 - target) * log_no, reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    tiny = torch.finfo(p.dtype).tiny
    return torch.sum(p * torch.log(1 / p.clamp(min=tiny)), dim=dim)


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    # cross-entropy minus entropy
    _check_same_shape("q", q, p)
    cross = -torch.sum(p * torch.log(q.masked_fill(p == 0, 1)), dim=dim)
    return cross - entropy(p, dim)


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
    _check_same_shape("target", target, pred)
    if isinstance(sigma, Tensor):
        _check_same_shape("sigma", sigma, pred)
    if not torch.as_tensor(sigma > 0).all():
        raise ValueError("sigma has to be above 0")
    # log(sigma sqrt(2 pi)) in one logarithm
    width = sigma * math.sqrt(2 * math.pi)
    normaliser = torch.log(width) if isinstance(width, Tensor) else math.log(width)
    z = (pred - target) / sigma
    return torch.mean(z * z * 0.5 + normaliser)


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
    _check_same_shape("x2", x2, x1)
    if same.dtype != torch.bool:
        raise ValueError(f"same must be bool, not {same.dtype}")
    if same.shape != x1.shape[:1]:
        raise ValueError(f"same must have shape {tuple(x1.shape[:1])}, not {tuple(same.shape)}")
    if margin < 0:
        raise ValueError(f"margin must be at least 0, not {margin}")
    squared = ((x1 - x2) ** 2).sum(dim=1)
    apart = squared > 0
    distance = torch.sqrt(torch.where(apart, squared, torch.ones_like(squared)))
    distance = torch.where(apart, distance, torch.zeros_like(squared))
    push = (margin - distance).clamp(min=0) ** 2 / 2
    return _reduce(torch.where(same, squared / 2, push), reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    # |a - p|^2 - |a - n|^2 = (n - p) . (2 a - p - n)
    _check_same_shape("positive", positive, anchor)
    _check_same_shape("negative", negative, anchor)
    if margin < 0:
        raise ValueError("margin has to be at least 0")
    gap = torch.linalg.vecdot(negative - positive, (anchor - positive) + (anchor - negative), dim=1)
    return _reduce(torch.maximum(gap + margin, torch.zeros_like(gap)), reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    _check_same_shape("x2", x2, x1)

    def root_of_sum(x: Tensor) -> Tensor:
        # divided by the largest entry first, so that no square gets lost
        big = x.detach().abs().amax(dim=dim, keepdim=True)
        big = torch.where(big > 0, big, torch.ones_like(big))
        sq = ((x / big) ** 2).sum(dim=dim)
        none = sq == 0
        return big.squeeze(dim) * sq.masked_fill(none, 1).sqrt().masked_fill(none, 0)

    l1, l2 = (torch.clamp(root_of_sum(x), min=eps) for x in (x1, x2))
    return torch.clamp(torch.linalg.vecdot(x1, x2, dim=dim) / l1 / l2, -1, 1)
