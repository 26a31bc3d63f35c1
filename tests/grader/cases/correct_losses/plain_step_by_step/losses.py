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
    gradient = softmax(logits.detach(), dim=1)
    rows = torch.arange(logits.shape[0], device=logits.device)
    gradient[rows, labels] -= 1
    return gradient / logits.shape[0]


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


def check_softmax(softmax):
    # 1, 2 and 5 of 8
    x = torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]], dtype=torch.float64).log() - 1
    kept = x.clone()
    y = softmax(x, 1)
    assert (x == kept).all(), "x must stay"
    assert y.dtype == torch.float64
    assert y.shape == (2, 3)
    assert (y - torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]]) / 8).abs().max() < 1e-6

    y = softmax(x, 0)
    want = torch.tensor([[1 / 4, 2 / 5, 5 / 7], [3 / 4, 3 / 5, 2 / 7]])
    assert (y - want).abs().max() < 1e-6

    # the middle of three axes
    y = softmax(x.reshape(1, 2, 3).repeat(2, 1, 1), 1)
    assert y.shape == (2, 2, 3)
    assert (y[0] - want).abs().max() < 1e-6
    assert (y[1] - want).abs().max() < 1e-6

    # large ones, next to small ones
    x = torch.tensor([[1000.0, 999.0], [-1000.0, -1000.0]])
    y = softmax(x, 1)
    want = torch.tensor([[0.7310586, 0.2689414], [0.5, 0.5]])
    assert not y.isnan().any()
    assert (y - want).abs().max() < 1e-5


def fix_focal_loss(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    safe_labels = torch.where(counts, labels, torch.zeros_like(labels))
    log_probabilities = torch.log_softmax(logits, dim=1)
    log_p = log_probabilities.gather(1, safe_labels.unsqueeze(1)).squeeze(1)
    p = log_p.exp()
    loss_of_each = -((1 - p) ** gamma) * log_p
    loss_of_each = torch.where(counts, loss_of_each, torch.zeros_like(loss_of_each))
    number_that_count = counts.sum()
    return loss_of_each.sum() / number_that_count


def fix_pair_loss(x, y, same):
    missing = torch.isnan(x).any(dim=1) | torch.isnan(y).any(dim=1)
    keep = ~missing
    if not keep.any():
        return torch.zeros((), dtype=x.dtype, device=x.device)
    x, y, same = x[keep], y[keep], same[keep]
    squared = ((x - y) ** 2).sum(dim=1)
    equal = squared == 0
    ones = torch.ones_like(squared)
    distance = torch.sqrt(torch.where(equal, ones, squared))
    # pairs of one kind
    loss_same = torch.where(equal, torch.zeros_like(distance), distance)
    # pairs of two kinds
    rest = 1 - torch.exp(-distance)
    harmless = (rest <= 0) | equal
    loss_different = -torch.log(torch.where(harmless, ones, rest))
    loss_different = torch.where(harmless, 100 * ones, loss_different)
    loss = torch.where(same, loss_same, loss_different)
    return loss.mean()


from typing import NamedTuple  # noqa: E402


class Calibration(NamedTuple):
    error: Tensor
    confidence: Tensor
    accuracy: Tensor
    count: Tensor


def calibration_error(logits, labels, num_bins):
    probabilities = softmax(logits.detach(), 1)
    confidence = probabilities.amax(dim=1)
    right = probabilities.argmax(dim=1) == labels

    confidences = torch.zeros(num_bins, dtype=logits.dtype, device=logits.device)
    accuracies = torch.zeros(num_bins, dtype=logits.dtype, device=logits.device)
    counts = torch.zeros(num_bins, dtype=torch.int64, device=logits.device)
    error = torch.zeros((), dtype=logits.dtype, device=logits.device)
    for m in range(num_bins):
        inside = (confidence > m / num_bins) & (confidence <= (m + 1) / num_bins)
        counts[m] = inside.sum()
        if counts[m] > 0:
            confidences[m] = confidence[inside].mean()
            accuracies[m] = right[inside].to(logits.dtype).mean()
            error = error + counts[m] / len(logits) * (accuracies[m] - confidences[m]).abs()
    return Calibration(error, confidences, accuracies, counts)


def fit_temperature(logits, labels):
    # golden section in log T, on logits of size 1
    size = logits.detach().abs().max().double()
    scores = logits.detach().double() / size

    def loss(log_t):
        return torch.nn.functional.cross_entropy(scores / math.exp(log_t), labels).item()

    ratio = (math.sqrt(5) - 1) / 2
    low, high = -8.0, 8.0
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    loss_a, loss_b = loss(a), loss(b)
    while high - low > 1e-6:
        if loss_a < loss_b:
            high, b, loss_b = b, a, loss_a
            a = high - ratio * (high - low)
            loss_a = loss(a)
        else:
            low, a, loss_a = a, b, loss_b
            b = low + ratio * (high - low)
            loss_b = loss(b)
    return math.exp((low + high) / 2) * size.item()
