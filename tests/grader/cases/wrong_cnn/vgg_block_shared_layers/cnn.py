from torch import Tensor, nn


def vgg_block(num_convs, in_channels, out_channels):
    if num_convs < 1:
        raise ValueError("num_convs must be at least 1")
    layers = [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.ReLU()] * (num_convs - 1)
    layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)
