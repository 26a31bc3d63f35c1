import math
from collections.abc import Iterable

import torch
from torch import Tensor

# Slow and easy to follow: one entry, one row or one class at a time.


def together(numbers, like, shape):
    """Puts single numbers (tensors without axes) back into a shape."""
    if not numbers:
        return like.sum().expand(0).reshape(shape)
    return torch.stack(numbers).reshape(shape)


def finish(numbers, like, shape, reduction):
    if reduction == "none":
        return together(numbers, like, shape)
    total = like.new_zeros(())
    for number in numbers:
        total = total + number
    if reduction == "sum":
        return total
    return total / len(numbers)


def known(reduction):
    if reduction != "none" and reduction != "mean" and reduction != "sum":
        raise ValueError(f"reduction cannot be {reduction!r}; choose none, mean or sum")


def entries(t):
    return list(t.reshape(-1).unbind())


def look_at_labels(labels, scores, skip=None):
    if labels.dtype != torch.int64:
        raise ValueError("labels: wrong dtype, int64 please")
    if list(labels.shape) != [scores.shape[0]] + list(scores.shape[2:]):
        raise ValueError("labels: wrong shape")
    known_class = labels == skip if skip is not None else torch.zeros_like(labels, dtype=torch.bool)
    for k in range(scores.shape[1]):
        known_class = known_class | (labels == k)
    if not known_class.all():
        raise ValueError(f"labels: the classes are 0 to {scores.shape[1] - 1}")


def sigmoid(x: Tensor) -> Tensor:
    ys = []
    for score in entries(x):
        if score >= 0:
            ys.append(1 / (1 + torch.exp(-score)))
        else:
            e = torch.exp(score)
            ys.append(e / (1 + e))
    return together(ys, x, x.shape)


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    # one pass: the largest so far (a constant), and the sum of exp(entry - largest so far)
    def anchor(value):
        return torch.where(value == -math.inf, torch.zeros_like(value), value)

    first, *others = x.unbind(dim)
    largest = first.detach()
    total = torch.exp(first - anchor(largest))
    for entry in others:
        larger = torch.maximum(largest, entry.detach())
        total = total * torch.exp(largest - anchor(larger)) + torch.exp(entry - anchor(larger))
        largest = larger
    empty = total == 0
    y = anchor(largest) + torch.log(torch.where(empty, torch.ones_like(total), total))
    return torch.where(empty, torch.full_like(y, -math.inf), y)


def softmax(x: Tensor, dim: int) -> Tensor:
    slices = x.unbind(dim)
    top = slices[0].detach()
    for s in slices[1:]:
        top = torch.maximum(top, s.detach())
    powers = [torch.exp(s - top) for s in slices]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return torch.stack([power / total for power in powers], dim)


def log_softmax(x: Tensor, dim: int) -> Tensor:
    slices = x.unbind(dim)
    top = slices[0].detach()
    for s in slices[1:]:
        top = torch.maximum(top, s.detach())
    total = torch.zeros_like(top)
    for s in slices:
        total = total + torch.exp(s - top)
    log_total = torch.log(total)
    return torch.stack([s - top - log_total for s in slices], dim)


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    known(reduction)
    if pred.shape != target.shape:
        raise ValueError(f"target is {list(target.shape)} and pred is {list(pred.shape)}")
    losses = []
    for a, b in zip(entries(pred), entries(target), strict=True):
        losses.append((a - b) * (a - b))
    return finish(losses, pred, pred.shape, reduction)


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    known(reduction)
    if pred.shape != target.shape:
        raise ValueError(f"target is {list(target.shape)} and pred is {list(pred.shape)}")
    losses = []
    for a, b in zip(entries(pred), entries(target), strict=True):
        losses.append(a - b if a > b else b - a)
    return finish(losses, pred, pred.shape, reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    known(reduction)
    if pred.shape != target.shape:
        raise ValueError(f"target is {list(target.shape)} and pred is {list(pred.shape)}")
    if delta <= 0:
        raise ValueError(f"delta = {delta} is not above 0")
    losses = []
    for a, b in zip(entries(pred), entries(target), strict=True):
        d = a - b
        if d > delta:
            losses.append(delta * (d - delta / 2))
        elif d < -delta:
            losses.append(delta * (-d - delta / 2))
        else:
            losses.append(d * d / 2)
    return finish(losses, pred, pred.shape, reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    known(reduction)
    look_at_labels(labels, log_probs)
    # a loop over the classes, not over the samples
    loss = torch.zeros_like(log_probs[:, 0])
    for k in range(log_probs.shape[1]):
        loss = torch.where(labels == k, -log_probs[:, k], loss)
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.mean()


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    known(reduction)
    look_at_labels(labels, logits, skip=ignore_index)
    num = logits.shape[1]
    if weight is not None and list(weight.shape) != [num]:
        raise ValueError(f"weight must be a list of {num} factors")
    if label_smoothing < 0 or label_smoothing > 1:
        raise ValueError("label_smoothing must be between 0 and 1")

    log_p = log_softmax(logits, 1)
    loss = torch.zeros_like(log_p[:, 0])
    counted = torch.zeros_like(loss)
    spread = torch.zeros_like(loss)
    for k in range(num):
        w = 1.0 if weight is None else weight[k].to(logits.dtype)
        here = labels == k
        loss = torch.where(here, -(1 - label_smoothing) * w * log_p[:, k], loss)
        counted = torch.where(here, w * torch.ones_like(counted), counted)
        if label_smoothing > 0:
            spread = spread - label_smoothing / num * w * log_p[:, k]
    loss = loss + spread
    ignored = labels == ignore_index
    loss = loss.masked_fill(ignored, 0)
    counted = counted.masked_fill(ignored, 0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.sum() / counted.sum()


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    look_at_labels(labels, logits)
    scores = logits.detach()
    columns = []
    for k in range(scores.shape[1]):
        # p_k = 1 / sum_j exp(x_j - x_k): an exp that overflows gives 1 / inf = 0, as it should
        below = torch.zeros_like(scores[:, k])
        for j in range(scores.shape[1]):
            below = below + torch.exp(scores[:, j] - scores[:, k])
        columns.append((1 / below - (labels == k).to(scores.dtype)) / scores.shape[0])
    return torch.stack(columns, 1)


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    known(reduction)
    if probs.shape != target.shape:
        raise ValueError(f"target is {list(target.shape)} and probs is {list(probs.shape)}")
    if target.dtype not in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        raise ValueError(f"target cannot be {target.dtype}")
    losses = []
    for p, t in zip(entries(probs), entries(target), strict=True):
        if not (p >= 0 and p <= 1):
            raise ValueError(f"probs must be from 0 to 1, but one is {p.item()}")
        first = torch.log(p) if p > 0 else p - 100
        second = torch.log(1 - p) if p < 1 else (1 - p) - 100
        if first < -100:
            first = torch.full_like(first, -100.0)
        if second < -100:
            second = torch.full_like(second, -100.0)
        losses.append(-(t * first + (1 - t) * second))
    return finish(losses, probs, probs.shape, reduction)


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    known(reduction)
    if logits.shape != target.shape:
        raise ValueError(f"target is {list(target.shape)} and logits is {list(logits.shape)}")
    if not torch.is_floating_point(target):
        raise ValueError(f"target cannot be {target.dtype}")
    if pos_weight is not None:
        if logits.dim() == 0 or list(pos_weight.shape) != [logits.shape[-1]]:
            raise ValueError("pos_weight needs one factor for each column")
        pos_weight = pos_weight.to(logits.dtype)
    losses = []
    for i, (x, t) in enumerate(zip(entries(logits), entries(target), strict=True)):
        w = 1 if pos_weight is None else pos_weight[i % len(pos_weight)]
        if x >= 0:
            log_yes = -torch.log1p(torch.exp(-x))
            log_no = log_yes - x
        else:
            log_no = -torch.log1p(torch.exp(x))
            log_yes = log_no + x
        losses.append(-(w * t * log_yes + (1 - t) * log_no))
    return finish(losses, logits, logits.shape, reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    h = 0
    for share in p.unbind(dim):
        h = h - share * torch.log(torch.where(share > 0, share, torch.ones_like(share)))
    return h


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    if p.shape != q.shape:
        raise ValueError(f"q is {list(q.shape)} and p is {list(p.shape)}")
    cost = 0
    for a, b in zip(p.unbind(dim), q.unbind(dim), strict=True):
        one = torch.ones_like(a)
        safe_a, safe_b = torch.where(a > 0, a, one), torch.where(a > 0, b, one)
        cost = cost + a * torch.log(safe_a) - a * torch.log(safe_b)
    return cost


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    if strength < 0:
        raise ValueError(f"strength is {strength}, which is negative")
    y = None
    for w in params:
        part = w.new_zeros(())
        for number in entries(w):
            part = part + number * number
        y = part if y is None else y + part
    if y is None:
        raise ValueError("params has no tensor in it")
    return y * strength / 2


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    if pred.shape != target.shape:
        raise ValueError(f"target is {list(target.shape)} and pred is {list(pred.shape)}")
    if isinstance(sigma, Tensor):
        if sigma.shape != pred.shape:
            raise ValueError(f"sigma is {list(sigma.shape)} and pred is {list(pred.shape)}")
        sigmas = entries(sigma)
    else:
        sigmas = [torch.tensor(sigma, dtype=pred.dtype, device=pred.device)] * pred.numel()
        if sigma <= 0:
            raise ValueError(f"sigma = {sigma} is not above 0")
    losses = []
    for m, t, s in zip(entries(pred), entries(target), sigmas, strict=True):
        if not s > 0:
            raise ValueError("sigma must be above 0 everywhere")
        z = (t - m) / s
        losses.append(z * z / 2 + torch.log(s) + 0.5 * math.log(2 * math.pi))
    return finish(losses, pred, pred.shape, "mean")


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    look_at_labels(labels, scores)
    if margin < 0:
        raise ValueError(f"margin = {margin} is negative")
    # no loop here: the docstring forbids it
    own = scores[torch.arange(len(labels), device=scores.device), labels]
    gaps = margin + scores - own[:, None]
    others = labels[:, None] != torch.arange(scores.shape[1], device=scores.device)
    costs = torch.where(others & (gaps > 0), gaps, torch.zeros_like(gaps))
    return costs.sum(dim=1).mean()


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    known(reduction)
    if x1.shape != x2.shape:
        raise ValueError(f"x2 is {list(x2.shape)} and x1 is {list(x1.shape)}")
    if same.dtype != torch.bool or list(same.shape) != [x1.shape[0]]:
        raise ValueError("same must be a bool for each pair")
    if margin < 0:
        raise ValueError(f"margin = {margin} is negative")
    losses = []
    for a, b, alike in zip(x1, x2, same.tolist(), strict=True):
        d2 = ((a - b) ** 2).sum()
        if alike:
            losses.append(d2 / 2)
            continue
        d = torch.sqrt(d2) if d2 > 0 else d2
        losses.append((margin - d) ** 2 / 2 if d < margin else d * 0)
    return finish(losses, x1, x1.shape[:1], reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    known(reduction)
    for name, other in (("positive", positive), ("negative", negative)):
        if other.shape != anchor.shape:
            raise ValueError(f"{name} is {list(other.shape)} but must be {list(anchor.shape)}")
    if margin < 0:
        raise ValueError(f"margin = {margin} is below 0")
    losses = []
    for a, p, n in zip(anchor, positive, negative, strict=True):
        gap = ((a - p) ** 2).sum() - ((a - n) ** 2).sum() + margin
        losses.append(gap if gap > 0 else gap * 0)
    return finish(losses, anchor, anchor.shape[:1], reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    if x1.shape != x2.shape:
        raise ValueError(f"x2 is {list(x2.shape)} and x1 is {list(x1.shape)}")
    product, square1, square2 = 0, 0, 0
    for a, b in zip(x1.unbind(dim), x2.unbind(dim), strict=True):
        product = product + a * b
        square1 = square1 + a * a
        square2 = square2 + b * b
    lengths = []
    for square in (square1, square2):
        some = square > 0
        root = torch.sqrt(torch.where(some, square, torch.ones_like(square)))
        root = torch.where(some, root, torch.zeros_like(root))
        lengths.append(torch.where(root > eps, root, torch.full_like(root, eps)))
    y = product / lengths[0] / lengths[1]
    # rounding must not leave the range
    return torch.where(y > 1, torch.ones_like(y), torch.where(y < -1, -torch.ones_like(y), y))


def check_softmax(softmax):
    def right(scores):
        largest = max(scores)
        powers = [math.exp(s - largest) for s in scores]
        return [power / sum(powers) for power in powers]

    tables = [
        [[0.3, -1.2, 2.0], [0.0, 0.1, -3.0], [-2.5, 0.7, 0.7], [1.0, -1.0, 0.5]],
        [[1003.0, 1001.0, 1002.5], [-1003.0, -1001.0, -999.5]],
    ]
    for table in tables:
        for dtype in (torch.float32, torch.float64):
            for rows in (True, False):
                x = torch.tensor(table, dtype=dtype)
                y = softmax(x, 1 if rows else 0)
                if not torch.equal(x, torch.tensor(table, dtype=dtype)):
                    raise AssertionError("x was changed")
                if y.dtype != dtype or y.shape != x.shape:
                    raise AssertionError("dtype or shape")
                slices = table if rows else [list(column) for column in zip(*table)]
                for i in range(len(slices)):
                    got = (y[i] if rows else y[:, i]).tolist()
                    for a, b in zip(got, right(slices[i])):
                        if not abs(a - b) < 1e-5:
                            raise AssertionError(f"{a} instead of {b}")
    cube = torch.arange(24.0).reshape(2, 4, 3).sin()
    y = softmax(cube, -2)
    for i in range(2):
        for k in range(3):
            for a, b in zip(y[i, :, k].tolist(), right(cube[i, :, k].tolist())):
                if not abs(a - b) < 1e-5:
                    raise AssertionError("three axes")
