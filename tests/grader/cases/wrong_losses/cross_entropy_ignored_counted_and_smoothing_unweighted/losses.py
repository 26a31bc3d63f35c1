import torch


def _log_softmax(z):
    z = z - z.max(dim=1, keepdim=True).values
    return z - z.exp().sum(dim=1, keepdim=True).log()


def cross_entropy(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    num_classes = logits.size(1)
    expected = list(logits.shape)
    del expected[1]
    if list(labels.shape) != expected:
        raise ValueError(f"labels have shape {list(labels.shape)}, expected {expected}")
    valid = labels.ne(ignore_index)
    chosen = labels[valid]
    if chosen.numel() > 0 and (chosen.min() < 0 or chosen.max() >= num_classes):
        raise ValueError("labels contain an unknown class")
    if weight is None:
        weight = torch.ones(num_classes, dtype=logits.dtype, device=logits.device)
    log_probs = _log_softmax(logits)
    index = labels.clone()
    index[~valid] = 0
    w = weight[index]
    nll = -w * log_probs.gather(1, index.unsqueeze(1)).squeeze(1)
    loss = (1 - label_smoothing) * nll
    if label_smoothing > 0:
        loss = loss - label_smoothing * log_probs.mean(dim=1)
    loss = loss.masked_fill(~valid, 0.0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.sum() / w.sum()
