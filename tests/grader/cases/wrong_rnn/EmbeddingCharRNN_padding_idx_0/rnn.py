from torch import Tensor, nn


class EmbeddingCharRNN(nn.Module):
    def __init__(
        self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_layers: int = 2
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim, padding_idx=0)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers=num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        output, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.linear(output), hidden
