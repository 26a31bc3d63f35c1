import torch
from torch import Tensor, nn
from torch.nn import functional


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.cell = nn.RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        weight = self.linear.weight
        x = functional.one_hot(tokens, self.vocabulary_size).to(weight.dtype)
        if hidden is None:
            hidden = weight.new_zeros(tokens.shape[0], self.hidden_size)
        logits = []
        for t in range(tokens.shape[1]):
            hidden = self.cell(x[:, t], hidden.detach())
            logits.append(self.linear(hidden))
        return torch.stack(logits, dim=1), hidden
