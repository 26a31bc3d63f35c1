from typing import NamedTuple


class PrecisionRecall(NamedTuple):
    precision: float
    recall: float
    f1: float


def precision_and_recall(scores, labels, threshold):
    predicted = scores >= threshold
    tp = (predicted & (labels == 1)).sum().item()
    fp = (predicted & (labels == 0)).sum().item()
    fn = (~predicted & (labels == 1)).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return PrecisionRecall(precision, recall, (precision + recall) / 2)
