import torch
from torch import Tensor, nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        super().__init__()
        if padding_idx is not None and not 0 <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx must lie in 0 .. {num_embeddings - 1}, not {padding_idx}")
        self.padding_idx = padding_idx
        weight = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            weight[padding_idx] = 0
        self.weight = nn.Parameter(weight)

    def forward(self, indices: Tensor) -> Tensor:
        if indices.dtype is not torch.int64:
            raise ValueError(f"indices must be int64, not {indices.dtype}")
        if ((indices < 0) | (indices >= len(self.weight))).any():
            raise IndexError(f"indices must lie in 0 .. {len(self.weight) - 1}")
        flat = indices.reshape(-1)
        rows = self.weight[flat]
        if self.padding_idx is not None:
            rows = torch.where((flat == self.padding_idx).unsqueeze(-1), rows.detach(), rows)
        return rows.view(*indices.shape, -1)
