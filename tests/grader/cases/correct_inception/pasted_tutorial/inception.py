from __future__ import print_function

from collections import namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset


def pointwise_conv(x, weight, bias=None):
    # Make the fully-connected layer act on every pixel
    if x.dim() != 4:
        raise ValueError('x must be (N, C, H, W)')
    if weight.dim() != 4 or weight.size(1) != x.size(1) or weight.size(2) != 1 or weight.size(3) != 1:
        raise ValueError('weight must be (F, C, 1, 1)')
    if bias is not None and (bias.dim() != 1 or bias.size(0) != weight.size(0)):
        raise ValueError('bias must be (F,)')
    n, c_i, h, w = x.shape
    c_o = weight.shape[0]
    X = x.reshape((n, c_i, h * w))
    K = weight.reshape((c_o, c_i))
    Y = torch.matmul(K, X)  # broadcasts over the batch
    if bias is not None:
        Y = Y + bias.unsqueeze(1)
    return Y.reshape((n, c_o, h, w))


def multiplications(layer_spec):
    in_ch, h, w = layer_spec[0]
    total = 0
    for (out_ch, k, s, p) in layer_spec[1:]:
        if k > h + 2*p or k > w + 2*p:
            raise ValueError('layer_spec: kernel size %d is too big' % k)
        h = int((h + 2*p - k) // s + 1)
        w = int((w + 2*p - k) // s + 1)
        total += out_ch * h * w * in_ch * k * k
        in_ch = out_ch
    return total


def concat_branches(branches):
    if len(branches) == 0:
        raise ValueError('branches is empty')
    for b in branches:
        if b.dim() != 4:
            raise ValueError('branches must be 4-dimensional')
        if b.size(0) != branches[0].size(0) or b.shape[-2:] != branches[0].shape[-2:]:
            raise ValueError('branches must have the same N, H, W')
    return torch.cat(tuple(branches), 1)


class InceptionA(nn.Module):

    def __init__(self, in_channels):
        super(InceptionA, self).__init__()
        self.branch1x1 = nn.Conv2d(in_channels, 16, kernel_size=1)

        self.branch5x5_1 = nn.Conv2d(in_channels, 16, kernel_size=1)
        self.branch5x5_2 = nn.Conv2d(16, 24, kernel_size=5, padding=2)

        self.branch3x3_1 = nn.Conv2d(in_channels, 16, kernel_size=1)
        self.branch3x3_2 = nn.Conv2d(16, 24, kernel_size=3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, kernel_size=3, padding=1)

        self.branch_pool = nn.Conv2d(in_channels, 24, kernel_size=1)
        self.out_channels = 88

    def forward(self, x):
        branch1x1 = self.branch1x1(x)

        branch5x5 = self.branch5x5_1(x)
        branch5x5 = self.branch5x5_2(branch5x5)

        branch3x3 = self.branch3x3_1(x)
        branch3x3 = self.branch3x3_2(branch3x3)
        branch3x3 = self.branch3x3_3(branch3x3)

        branch_pool = F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)
        branch_pool = self.branch_pool(branch_pool)

        outputs = [branch1x1, branch5x5, branch3x3, branch_pool]
        return torch.cat(outputs, 1)


class InceptionNet(nn.Module):

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super(InceptionNet, self).__init__()
        if type(image_size) == int:
            image_size = (image_size, image_size)
        if image_size[0] < 16 or image_size[1] < 16:
            raise ValueError('image_size must be >= 16')
        self.conv1 = nn.Conv2d(in_channels, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(88, 20, kernel_size=5)

        self.inception1 = InceptionA(in_channels=10)
        self.inception2 = InceptionA(in_channels=20)

        self.mp = nn.MaxPool2d(2)
        # run a dummy image through the layers to know the size of fc
        with torch.no_grad():
            n_size = self._features(torch.rand(1, in_channels, *image_size)).view(-1).size(0)
        self.fc = nn.Linear(n_size, num_classes)

    def _features(self, x):
        x = F.relu(self.mp(self.conv1(x)))
        x = self.inception1(x)
        x = F.relu(self.mp(self.conv2(x)))
        x = self.inception2(x)
        return x

    def forward(self, x):
        in_size = x.size(0)
        x = self._features(x)
        x = x.view(in_size, -1)  # flatten the tensor
        x = self.fc(x)
        return x


class ConvBlock(nn.Module):

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super(ConvBlock, self).__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=kernel_size,
                              stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels, eps=1e-5, momentum=0.1)
        self.relu = nn.ReLU(True)

    def forward(self, x):
        x = self.conv(x)
        x = self.bn(x)
        x = self.relu(x)
        return x


class Inception(nn.Module):
    # `c1`--`c4` are the number of output channels for each path
    def __init__(self, in_channels, c1, c2, c3, c4, **kwargs):
        super(Inception, self).__init__(**kwargs)
        # Path 1 is a single 1 x 1 convolutional layer
        self.branch1 = ConvBlock(in_channels, c1, kernel_size=1)
        # Path 2 is a 1 x 1 convolutional layer followed by a 3 x 3
        self.branch2_reduce = ConvBlock(in_channels, c2[0], kernel_size=1)
        self.branch2 = ConvBlock(c2[0], c2[1], kernel_size=3, padding=1)
        # Path 3 is a 1 x 1 convolutional layer followed by a 5 x 5
        self.branch3_reduce = ConvBlock(in_channels, c3[0], kernel_size=1)
        self.branch3 = ConvBlock(c3[0], c3[1], kernel_size=5, padding=2)
        # Path 4 is a 3 x 3 maximum pooling layer followed by a 1 x 1
        self.p4_1 = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.branch4 = ConvBlock(in_channels, c4, kernel_size=1)
        self.out_channels = int(np.sum([c1, c2[1], c3[1], c4]))

    def forward(self, x):
        p1 = self.branch1(x)
        p2 = self.branch2(self.branch2_reduce(x))
        p3 = self.branch3(self.branch3_reduce(x))
        p4 = self.branch4(self.p4_1(x))
        # Concatenate the outputs on the channel dimension
        return torch.cat((p1, p2, p3, p4), dim=1)


class AuxiliaryHead(nn.Module):

    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super(AuxiliaryHead, self).__init__()
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        self.reduce = ConvBlock(in_channels, channels, kernel_size=1)
        self.fc1 = nn.Linear(channels * 2 * 2, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, x):
        # aux: N x C x H x W -> N x C x 2 x 2
        x = self.pool(x)
        # N x channels x 2 x 2
        x = self.reduce(x)
        x = torch.flatten(x, 1)
        # N x 4*channels
        x = self.relu(self.fc1(x))
        x = self.dropout(x)
        # N x hidden
        x = self.fc2(x)
        # N x num_classes
        return x


GoogLeNetOutput = namedtuple('GoogLeNetOutput', ['main', 'auxiliary1', 'auxiliary2'])


class GoogLeNet(nn.Module):
    __constants__ = ['transform_input']

    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super(GoogLeNet, self).__init__()
        self.aux_logits = True
        self.stem = ConvBlock(in_channels, 8, kernel_size=3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)

        self.auxiliary1 = AuxiliaryHead(16, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(24, num_classes, dropout=dropout)

        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(32, num_classes)

        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                pass    # torch's own initialisation is good enough

    def forward(self, x):
        x = self.stem(x)
        x = self.inception1(x)
        aux_defined = self.training and self.aux_logits
        if aux_defined:
            aux1 = self.auxiliary1(x)
        x = self.maxpool1(x)
        x = self.inception2(x)
        if aux_defined:
            aux2 = self.auxiliary2(x)
        x = self.maxpool2(x)
        x = self.inception3(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        x = self.dropout(x)
        x = self.fc(x)
        if aux_defined:
            return GoogLeNetOutput(x, aux1, aux2)
        return x


def auxiliary_loss(outputs, labels, weight=0.3):
    criterion = nn.CrossEntropyLoss()
    if not isinstance(outputs, (tuple, list)):
        return criterion(outputs, labels)
    loss = criterion(outputs[0], labels)
    for aux in outputs[1:]:
        loss += weight * criterion(aux, labels)
    return loss


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    train_loader = DataLoader(dataset=TensorDataset(x, y),
                              batch_size=batch_size,
                              shuffle=True,
                              num_workers=0,
                              generator=generator)
    model.to(device)
    optimizer = optim.Adam(model.parameters(), lr=lr)
    epoch_losses = []
    for epoch in range(1, epochs + 1):
        model.train()
        train_loss = []
        sizes = []
        for batch_idx, (data, target) in enumerate(train_loader):
            data, target = data.to(device), target.to(device)
            optimizer.zero_grad()
            output = model(data)
            loss = auxiliary_loss(output, target)
            loss.backward()
            optimizer.step()
            train_loss.append(loss.item())
            sizes.append(len(data))
            if batch_idx % 10 == 0:
                print('Train Epoch: {} [{}/{} ({:.0f}%)]\tLoss: {:.6f}'.format(
                    epoch, batch_idx * len(data), len(train_loader.dataset),
                    100. * batch_idx / len(train_loader), loss.item()))
        epoch_losses.append(float(np.average(train_loss, weights=sizes)))
    return epoch_losses


if __name__ == '__main__':
    net = GoogLeNet()
    print(net)
    print(net(torch.randn(2, 1, 28, 28))[0].shape)
