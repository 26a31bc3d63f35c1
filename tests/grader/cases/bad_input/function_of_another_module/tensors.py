from torch import outer
