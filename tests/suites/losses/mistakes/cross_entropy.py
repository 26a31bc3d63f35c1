"""Wrong variants of losses.cross_entropy."""

import torch

from grader.suite import mistake, reference


def _right(logits, labels, weight, ignore_index, label_smoothing, reduction):
    return reference("losses").cross_entropy(logits, labels, weight, ignore_index, label_smoothing, reduction)


def _from_log_probs(log_probs, labels, weight, ignore_index, label_smoothing, reduction):
    """Finish a loss from other logarithms; the log-softmax of the reference must leave them alone."""
    losses = reference("losses")
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0)
    weight = log_probs.new_ones(log_probs.shape[1]) if weight is None else weight
    values = -weight[picked] * log_probs.gather(1, picked.unsqueeze(1)).squeeze(1)
    if label_smoothing > 0:
        spread = -(log_probs.movedim(1, -1) * weight).mean(-1)
        values = (1 - label_smoothing) * values + label_smoothing * spread
    values = torch.where(counts, values, 0.0)
    if reduction == "mean":
        return values.sum() / (weight[picked] * counts).sum()
    return losses._reduce(values, reduction)


@mistake(
    "the logarithm of a softmax that came out as 0 is -inf: subtract log-sum-exp from the scores instead"
)
def log_of_softmax(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    log_probs = reference("losses").softmax(logits, 1).log()
    return _from_log_probs(log_probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("a clamp of the softmax, or a tiny number added to it, hides log 0: loss and gradient stop there")
def log_of_bounded_softmax(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    log_probs = reference("losses").softmax(logits, 1).clamp(min=1e-12).log()
    return _from_log_probs(log_probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("the softmax has no logarithm: the negative log-likelihood wants log-probabilities")
def no_logarithm(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    probs = reference("losses").softmax(logits, 1)
    return _from_log_probs(probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("the softmax was taken twice: cross_entropy receives logits and normalises them itself, once")
def softmax_twice(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    probs = reference("losses").softmax(logits, 1)
    return _right(probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("the softmax ran over the batch: normalise over the classes, axis 1")
def softmax_over_batch(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    log_probs = reference("losses").log_softmax(logits, 0)
    return _from_log_probs(log_probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("the softmax ran over the last axis: the classes are on axis 1, also when further axes follow")
def softmax_over_last_axis(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    log_probs = reference("losses").log_softmax(logits, -1)
    return _from_log_probs(log_probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("the mean divided by N * K: divide by the number of labels")
def mean_over_classes_too(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    loss = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    return loss / logits.shape[1] if reduction == "mean" else loss


@mistake("the weighted mean divided by the number of labels: divide by the sum of their weights")
def weighted_mean_by_count(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    loss = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    if reduction != "mean":
        return loss
    total = _right(logits, labels, weight, ignore_index, label_smoothing, "sum")
    return total / (labels != ignore_index).sum()


@mistake("the mean counted the ignored samples too")
def ignored_samples_counted(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    loss = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    if reduction != "mean" or weight is not None:
        return loss
    return _right(logits, labels, weight, ignore_index, label_smoothing, "sum") / labels.numel()


@mistake("only -100 is ignored: compare the labels with ignore_index")
def ignore_index_fixed(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    return _right(logits, labels.clamp(max=logits.shape[1] - 1), weight, -100, label_smoothing, reduction)


@mistake("ignored samples still pay the smoothing term: their loss is 0")
def ignored_samples_smoothed(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    right = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    if label_smoothing == 0:
        return right
    log_probs = reference("losses").log_softmax(logits, 1)
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    spread = -label_smoothing * (log_probs.movedim(1, -1) * weight).mean(-1)
    extra = torch.where(labels == ignore_index, spread, 0.0)
    if reduction == "mean":
        counts = labels != ignore_index
        return right + extra.sum() / (weight[torch.where(counts, labels, 0)] * counts).sum()
    return right + reference("losses")._reduce(extra, reduction)


@mistake("the smoothing was spread over the K - 1 wrong classes: spread it over all K, the true one included")
def smoothed_over_wrong_classes(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    classes = logits.shape[1]
    if label_smoothing > 0:
        label_smoothing = label_smoothing * classes / (classes - 1)
    log_probs = reference("losses").log_softmax(logits, 1)
    return _from_log_probs(log_probs, labels, weight, ignore_index, label_smoothing, reduction)


@mistake("the smoothing term ignores the class weights: each class is spread with its own weight")
def smoothing_without_weights(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    right = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    if weight is None or label_smoothing == 0:
        return right
    counts = labels != ignore_index
    log_probs = reference("losses").log_softmax(logits, 1).movedim(1, -1)
    change = label_smoothing * (log_probs * (weight - 1)).mean(-1)
    change = torch.where(counts, change, 0.0)
    if reduction == "mean":
        return right + change.sum() / (weight[torch.where(counts, labels, 0)] * counts).sum()
    return right + reference("losses")._reduce(change, reduction)


@mistake("the axes were flattened with the classes not last: move axis 1 to the end before reshape(-1, K)")
def flattened_without_permuting(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    rows, flat = logits.reshape(-1, logits.shape[1]), labels.reshape(-1)
    loss = _right(rows, flat, weight, ignore_index, label_smoothing, reduction)
    return loss.reshape(labels.shape) if reduction == "none" else loss


@mistake("the smoothing term is computed when there is none: 0 times -inf is nan")
def smoothing_of_zero(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    right = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    if label_smoothing > 0:
        return right
    spread = 0.0 * reference("losses").log_softmax(logits, 1).sum(1)
    spread = torch.where(labels == ignore_index, 0.0, spread)
    return right + (spread if reduction == "none" else spread.sum())


@mistake("there is a Python loop over the samples: pick all entries at once")
def loop_over_samples(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    right = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    for n in range(len(labels)):
        right = right + 0 * _right(logits[n : n + 1], labels[n : n + 1], weight, ignore_index, 0.0, "sum")
    return right


@mistake("the smoothing term has the weight of the label: each class is spread with its own weight")
def smoothing_with_the_label_weight(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    right = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    if weight is None or label_smoothing == 0:
        return right
    counts = labels != ignore_index
    weights = weight[torch.where(counts, labels, 0)] * counts
    log_probs = reference("losses").log_softmax(logits, 1).movedim(1, -1)
    change = torch.where(
        counts, label_smoothing * (log_probs * (weight - weights.unsqueeze(-1))).mean(-1), 0.0
    )
    if reduction == "mean":
        return right + change.sum() / weights.sum()
    return right + reference("losses")._reduce(change, reduction)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    return torch.from_numpy(
        reference("losses")
        .cross_entropy(logits, labels, weight, ignore_index, label_smoothing, reduction)
        .detach()
        .numpy()
    )


@mistake(
    "an ignored sample was multiplied by 0, and 0 times an infinite loss is nan: choose 0 with torch.where"
)
def ignored_times_zero(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    right = _right(logits, labels, weight, ignore_index, label_smoothing, reduction)
    log_probs = reference("losses").log_softmax(logits, 1)
    picked = torch.where(labels == ignore_index, 0, labels)
    ignored = (labels == ignore_index) * 0.0 * log_probs.gather(1, picked.unsqueeze(1)).squeeze(1)
    ignored = torch.where(labels == ignore_index, ignored, 0.0)
    return right + (ignored if reduction == "none" else ignored.sum())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of logits")
def asked_for_cuda(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    return reference("losses").cross_entropy(logits, labels, weight, ignore_index, label_smoothing).cuda()


@mistake("a tensor is made without device=: it lies on the CPU, and logits of an accelerator cannot meet it")
def made_without_device(
    logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    loss = reference("losses").cross_entropy(logits, labels, weight, ignore_index, label_smoothing, reduction)
    torch.zeros(logits.shape).scatter_(1, labels.clamp(min=0).unsqueeze(1), 1)
    return loss
