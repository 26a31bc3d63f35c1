from torch import Tensor, nn
from torch.nn import functional


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.rnn = nn.RNN(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = functional.one_hot(tokens, self.vocabulary_size).to(self.linear.weight.dtype)
        output, hidden = self.rnn(x, hidden)
        return self.linear(output), hidden
