# boolean selection: each formula is computed for the entries it is meant for, and for no others
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


def _fill_in(like: Tensor, *parts: tuple[Tensor, Tensor]) -> Tensor:
    out = torch.zeros_like(like, requires_grad=False)
    for mask, values in parts:
        out = out.masked_scatter(mask, values)
    return out


def _join(a: Tensor, b: Tensor) -> Tensor:
    """log(exp(a) + exp(b)), for the entries where both are more than nothing."""
    only_a, only_b = b == -math.inf, (a == -math.inf) & (b != -math.inf)
    both = ~(only_a | only_b)
    u, v = a[both], b[both]
    u_higher = u >= v
    top, low = torch.where(u_higher, u, v), torch.where(u_higher, v, u)
    return _fill_in(a, (only_a, a[only_a]), (only_b, b[only_b]), (both, top + (1 + (low - top).exp()).log()))


def sigmoid(x: Tensor) -> Tensor:
    up = x >= 0
    e = x[~up].exp()
    return _fill_in(x, (up, 1 / (1 + (-x[up]).exp())), (~up, e / (1 + e)))


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    # a tree: neighbours are joined two by two until one is left
    level = list(x.unbind(dim)) if x.dim() else [x]
    while len(level) > 1:
        joined = [_join(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = joined + level[2 * len(joined) :]
    return level[0].clone()


def softmax(x: Tensor, dim: int) -> Tensor:
    largest = x.amax(dim=dim, keepdim=True)
    exps = torch.exp(x - largest)
    return exps / exps.sum(dim=dim, keepdim=True)


def log_softmax(x: Tensor, dim: int) -> Tensor:
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim=dim, keepdim=True))


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    return _reduce((pred - target) ** 2, reduction)


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    d = pred - target
    lower = d < 0
    return _reduce(_fill_in(d, (lower, -d[lower]), (~lower, d[~lower])), reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    _check_same_shape("target", target, pred)
    if delta <= 0:
        raise ValueError(f"delta is {delta}, not above 0")
    e = (pred - target).abs()
    near = e <= delta
    near_loss, far_loss = 0.5 * e[near] ** 2, delta * (e[~near] - delta / 2)
    return _reduce(_fill_in(e, (near, near_loss), (~near, far_loss)), reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    _check_labels(labels, log_probs)
    classes = torch.arange(log_probs.shape[1], device=labels.device)
    chosen = log_probs.movedim(1, -1)[labels.unsqueeze(-1) == classes]
    return _reduce(-chosen.reshape(labels.shape), reduction)


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
    if weight is not None and tuple(weight.shape) != (K,):
        raise ValueError(f"weight has shape {tuple(weight.shape)}, not ({K},)")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is {label_smoothing}, not from 0 to 1")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction is {reduction!r}, not none, mean or sum")
    counts = labels != ignore_index
    scores = logits.movedim(1, -1)[counts]
    truth = labels[counts]
    hot = truth.unsqueeze(1) == torch.arange(K, device=labels.device)
    w = torch.ones(K, dtype=logits.dtype, device=logits.device) if weight is None else weight.to(logits.dtype)
    log_norm = log_sum_exp(scores - scores.detach().amax(1, keepdim=True), 1).unsqueeze(1)
    log_p = scores - scores.detach().amax(1, keepdim=True) - log_norm
    parts = -(1 - label_smoothing) * w[truth] * log_p[hot]
    if label_smoothing > 0:
        parts = parts - label_smoothing / K * (log_p @ w)
    if reduction == "sum":
        return parts.sum()
    if reduction == "mean":
        return parts.sum() / w[truth].sum()
    return torch.zeros(labels.shape, dtype=logits.dtype, device=logits.device).masked_scatter(counts, parts)


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    _check_labels(labels, logits)
    gradient = softmax(logits.detach(), dim=1)
    rows = torch.arange(logits.shape[0], device=logits.device)
    gradient[rows, labels] -= 1
    return gradient / logits.shape[0]


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if target.dtype not in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        raise ValueError(f"target is {target.dtype}, not floating point")
    _check_same_shape("target", target, probs)
    if ((probs < 0) | (probs > 1) | probs.isnan()).any():
        raise ValueError("probs are not all from 0 to 1")

    def limited_log(v: Tensor) -> Tensor:
        usable = v.detach().log() > -100
        return torch.full_like(v, -100.0, requires_grad=False).masked_scatter(usable, v[usable].log())

    return _reduce(-target * limited_log(probs) - (1 - target) * limited_log(1 - probs), reduction)


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
    there = p > 0
    share = p[there]
    return -_fill_in(p, (there, share * share.log())).sum(dim)


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    _check_same_shape("q", q, p)
    there = p > 0
    a, b = p[there], q[there]
    # q joins the graph with an explicit 0 where p is 0
    return _fill_in(p, (there, a * (a.log() - b.log()))).sum(dim)


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
        raise ValueError(f"margin is {margin}, below 0")
    n, k = scores.shape
    true_class = labels[:, None] == torch.arange(k, device=labels.device)[None, :]
    right = scores[true_class].reshape(n, 1)
    wrong = scores[~true_class].reshape(n, k - 1)
    gaps = wrong - right + margin
    return gaps[gaps > 0].sum() / n


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _check_same_shape("x2", x2, x1)
    if same.dtype != torch.bool or same.shape != x1.shape[:1]:
        raise ValueError("same is not a bool for each pair")
    if margin < 0:
        raise ValueError(f"margin is {margin}, below 0")
    pulled = (x1[same] - x2[same]).square().sum(dim=1) / 2
    gap = (x1[~same] - x2[~same]).square().sum(dim=1)
    moved = gap > 0
    distance = _fill_in(gap, (moved, gap[moved].sqrt()))
    pushed = (margin - distance).clamp(min=0).square() / 2
    return _reduce(_fill_in(x1.sum(dim=1), (same, pulled), (~same, pushed)), reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _check_same_shape("positive", positive, anchor)
    _check_same_shape("negative", negative, anchor)
    if margin < 0:
        raise ValueError(f"margin is {margin}, below 0")
    gap = (anchor - positive).square().sum(dim=1) - (anchor - negative).square().sum(dim=1) + margin
    active = gap > 0
    return _reduce(_fill_in(gap, (active, gap[active])), reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    _check_same_shape("x2", x2, x1)

    def length(x: Tensor) -> Tensor:
        squared = (x**2).sum(dim=dim)
        is_zero = squared == 0
        root = torch.sqrt(torch.where(is_zero, torch.ones_like(squared), squared))
        return torch.where(is_zero, torch.zeros_like(root), root).clamp(min=eps)

    y = (x1 * x2).sum(dim=dim) / (length(x1) * length(x2))
    return y.clamp(min=-1, max=1)


def fix_focal_loss(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    rows, targets = logits.movedim(1, -1)[counts], labels[counts]
    log_p = rows.log_softmax(-1)[torch.arange(len(rows), device=rows.device), targets]
    return -((1 - log_p.exp()) ** gamma * log_p).mean()


def fix_pair_loss(x: Tensor, y: Tensor, same: Tensor) -> Tensor:
    known = ~(x.isnan() | y.isnan()).any(1)
    if not known.any():
        return x.new_zeros(())
    x, y, same = x[known], y[known], same[known]
    squared = ((x - y) ** 2).sum(1)
    zero = squared == 0
    losses = torch.zeros_like(squared).masked_fill(zero & ~same, 100.0)
    losses = losses.masked_scatter(~zero & same, squared[~zero & same].sqrt())
    d = squared[~zero & ~same].sqrt()
    return losses.masked_scatter(~zero & ~same, -torch.log(-torch.expm1(-d))).mean()
