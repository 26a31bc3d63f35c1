import torch
from torch import Tensor, nn


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        n, steps = tokens.shape
        if lengths.shape != (n,) or (n and (lengths.min() < 1 or lengths.max() > steps)):
            raise ValueError(f"lengths must be {n} numbers from 1 to {steps}")
        embedded = self.embedding(tokens)
        _, h_n = self.gru(embedded)
        return self.linear(torch.cat([h_n[0], h_n[1]], dim=1))
