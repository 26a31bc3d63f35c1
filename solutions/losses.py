"""Losses: what a network is asked to make small.

Letters: N batch, K classes, D features; `*` any further axes, the same in every argument that has them.
Every loss stays in the graph (a tensor comes back, never a float), keeps dtype and device (`x.new_ones(3)` makes a
tensor that has those of x), leaves its arguments unchanged. Shapes and labels fit as `Args` says; where they may not,
`Raises` says what is refused: broadcasting (N, 1) against (N,) compares every pair, in silence.
"By hand" means: from exp, log, sums and the like; the torch functions named in the note are forbidden.
"""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor

### BEGIN SOLUTION


def _require_same_shape(target: Tensor, pred: Tensor) -> None:
    if target.shape != pred.shape:
        raise ValueError(f"target has shape {tuple(target.shape)}, expected {tuple(pred.shape)}")


def _require_labels(scores: Tensor, labels: Tensor, ignore_index: int | None = None) -> None:
    if labels.shape != scores.shape[:1] + scores.shape[2:]:
        raise ValueError(f"labels has shape {tuple(labels.shape)}, which does not fit {tuple(scores.shape)}")
    outside = (labels < 0) | (labels >= scores.shape[1])
    if ignore_index is not None:
        outside = outside & (labels != ignore_index)
    if outside.any():
        raise ValueError(f"labels must lie in 0 to {scores.shape[1] - 1}")


def _reduce(losses: Tensor, reduction: str) -> Tensor:
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def _minus_absolute(x: Tensor) -> Tensor:
    """-|x|, with slope -1 at 0: the formulas that use it are smooth there, abs would bend them."""
    return torch.where(x >= 0, -x, x)


def _log_cut_at_zero(p: Tensor) -> Tensor:
    """log p, but -100 (and no slope) where p is 0; the inner where keeps 0/0 out of the gradient."""
    positive = p > 0
    return torch.where(positive, torch.log(torch.where(positive, p, 1.0)), -100.0).clamp(min=-100.0)


### END SOLUTION


def sigmoid(x: Tensor) -> Tensor:
    """A score squashed into a probability: y = 1 / (1 + exp(-x)).

    Neither the value nor the gradient overflows: the slope is 1/4 at 0, and 0 (not nan) at -1000.
    By hand: no torch sigmoid, expit, logsigmoid or softplus.

    Args:
        x: (*), floating point, any size of number.
    Returns:
        y: (*), between 0 and 1.
    Example:
        >>> sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
        tensor([0.0000, 0.5000, 1.0000])

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 3.10.
    """
    ### BEGIN SOLUTION
    small = torch.exp(_minus_absolute(x))
    return torch.where(x >= 0, 1.0, small) / (1 + small)
    ### END SOLUTION


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    """The logarithm of a sum of exponentials, without overflow: y = log(sum_i exp(x_i)) along `dim`.

    Differentiable in x. By hand: no torch logsumexp, logaddexp, softmax, log_softmax or softplus.

    Args:
        x: (*), floating point; entries may be -inf (they add nothing).
        dim: the axis to sum over; may be negative.
    Returns:
        y: the shape of x without axis `dim`; -inf where every entry was -inf.
    Example:
        >>> log_sum_exp(torch.tensor([[1000.0, 1000.0], [999.0, 999.0]]), dim=1)
        tensor([1000.6932,  999.6932])

    Source: Deep Learning (2016), section 4.1.
    """
    ### BEGIN SOLUTION
    largest = x.detach().amax(dim, keepdim=True)
    shift = torch.where(torch.isfinite(largest), largest, 0.0)
    return torch.log(torch.exp(x - shift).sum(dim)) + shift.squeeze(dim)
    ### END SOLUTION


def softmax(x: Tensor, dim: int) -> Tensor:
    """Scores turned into probabilities: y_i = exp(x_i) / sum_j exp(x_j) along `dim`.

    Differentiable in x. By hand: no torch softmax, softmin, log_softmax, logsumexp or sigmoid.

    Args:
        x: (*), floating point, any size of number.
        dim: the axis along which y sums to 1; may be negative.
    Returns:
        y: the shape of x.
    Example:
        >>> softmax(torch.tensor([[0.0, 0.0], [1000.0, 0.0]]), dim=1)
        tensor([[0.5000, 0.5000],
                [1.0000, 0.0000]])

    Source: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs (1990).
    """
    ### BEGIN SOLUTION
    exponentials = torch.exp(x - x.detach().amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)
    ### END SOLUTION


def check_softmax(softmax: Callable[[Tensor, int], Tensor]) -> None:
    """A test of any softmax: raises AssertionError if it is wrong, and nothing if it is right.

    Right is what the task `softmax` asks for: along `dim` the result sums to 1, for any shape, dtype and size of
    scores; it has the shape and dtype of x, and x stays as it was. Right code of several styles has to pass, each of
    which rounds in its own way. The points are the share of wrong code that is caught: a softmax that always runs over
    axis 0, one without exp, one that is nan at 1000, and rarer ones. Torch's own softmax may be used, to compare with.
    Another exception than AssertionError does not count as caught, nor does what the check returns.

    Args:
        softmax: called as `softmax(x, dim)`, where x holds a number at least.
    Example:
        >>> check_softmax(torch.softmax)

    Source: DeMillo, Lipton, Sayward, Hints on Test Data Selection (1978): a test is as good as the faults it finds.
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(0)
    for shape, dim in (((5, 3), 0), ((5, 3), -1), ((2, 4, 3), 1), ((4,), 0)):
        for scale, dtype in ((1, torch.float64), (1, torch.float32), (1000, torch.float64)):
            x = scale * torch.randn(shape, generator=generator, dtype=dtype)
            before = x.clone()
            torch.testing.assert_close(softmax(x, dim), torch.softmax(before, dim))
            assert torch.equal(x, before), "x was changed"
    ### END SOLUTION


def log_softmax(x: Tensor, dim: int) -> Tensor:
    """The logarithms of the probabilities of a softmax: y_i = log(softmax(x)_i) along `dim`.

    A probability may be too small for its dtype (in float32 exp(-200) is 0); its logarithm, -200, must come out
    right all the same, and with its gradient.
    Differentiable in x. By hand: no torch log_softmax, softmax, logsumexp, logaddexp or logsigmoid.

    Args:
        x: (*), floating point, any size of number.
        dim: the axis along which exp(y) sums to 1; may be negative.
    Example:
        >>> log_softmax(torch.tensor([[0.0, 0.0], [0.0, -200.0]]), dim=1)
        tensor([[  -0.6931,   -0.6931],
                [   0.0000, -200.0000]])

    Source: Deep Learning (2016), section 6.2.2.3.
    """
    ### BEGIN SOLUTION
    shifted = x - x.detach().amax(dim, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim, keepdim=True))
    ### END SOLUTION


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The squared error: l = (pred - target)^2, without a factor 1/2.

    Differentiable in both. By hand: no torch mse_loss or MSELoss.

    Args:
        pred: (*), floating point.
        target: the shape of pred.
        reduction: "none" keeps every l, "mean" divides their sum by their number, "sum" adds them.
    Raises:
        ValueError: naming `target`, when its shape is not exactly that of pred.
    Example:
        >>> mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0]))
        tensor(2.5000)

    Source: Gauss, Theoria Motus (1809).
    """
    ### BEGIN SOLUTION
    _require_same_shape(target, pred)
    return _reduce((pred - target) ** 2, reduction)
    ### END SOLUTION


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The absolute error: l = |pred - target|.

    Differentiable in both; where they are equal any slope from -1 to 1 is right.
    By hand: no torch l1_loss, L1Loss, smooth_l1_loss or huber_loss.

    Args:
        pred: (*), floating point.
        target: the shape of pred.
        reduction: "none" keeps every l, "mean" divides their sum by their number, "sum" adds them.
    Example:
        >>> l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0]))
        tensor(1.5000)

    Source: Laplace (1774), as told in Deep Learning (2016), section 6.2.1.1.
    """
    ### BEGIN SOLUTION
    return _reduce((pred - target).abs(), reduction)
    ### END SOLUTION


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    """Squared for small errors, straight for large ones.

    With e = |pred - target|:  l = e^2 / 2  where e <= delta,  l = delta * (e - delta / 2)  elsewhere.
    Differentiable everywhere. By hand: no torch huber_loss, smooth_l1_loss, HuberLoss or SmoothL1Loss.

    Args:
        pred, target: (*) both, floating point.
        delta: where the parabola becomes a line, above 0.
        reduction: "none" keeps every l, "mean" divides their sum by their number, "sum" adds them.
    Example:
        >>> huber_loss(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), reduction="none")
        tensor([0.1250, 2.5000])

    Source: Huber, Robust Estimation of a Location Parameter (1964).
    """
    ### BEGIN SOLUTION
    error = (pred - target).abs()
    return _reduce(torch.where(error <= delta, error**2 / 2, delta * (error - delta / 2)), reduction)
    ### END SOLUTION


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """The negative log-likelihood, how surprised the model is by the true class: l_n = -log_probs[n, labels[n]].

    Each position of the further axes is a sample. No loop over samples, no torch nll_loss, NLLLoss or cross_entropy.

    Args:
        log_probs: (N, K, *), logarithms of probabilities, the classes on axis 1; the others may be -inf.
        labels: (N, *) int64, from 0 to K - 1.
        reduction: "none" keeps every l, "mean" divides their sum by the number of labels, "sum" adds them.
    Raises:
        ValueError: naming `labels`, when their shape is not (N, *) or one lies outside 0 to K - 1.
    Example:
        >>> nll_loss(torch.tensor([[0.5, 0.5], [0.9, 0.1]]).log(), torch.tensor([0, 1]), reduction="none")
        tensor([0.6931, 2.3026])

    Source: Deep Learning (2016), section 5.5.
    """
    ### BEGIN SOLUTION
    _require_labels(log_probs, labels)
    return _reduce(-log_probs.gather(1, labels.unsqueeze(1)).squeeze(1), reduction)
    ### END SOLUTION


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """The loss of classification: log-softmax over the classes, then the negative log-likelihood.

    With log p = log_softmax(logits), y the label, w the weights and s the smoothing:
    l = -(1 - s) * w_y * log p_y  -  (s / K) * sum_k w_k * log p_k

    Args:
        logits: (N, K, *), floating point, the classes on axis 1; without smoothing a score may be -inf.
        labels: (N, *) int64, from 0 to K - 1, or `ignore_index`.
        weight: (K,), one factor for each class; None is 1 for all.
        ignore_index: samples with this label have l = 0 and do not count; it may also be a class.
        label_smoothing: s, from 0 to 1: s is spread over all K classes, the true one included.
        reduction: "none" keeps every l; "sum" adds them; "mean" divides their sum by the sum of w_y over the
            samples that count (nan when none does).
    Raises:
        ValueError: naming `labels`, when their shape is not (N, *) or one is neither a class nor `ignore_index`.
    Note:
        Differentiable in logits. Without a loop over samples.
        By hand: no torch cross_entropy, nll_loss, log_softmax, softmax, logsumexp.
    Example:
        >>> cross_entropy(torch.zeros(3, 4), torch.tensor([0, 1, 3]))
        tensor(1.3863)

    Source: Szegedy et al., Rethinking the Inception Architecture (2016), section 7, for the smoothing.
    """
    ### BEGIN SOLUTION
    _require_labels(logits, labels, ignore_index)
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    log_probs = log_softmax(logits, 1)
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0)
    losses = -weight[picked] * log_probs.gather(1, picked.unsqueeze(1)).squeeze(1)
    if label_smoothing > 0:
        spread = -(log_probs.movedim(1, -1) * weight).mean(-1)
        losses = (1 - label_smoothing) * losses + label_smoothing * spread
    losses = torch.where(counts, losses, 0.0)
    if reduction == "mean":
        return losses.sum() / (weight[picked] * counts).sum()
    return _reduce(losses, reduction)
    ### END SOLUTION


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    """The gradient of the mean cross-entropy with respect to the logits, as a formula.

    g[n, k] = dL / d logits[n, k], where L is the mean over n of -log softmax(logits[n])[labels[n]]. Derive it first.
    g lies outside any graph. No loop over samples, no autograd. By hand: no torch grad, backward, vjp, jacobian,
    softmax, log_softmax, cross_entropy or nll_loss.

    Args:
        logits: (N, K), floating point, any size of number.
        labels: (N,) int64, from 0 to K - 1.
    Example:
        >>> cross_entropy_gradient(torch.zeros(2, 2), torch.tensor([0, 1]))
        tensor([[-0.2500,  0.2500],
                [ 0.2500, -0.2500]])

    Source: Bridle (1990).
    """
    ### BEGIN SOLUTION
    gradient = softmax(logits.detach(), 1)
    samples = torch.arange(len(labels), device=labels.device)
    gradient[samples, labels] -= 1
    return gradient / len(labels)
    ### END SOLUTION


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy of two classes, from the probability p of the first.

    l = -(t * log p + (1 - t) * log(1 - p)), where a logarithm below -100 counts as -100 (so log 0 does).
    By hand: no torch binary_cross_entropy, BCELoss or binary_cross_entropy_with_logits.

    Args:
        probs, target: (*) both, p and t, floating point, from 0 to 1. At p = 0 or 1 any finite gradient is right.
        reduction: "none" keeps every l, "mean" divides their sum by the number of elements, "sum" adds them.
    Raises:
        ValueError: naming `probs`, when one lies outside 0 to 1: it is a score, not a probability.
    Example:
        >>> binary_cross_entropy(torch.tensor([0.5, 0.0]), torch.tensor([1.0, 1.0]), reduction="none")
        tensor([  0.6931, 100.0000])

    Source: Deep Learning (2016), section 6.2.2.2. Deviations: the limit of 100, as in torch.nn.BCELoss.
    """
    ### BEGIN SOLUTION
    if not ((probs >= 0) & (probs <= 1)).all():
        raise ValueError("probs must lie between 0 and 1; scores belong in binary_cross_entropy_with_logits")
    losses = -(target * _log_cut_at_zero(probs) + (1 - target) * _log_cut_at_zero(1 - probs))
    return _reduce(losses, reduction)
    ### END SOLUTION


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Cross-entropy of two classes, from a score x, stable for any score.

    l = -(w * t * log sigmoid(x) + (1 - t) * log(1 - sigmoid(x))), with w = pos_weight (1 when None).
    Differentiable in logits, also at 0 and at 1000.
    By hand: no torch binary_cross_entropy_with_logits, BCEWithLogitsLoss, binary_cross_entropy, sigmoid,
    logsigmoid, softplus, logaddexp.

    Args:
        logits: (*), x, floating point, any size of number.
        target: (*), t, the shape of logits, floating point, from 0 to 1.
        pos_weight: (K,) where K is the last axis of logits: one factor for the positive term of each column.
        reduction: "none" keeps every l, "mean" divides their sum by the number of elements, "sum" adds them.
    Raises:
        ValueError: naming `target`, when its shape is not exactly that of logits.
    Example:
        >>> logits, target = torch.tensor([100.0, 0.0]), torch.tensor([0.0, 1.0])
        >>> binary_cross_entropy_with_logits(logits, target, reduction="none")
        tensor([100.0000,   0.6931])

    Source: Deep Learning (2016), section 6.2.2.2.
    """
    ### BEGIN SOLUTION
    _require_same_shape(target, logits)
    weight = 1.0 if pos_weight is None else pos_weight
    log_1p = torch.log1p(torch.exp(_minus_absolute(logits)))
    minus_log_p = log_1p + torch.where(logits >= 0, 0.0, -logits)
    minus_log_not_p = log_1p + torch.where(logits >= 0, logits, 0.0)
    return _reduce(weight * target * minus_log_p + (1 - target) * minus_log_not_p, reduction)
    ### END SOLUTION


def entropy(p: Tensor, dim: int) -> Tensor:
    """The mean surprise of a distribution: H = -sum_i p_i * log p_i along `dim` (natural logarithm).

    0 * log 0 counts as 0. Differentiable in p; where an entry is 0 its gradient is any finite number.
    By hand: no torch entr, xlogy, Categorical.

    Args:
        p: (*), floating point, at least 0, sums to 1 along `dim`.
        dim: the axis of the distribution; may be negative.
    Returns:
        H: the shape of p without axis `dim`.
    Example:
        >>> entropy(torch.tensor([[0.5, 0.5], [1.0, 0.0]]), dim=1).abs()
        tensor([0.6931, 0.0000])

    Source: Shannon, A Mathematical Theory of Communication (1948).
    """
    ### BEGIN SOLUTION
    return -(p * torch.log(torch.where(p > 0, p, 1.0))).sum(dim)
    ### END SOLUTION


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    """The price of taking q for the truth when p is: KL(p || q) = sum_i p_i * (log p_i - log q_i) along `dim`.

    An entry with p_i = 0 adds 0, also when q_i = 0; where q_i = 0 and p_i > 0 the result is inf.
    Differentiable in both; where p_i = 0 the gradient is 0 for q_i, and any finite number for p_i.
    By hand: no torch kl_div, KLDivLoss, rel_entr, xlogy or torch.distributions.

    Args:
        p: (*), floating point, the true probabilities.
        q: the shape of p, the model's probabilities (not logarithms).
        dim: the axis of the distribution, which goes; may be negative.
    Example:
        >>> kl_divergence(torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5]), dim=0)
        tensor(0.6931)

    Source: Kullback and Leibler, On Information and Sufficiency (1951). torch's kl_div takes log q first, then p.
    """
    ### BEGIN SOLUTION
    log_p = torch.log(torch.where(p > 0, p, 1.0))
    log_q = torch.log(torch.where(p > 0, q, 1.0))
    return (p * (log_p - log_q)).sum(dim)
    ### END SOLUTION


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    """The term that weight decay adds to a loss: strength / 2 * (the sum of the squares of all entries of all params).

    Differentiable in every tensor, also where it is 0; the result requires gradients only where a tensor does.
    By hand: no torch norm, vector_norm or dist.

    Args:
        params: one or more floating-point tensors of any shapes; any iterable, walked once.
        strength: at least 0.
    Returns:
        A tensor without axes.
    Example:
        >>> l2_penalty([torch.tensor([[1.0, 2.0]]), torch.tensor([3.0])], strength=0.5)
        tensor(3.5000)

    Source: Krogh and Hertz, A Simple Weight Decay Can Improve Generalization (1991).
    """
    ### BEGIN SOLUTION
    return strength / 2 * torch.stack([(w**2).sum() for w in params]).sum()
    ### END SOLUTION


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    """The squared error as maximum likelihood: targets scattered around pred with standard deviation sigma.

    l = -log of the density, at target, of a Gaussian with mean pred and standard deviation sigma; returned is the
    mean of all l. Differentiable in pred, target and a tensor sigma.
    By hand: no torch gaussian_nll_loss, GaussianNLLLoss, log_prob or Normal.

    Args:
        pred: (*), floating point.
        target: the shape of pred.
        sigma: the standard deviation (not the variance), above 0: a float, or a tensor of the shape of pred.
    Example:
        >>> gaussian_nll(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 0.0]), sigma=1.0)
        tensor(1.9189)

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.2.5. Deviations: the mean over samples.
    """
    ### BEGIN SOLUTION
    if not isinstance(sigma, Tensor):
        sigma = torch.full_like(pred, sigma)
    return (((pred - target) / sigma) ** 2 / 2 + sigma.log()).mean() + math.log(2 * math.pi) / 2
    ### END SOLUTION


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    """The multi-class hinge: every wrong class must stay `margin` below the true one.

    l_n = sum over j != y of max(0, margin + scores[n, j] - scores[n, y]), y = labels[n]; then their mean over n.
    Differentiable in scores; exactly at a hinge either slope is right. Without a loop.
    By hand: no torch multi_margin_loss, multilabel_margin_loss, MultiMarginLoss.

    Args:
        scores: (N, K), floating point.
        labels: (N,) int64, from 0 to K - 1.
        margin: at least 0.
    Example:
        >>> hinge_loss(torch.tensor([[3.0, 2.5, 0.0]]), torch.tensor([0]))
        tensor(0.5000)

    Source: Weston and Watkins, Support Vector Machines for Multi-Class Pattern Recognition (1999).
    """
    ### BEGIN SOLUTION
    column = labels.unsqueeze(1)
    violations = (margin + scores - scores.gather(1, column)).clamp(min=0)
    return violations.scatter(1, column, 0.0).sum() / len(labels)
    ### END SOLUTION


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """Pulls pairs of one kind together and pushes pairs of two kinds apart, up to a margin.

    With d = |x1 - x2| (Euclidean):  l = d^2 / 2  where same,  l = max(0, margin - d)^2 / 2  elsewhere.
    By hand: no torch pairwise_distance, cdist, cosine_embedding_loss or hinge_embedding_loss.

    Args:
        x1, x2: (N, D) both, floating point. Of equal partners the gradient is 0 if same, else any finite number.
        same: (N,) bool, whether a pair is of one kind.
        margin: at least 0.
        reduction: "none" keeps every l, "mean" divides their sum by N, "sum" adds them.
    Example:
        >>> contrastive_loss(torch.zeros(2, 1), torch.tensor([[5.0], [0.6]]), torch.tensor([True, False]))
        tensor(6.2900)

    Source: Hadsell, Chopra, LeCun, Dimensionality Reduction by Learning an Invariant Mapping (2006), eq. 4.
    """
    ### BEGIN SOLUTION
    squared = ((x1 - x2) ** 2).sum(1)
    apart = squared > 0
    distance = torch.where(apart, torch.sqrt(torch.where(apart, squared, 1.0)), 0.0)
    return _reduce(torch.where(same, squared, (margin - distance).clamp(min=0) ** 2) / 2, reduction)
    ### END SOLUTION


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """The positive must be nearer to the anchor than the negative, by a margin, in squared distance.

    l = max(0, |anchor - positive|^2 - |anchor - negative|^2 + margin); exactly at the hinge either slope is right.
    By hand: no torch triplet_margin_loss, triplet_margin_with_distance_loss, pairwise_distance, cdist.

    Args:
        anchor: (N, D), floating point.
        positive, negative: (N, D) both, of the anchor's kind and of another.
        margin: at least 0.
        reduction: "none" keeps every l, "mean" divides their sum by N (zeros count), "sum" adds them.
    Example:
        >>> triplet_loss(torch.zeros(2, 1), torch.ones(2, 1), torch.tensor([[1.2], [3.0]]), reduction="none")
        tensor([0.5600, 0.0000])

    Source: Schroff, Kalenichenko, Philbin, FaceNet (2015), equation 3. Deviations: the mean over triplets.
    """
    ### BEGIN SOLUTION
    near = ((anchor - positive) ** 2).sum(1)
    far = ((anchor - negative) ** 2).sum(1)
    return _reduce((near - far + margin).clamp(min=0), reduction)
    ### END SOLUTION


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """How far two vectors point the same way, whatever their lengths.

    y = sum(x1 * x2) / (max(|x1|, eps) * max(|x2|, eps)) along `dim`, |x| the Euclidean length.
    Differentiable, also at a zero vector. By hand: no torch cosine_similarity, CosineSimilarity,
    cosine_embedding_loss or normalize.

    Args:
        x1: (*), floating point.
        x2: the shape of x1.
        dim, eps: the axis of the vectors, which goes and may be negative; the smallest length that counts.
    Example:
        >>> cosine_similarity(torch.tensor([[3.0, 4.0], [0.0, 0.0]]), torch.tensor([[4.0, 3.0], [1.0, 2.0]]))
        tensor([0.9600, 0.0000])

    Source: Salton, Wong, Yang, A Vector Space Model for Automatic Indexing (1975). eps is torch's.
    """
    ### BEGIN SOLUTION
    length1 = (x1 * x1).sum(dim).clamp(min=eps**2).sqrt()
    length2 = (x2 * x2).sum(dim).clamp(min=eps**2).sqrt()
    return (x1 * x2).sum(dim) / (length1 * length2)
    ### END SOLUTION


class Calibration(NamedTuple):
    """What `calibration_error` finds."""

    error: Tensor
    confidence: Tensor
    accuracy: Tensor
    count: Tensor


def calibration_error(logits: Tensor, labels: Tensor, num_bins: int) -> Calibration:
    """How far a classifier's confidence is from its accuracy: the expected calibration error, and its table.

    The confidence of a sample is its largest probability. Sample n falls into bin m of M equal ones if its confidence
    lies in (m / M, (m + 1) / M); one on an edge may go to either side, a confidence of 1 to the last bin. With B_m the
    samples of bin m:
        error = sum_m |B_m| / N * |accuracy_m - confidence_m|

    Args:
        logits: (N, K), floating point, N at least 1; no two of a row are the largest.
        labels: (N,), int64, in 0 .. K - 1.
        num_bins: M, at least 1.
    Returns:
        Calibration: error, (); confidence and accuracy, (M,), the mean confidence and the share of right answers of
        each bin, 0 where it is empty; count, (M,), int64. All but count have the dtype of logits, all without a graph.
    Example:
        >>> probs = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
        >>> table = calibration_error(probs.log(), torch.tensor([0, 0, 0, 1]), 4)
        >>> table.error, table.accuracy, table.count  # 0.35 twice, of two samples each
        (tensor(0.3500), tensor([0.0000, 0.0000, 1.0000, 0.5000]), tensor([0, 0, 2, 2]))

    Source: Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks (2017).
    """
    ### BEGIN SOLUTION
    confidence, answer = torch.softmax(logits.detach(), 1).max(1)
    right = (answer == labels).to(confidence.dtype)
    place = (confidence * num_bins).long().clamp(max=num_bins - 1)
    count = torch.zeros(num_bins, dtype=torch.int64, device=logits.device).index_add(0, place, torch.ones_like(place))
    sums = torch.zeros(2, num_bins, dtype=confidence.dtype, device=logits.device)
    sums = sums.index_add(1, place, torch.stack([confidence, right]))
    means = sums / count.clamp(min=1)
    error = (sums[0] - sums[1]).abs().sum() / len(logits)
    return Calibration(error, means[0], means[1], count)
    ### END SOLUTION


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The one number T > 0 by which logits are divided so that their cross-entropy is smallest.

    L(T) = mean over n of -log softmax(logits_n / T)[labels_n]. A net that is too sure has T > 1, one that is not sure
    enough T < 1; the answers stay the same. T is to be right to four digits, whatever the size of the logits. Any way
    of finding it will do: in b = 1 / T the loss has one valley.

    Args:
        logits: (N, K), floating point, of samples that the net was not trained on; they may be as large as 1e4, or as
            small as 1e-4. The net is better than guessing, and makes mistakes: the smallest loss is at a finite T.
        labels: (N,), int64, in 0 .. K - 1.
    Example:
        >>> logits = torch.tensor([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 0.0]])
        >>> round(fit_temperature(logits, torch.tensor([0, 0, 0, 1])), 3)  # three in four: 2 / T = log 3
        1.82

    Source: Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks (2017), section 4.2.
    """
    ### BEGIN SOLUTION
    scores = logits.detach().double()
    scores = scores - scores.gather(1, labels.unsqueeze(1))  # the loss is log sum exp(b * scores)

    def slope(b: float) -> float:
        """Return dL / db, which grows with b."""
        return float((torch.softmax(b * scores, 1) * scores).sum(1).mean())

    high = 1.0 / float(scores.abs().max())
    while slope(high) < 0:
        high *= 2
    low = 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return 1 / high
    ### END SOLUTION


def fix_focal_loss(logits: Tensor, labels: Tensor, gamma: float = 2.0, ignore_index: int = -100) -> Tensor:
    """A cross-entropy that cares less about what is known already. The code that is given runs, and is wrong: mend it.

    With p the softmax of the scores and y the label:  l = -(1 - p_y)^gamma * log p_y. The result is the mean of l over
    the samples that count: those whose label is not `ignore_index`. Each position of the further axes is a sample.
    Differentiable in logits, through both factors; the gradient is finite for any finite scores.
    torch's functions are welcome, and rewriting is as welcome as repairing.

    Args:
        logits: (N, K, *), floating point, any size of number, the classes on axis 1.
        labels: (N, *) int64, from 0 to K - 1, or `ignore_index`; one at least counts.
        gamma: at least 1; the larger, the less a sample counts whose p_y is near 1.
        ignore_index: the label of samples that do not count, whatever their scores are; it may also be a class.
    Example:
        >>> fix_focal_loss(torch.zeros(3, 2), torch.tensor([0, 1, -100]))  # (1/2)^2 * log 2, for two samples
        tensor(0.1733)

    Source: Lin et al., Focal Loss for Dense Object Detection (2017), section 3.2.
    """
    ### BEGIN SOLUTION
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    log_p = torch.log_softmax(logits, dim=1).gather(1, picked).squeeze(1)
    losses = -((1 - log_p.exp()) ** gamma) * log_p
    return torch.where(counts, losses, 0.0).sum() / counts.sum()
    ### BEGIN STUB
    # counts = labels != ignore_index
    # picked = torch.where(counts, labels, 0).unsqueeze(1)
    # p = torch.softmax(logits, dim=1)
    # log_p = torch.log_softmax(p, dim=1).gather(1, picked).squeeze(1)
    # with torch.no_grad():
    #     factor = (1 - p.gather(1, picked).squeeze(1)) ** gamma
    # losses = -factor * log_p
    # return torch.where(counts, losses, 0.0).mean()
    ### END STUB
    ### END SOLUTION


def fix_pair_loss(x: Tensor, y: Tensor, same: Tensor) -> Tensor:
    """Pull pairs together, or apart. The code that is given runs, and makes nan of equal and of missing rows: mend it.

    d_n is the Euclidean distance of the rows x[n] and y[n], and exp(-d_n) how sure we are that they show the same:
    l_n = d_n  where same[n],  l_n = -log(1 - exp(-d_n))  elsewhere, which is 100 where d_n is 0.
    A pair with a nan in x[n] or y[n] is missing. The result is the mean of l over the other pairs; 0 if there are none.
    Differentiable in x and y, and the gradient is finite everywhere: 0 for equal rows (whose distance is 0 exactly) and
    for missing ones. For pairs that are the same it is right even where d is so small that exp(-d) is rounded to 1.

    Args:
        x, y: (N, D), floating point; entries are finite or nan.
        same: (N,), bool.
    Example:
        >>> x = torch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, float("nan")]], requires_grad=True)
        >>> y = torch.tensor([[4.0, 3.0], [1.0, 1.0], [0.0, 0.0]])
        >>> loss = fix_pair_loss(x, y, torch.tensor([True, True, True]))
        >>> loss.backward()
        >>> loss.item(), x.grad
        (2.5, tensor([[-0.4000, -0.3000],
                [ 0.0000,  0.0000],
                [ 0.0000,  0.0000]]))

    Source: Hadsell, Chopra, LeCun (2006), for pairs; -log(1 - exp(-d)) in place of a margin.
    """
    ### BEGIN SOLUTION
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    squared = torch.where(known.unsqueeze(1), x - y, 0.0).square().sum(dim=1)
    apart = squared > 0
    distance = torch.where(apart, squared, 1.0).sqrt()  # no root of 0, whose slope is infinite
    alike = torch.where(apart, distance, 0.0)
    different = torch.where(apart, -torch.log(-torch.expm1(-distance)), 100.0)
    losses = torch.where(known, torch.where(same, alike, different), 0.0)
    return losses.sum() / known.sum().clamp(min=1)
    ### BEGIN STUB
    # known = ~(x.isnan() | y.isnan()).any(dim=1)
    # distance = (x - y).square().sum(dim=1).sqrt()
    # different = -torch.log(1 - torch.exp(-distance))
    # losses = torch.where(same, distance, different.clamp(max=100.0))
    # return (losses * known).sum() / known.sum()
    ### END STUB
    ### END SOLUTION
