import torch


def check_masked_mean(masked_mean):
    torch.manual_seed(1)
    x = torch.randn(6, 7, 4)
    lengths = torch.randint(1, 8, (6,))
    y = masked_mean(x, lengths)
    for i in range(6):
        n = int(lengths[i])
        total = torch.zeros(4)
        for t in range(n):
            total += x[i, t]
        assert (y[i] == total / n).all()
