from torch import Tensor, nn
from torch.nn import functional


def auxiliary_loss(outputs, labels, weight=0.3):
    if isinstance(outputs, Tensor):
        return functional.cross_entropy(outputs, labels)
    loss = functional.cross_entropy(outputs[0], labels)
    for scores in outputs[1:]:
        loss = loss + 0.3 * functional.cross_entropy(scores, labels)
    return loss
