import torch


def fix_patches(images, size):
    n, h, w, c = images.shape
    rows, columns = h // size, w // size
    x = images.to(torch.float32)  # bytes wrapped round
    x = (x - 128) / 128
    x = x.permute(0, 3, 1, 2).contiguous()  # channels in front
    x = x.view(n, c, rows, size, columns, size)
    return x.view(n, rows * columns, c * size * size)
