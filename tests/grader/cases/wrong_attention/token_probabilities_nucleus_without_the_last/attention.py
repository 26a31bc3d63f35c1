import torch
from torch.nn import functional as F


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    logits = logits / temperature
    if top_k is not None:
        smallest = logits.topk(min(top_k, logits.shape[-1])).values[..., -1:]
        logits = torch.where(logits < smallest, -torch.inf, logits)
    if top_p is not None:
        sorted_logits, index = logits.sort(-1, descending=True)
        remove = sorted_logits.softmax(-1).cumsum(-1) > top_p
        logits = logits.masked_fill(remove.gather(-1, index.argsort(-1)), -torch.inf)
    return logits.softmax(-1)
