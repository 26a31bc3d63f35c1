"""Wrong variants of losses.calibration_error."""

import torch

from grader.suite import mistake, reference


def table(sure, right, place, num_bins, *, error=None):
    """Sum up over bins; samples whose bin is not there are left out."""
    inside = (place >= 0) & (place < num_bins)
    sure, right, place, n = sure[inside], right[inside], place[inside], len(place)
    count = torch.zeros(num_bins, dtype=torch.int64, device=place.device).index_add(0, place, torch.ones_like(place))
    sums = torch.zeros(2, num_bins, dtype=sure.dtype, device=sure.device)
    confidence, accuracy = sums.index_add(1, place, torch.stack([sure, right])) / count.clamp(min=1)
    gap = (accuracy - confidence).abs()
    error = (count * gap).sum() / n if error is None else error(accuracy, confidence, count)
    return reference("losses").Calibration(error, confidence, accuracy, count)


def parts(logits, labels, num_bins):
    """Return confidences, whether each answer is right, and the bins."""
    sure, answer = torch.softmax(logits.detach(), 1).max(1)
    return sure, (answer == labels).to(sure.dtype), (sure * num_bins).long().clamp(max=num_bins - 1)


@mistake("the gap of every bin counts the same: weigh it by the share of the samples that the bin has")
def mean_over_bins(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(sure, right, place, num_bins, error=lambda a, c, n: (a - c).abs().mean())


@mistake("the mean is over the bins that have samples, each alike: weigh a gap by the share of the samples")
def mean_over_filled_bins(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(sure, right, place, num_bins, error=lambda a, c, n: (a - c).abs().sum() / (n > 0).sum())


@mistake("gaps of both signs cancel each other: take the absolute value in each bin")
def without_absolute_value(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(sure, right, place, num_bins, error=lambda a, c, n: ((a - c) * n).sum() / n.sum())


@mistake("the absolute value is taken for each sample: take that of the gap between two means of a bin")
def gap_of_each_sample(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(sure, right, place, num_bins, error=lambda a, c, n: (right - sure).abs().mean())


@mistake("the largest gap is taken, which is another measure: sum them up, weighed by shares")
def largest_gap(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(sure, right, place, num_bins, error=lambda a, c, n: (a - c).abs().max())


@mistake("gaps are squared: take their absolute values")
def squared_gaps(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(sure, right, place, num_bins, error=lambda a, c, n: ((a - c) ** 2 * n).sum() / n.sum())


@mistake("the confidence is the probability of the label: it is the largest one, right or wrong")
def probability_of_the_label(logits, labels, num_bins):
    _, right, _ = parts(logits, labels, num_bins)
    sure = torch.softmax(logits.detach(), 1).gather(1, labels.unsqueeze(1)).squeeze(1)
    return table(sure, right, (sure * num_bins).long().clamp(max=num_bins - 1), num_bins)


@mistake("the logits are taken for probabilities: softmax comes first")
def without_softmax(logits, labels, num_bins):
    sure, answer = logits.detach().max(1)
    place = (sure * num_bins).long().clamp(0, num_bins - 1)
    return table(sure, (answer == labels).to(sure.dtype), place, num_bins)


@mistake("softmax runs over the samples: it runs over the classes of each sample")
def softmax_over_samples(logits, labels, num_bins):
    sure, answer = torch.softmax(logits.detach(), 0).max(1)
    place = (sure * num_bins).long().clamp(max=num_bins - 1)
    return table(sure, (answer == labels).to(sure.dtype), place, num_bins)


@mistake("a confidence of 1 falls out of the table: it belongs to the last bin")
def sure_ones_left_out(logits, labels, num_bins):
    sure, right, _ = parts(logits, labels, num_bins)
    return table(sure, right, (sure * num_bins).long(), num_bins)


@mistake("an empty bin gives 0 / 0, which is nan: leave it at 0")
def nan_in_empty_bins(logits, labels, num_bins):
    found = table(*parts(logits, labels, num_bins), num_bins)
    empty = torch.where(found.count > 0, 1.0, torch.nan).to(found.accuracy)
    return found._replace(accuracy=found.accuracy * empty, confidence=found.confidence * empty)


@mistake("the middle of a bin stands for its confidences: take their mean")
def middle_of_the_bin(logits, labels, num_bins):
    sure, right, place = parts(logits, labels, num_bins)
    return table(((place + 0.5) / num_bins).to(sure.dtype), right, place, num_bins)


@mistake("bins begin at 1 / K, the least confidence: they are equal parts of 0 to 1")
def bins_from_chance_on(logits, labels, num_bins):
    sure, right, _ = parts(logits, labels, num_bins)
    least = 1 / logits.shape[1]
    place = ((sure - least) / (1 - least) * num_bins).long().clamp(max=num_bins - 1)
    return table(sure, right, place, num_bins)


@mistake("bins hold equally many samples: they are equally wide")
def bins_of_equal_count(logits, labels, num_bins):
    sure, right, _ = parts(logits, labels, num_bins)
    rank = sure.argsort().argsort()
    return table(sure, right, rank * num_bins // len(sure), num_bins)


@mistake("each sample falls into the bin that is nearest: round down")
def rounded_bins(logits, labels, num_bins):
    sure, right, _ = parts(logits, labels, num_bins)
    return table(sure, right, (sure * num_bins).round().long().clamp(max=num_bins - 1), num_bins)


@mistake("accuracy and confidence stand in each other's place")
def exchanged(logits, labels, num_bins):
    found = table(*parts(logits, labels, num_bins), num_bins)
    return found._replace(accuracy=found.confidence, confidence=found.accuracy)


@mistake("accuracy is the share of all samples: divide by the samples of the bin")
def shares_of_all(logits, labels, num_bins):
    found = table(*parts(logits, labels, num_bins), num_bins)
    share = found.count / found.count.sum()
    return found._replace(accuracy=found.accuracy * share.to(found.accuracy))
