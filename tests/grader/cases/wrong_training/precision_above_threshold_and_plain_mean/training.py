from typing import NamedTuple

from torch import Tensor


class PrecisionRecall(NamedTuple):
    precision: float
    recall: float
    f1: float


def precision_and_recall(scores: Tensor, labels: Tensor, threshold: float) -> PrecisionRecall:
    tp = fp = fn = 0
    for score, label in zip(scores.tolist(), labels.tolist()):
        alarm = score > threshold
        if alarm and label == 1:
            tp += 1
        elif alarm:
            fp += 1
        elif label == 1:
            fn += 1
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return PrecisionRecall(precision, recall, (precision + recall) / 2)
