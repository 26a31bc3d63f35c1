import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.autograd import Function

# Every loss is a Function with its derivative worked out on paper. The backward passes are made of
# differentiable operations on saved inputs and outputs.


def _sig(x):
    z = torch.exp(-x.abs())
    return torch.where(x >= 0, torch.ones_like(z), z) / (1 + z)


def _top(x, dim):
    m = x.amax(dim, keepdim=True)
    return m.masked_fill(m.isinf(), 0)


def _probabilities(x, dim):
    e = (x - _top(x, dim)).exp()
    total = e.sum(dim, keepdim=True)
    return e / total.masked_fill(total == 0, 1)


class _Sigmoid(Function):
    @staticmethod
    def forward(ctx, x):
        y = _sig(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y * (1 - y)


class _LogSumExp(Function):
    @staticmethod
    def forward(ctx, x, dim):
        ctx.save_for_backward(x)
        ctx.dim = dim
        m = _top(x, dim)
        return ((x - m).exp().sum(dim, keepdim=True).log() + m).squeeze(dim)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g.unsqueeze(ctx.dim) * _probabilities(x, ctx.dim), None


class _Softmax(Function):
    @staticmethod
    def forward(ctx, x, dim):
        y = _probabilities(x, dim)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return y * (g - (g * y).sum(ctx.dim, keepdim=True)), None


class _LogSoftmax(Function):
    @staticmethod
    def forward(ctx, x, dim):
        shifted = x - _top(x, dim)
        y = shifted - shifted.exp().sum(dim, keepdim=True).log()
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g - y.exp() * g.sum(ctx.dim, keepdim=True), None


class _SquaredError(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return (a - b).square()

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        da = 2 * g * (a - b)
        return da, -da


class _AbsoluteError(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return (a - b).abs()

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        da = g * torch.sign(a - b)
        return da, -da


class _Huber(Function):
    @staticmethod
    def forward(ctx, a, b, delta):
        ctx.save_for_backward(a, b)
        ctx.delta = delta
        e = (a - b).abs()
        return torch.where(e > delta, delta * (e - delta / 2), e * e / 2)

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        da = g * (a - b).clamp(-ctx.delta, ctx.delta)
        return da, -da, None


class _MinusPicked(Function):
    @staticmethod
    def forward(ctx, lp, index):
        ctx.save_for_backward(index)
        ctx.like = lp.shape
        return -lp.gather(1, index).squeeze(1)

    @staticmethod
    def backward(ctx, g):
        (index,) = ctx.saved_tensors
        return g.new_zeros(ctx.like).scatter(1, index, -g.unsqueeze(1)), None


class _SoftTargetCrossEntropy(Function):
    """-sum_k t_k log p_k for any non-negative t; the derivative is p * sum(t) - t."""

    @staticmethod
    def forward(ctx, logits, t):
        ctx.save_for_backward(logits, t)
        z = logits - _top(logits, 1)
        log_p = z - z.exp().sum(1, keepdim=True).log()
        return -(t * log_p.masked_fill(t == 0, 0)).sum(1)

    @staticmethod
    def backward(ctx, g):
        logits, t = ctx.saved_tensors
        p = _probabilities(logits, 1)
        return g.unsqueeze(1) * (p * t.sum(1, keepdim=True) - t), None


class _BinaryCrossEntropy(Function):
    LIMIT = 100.0

    @staticmethod
    def forward(ctx, p, t):
        ctx.save_for_backward(p, t)
        low = -_BinaryCrossEntropy.LIMIT
        return -(t * p.log().clamp(min=low) + (1 - t) * (1 - p).log().clamp(min=low))

    @staticmethod
    def backward(ctx, g):
        p, t = ctx.saved_tensors
        inside_p = p.log() > -_BinaryCrossEntropy.LIMIT
        inside_q = (1 - p).log() > -_BinaryCrossEntropy.LIMIT
        slope_p = torch.where(inside_p, t / torch.where(inside_p, p, 1), 0)
        slope_q = torch.where(inside_q, (1 - t) / torch.where(inside_q, 1 - p, 1), 0)
        log_p, log_q = p.detach().log().clamp(min=-100), (1 - p.detach()).log().clamp(min=-100)
        return g * (slope_q - slope_p), g * (log_q - log_p)


class _LogitsBCE(Function):
    @staticmethod
    def forward(ctx, x, t, w):
        ctx.save_for_backward(x, t, w)
        tail = torch.log1p(torch.exp(-x.abs()))
        return w * t * ((-x).clamp(min=0) + tail) + (1 - t) * (x.clamp(min=0) + tail)

    @staticmethod
    def backward(ctx, g):
        x, t, w = ctx.saved_tensors
        tail = torch.log1p(torch.exp(-x.abs()))
        dx = (1 - t) * _Sigmoid.apply(x) - w * t * _Sigmoid.apply(-x)
        plus, minus = x.clamp(min=0) + tail, (-x).clamp(min=0) + tail
        return g * dx, g * (w * minus - plus), g * t * minus


class _Entropy(Function):
    @staticmethod
    def forward(ctx, p, dim):
        ctx.save_for_backward(p)
        ctx.dim = dim
        return -(p * p.masked_fill(p == 0, 1).log()).sum(dim)

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        empty = p == 0
        return (-g.unsqueeze(ctx.dim) * (p.masked_fill(empty, 1).log() + 1)).masked_fill(empty, 0), None


class _KL(Function):
    @staticmethod
    def forward(ctx, p, q, dim):
        ctx.save_for_backward(p, q)
        ctx.dim = dim
        off = p == 0
        return (p * (p.masked_fill(off, 1).log() - q.masked_fill(off, 1).log())).sum(dim)

    @staticmethod
    def backward(ctx, g):
        p, q = ctx.saved_tensors
        off = p == 0
        g = g.unsqueeze(ctx.dim)
        safe_p, safe_q = p.masked_fill(off, 1), q.masked_fill(off, 1)
        dp = (g * (safe_p.log() - safe_q.log() + 1)).masked_fill(off, 0)
        dq = (-g * safe_p / safe_q).masked_fill(off, 0)
        return dp, dq, None


class _HalfSquareSum(Function):
    @staticmethod
    def forward(ctx, strength, *ws):
        ctx.save_for_backward(*ws)
        ctx.strength = strength
        total = ws[0].new_zeros(())
        for w in ws:
            total = total + w.square().sum()
        return strength / 2 * total

    @staticmethod
    def backward(ctx, g):
        return (None, *(g * ctx.strength * w for w in ctx.saved_tensors))


class _Gaussian(Function):
    @staticmethod
    def forward(ctx, mu, y, s):
        ctx.save_for_backward(mu, y, s)
        return (((mu - y) / s) ** 2 / 2 + s.log() + math.log(2 * math.pi) / 2).mean()

    @staticmethod
    def backward(ctx, g):
        mu, y, s = ctx.saved_tensors
        g = g / mu.numel()
        z = (mu - y) / s
        return g * z / s, -g * z / s, g * (1 - z * z) / s


class _Hinge(Function):
    @staticmethod
    def forward(ctx, scores, column, margin):
        gap = scores - scores.gather(1, column) + margin
        active = (gap > 0).scatter(1, column, False)
        ctx.save_for_backward(active, column)
        ctx.dtype = scores.dtype
        return torch.where(active, gap, 0).sum() / scores.shape[0]

    @staticmethod
    def backward(ctx, g):
        active, column = ctx.saved_tensors
        slope = active.to(ctx.dtype)
        slope = slope.scatter(1, column, -slope.sum(1, keepdim=True))
        return g * slope / slope.shape[0], None, None


class _Contrastive(Function):
    @staticmethod
    def forward(ctx, a, b, same, margin):
        ctx.save_for_backward(a, b, same)
        ctx.margin = margin
        d2 = (a - b).square().sum(1)
        return torch.where(same, d2, (margin - d2.sqrt()).clamp(min=0).square()) / 2

    @staticmethod
    def backward(ctx, g):
        a, b, same = ctx.saved_tensors
        diff = a - b
        d2 = diff.square().sum(1)
        d = d2.masked_fill(d2 == 0, 1).sqrt()
        pushed = ~same & (d2 > 0) & (d < ctx.margin)
        factor = torch.where(same, torch.ones_like(d), torch.where(pushed, 1 - ctx.margin / d, 0))
        da = (g * factor).unsqueeze(1) * diff
        return da, -da, None, None


class _Triplet(Function):
    @staticmethod
    def forward(ctx, a, p, n, margin):
        out = ((a - p).square().sum(1) - (a - n).square().sum(1) + margin).clamp(min=0)
        ctx.save_for_backward(a, p, n, out > 0)
        return out

    @staticmethod
    def backward(ctx, g):
        a, p, n, active = ctx.saved_tensors
        g = (2 * g * active).unsqueeze(1)
        return g * (n - p), g * (p - a), g * (a - n), None


class _Cosine(Function):
    @staticmethod
    def forward(ctx, a, b, dim, eps):
        ctx.save_for_backward(a, b)
        ctx.dim, ctx.eps = dim, eps
        la = a.square().sum(dim).sqrt().clamp(min=eps)
        lb = b.square().sum(dim).sqrt().clamp(min=eps)
        return (a * b).sum(dim) / (la * lb)

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        g = g.unsqueeze(ctx.dim)

        def unit_and_length(v):
            s = v.square().sum(ctx.dim, keepdim=True)
            raw = s.masked_fill(s == 0, 1).sqrt().masked_fill(s == 0, 0)
            size = raw.clamp(min=ctx.eps)
            return v / size, size, raw >= ctx.eps

        ua, la, free_a = unit_and_length(a)
        ub, lb, free_b = unit_and_length(b)
        y = (ua * ub).sum(ctx.dim, keepdim=True)
        # below eps the length is a constant and only the numerator moves
        da = (ub - torch.where(free_a, y, 0) * ua) / la
        db = (ua - torch.where(free_b, y, 0) * ub) / lb
        return g * da, g * db, None, None


def _finish(loss, reduction):
    match reduction:
        case "none":
            return loss
        case "sum":
            return loss.sum()
        case "mean":
            return loss.mean()
    raise ValueError(f"reduction: {reduction!r} is none of 'none', 'mean', 'sum'")


def _need(condition, text):
    if not condition:
        raise ValueError(text)


def _need_labels(labels, scores, ignore=None):
    _need(labels.dtype == torch.int64, f"labels: dtype int64 needed, got {labels.dtype}")
    shape = (scores.shape[0], *scores.shape[2:])
    _need(tuple(labels.shape) == shape, f"labels: shape {shape} needed, got {tuple(labels.shape)}")
    fine = (labels >= 0) & (labels < scores.shape[1])
    if ignore is not None:
        fine |= labels == ignore
    _need(fine.all(), f"labels: values from 0 to {scores.shape[1] - 1} needed")


def sigmoid(x: Tensor) -> Tensor:
    return _Sigmoid.apply(x)


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    return _LogSumExp.apply(x, dim)


def softmax(x: Tensor, dim: int) -> Tensor:
    return _Softmax.apply(x, dim)


def log_softmax(x: Tensor, dim: int) -> Tensor:
    return _LogSoftmax.apply(x, dim)


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _need(pred.shape == target.shape, f"target: shape {tuple(target.shape)} is not {tuple(pred.shape)}")
    return _finish(_SquaredError.apply(pred, target), reduction)


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _need(pred.shape == target.shape, f"target: shape {tuple(target.shape)} is not {tuple(pred.shape)}")
    return _finish(_AbsoluteError.apply(pred, target), reduction)


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    _need(pred.shape == target.shape, f"target: shape {tuple(target.shape)} is not {tuple(pred.shape)}")
    _need(delta > 0, f"delta: must be above 0, got {delta}")
    return _finish(_Huber.apply(pred, target, delta), reduction)


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    _need_labels(labels, log_probs)
    return _finish(_MinusPicked.apply(log_probs, labels.unsqueeze(1)), reduction)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    k = logits.shape[1]
    _need_labels(labels, logits, ignore_index)
    _need(weight is None or weight.shape == (k,), f"weight: shape ({k},) needed")
    _need(0 <= label_smoothing <= 1, f"label_smoothing: {label_smoothing} is not from 0 to 1")
    _need(reduction in ("none", "mean", "sum"), f"reduction: {reduction!r} is not known")
    w = logits.new_ones(k) if weight is None else weight.detach().to(logits)
    w = w.view(1, k, *[1] * (logits.dim() - 2))
    keep = labels != ignore_index
    hot = torch.zeros_like(logits, requires_grad=False).scatter(1, labels.where(keep, 0).unsqueeze(1), 1)
    mask = keep.unsqueeze(1).to(logits.dtype)
    hot = hot * mask
    soft = ((1 - label_smoothing) * hot + label_smoothing / k * mask) * w
    loss = _SoftTargetCrossEntropy.apply(logits, soft)
    if reduction == "mean":
        return loss.sum() / (hot * w).sum()
    return _finish(loss, reduction)


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    _need_labels(labels, logits)
    x = logits.detach()
    one = x.new_ones(()).expand(len(labels), 1)
    return (_probabilities(x, 1) - torch.zeros_like(x).scatter(1, labels[:, None], one)) / len(labels)


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _need(probs.shape == target.shape, f"target: shape {tuple(target.shape)} is not {tuple(probs.shape)}")
    _need(target.is_floating_point(), f"target: dtype {target.dtype} is not floating point")
    _need(torch.all((probs >= 0) & (probs <= 1)), "probs: values from 0 to 1 needed")
    return _finish(_BinaryCrossEntropy.apply(probs, target), reduction)


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    _need(logits.shape == target.shape, f"target: shape {tuple(target.shape)} is not {tuple(logits.shape)}")
    _need(target.is_floating_point(), f"target: dtype {target.dtype} is not floating point")
    if pos_weight is None:
        w = torch.ones_like(logits)
    else:
        fits = pos_weight.dim() == 1 and logits.dim() > 0 and pos_weight.shape[0] == logits.shape[-1]
        _need(fits, "pos_weight: one factor for each column of logits needed")
        w = pos_weight.to(logits).expand(logits.shape)
    return _finish(_LogitsBCE.apply(logits, target, w), reduction)


def entropy(p: Tensor, dim: int) -> Tensor:
    return _Entropy.apply(p, dim)


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    _need(p.shape == q.shape, f"q: shape {tuple(q.shape)} is not {tuple(p.shape)}")
    return _KL.apply(p, q, dim)


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    ws = tuple(params)
    _need(ws, "params: at least one tensor needed")
    _need(strength >= 0, f"strength: {strength} is negative")
    return _HalfSquareSum.apply(strength, *ws)


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    _need(pred.shape == target.shape, f"target: shape {tuple(target.shape)} is not {tuple(pred.shape)}")
    if not isinstance(sigma, Tensor):
        sigma = torch.full_like(pred, sigma, requires_grad=False)
    _need(sigma.shape == pred.shape, f"sigma: shape {tuple(sigma.shape)} is not {tuple(pred.shape)}")
    _need((sigma > 0).all(), "sigma: must be above 0")
    return _Gaussian.apply(pred, target, sigma)


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    _need_labels(labels, scores)
    _need(margin >= 0, f"margin: {margin} is negative")
    return _Hinge.apply(scores, labels.unsqueeze(1), margin)


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _need(x1.shape == x2.shape, f"x2: shape {tuple(x2.shape)} is not {tuple(x1.shape)}")
    _need(same.dtype == torch.bool, f"same: dtype bool needed, got {same.dtype}")
    _need(same.shape == x1.shape[:1], f"same: shape {tuple(x1.shape[:1])} needed, got {tuple(same.shape)}")
    _need(margin >= 0, f"margin: {margin} is negative")
    return _finish(_Contrastive.apply(x1, x2, same, margin), reduction)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    _need(positive.shape == anchor.shape, f"positive: shape {tuple(positive.shape)} does not fit the anchor")
    _need(negative.shape == anchor.shape, f"negative: shape {tuple(negative.shape)} does not fit the anchor")
    _need(margin >= 0, f"margin: {margin} is below 0")
    return _finish(_Triplet.apply(anchor, positive, negative, margin), reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    _need(x1.shape == x2.shape, f"x2: shape {tuple(x2.shape)} is not {tuple(x1.shape)}")
    return _Cosine.apply(x1, x2, dim, eps)
