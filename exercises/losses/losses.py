"""Losses: what a network is asked to make small.

Letters: N batch, K classes, D features; `*` any further axes, the same in every argument that has them.
Every loss stays in the graph (a tensor comes back, never a float), keeps dtype and device, leaves its
arguments unchanged, and refuses shapes that differ: broadcasting (N, 1) against (N,) compares every pair,
in silence.
"By hand" means: from exp, log, sums and the like; the torch functions named in the note are forbidden.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor


def sigmoid(x: Tensor) -> Tensor:
    """A score squashed into a probability.

    y = 1 / (1 + exp(-x)), computed so that neither the value nor the gradient overflows.

    Args:
        x: (*), floating point, any size of number.

    Returns:
        y: (*), between 0 and 1.

    Note:
        Differentiable in x, also at 0 (slope 1/4) and at -1000 (slope 0, not nan).
        By hand: no torch sigmoid, expit, logsigmoid or softplus.

    Example:
        >>> sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
        tensor([0.0000, 0.5000, 1.0000])

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 3.10. Deviations: none.
    """
    raise NotImplementedError("sigmoid")


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    """The logarithm of a sum of exponentials, without overflow.

    y = log(sum_i exp(x_i)) = m + log(sum_i exp(x_i - m)) for any m; m = max(x) keeps each exp at most 1.

    Args:
        x: (*), floating point; entries may be -inf (they add nothing).
        dim: the axis to sum over; may be negative.

    Returns:
        y: the shape of x without axis `dim`; -inf where every entry was -inf (any gradient there is right).

    Note:
        Differentiable in x; the gradient is softmax(x).
        By hand: no torch logsumexp, logaddexp, softmax, log_softmax or softplus.

    Example:
        >>> log_sum_exp(torch.tensor([[1000.0, 1000.0], [999.0, 999.0]]), dim=1)
        tensor([1000.6932,  999.6932])

    Source: Deep Learning (2016), section 4.1. Deviations: none.
    """
    raise NotImplementedError("log_sum_exp")


def softmax(x: Tensor, dim: int) -> Tensor:
    """Scores turned into probabilities.

    y_i = exp(x_i) / sum_j exp(x_j) along `dim`; adding a number to every score changes nothing.

    Args:
        x: (*), floating point, any size of number.
        dim: the axis along which y sums to 1; may be negative.

    Returns:
        y: the shape of x.

    Note:
        Differentiable in x. By hand: no torch softmax, softmin, log_softmax, logsumexp or sigmoid.

    Example:
        >>> softmax(torch.tensor([[0.0, 0.0], [1000.0, 0.0]]), dim=1)
        tensor([[0.5000, 0.5000],
                [1.0000, 0.0000]])

    Source: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs (1990).
    Deviations: the largest score is subtracted first, which does not change y.
    """
    raise NotImplementedError("softmax")


def log_softmax(x: Tensor, dim: int) -> Tensor:
    """Scores turned into logarithms of probabilities.

    y_i = x_i - log(sum_j exp(x_j)) along `dim`. Not log(softmax(x)): in float32 exp(-200) is 0.

    Args:
        x: (*), floating point, any size of number.
        dim: the axis along which exp(y) sums to 1; may be negative.

    Returns:
        y: the shape of x, at most 0; scores (0, -200) give (0, -200), with the gradient intact.

    Note:
        Differentiable in x. By hand: no torch log_softmax, softmax, logsumexp, logaddexp or logsigmoid.

    Example:
        >>> log_softmax(torch.tensor([[0.0, 0.0], [0.0, -200.0]]), dim=1)
        tensor([[  -0.6931,   -0.6931],
                [   0.0000, -200.0000]])

    Source: Deep Learning (2016), section 6.2.2.3. Deviations: none.
    """
    raise NotImplementedError("log_softmax")


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The squared error.

    l = (pred - target)^2, without a factor 1/2.

    Args:
        pred: (*), floating point.
        target: the shape of pred exactly.
        reduction: "none" keeps every l; "mean" divides their sum by the number of elements; "sum" adds them.

    Returns:
        The shape of pred for "none", else a tensor without axes.

    Raises:
        ValueError: naming `target` when its shape differs, naming `reduction` when it is none of the three.

    Note:
        Differentiable in pred and target. By hand: no torch mse_loss or MSELoss.

    Example:
        >>> mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0]))
        tensor(2.5000)

    Source: Gauss, Theoria Motus (1809). Deviations: none.
    """
    raise NotImplementedError("mse_loss")


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The absolute error.

    l = |pred - target|

    Args:
        pred: (*), floating point.
        target: the shape of pred exactly.
        reduction: "none" keeps every l; "mean" divides their sum by the number of elements; "sum" adds them.

    Returns:
        The shape of pred for "none", else a tensor without axes.

    Raises:
        ValueError: naming `target` when its shape differs, naming `reduction` when it is none of the three.

    Note:
        Differentiable in pred and target; where they are equal any slope from -1 to 1 is right.
        By hand: no torch l1_loss, L1Loss, smooth_l1_loss or huber_loss.

    Example:
        >>> l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0]))
        tensor(1.5000)

    Source: Laplace (1774), as told in Deep Learning (2016), section 6.2.1.1. Deviations: none.
    """
    raise NotImplementedError("l1_loss")


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    """Squared for small errors, straight for large ones.

    With e = |pred - target|:  l = e^2 / 2  where e <= delta,  l = delta * (e - delta / 2)  elsewhere.

    Args:
        pred: (*), floating point.
        target: the shape of pred exactly.
        delta: where the parabola becomes a line, above 0.
        reduction: "none" keeps every l; "mean" divides their sum by the number of elements; "sum" adds them.

    Returns:
        The shape of pred for "none", else a tensor without axes.

    Raises:
        ValueError: naming `target` when its shape differs, `delta` when it is not above 0, or `reduction`.

    Note:
        Differentiable in pred and target, also at e = 0 and e = delta; no slope exceeds delta.
        By hand: no torch huber_loss, smooth_l1_loss, HuberLoss or SmoothL1Loss.

    Example:
        >>> huber_loss(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), reduction="none")
        tensor([0.1250, 2.5000])

    Source: Huber, Robust Estimation of a Location Parameter (1964). Deviations: none.
    """
    raise NotImplementedError("huber_loss")


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """The negative log-likelihood: how surprised the model is by the true class.

    l_n = -log_probs[n, labels[n]]; each position of the further axes counts as a sample of its own.

    Args:
        log_probs: (N, K, *), logarithms of probabilities, the classes on axis 1; the others may be -inf.
        labels: (N, *) int64, from 0 to K - 1.
        reduction: "none" keeps every l; "mean" divides their sum by the number of labels; "sum" adds them.

    Returns:
        (N, *) for "none", else a tensor without axes.

    Raises:
        ValueError: naming `labels` when dtype, shape or range is wrong (-1 too), or naming `reduction`.

    Note:
        Differentiable in log_probs. Without a loop over samples.
        By hand: no torch nll_loss, NLLLoss or cross_entropy.

    Example:
        >>> log_probs = torch.tensor([[0.5, 0.5], [0.9, 0.1]]).log()
        >>> nll_loss(log_probs, torch.tensor([0, 1]), reduction="none")
        tensor([0.6931, 2.3026])

    Source: Deep Learning (2016), section 5.5. Deviations: none.
    """
    raise NotImplementedError("nll_loss")


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """The loss of classification: log-softmax over the classes, then the negative log-likelihood.

    With log p = log_softmax(logits) over the classes, y the label, w the weights and s the smoothing:
    l = -(1 - s) * w_y * log p_y  -  (s / K) * sum_k w_k * log p_k

    Args:
        logits: (N, K, *), floating point, the classes on axis 1; without smoothing a score may be -inf.
        labels: (N, *) int64, from 0 to K - 1, or `ignore_index`.
        weight: (K,), one factor for each class; None is 1 for all.
        ignore_index: samples with this label have l = 0 and do not count; it may also be a class.
        label_smoothing: s, from 0 to 1: s is spread over all K classes, the true one included.
        reduction: "none" keeps every l; "sum" adds them; "mean" divides their sum by the sum of w_y over the
            samples that count (their number when weight is None; never by K; nan when nobody counts).

    Returns:
        (N, *) for "none", else a tensor without axes.

    Raises:
        ValueError: naming `labels` (dtype, shape, range), `weight` (shape), `label_smoothing` or `reduction`.

    Note:
        Differentiable in logits. Without a loop over samples.
        By hand: no torch cross_entropy, nll_loss, log_softmax, softmax, logsumexp.

    Example:
        >>> cross_entropy(torch.zeros(3, 4), torch.tensor([0, 1, 3]))
        tensor(1.3863)

    Source: Szegedy et al., Rethinking the Inception Architecture (2016), section 7, for the smoothing.
    Deviations: none; the conventions are those of torch.nn.functional.cross_entropy.
    """
    raise NotImplementedError("cross_entropy")


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    """The gradient of the mean cross-entropy with respect to the logits, as a formula.

    g = (softmax(logits) - one_hot(labels)) / N

    Args:
        logits: (N, K), floating point, any size of number.
        labels: (N,) int64, from 0 to K - 1.

    Returns:
        g: (N, K), outside any graph; each row sums to 0.

    Raises:
        ValueError: naming `labels` when dtype, shape or range is wrong.

    Note:
        No autograd, no loop over samples. By hand: no torch grad, backward, vjp, jacobian, softmax,
        log_softmax, cross_entropy or nll_loss.

    Example:
        >>> cross_entropy_gradient(torch.zeros(2, 2), torch.tensor([0, 1]))
        tensor([[-0.2500,  0.2500],
                [ 0.2500, -0.2500]])

    Source: Bridle (1990). Deviations: none.
    """
    raise NotImplementedError("cross_entropy_gradient")


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy of two classes, from the probability of the first.

    l = -(t * log p + (1 - t) * log(1 - p)), where a logarithm below -100 counts as -100 (so log 0 does).

    Args:
        probs: (*), p, floating point, from 0 to 1 inclusive (not logits).
        target: t, the shape and dtype of probs exactly, from 0 to 1; need not be 0 or 1.
        reduction: "none" keeps every l; "mean" divides their sum by the number of elements; "sum" adds them.

    Returns:
        The shape of probs for "none", else a tensor without axes.

    Raises:
        ValueError: naming `target` (shape, or a dtype that is not floating), `probs` (outside 0 to 1) or
            `reduction`.

    Note:
        Differentiable in probs; where p is exactly 0 or 1 the gradient is finite (its value is free).
        By hand: no torch binary_cross_entropy, BCELoss or binary_cross_entropy_with_logits.

    Example:
        >>> binary_cross_entropy(torch.tensor([0.5, 0.0]), torch.tensor([1.0, 1.0]), reduction="none")
        tensor([  0.6931, 100.0000])

    Source: Deep Learning (2016), section 6.2.2.2.
    Deviations: the limit of 100, as in torch.nn.BCELoss.
    """
    raise NotImplementedError("binary_cross_entropy")


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Cross-entropy of two classes, from a score, stable for any score.

    l = -(w * t * log sigmoid(x) + (1 - t) * log(1 - sigmoid(x))), with w = pos_weight (1 when None).

    Args:
        logits: (*), x, floating point, any size of number.
        target: t, the shape of logits exactly, floating point, from 0 to 1; need not be 0 or 1.
        pos_weight: (K,) where K is the last axis of logits: one factor for the positive term of each column.
        reduction: "none" keeps every l; "mean" divides their sum by the number of elements (whatever the
            weights are); "sum" adds them.

    Returns:
        The shape of logits for "none", else a tensor without axes.

    Raises:
        ValueError: naming `target` (shape, or a dtype that is not floating), `pos_weight` (shape) or
            `reduction`.

    Note:
        Differentiable in logits, also at 0 (slope 1/2 - t when w is 1) and at 1000.
        By hand: no torch binary_cross_entropy_with_logits, BCEWithLogitsLoss, binary_cross_entropy, sigmoid,
        logsigmoid, softplus, logaddexp.

    Example:
        >>> logits, target = torch.tensor([100.0, 0.0]), torch.tensor([0.0, 1.0])
        >>> binary_cross_entropy_with_logits(logits, target, reduction="none")
        tensor([100.0000,   0.6931])

    Source: Deep Learning (2016), section 6.2.2.2. Deviations: none.
    """
    raise NotImplementedError("binary_cross_entropy_with_logits")


def entropy(p: Tensor, dim: int) -> Tensor:
    """The mean surprise of a distribution, in nats.

    H = -sum_i p_i * log p_i along `dim` (natural logarithm), where 0 * log 0 = 0.

    Args:
        p: (*), floating point, at least 0, sums to 1 along `dim`; entries may be 0.
        dim: the axis of the distribution; may be negative.

    Returns:
        H: the shape of p without axis `dim`.

    Note:
        Differentiable in p; where an entry is 0 its gradient is finite (its value is free).
        By hand: no torch entr, xlogy, Categorical.

    Example:
        >>> entropy(torch.tensor([[0.5, 0.5], [1.0, 0.0]]), dim=1).abs()
        tensor([0.6931, 0.0000])

    Source: Shannon, A Mathematical Theory of Communication (1948). Deviations: none.
    """
    raise NotImplementedError("entropy")


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    """What it costs to take q for the truth when p is the truth, in nats.

    KL(p || q) = sum_i p_i * (log p_i - log q_i) along `dim`; an entry with p_i = 0 adds 0, also when q_i = 0.

    Args:
        p: (*), floating point, the true probabilities, sums to 1 along `dim`; entries may be 0.
        q: the shape of p exactly, the model's probabilities (not logarithms).
        dim: the axis of the distribution; may be negative.

    Returns:
        The shape of p without axis `dim`: one number for each distribution, neither averaged nor added up;
        inf where q_i = 0 and p_i > 0.

    Raises:
        ValueError: naming `q` when its shape differs.

    Note:
        Differentiable in p and q; where p_i is 0 the gradient is finite: 0 for q_i, a free value for p_i.
        By hand: no torch kl_div, KLDivLoss, rel_entr, xlogy or torch.distributions.

    Example:
        >>> kl_divergence(torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5]), dim=0)
        tensor(0.6931)

    Source: Kullback and Leibler, On Information and Sufficiency (1951).
    Deviations: none; torch's kl_div takes the arguments the other way round, and log q.
    """
    raise NotImplementedError("kl_divergence")


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    """The term that weight decay adds to a loss.

    y = strength / 2 * (the sum of w^2 over every entry w of every tensor), so the gradient is strength * w.

    Args:
        params: one or more floating-point tensors, each of any shape; any iterable, walked once.
        strength: at least 0.

    Returns:
        y: a tensor without axes.

    Raises:
        ValueError: naming `params` when there is none, naming `strength` when it is negative.

    Note:
        Differentiable in every tensor, also where all of it is 0; y requires gradients only where one of them does.
        By hand: no torch norm, vector_norm or dist.

    Example:
        >>> l2_penalty([torch.tensor([[1.0, 2.0]]), torch.tensor([3.0])], strength=0.5)
        tensor(3.5000)

    Source: Krogh and Hertz, A Simple Weight Decay Can Improve Generalization (1991). Deviations: none.
    """
    raise NotImplementedError("l2_penalty")


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    """The squared error as maximum likelihood: targets scattered around pred with standard deviation sigma.

    l = (pred - target)^2 / (2 * sigma^2) + log sigma + log(2 * pi) / 2, then the mean over all elements.

    Args:
        pred: (*), floating point, the mean of each Gaussian.
        target: the shape of pred exactly.
        sigma: the standard deviation (not the variance), above 0: a float, or a tensor of the shape of pred exactly.

    Returns:
        A tensor without axes.

    Raises:
        ValueError: naming `target` (shape), or `sigma` (shape, or not above 0).

    Note:
        Differentiable in pred, target and a tensor sigma.
        By hand: no torch gaussian_nll_loss, GaussianNLLLoss, log_prob or Normal.

    Example:
        >>> gaussian_nll(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 0.0]), sigma=1.0)
        tensor(1.9189)

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.2.5.
    Deviations: the mean instead of the sum over samples.
    """
    raise NotImplementedError("gaussian_nll")


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    """The multi-class hinge: every wrong class must stay `margin` below the true one.

    l_n = sum over j != y of max(0, margin + scores[n, j] - scores[n, y]), y = labels[n]; then the mean.

    Args:
        scores: (N, K), floating point.
        labels: (N,) int64, from 0 to K - 1.
        margin: at least 0.

    Returns:
        A tensor without axes: the sum of all l_n divided by N (not by K).

    Raises:
        ValueError: naming `labels` when dtype, shape or range is wrong, naming `margin` when it is negative.

    Note:
        Differentiable in scores; exactly at a hinge either slope is right. Without a loop.
        By hand: no torch multi_margin_loss, multilabel_margin_loss, MultiMarginLoss.

    Example:
        >>> hinge_loss(torch.tensor([[3.0, 2.5, 0.0]]), torch.tensor([0]))
        tensor(0.5000)

    Source: Weston and Watkins, Support Vector Machines for Multi-Class Pattern Recognition (1999).
    Deviations: the mean over samples; torch's multi_margin_loss divides by K as well.
    """
    raise NotImplementedError("hinge_loss")


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """Pulls pairs of one kind together and pushes pairs of two kinds apart, up to a margin.

    With d = |x1 - x2| (Euclidean):  l = d^2 / 2  where same,  l = max(0, margin - d)^2 / 2  elsewhere.

    Args:
        x1: (N, D), floating point.
        x2: (N, D), the partners.
        same: (N,) bool, whether a pair is of one kind.
        margin: at least 0; pairs of two kinds further apart than this cost nothing.
        reduction: "none" keeps every l; "mean" divides their sum by N; "sum" adds them.

    Returns:
        (N,) for "none", else a tensor without axes.

    Raises:
        ValueError: naming `x2` (shape), `same` (shape, or a dtype that is not bool), `margin` (negative) or
            `reduction`.

    Note:
        Differentiable in x1 and x2; where x1 = x2 the gradient is finite (0 if same, else its value is free).
        By hand: no torch pairwise_distance, cdist, cosine_embedding_loss or hinge_embedding_loss.

    Example:
        >>> x1, x2 = torch.zeros(2, 2), torch.tensor([[3.0, 4.0], [0.6, 0.0]])
        >>> contrastive_loss(x1, x2, torch.tensor([True, False]), reduction="none")
        tensor([12.5000,  0.0800])

    Source: Hadsell, Chopra, LeCun, Dimensionality Reduction by Learning an Invariant Mapping (2006), eq. 4.
    Deviations: the mean over pairs; the paper's Y is 1 for pairs of two kinds.
    """
    raise NotImplementedError("contrastive_loss")


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """The positive must be nearer to the anchor than the negative, by a margin, in squared distance.

    l = max(0, |anchor - positive|^2 - |anchor - negative|^2 + margin), with squared Euclidean distances.

    Args:
        anchor: (N, D), floating point.
        positive: (N, D), of the anchor's kind.
        negative: (N, D), of another kind.
        margin: at least 0.
        reduction: "none" keeps every l; "mean" divides their sum by N (zeros count); "sum" adds them.

    Returns:
        (N,) for "none", else a tensor without axes.

    Raises:
        ValueError: naming `positive` or `negative` (shape), `margin` (negative) or `reduction`.

    Note:
        Differentiable in all three; exactly at the hinge either slope is right.
        By hand: no torch triplet_margin_loss, triplet_margin_with_distance_loss, pairwise_distance, cdist.

    Example:
        >>> a, p, n = torch.zeros(2, 1), torch.tensor([[1.0], [1.0]]), torch.tensor([[1.2], [3.0]])
        >>> triplet_loss(a, p, n, reduction="none")
        tensor([0.5600, 0.0000])

    Source: Schroff, Kalenichenko, Philbin, FaceNet (2015), equation 3.
    Deviations: the mean over triplets; torch's triplet_margin_loss does not square the distances.
    """
    raise NotImplementedError("triplet_loss")


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """How far two vectors point the same way, whatever their lengths.

    y = sum(x1 * x2) / (max(|x1|, eps) * max(|x2|, eps)) along `dim`, |x| the Euclidean length.

    Args:
        x1: (*), floating point.
        x2: the shape of x1 exactly.
        dim: the axis of the vectors; may be negative.
        eps: the smallest length that counts, above 0; so the zero vector has similarity 0 with everything.

    Returns:
        y: the shape of x1 without axis `dim`, from -1 to 1 up to rounding.

    Raises:
        ValueError: naming `x2` when its shape differs.

    Note:
        Differentiable in x1 and x2; at a zero vector the gradient is finite (its value is free).
        By hand: no torch cosine_similarity, CosineSimilarity, cosine_embedding_loss or normalize.

    Example:
        >>> cosine_similarity(torch.tensor([[3.0, 4.0], [0.0, 0.0]]), torch.tensor([[4.0, 3.0], [1.0, 2.0]]))
        tensor([0.9600, 0.0000])

    Source: Salton, Wong, Yang, A Vector Space Model for Automatic Indexing (1975).
    Deviations: eps, as in torch.nn.functional.cosine_similarity.
    """
    raise NotImplementedError("cosine_similarity")
