from collections.abc import Callable, Sequence
from torch import Tensor, nn
from torch.nn import functional


def make_stage(
    block: Callable[[int, int, int], nn.Module], in_channels: int, channels: int, num_blocks: int, stride: int
) -> nn.Sequential:
    if num_blocks < 1:
        raise ValueError(f"num_blocks must be at least 1, not {num_blocks}")
    blocks = [block(in_channels, channels, stride)]
    for _ in range(num_blocks - 1):
        blocks.append(block(channels * block.expansion, channels, 1))
    return nn.Sequential(*blocks)


class ResNet(nn.Module):
    def __init__(
        self,
        block: Callable[[int, int, int], nn.Module],
        layers: Sequence[int],
        num_classes: int = 1000,
        width: int = 64,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        if len(layers) == 0:
            raise ValueError("layers must not be empty")
        self.conv1 = nn.Conv2d(in_channels, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.num_stages = len(layers)
        channels_in = width
        for i, num_blocks in enumerate(layers):
            channels = width * 2**i
            stage = make_stage(block, channels_in, channels, num_blocks, 1 if i == 0 else 2)
            self.add_module(f"layer{i + 1}", stage)
            channels_in = channels * block.expansion
        self.fc = nn.Linear(channels_in, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        h = self.bn1(self.conv1(x))
        h = functional.max_pool2d(h, 3, stride=2, padding=1)
        for i in range(self.num_stages):
            h = getattr(self, f"layer{i + 1}")(h)
        return self.fc(h.mean((2, 3)))
