from collections.abc import Iterable
from functools import reduce
from math import log, pi

import torch
from torch import Tensor

R = {"none": lambda v: v, "mean": lambda v: v.sum() / v.numel(), "sum": lambda v: v.sum()}


def chk(ok, msg):
    if not ok:
        raise ValueError(msg)


def red(v, how):
    chk(how in R, f"bad reduction: {how!r}")
    return R[how](v)


def lab(y, s, ign=None):
    chk(y.dtype == torch.int64, f"labels: {y.dtype} is not int64")
    chk(y.shape == s.shape[:1] + s.shape[2:], f"labels: bad shape {tuple(y.shape)}")
    ok = y.ge(0) & y.lt(s.shape[1])
    chk((ok if ign is None else ok | y.eq(ign)).all(), "labels: out of range")


def sigmoid(x: Tensor) -> Tensor:
    return torch.exp(-torch.logaddexp(-x, torch.zeros_like(x)))


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    m = x.detach().amax(dim, True).nan_to_num(neginf=0.0)
    return ((x - m).exp().sum(dim, True).log() + m).squeeze(dim)


def softmax(x: Tensor, dim: int) -> Tensor:
    return ((z := x - x.amax(dim, True)) - reduce(torch.logaddexp, z.unbind(dim)).unsqueeze(dim)).exp()


def log_softmax(x: Tensor, dim: int) -> Tensor:
    return (z := x - x.max(dim, True)[0]) - z.exp().sum(dim, True).log()


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    chk(pred.shape == target.shape, f"target: {tuple(target.shape)} vs {tuple(pred.shape)}")
    return red((pred - target).square(), reduction)


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    chk(pred.shape == target.shape, f"target: {tuple(target.shape)} vs {tuple(pred.shape)}")
    return red(torch.maximum(pred - target, target - pred), reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    chk(pred.shape == target.shape, f"target: {tuple(target.shape)} vs {tuple(pred.shape)}")
    chk(delta > 0, f"delta: {delta} <= 0")
    # c is the error up to delta: c^2 / 2 + delta * (e - c) is both formulas at once
    return red((c := (e := (pred - target).abs()).clamp(max=delta)) * (e - c / 2), reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    lab(labels, log_probs)
    return red(-log_probs.take_along_dim(labels[:, None], 1)[:, 0], reduction)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    k, s = logits.shape[1], label_smoothing
    lab(labels, logits, ignore_index)
    chk(weight is None or weight.shape == (k,), "weight: not (K,)")
    chk(0 <= s <= 1, f"label_smoothing: {s}")
    chk(reduction in R, f"bad reduction: {reduction!r}")
    w = torch.ones(k).to(logits) if weight is None else weight.to(logits)
    lp, on = log_softmax(logits, 1).movedim(1, -1), labels != ignore_index
    y = labels.where(on, 0)
    n = -(1 - s) * w[y] * lp.gather(-1, y[..., None])[..., 0] - (s / k * (lp @ w) if s else 0)
    v = n.where(on, 0)
    return v.sum() / w[y].where(on, 0).sum() if reduction == "mean" else red(v, reduction)


@torch.no_grad()
def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    lab(labels, logits)
    e = (logits - logits.amax(1, True)).exp()
    return (e / e.sum(1, True) - (labels[:, None] == torch.arange(e.shape[1]).to(labels)).to(e)) / len(e)


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    chk(probs.shape == target.shape, f"target: {tuple(target.shape)} vs {tuple(probs.shape)}")
    chk(target.is_floating_point(), f"target: {target.dtype}")
    chk((probs.ge(0) & probs.le(1)).all(), "probs: outside 0 to 1")
    lg = lambda p: p.where(p > 0, 1).log().where(p > 0, -100).clamp(min=-100)  # noqa: E731
    return red((target - 1) * lg(1 - probs) - target * lg(probs), reduction)


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    chk(logits.shape == target.shape, f"target: {tuple(target.shape)} vs {tuple(logits.shape)}")
    chk(target.is_floating_point(), f"target: {target.dtype}")
    chk(pos_weight is None or pos_weight.shape == logits.shape[-1:] != (), "pos_weight: not (K,)")
    a = 1 if pos_weight is None else 1 + (pos_weight.to(logits) - 1) * target
    m = (-logits).clamp(min=0).detach()
    return red((1 - target) * logits + a * (m + ((-m).exp() + (-logits - m).exp()).log()), reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    return -(p * p.clamp(min=torch.finfo(p.dtype).tiny).log()).sum(dim)


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    chk(p.shape == q.shape, f"q: {tuple(q.shape)} vs {tuple(p.shape)}")
    return (p * (p.where(p > 0, 1).log() - q.where(p > 0, 1).log())).sum(dim)


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    chk(strength >= 0, f"strength: {strength} < 0")
    chk(ws := list(params), "params: none")
    return sum(w.pow(2).sum() for w in ws) * (strength / 2)


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    chk(pred.shape == target.shape, f"target: {tuple(target.shape)} vs {tuple(pred.shape)}")
    s = sigma if isinstance(sigma, Tensor) else torch.full_like(pred, sigma, requires_grad=False)
    chk(s.shape == pred.shape and (s > 0).all(), "sigma: bad shape, or not above 0")
    return (((pred - target) / s) ** 2 + 2 * s.log() + log(2 * pi)).mean() / 2


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    lab(labels, scores)
    chk(margin >= 0, f"margin: {margin} < 0")
    # the true class always adds exactly margin
    return ((scores - scores.gather(1, labels[:, None]) + margin).relu().sum(1) - margin).mean()


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    chk(x1.shape == x2.shape, f"x2: {tuple(x2.shape)} vs {tuple(x1.shape)}")
    chk(same.dtype == torch.bool and same.shape == x1.shape[:1], "same: not a bool for each pair")
    chk(margin >= 0, f"margin: {margin} < 0")
    d = torch.linalg.vector_norm(x1 - x2, dim=1)
    return red(torch.where(same, d, (margin - d).clamp(min=0)).square() / 2, reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    chk(positive.shape == anchor.shape, "positive: shape is not that of anchor")
    chk(negative.shape == anchor.shape, "negative: shape is not that of anchor")
    chk(margin >= 0, f"margin: {margin} < 0")
    d = (anchor - torch.stack((positive, negative))).square().sum(-1)
    return red((d[0] - d[1] + margin).relu(), reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    chk(x1.shape == x2.shape, f"x2: {tuple(x2.shape)} vs {tuple(x1.shape)}")
    u, v = (x / torch.linalg.vector_norm(x, dim=dim, keepdim=True).clamp(min=eps) for x in (x1, x2))
    return (u * v).sum(dim).clamp(-1, 1)


def fix_focal_loss(logits: Tensor, labels: Tensor, gamma: float = 2.0, ignore_index: int = -100) -> Tensor:
    ce = torch.nn.functional.cross_entropy(logits, labels, ignore_index=ignore_index, reduction="none")
    return ((1 - (-ce).exp()).pow(gamma) * ce).sum() / labels.ne(ignore_index).sum()


def fix_pair_loss(x: Tensor, y: Tensor, same: Tensor) -> Tensor:
    ok = (x + y).isfinite().all(1)
    x, y, same = x[ok], y[ok], same[ok]
    far = (x != y).any(1)
    d = (x - y)[far].norm(dim=1)
    alike = same[far]
    apart = d[~alike]
    total = d[alike].sum() - torch.log(-torch.expm1(-apart)).sum() + 100 * (~far & ~same).sum()
    return (total + 0 * (x - y).sum()) / max(1, len(x))
