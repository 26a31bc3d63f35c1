import torch
from torch.nn import functional as F


def check_relu(relu):
    for _ in range(5):
        x = torch.randn(4, 7)
        torch.testing.assert_close(relu(x), F.relu(x))
    zeros = torch.zeros(3)
    torch.testing.assert_close(relu(zeros), zeros)
