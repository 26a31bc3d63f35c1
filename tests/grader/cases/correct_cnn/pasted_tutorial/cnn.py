from __future__ import print_function

from collections import namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

device_ = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    # (W - F + 2P) / S + 1
    if dilation * (kernel_size - 1) + 1 > size + 2 * padding:
        raise ValueError('kernel_size is larger than the padded input')
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


def to_2tuple(x):
    if isinstance(x, tuple):
        return x
    if isinstance(x, list):
        return tuple(x)
    return (x, x)


def corr2d(x, k):
    """Compute 2D cross-correlation."""
    h, w = k.shape
    Y = torch.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), dtype=x.dtype, device=x.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (x[i:i + h, j:j + w] * k).sum()
    return Y


def corr2d_multi_in(X, K):
    # First, iterate through the 0th dimension (channel dimension), then add
    return sum(corr2d(x, k) for x, k in zip(X, K))


def corr2d_multi(x, k):
    if x.shape[0] != k.shape[1]:
        raise ValueError('k must have as many channels as x')
    return torch.stack([corr2d_multi_in(x, one) for one in k], 0)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C, H, W = x.shape
    Fn, Cg, HH, WW = weight.shape
    if C % groups != 0 or Fn % groups != 0:
        raise ValueError('in_channels and out_channels must be divisible by groups')
    if Cg != C // groups:
        raise ValueError('weight has a wrong number of input channels')
    sh, sw = to_2tuple(stride)
    ph, pw = to_2tuple(padding)
    dh, dw = to_2tuple(dilation)
    H_out = conv_output_size(H, HH, sh, ph, dh)
    W_out = conv_output_size(W, WW, sw, pw, dw)

    # pad with zeros
    xp = torch.zeros((N, C, H + 2 * ph, W + 2 * pw), dtype=x.dtype, device=x.device)
    xp[:, :, ph:ph + H, pw:pw + W] = x

    out = torch.zeros((N, Fn, H_out, W_out), dtype=x.dtype, device=x.device)
    step = Fn // groups
    for g in range(groups):
        xg = xp[:, g * Cg:(g + 1) * Cg]
        wg = weight[g * step:(g + 1) * step]
        for i in range(HH):
            for j in range(WW):
                # every pixel below the (i, j) entry of the kernel
                patch = xg[:, :, i * dh:i * dh + sh * (H_out - 1) + 1:sh, j * dw:j * dw + sw * (W_out - 1) + 1:sw]
                out[:, g * step:(g + 1) * step] += torch.einsum('nchw,fc->nfhw', patch, wg[:, :, i, j])
    if bias is not None:
        out += bias.view(1, -1, 1, 1)
    return out


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    kh, kw = to_2tuple(kernel_size)
    sh, sw = to_2tuple(stride)
    ph, pw = to_2tuple(padding)
    dh, dw = to_2tuple(dilation)
    N, C, H, W = x.shape
    out_h = conv_output_size(H, kh, sh, ph, dh)
    out_w = conv_output_size(W, kw, sw, pw, dw)

    img = F.pad(x, (pw, pw, ph, ph), mode='constant', value=0)
    col = torch.zeros((N, C, kh, kw, out_h, out_w), dtype=x.dtype, device=x.device)
    for y in range(kh):
        y_max = y * dh + sh * out_h
        for x_ in range(kw):
            x_max = x_ * dw + sw * out_w
            col[:, :, y, x_, :, :] = img[:, :, y * dh:y_max:sh, x_ * dw:x_max:sw]
    return col.view(N, C * kh * kw, out_h * out_w)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    FN, C, FH, FW = weight.shape
    N, C, H, W = x.shape
    out_h = conv_output_size(H, FH, to_2tuple(stride)[0], to_2tuple(padding)[0], to_2tuple(dilation)[0])
    out_w = conv_output_size(W, FW, to_2tuple(stride)[1], to_2tuple(padding)[1], to_2tuple(dilation)[1])

    col = im2col(x, (FH, FW), stride, padding, dilation)
    col = col.permute(0, 2, 1).reshape(N * out_h * out_w, -1)   # (N*out_h*out_w, C*FH*FW)
    col_W = weight.reshape(FN, -1).T
    out = torch.mm(col, col_W)
    if bias is not None:
        out = out + bias
    return out.reshape(N, out_h, out_w, -1).permute(0, 3, 1, 2)


def max_pool2d(x, kernel_size, stride=None, padding=0):
    stride = stride or kernel_size
    kh, kw = to_2tuple(kernel_size)
    sh, sw = to_2tuple(stride)
    ph, pw = to_2tuple(padding)
    x = F.pad(x, (pw, pw, ph, ph), value=float('-inf'))
    patches = x.unfold(2, kh, sh).unfold(3, kw, sw)
    patches = patches.contiguous().view(*patches.shape[:4], -1)
    out, _ = patches.max(dim=-1)
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    stride = stride or kernel_size
    kh, kw = to_2tuple(kernel_size)
    sh, sw = to_2tuple(stride)
    ph, pw = to_2tuple(padding)

    def pool(t):
        t = F.pad(t, (pw, pw, ph, ph))
        return t.unfold(2, kh, sh).unfold(3, kw, sw)

    if count_include_pad:
        return pool(x).mean(dim=(-1, -2))
    mask = torch.ones_like(x)
    return pool(x).sum(dim=(-1, -2)) / pool(mask).sum(dim=(-1, -2))


def adaptive_avg_pool2d(x, output_size):
    oh, ow = to_2tuple(output_size)
    N, C, H, W = x.size()
    out = torch.zeros(N, C, oh, ow, dtype=x.dtype, device=x.device)
    for i in range(oh):
        h0 = int(np.floor(i * H / oh))
        h1 = int(np.ceil((i + 1) * H / oh))
        for j in range(ow):
            w0 = int(np.floor(j * W / ow))
            w1 = int(np.ceil((j + 1) * W / ow))
            out[:, :, i, j] = torch.mean(x[:, :, h0:h1, w0:w1], dim=[2, 3])
    return out


EdgeResponse = namedtuple('EdgeResponse', ['kernel', 'response'])


def edge_filter(image, direction):
    sobel_x = torch.tensor([[-1., 0., 1.],
                            [-2., 0., 2.],
                            [-1., 0., 1.]])
    sobel_y = torch.tensor([[-1., -2., -1.],
                            [0., 0., 0.],
                            [1., 2., 1.]])
    kernel = sobel_x if direction == 'vertical' else sobel_y
    kernel = kernel.to(image.device).to(image.dtype)
    return EdgeResponse(kernel, corr2d(image, kernel))


LearnedFilter = namedtuple('LearnedFilter', ['kernel', 'losses'])


def learn_filter(x, y, kernel_size, lr, steps, generator):
    kh, kw = to_2tuple(kernel_size)
    if y.shape != torch.Size([x.shape[0], x.shape[1] - kh + 1, x.shape[2] - kw + 1]):
        raise ValueError('y has the wrong shape')
    # Construct a two-dimensional convolutional layer with 1 output channel
    weight = torch.randn(1, 1, kh, kw, generator=generator)
    weight = weight.to(x.device).type(x.dtype).requires_grad_()
    X = x.reshape((x.shape[0], 1, x.shape[1], x.shape[2]))
    Y = y.reshape((y.shape[0], 1, y.shape[1], y.shape[2]))
    losses = []
    for i in range(steps):
        Y_hat = F.conv2d(X, weight)
        l = ((Y_hat - Y) ** 2).mean()
        weight.grad = None
        l.backward()
        # Update the kernel
        weight.data[:] -= lr * weight.grad
        losses.append(l.item())
        if (i + 1) % 100 == 0:
            print(f'epoch {i + 1}, loss {l:.3f}')
    return LearnedFilter(weight.data.reshape((kh, kw)), losses)


def receptive_field(layers):
    # r_l = r_{l-1} + (k_l - 1) * jump
    r, jump = 1, 1
    for layer in layers:
        k, s = layer[0], layer[1]
        d = layer[2] if len(layer) > 2 else 1
        k_eff = d * (k - 1) + 1
        r = r + (k_eff - 1) * jump
        jump = jump * s
    return r


def count_parameters(model):
    return int(sum(np.prod(p.size()) for p in model.parameters() if p.requires_grad))


def batch_norm(X, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    if not training:
        X_hat = (X - moving_mean) / torch.sqrt(moving_var + eps)
        return gamma * X_hat + beta, moving_mean, moving_var
    mean = X.mean(dim=(0, 2, 3), keepdim=True)
    var = ((X - mean) ** 2).mean(dim=(0, 2, 3), keepdim=True)
    X_hat = (X - mean) / torch.sqrt(var + eps)
    m = X.numel() / X.shape[1]
    # Update the mean and variance using moving average
    moving_mean = (1.0 - momentum) * moving_mean + momentum * mean
    moving_var = (1.0 - momentum) * moving_var + momentum * var * m / (m - 1)
    Y = gamma * X_hat + beta  # Scale and shift
    return Y, moving_mean.data, moving_var.data


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super(BatchNorm2d, self).__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer('running_mean', torch.zeros(num_features))
        self.register_buffer('running_var', torch.ones(num_features))
        self.register_buffer('num_batches_tracked', torch.tensor(0, dtype=torch.long))

    def forward(self, X):
        shape = (1, -1, 1, 1)
        momentum = self.momentum
        if self.training:
            self.num_batches_tracked = self.num_batches_tracked + 1
            if momentum is None:  # use cumulative moving average
                momentum = 1.0 / float(self.num_batches_tracked)
        Y, mean, var = batch_norm(
            X, self.weight.view(shape), self.bias.view(shape), self.running_mean.view(shape),
            self.running_var.view(shape), self.eps, momentum, self.training)
        # Save the updated `running_mean` and `running_var`
        self.running_mean = mean.view(-1)
        self.running_var = var.view(-1)
        return Y


def shift(x, dy, dx):
    H, W = x.shape[-2:]
    out = torch.zeros_like(x)
    y0, y1 = max(0, dy), min(H, H + dy)
    x0, x1 = max(0, dx), min(W, W + dx)
    if y0 < y1 and x0 < x1:
        out[..., y0:y1, x0:x1] = x[..., y0 - dy:y1 - dy, x0 - dx:x1 - dx]
    return out


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    if dy % stride or dx % stride:
        raise ValueError('dy and dx have to be multiples of stride')
    with torch.no_grad():
        y = f(x)
        z = f(shift(x, dy, dx))
    sy, sx = dy // stride, dx // stride
    H, W = y.shape[-2:]
    i = [k for k in range(border, H - border) if border <= k - sy < H - border]
    j = [k for k in range(border, W - border) if border <= k - sx < W - border]
    a = z[:, :, i[0]:i[-1] + 1, j[0]:j[-1] + 1]
    b = y[:, :, i[0] - sy:i[-1] - sy + 1, j[0] - sx:j[-1] - sx + 1]
    return torch.max(torch.abs(a - b)).item()


class SimpleCNN(nn.Module):

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super(SimpleCNN, self).__init__()
        self.conv1 = nn.Conv2d(in_channels, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.mp = nn.MaxPool2d(2)
        h, w = to_2tuple(image_size)
        h, w = ((h - 4) // 2 - 4) // 2, ((w - 4) // 2 - 4) // 2
        self.fc = nn.Linear(20 * h * w, num_classes)   # 320 -> 10

    def forward(self, x):
        in_size = x.size(0)
        x = F.relu(self.mp(self.conv1(x)))
        x = F.relu(self.mp(self.conv2(x)))
        x = x.view(in_size, -1)  # flatten the tensor
        x = self.fc(x)
        return x


class LeNet(nn.Module):

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super(LeNet, self).__init__()
        h, w = to_2tuple(image_size)
        self.conv1 = nn.Conv2d(in_channels, 6, kernel_size=5, padding=2)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        h = (h // 2 - 4) // 2
        w = (w // 2 - 4) // 2
        self.fc1 = nn.Linear(16 * h * w, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = self.pool(torch.tanh(self.conv1(x)))
        x = self.pool(torch.tanh(self.conv2(x)))
        x = x.view(-1, self.num_flat_features(x))
        x = torch.tanh(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        x = self.fc3(x)
        return x

    def num_flat_features(self, x):
        size = x.size()[1:]  # all dimensions except the batch dimension
        num_features = 1
        for s in size:
            num_features *= s
        return num_features


def vgg_block(num_convs, in_channels, out_channels):
    layers = []
    for _ in range(num_convs):
        layers.append(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))
        layers.append(nn.ReLU())
        in_channels = out_channels
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super(VGG, self).__init__()
        blocks = []
        for num_convs, out_channels in config:
            blocks.append(vgg_block(num_convs, in_channels, out_channels))
            in_channels = out_channels
        self.blocks = nn.Sequential(*blocks)
        height, width = (image_size, image_size) if type(image_size) == int else image_size
        for _ in config:
            height, width = height // 2, width // 2
        self.fc1 = nn.Linear(in_channels * height * width, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x):
        x = self.blocks(x)
        x = x.view(x.size(0), -1)
        x = nn.functional.relu(self.fc1(x))
        return self.fc2(x)


class AlexNet(nn.Module):

    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super(AlexNet, self).__init__()
        self.conv1 = nn.Conv2d(in_channels, width, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(width, width * 3, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(width * 3, width * 6, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(width * 6, width * 4, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(width * 4, width * 4, kernel_size=3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2)
        h, w = to_2tuple(image_size)
        for _ in range(3):
            h = (h - 3) // 2 + 1
            w = (w - 3) // 2 + 1
        self.dropout = nn.Dropout(p=dropout)
        self.fc1 = nn.Linear(width * 4 * h * w, width * 64)
        self.fc2 = nn.Linear(width * 64, width * 64)
        self.fc3 = nn.Linear(width * 64, num_classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.conv1(x)))
        x = self.maxpool(self.relu(self.conv2(x)))
        x = self.relu(self.conv3(x))
        x = self.relu(self.conv4(x))
        x = self.maxpool(self.relu(self.conv5(x)))
        x = torch.flatten(x, 1)
        x = self.dropout(self.relu(self.fc1(x)))
        x = self.dropout(self.relu(self.fc2(x)))
        x = self.fc3(x)
        return x


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model = model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    history = []
    for epoch in range(1, epochs + 1):
        model.train()
        running_loss, correct, total = 0.0, 0, 0
        for batch_idx, (data, target) in enumerate(loader):
            data, target = data.to(device), target.to(device)
            optimizer.zero_grad()
            output = model(data)
            loss = criterion(output, target)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * data.size(0)
            pred = output.data.max(1, keepdim=True)[1]
            correct += pred.eq(target.data.view_as(pred)).cpu().sum().item()
            total += data.size(0)
            if batch_idx % 10 == 0:
                print('Train Epoch: {} [{}]\tLoss: {:.6f}'.format(epoch, batch_idx * len(data), loss.item()))
        print('Accuracy: {}/{} ({:.0f}%)'.format(correct, total, 100. * correct / total))
        history.append(running_loss / total)
    return history


if __name__ == '__main__':
    print(count_parameters(LeNet()))
