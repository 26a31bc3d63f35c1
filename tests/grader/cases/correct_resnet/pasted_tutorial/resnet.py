'''ResNet in PyTorch.

For the pre-activation version see PreActivationBlock.
'''
import copy
import time
from collections import namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


def conv3x3(in_planes, out_planes, stride=1):
    # 3x3 convolution with padding
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride,
                     padding=1, bias=False)


class ResidualBlock(nn.Module):

    def __init__(self, channels):
        super(ResidualBlock, self).__init__()
        self.channels = channels
        self.conv1 = conv3x3(channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        residual = x                 # [N, C, H, W]
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.bn2(out)
        out += residual
        out = self.relu(out)
        return out


class DownsampleBlock(nn.Module):

    def __init__(self, in_channels, out_channels, stride):
        super(DownsampleBlock, self).__init__()
        self.conv1 = conv3x3(in_channels, out_channels, stride)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(out_channels, out_channels)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(out_channels)
        )
        self.stride = stride

    def forward(self, x):
        residual = self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += residual
        out = self.relu(out)
        return out


def basic_block(in_channels, channels, stride=1):
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super(Bottleneck, self).__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, stride=stride,
                               padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, self.expansion * channels, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * channels)

        downsample = None
        if stride != 1 or in_channels != self.expansion * channels:
            downsample = nn.Sequential(
                nn.Conv2d(in_channels, self.expansion * channels,
                          kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(self.expansion * channels)
            )
        self.downsample = downsample

    def forward(self, x):
        identity = x

        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))

        if self.downsample is not None:
            identity = self.downsample(x)

        out += identity
        return F.relu(out)


class PreActivationBlock(nn.Module):
    '''Pre-activation version of the BasicBlock.'''
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super(PreActivationBlock, self).__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, stride=1, padding=1, bias=False)

        if stride != 1 or in_channels != self.expansion * channels:
            self.downsample = nn.Conv2d(in_channels, self.expansion * channels, kernel_size=1, stride=stride, bias=False)

    def forward(self, x):
        out = F.relu(self.bn1(x))
        shortcut = self.downsample(out) if hasattr(self, 'downsample') else x
        out = self.conv1(out)
        out = self.conv2(F.relu(self.bn2(out)))
        out += shortcut
        return out


def zero_init_residual_(model):
    # Zero-initialize the last BN in each residual branch
    for name, m in model.named_modules():
        kind = m.__class__.__name__
        if kind in ('ResidualBlock', 'DownsampleBlock'):
            nn.init.constant_(m.bn2.weight, 0)
        elif kind == 'Bottleneck':
            nn.init.constant_(m.bn3.weight, 0)
        elif kind == 'PreActivationBlock':
            nn.init.constant_(m.conv2.weight, 0)
    return model


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError('num_blocks should be positive')
    strides = [stride] + [1]*(num_blocks-1)
    layers = []
    for stride in strides:
        layers.append(block(in_channels, channels, stride))
        in_channels = channels * block.expansion
    return nn.Sequential(*layers)


class ResNet(nn.Module):

    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super(ResNet, self).__init__()
        if len(layers) == 0:
            raise ValueError('layers should not be empty')
        self.in_planes = width
        self.num_layers = len(layers)
        self.conv1 = nn.Conv2d(in_channels, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        for i, num_blocks in enumerate(layers):
            stride = 1 if i == 0 else 2
            setattr(self, 'layer' + str(i + 1), self._make_layer(block, width * 2**i, num_blocks, stride))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(self.in_planes, num_classes)

        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)

    def _make_layer(self, block, planes, num_blocks, stride):
        layer = make_stage(block, self.in_planes, planes, num_blocks, stride)
        self.in_planes = planes * block.expansion
        return layer

    def forward(self, x):
        # See note [TorchScript super()]
        x = self.conv1(x)
        x = self.bn1(x)
        x = self.relu(x)
        x = self.maxpool(x)

        for i in range(1, self.num_layers + 1):
            x = getattr(self, 'layer%d' % i)(x)

        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        x = self.fc(x)
        return x


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super(MnistResNet, self).__init__()
        if type(image_size) is int:
            image_size = (image_size, image_size)
        if image_size[0] < 16 or image_size[1] < 16:
            raise ValueError('image_size too small')
        self.conv1 = nn.Conv2d(in_channels, 16, kernel_size=5)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5)
        self.mp = nn.MaxPool2d(2)

        self.block1 = ResidualBlock(16)
        self.block2 = ResidualBlock(32)

        h = ((image_size[0] - 4) // 2 - 4) // 2     # 28 -> 24 -> 12 -> 8 -> 4
        w = ((image_size[1] - 4) // 2 - 4) // 2
        self.fc = nn.Linear(32 * h * w, num_classes)

    def forward(self, x):
        in_size = x.size(0)
        x = self.mp(F.relu(self.conv1(x)))
        x = self.block1(x)
        x = self.mp(F.relu(self.conv2(x)))
        x = self.block2(x)

        x = x.view(in_size, -1)  # flatten
        x = self.fc(x)
        return x


def gradient_norms(model, x, y):
    # the model may have batch norm, so keep everything that a forward pass could change
    buffers = [b.data.clone() for b in model.buffers()]
    grads = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    old = [p.grad for p in model.parameters()]

    criterion = nn.CrossEntropyLoss()
    with torch.set_grad_enabled(True):
        for p in model.parameters():
            p.grad = None
        loss = criterion(model(x), y)
        if loss.requires_grad:
            loss.backward()

    result = {}
    for name, param in model.named_parameters():
        if param.requires_grad:
            result[name] = param.grad.norm(2).item() if param.grad is not None else 0.0

    for p, g, o in zip(model.parameters(), grads, old):
        p.grad = o
        if g is not None:
            p.grad.data.copy_(g)
    for b, saved in zip(model.buffers(), buffers):
        b.data.copy_(saved)
    return result


Comparison = namedtuple('Comparison', ['plain_norms', 'residual_norms', 'plain_losses', 'residual_losses'])


class DeepNet(nn.Module):
    def __init__(self, weights, residual):
        super(DeepNet, self).__init__()
        self.weights = nn.ParameterList([nn.Parameter(w.clone()) for w in weights])
        self.residual = residual

    def forward(self, x):
        for w in self.weights:
            out = F.linear(F.relu(x), w)
            if self.residual:
                out = out + x
            x = out
        return x


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError('depth must be >= 1')
    D = x.size(1)
    weights = gain * torch.randn(depth, D, D, generator=generator, dtype=x.dtype) / np.sqrt(D)
    weights = weights.to(x.device)

    nets = {'plain': DeepNet(weights, residual=False), 'residual': DeepNet(weights, residual=True)}
    all_norms, all_losses = {}, {}
    criterion = nn.CrossEntropyLoss()
    for key, net in nets.items():
        optimizer = optim.SGD(net.parameters(), lr=lr)
        all_losses[key] = []
        for t in range(steps):
            optimizer.zero_grad()
            loss = criterion(net(x), y)
            loss.backward()
            if t == 0:
                all_norms[key] = [np.linalg.norm(p.grad.cpu().numpy()).item() for p in net.parameters()]
            optimizer.step()
            all_losses[key].append(loss.item())
        print('%s: loss %.3f' % (key, loss.item()))
    return Comparison(all_norms['plain'], all_norms['residual'], all_losses['plain'], all_losses['residual'])


def freeze_backbone(model, head='fc'):
    if head == '' or head not in dict(model.named_modules()):
        raise ValueError('unknown head: %s' % head)

    for name, param in model.named_parameters():
        param.requires_grad = name.startswith(head + '.')

    # BN statistics have to stay, whatever model.train() says later
    def set_bn_eval(m, inputs):
        m.eval()

    for name, m in model.named_modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            if name != head and not name.startswith(head + '.'):
                m.eval()
                m.register_forward_pre_hook(set_bn_eval)

    params = [p for p in model.get_submodule(head).parameters()]
    print('trainable parameters: %d' % sum(p.numel() for p in params))
    return params


TrainingRun = namedtuple('TrainingRun', 'model losses')


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    since = time.time()
    device = x.device
    net = MnistResNet(x.size(1), 10, (x.size(2), x.size(3)))
    net = net.to(device)
    if x.dtype == torch.float64:
        net = net.double()
    else:
        net = net.float()

    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(net.parameters(), lr=lr)

    losses = []
    best = float('inf')
    for epoch in range(epochs):
        net.train()
        train_loss = 0
        correct = 0
        total = 0
        for batch_idx, idx in enumerate(torch.randperm(x.size(0), generator=generator).split(batch_size)):
            inputs, targets = x[idx].to(device), y[idx].to(device)
            optimizer.zero_grad()
            outputs = net(inputs)
            loss = criterion(outputs, targets.long())
            loss.backward()
            optimizer.step()

            train_loss += loss.item() * targets.size(0)
            _, predicted = outputs.max(1)
            total += targets.size(0)
            correct += predicted.eq(targets).sum().item()

            if batch_idx % 20 == 0:
                print('Epoch: %d | Loss: %.3f | Acc: %.3f%% (%d/%d)'
                      % (epoch, train_loss/total, 100.*correct/total, correct, total))
        losses.append(train_loss / total)
        if losses[-1] < best:
            best = losses[-1]
            best_state = copy.deepcopy(net.state_dict())    # not needed here

    print('Training complete in {:.0f}s'.format(time.time() - since))
    net.eval()
    return TrainingRun(net, losses)


if __name__ == '__main__':
    net = ResNet(basic_block, [2, 2, 2, 2])
    print(net(torch.randn(1, 3, 64, 64)).size())
