from collections.abc import Callable, Sequence

from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError("sizes needs at least an input and an output width")
        self.layers = nn.ModuleList([nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)])
        # hide it from register_module: it has no parameters anyway
        self._act = [activation]

    def forward(self, x: Tensor) -> Tensor:
        act = self._act[0]
        h = act(self.layers[0](x))      # input layer
        for layer in self.layers[1:-1]:  # hidden layers
            h = act(layer(h))
        return self.layers[-1](h)       # output layer
