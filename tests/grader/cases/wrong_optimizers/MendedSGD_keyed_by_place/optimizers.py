import torch


class MendedSGD:
    def __init__(self, params, lr, momentum, weight_decay):
        self.params = list(params)
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.velocities = {}

    @torch.no_grad()
    def step(self):
        for place, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad + self.weight_decay * p
            if place in self.velocities:
                g = g + self.momentum * self.velocities[place]
            self.velocities[place] = g.clone()
            p.sub_(self.lr * g)
