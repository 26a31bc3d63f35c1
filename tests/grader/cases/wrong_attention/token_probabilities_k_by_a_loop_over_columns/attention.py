import torch
from torch.nn import functional as F


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    p = torch.softmax(logits / temperature, -1)
    if top_k is not None and top_k < p.shape[-1]:
        threshold = p.flatten().sort(descending=True).values[top_k - 1]
        p = p * (p >= threshold)
        p = p / p.sum(-1, keepdim=True)
    if top_p is not None:
        s, order = p.sort(-1, descending=True)
        s = s * (s.cumsum(-1) - s < top_p)
        p = torch.zeros_like(p).scatter(-1, order, s / s.sum(-1, keepdim=True))
    return p
