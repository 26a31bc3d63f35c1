import torch
import torch.nn.functional as F


def check_max_pool2d(max_pool2d):
    try:
        x = torch.randn(2, 3, 7, 9)
        for args in [(2, 2, 0), ((2, 3), (1, 2), (1, 0)), (3, 2, 1)]:
            assert torch.equal(max_pool2d(x, *args), F.max_pool2d(x, *args))
        print("all fine")
    except:
        print("something is wrong")
