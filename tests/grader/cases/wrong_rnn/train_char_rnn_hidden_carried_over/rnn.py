import torch
from torch import Tensor, nn
from torch.nn import functional


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(vocabulary_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = functional.one_hot(tokens, self.rnn.input_size).to(self.linear.weight.dtype)
        states, hidden = self.rnn(x, hidden)
        return self.linear(states), hidden


def train_char_rnn(model: nn.Module, inputs: Tensor, targets: Tensor, steps: int, lr: float) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    hidden = None
    for _ in range(steps):
        logits, hidden = model(inputs, hidden)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        hidden = hidden.detach()
        losses.append(loss.item())
    return losses
