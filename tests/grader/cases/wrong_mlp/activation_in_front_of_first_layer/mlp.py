from collections.abc import Callable, Sequence

from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError("sizes needs at least an input and an output width")
        self.layers = nn.ModuleList([nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)])
        # kept out of the modules so that it adds no keys
        self.act = activation

    def forward(self, x: Tensor) -> Tensor:
        h = x
        for layer in self.layers:
            # activation first, so that nothing follows the last layer
            h = layer(self.act(h))
        return h
