import torch
from torch import Tensor, nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        super().__init__()
        if padding_idx is not None and not 0 <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx must be from 0 to {num_embeddings - 1}, not {padding_idx}")
        self.num_embeddings = num_embeddings
        self.padding_idx = padding_idx
        weight = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            weight[padding_idx] = 0
        self.weight = nn.Parameter(weight)

    def forward(self, indices: Tensor) -> Tensor:
        if indices.dtype != torch.int64:
            raise ValueError(f"indices must be int64, not {indices.dtype}")
        if indices.numel() and (indices.min() < 0 or indices.max() >= self.num_embeddings):
            raise IndexError(f"indices must be from 0 to {self.num_embeddings - 1}")
        y = self.weight[indices]
        return y
