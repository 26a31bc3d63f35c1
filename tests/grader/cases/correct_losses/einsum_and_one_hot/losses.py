# einsum everywhere, and classes as one-hot masks
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


def _one_hot(labels: Tensor, num_classes: int) -> Tensor:
    """(N, *) class numbers to a (N, K, *) bool mask, by comparison."""
    classes = torch.arange(num_classes, device=labels.device)
    classes = classes.view(1, num_classes, *[1] * (labels.dim() - 1))
    return labels.unsqueeze(1) == classes


def _squares(x: Tensor) -> Tensor:
    flat = x.reshape(-1)
    return torch.einsum("i,i->", flat, flat)


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
    largest = x.detach().amax(dim=dim, keepdim=True)
    largest = torch.where(torch.isfinite(largest), largest, torch.zeros_like(largest))
    total = torch.exp(x - largest).sum(dim=dim)
    nothing = total == 0
    log_total = torch.log(torch.where(nothing, torch.ones_like(total), total))
    y = largest.squeeze(dim) + log_total
    return torch.where(nothing, torch.full_like(y, -math.inf), y)


def softmax(x: Tensor, dim: int) -> Tensor:
    last = x.movedim(dim, -1) if x.dim() else x.reshape(1)
    e = torch.exp(last - last.detach().max(dim=-1, keepdim=True).values)
    y = torch.einsum("...k,...->...k", e, 1 / torch.einsum("...k->...", e))
    return y.movedim(-1, dim) if x.dim() else y.reshape(())


def log_softmax(x: Tensor, dim: int) -> Tensor:
    last = x.movedim(dim, -1) if x.dim() else x.reshape(1)
    last = last - last.detach().max(dim=-1, keepdim=True).values
    y = last - torch.einsum("...k->...", torch.exp(last)).log().unsqueeze(-1)
    return y.movedim(-1, dim) if x.dim() else y.reshape(())


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    if reduction == "none":
        return torch.einsum("...,...->...", pred - target, pred - target)
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction must be none, mean or sum, got {reduction}")
    total = _squares(pred - target)
    return total if reduction == "sum" else total / pred.numel()


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    difference = pred - target
    return _reduce(torch.einsum("...,...->...", difference, difference.detach().sign()), reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    if delta <= 0:
        raise ValueError("delta must be above 0")
    difference = pred - target
    inner = torch.clamp(difference, min=-delta, max=delta)
    return _reduce(torch.einsum("...,...->...", inner, difference - inner / 2), reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    _check_labels(labels, log_probs)
    mask = _one_hot(labels, log_probs.shape[1])
    only_true = torch.where(mask, log_probs, torch.zeros_like(log_probs))
    return _reduce(-torch.einsum("nk...->n...", only_true), reduction)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    K = logits.shape[1]
    _check_labels(labels, logits, ignore_index)
    if weight is not None and weight.shape != (K,):
        raise ValueError("weight must have one entry for each class")
    if label_smoothing < 0 or label_smoothing > 1:
        raise ValueError("label_smoothing must be from 0 to 1")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction must be none, mean or sum")
    w = logits.new_ones(K) if weight is None else weight.to(logits.dtype)
    seen = (labels != ignore_index).unsqueeze(1)
    hot = _one_hot(labels, K) & seen
    # the distribution that the model is compared with, then the weighted sum over the classes
    truth = hot.to(logits.dtype) * (1 - label_smoothing) + seen.to(logits.dtype) * (label_smoothing / K)
    minus_log_p = torch.where(truth > 0, -log_softmax(logits, 1), torch.zeros_like(logits))
    loss = torch.einsum("k,nk...,nk...->n...", w, truth, minus_log_p)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.sum() / torch.einsum("k,nk...->", w, hot.to(logits.dtype))


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    _check_labels(labels, logits)
    n, k = logits.shape
    identity = torch.eye(k, dtype=logits.dtype, device=logits.device)
    return (softmax(logits.detach(), dim=-1) - identity[labels]) / n


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
        raise ValueError("target must be floating point")
    _check_same_shape("target", target, logits)
    if pos_weight is not None and (logits.dim() == 0 or pos_weight.shape != logits.shape[-1:]):
        raise ValueError("pos_weight must have one entry for each column")
    # two classes with the scores x and 0
    log_p = log_softmax(torch.stack((logits, torch.zeros_like(logits)), dim=-1), dim=-1)
    factor = target if pos_weight is None else target * pos_weight.to(logits.dtype)
    truth = torch.stack((factor, 1 - target), dim=-1)
    return _reduce(-torch.einsum("...c,...c->...", truth, log_p), reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    p = p.movedim(dim, -1)
    return -torch.einsum("...i,...i->...", p, torch.log(p.masked_fill(p == 0, 1)))


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    _check_same_shape("q", q, p)
    p, q = p.movedim(dim, -1), q.movedim(dim, -1)
    never = p == 0
    surprise = torch.log(p.masked_fill(never, 1)) - torch.log(q.masked_fill(never, 1))
    return torch.einsum("...i,...i->...", p, surprise)


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    if not strength >= 0:
        raise ValueError("strength must be at least 0")
    parts = [_squares(w) for w in params]
    if len(parts) == 0:
        raise ValueError("params is empty")
    return torch.einsum("i->", torch.stack(parts)) * (0.5 * strength)


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
        raise ValueError("margin must be at least 0")
    n, k = scores.shape
    hot = _one_hot(labels, k).to(scores.dtype)
    true_score = torch.einsum("nk,nk->n", scores, hot)
    gap = torch.relu(scores - true_score[:, None] + margin)
    return torch.einsum("nk,nk->", gap, 1 - hot) / n


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _check_same_shape("x2", x2, x1)
    if same.dtype != torch.bool or same.shape != x1.shape[:1]:
        raise ValueError("same must be a bool vector with one entry for each pair")
    if margin < 0:
        raise ValueError("margin must be at least 0")
    diff = x1 - x2
    sq = torch.einsum("nd,nd->n", diff, diff)
    dist = sq.masked_fill(sq == 0, 1).sqrt().masked_fill(sq == 0, 0)
    push = torch.relu(margin - dist)
    alike = same.to(x1.dtype)
    return _reduce(alike * sq / 2 + (1 - alike) * push * push / 2, reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _check_same_shape("positive", positive, anchor)
    _check_same_shape("negative", negative, anchor)
    if margin < 0:
        raise ValueError("margin must be at least 0")
    near, far = anchor - positive, anchor - negative
    gap = torch.einsum("nd,nd->n", near, near) - torch.einsum("nd,nd->n", far, far)
    return _reduce(torch.relu(gap + margin), reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    _check_same_shape("x2", x2, x1)
    x1, x2 = x1.movedim(dim, -1), x2.movedim(dim, -1)

    def inverse_length(x: Tensor) -> Tensor:
        sq = torch.einsum("...d,...d->...", x, x)
        long_enough = sq.detach().sqrt() > eps
        return torch.where(long_enough, 1 / torch.where(long_enough, sq, torch.ones_like(sq)).sqrt(), 1 / eps)

    y = torch.einsum("...d,...d,...,...->...", x1, x2, inverse_length(x1), inverse_length(x2))
    return y.clamp(-1, 1)


from collections import namedtuple  # noqa: E402

Calibration = namedtuple("Calibration", "error confidence accuracy count")


def calibration_error(logits, labels, num_bins):
    p = softmax(logits.detach(), 1)
    top, answer = p.max(1)
    edges = torch.arange(1, num_bins, dtype=p.dtype, device=p.device) / num_bins
    member = torch.nn.functional.one_hot(torch.bucketize(top, edges), num_bins).to(p.dtype)
    n = member.sum(0)
    filled = n.clamp(min=1)
    confidence = torch.einsum("nm,n->m", member, top) / filled
    accuracy = torch.einsum("nm,n->m", member, (answer == labels).to(p.dtype)) / filled
    error = torch.einsum("m,m->", n / len(p), (accuracy - confidence).abs())
    return Calibration(error, confidence, accuracy, n.long())


def fit_temperature(logits, labels):
    x = logits.detach().double()
    x = x / x.std()
    hot = torch.nn.functional.one_hot(labels, x.shape[1]).double()
    b = torch.zeros((), dtype=torch.float64, device=x.device)
    for _ in range(200):  # Newton in b = 1 / T, from b = 0, where the loss is flat enough; halved where it would jump
        p = torch.softmax(b * x, 1)
        mean = torch.einsum("nk,nk->n", p, x)
        slope = (mean - torch.einsum("nk,nk->n", hot, x)).mean()
        bend = (torch.einsum("nk,nk->n", p, x * x) - mean**2).mean()
        step = slope / bend
        b = b - step.clamp(-0.5, 0.5)
    return (logits.detach().double().std() / b).item()
