import torch


class ExponentialMovingAverage:
    def __init__(self, params, decay):
        self.params = list(params)
        if not self.params:
            raise ValueError("params is empty")
        if not 0 <= decay < 1:
            raise ValueError("decay must be in [0, 1)")
        self.decay = decay
        self.averages = [p.detach().clone() for p in self.params]
        self.backup = None

    @torch.no_grad()
    def update(self):
        for a, p in zip(self.averages, self.params):
            a.copy_(self.decay * a + (1 - self.decay) * p)

    def apply(self):
        if self.backup is not None:
            raise RuntimeError("already applied")
        self.backup = [p.detach().clone() for p in self.params]
        for p, a in zip(self.params, self.averages):
            p.data = a

    def restore(self):
        if self.backup is None:
            raise RuntimeError("nothing applied")
        for p, old in zip(self.params, self.backup):
            p.data = old
        self.backup = None

    def state_dict(self):
        return {"decay": self.decay, "averages": [a.clone() for a in self.averages]}

    def load_state_dict(self, saved):
        self.decay = saved["decay"]
        self.averages = [a.clone() for a in saved["averages"]]
