from torch import Tensor, nn
from torch.nn import functional


def auxiliary_loss(outputs, labels, weight=0.3):
    if isinstance(outputs, Tensor):
        return functional.cross_entropy(outputs, labels)
    main, first, second = (functional.cross_entropy(scores, labels) for scores in outputs)
    return main + weight * (first + second)
