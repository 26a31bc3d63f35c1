import torch


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    def length(x):
        square = (x * x).sum(-1)
        empty = square == 0
        return torch.where(empty, 1.0, square).sqrt() * (~empty)

    dot = torch.einsum("...d,...d->...", x1, x2)
    return dot / (length(x1) * length(x2)).clamp(min=eps)
