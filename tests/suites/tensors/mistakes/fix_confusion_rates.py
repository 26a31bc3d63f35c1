"""Wrong variants of tensors.fix_confusion_rates, as they are left by who found some of its mistakes, and others."""

import torch

from grader.suite import mistake, reference


def _counts(scores, labels, *, once=False, device=None):
    """Count pairs of label and prediction, each pair once at most if asked for."""
    k, predicted = scores.shape[1], scores.argmax(1)
    counts = torch.zeros(k, k, device=scores.device if device is None else device)
    if once:
        counts[labels, predicted] += 1
        return counts
    return counts.index_put((labels, predicted), torch.ones_like(labels, dtype=counts.dtype), accumulate=True)


@mistake("an index that stands twice in counts[labels, predicted] += 1 counts once: add with index_put_ or bincount")
def repeated_pairs_count_once(scores, labels):
    counts = _counts(scores, labels, once=True)
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


@mistake("the sums of the rows, (K,), met the columns: keepdim=True makes them (K, 1)")
def sums_without_keepdim(scores, labels):
    counts = _counts(scores, labels)
    return counts / counts.sum(1).clamp(min=1)


@mistake("a class without samples is 0 / 0, which is nan: its row is 0")
def nan_for_an_absent_class(scores, labels):
    counts = _counts(scores, labels)
    return counts / counts.sum(1, keepdim=True)


@mistake("the table was made on the CPU: zeros belong on the device of the scores")
def table_on_the_cpu(scores, labels):
    counts = _counts(scores, labels, device="cpu")
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


@mistake("the sums met the columns, and a class without samples is nan")
def sums_and_nan(scores, labels):
    counts = _counts(scores, labels)
    return counts / counts.sum(1)


@mistake("each column sums to 1: the rows do, one for each true class")
def columns_sum_to_one(scores, labels):
    counts = _counts(scores, labels)
    return counts / counts.sum(0, keepdim=True).clamp(min=1)


@mistake("rows and columns are exchanged: the row is the true class, the column the prediction")
def prediction_in_the_rows(scores, labels):
    return reference("tensors").fix_confusion_rates(scores, labels).t().contiguous()


@mistake("the counts were not divided: shares are asked for")
def counts_not_divided(scores, labels):
    return _counts(scores, labels)


@mistake("all counts were divided by N: each row is divided by the samples of its own class")
def shares_of_all_samples(scores, labels):
    return _counts(scores, labels) / max(1, len(labels))


@mistake("nan_to_num made 0 of 0 / 0 after a division by the columns: keepdim is still missing")
def nan_to_num_without_keepdim(scores, labels):
    counts = _counts(scores, labels)
    return (counts / counts.sum(1)).nan_to_num(0.0, posinf=0.0)


@mistake("1 was added to each sum against 0 / 0: then no row sums to 1; clamp changes only the zeros")
def one_added_to_each_sum(scores, labels):
    counts = _counts(scores, labels)
    return counts / (counts.sum(1, keepdim=True) + 1)


@mistake("every entry that equals the largest score counts: the first alone does")
def every_tie_counts(scores, labels):
    hits = (scores == scores.amax(1, keepdim=True)).float()
    k = scores.shape[1]
    counts = torch.zeros(k, k, device=scores.device).index_add(0, labels, hits)
    sizes = torch.bincount(labels, minlength=k).unsqueeze(1).clamp(min=1)
    return counts / sizes


@mistake("the result has the dtype of the scores: float32 is asked for")
def dtype_of_the_scores(scores, labels):
    return reference("tensors").fix_confusion_rates(scores, labels).to(scores.dtype)
