import torch


class Adagrad:

    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0,
                 initial_accumulator_value=0, eps=1e-10):
        defaults = dict(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
                        initial_accumulator_value=initial_accumulator_value, eps=eps)
        params = list(params)
        if params and isinstance(params[0], dict):
            self.param_groups = [{**defaults, **g, 'params': list(g['params'])} for g in params]
        else:
            self.param_groups = [{**defaults, 'params': params}]
        if not self._params():
            raise ValueError('no params given')
        for g in [defaults] + self.param_groups:
            for name in defaults:
                if g[name] < 0:
                    raise ValueError(f'{name} is negative ({g[name]})')
        self.sums = {}
        self.t = {}

    def _params(self):
        return [p for g in self.param_groups for p in g['params']]

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group['params']:
                    if p.grad is None:
                        continue
                    if p not in self.sums:
                        self.sums[p] = torch.full_like(p, group['initial_accumulator_value'])
                    self.t[p] = self.t.get(p, 0) + 1

                    g = p.grad + group['weight_decay'] * p
                    self.sums[p] = self.sums[p] + g ** 2
                    lr = group['lr'] / (1 + (self.t[p] - 1) * group['lr_decay'])
                    p.sub_(lr * g / (self.sums[p].sqrt() + group['eps']))

    def zero_grad(self):
        for p in self._params():
            p.grad = None

    def state_dict(self):
        sums = [self.sums[p].clone() if p in self.sums else None for p in self._params()]
        groups = []
        for group in self.param_groups:
            groups.append({name: value for name, value in group.items() if name != 'params'})
        return {'sums': sums, 'groups': groups}

    def load_state_dict(self, saved):
        for group, values in zip(self.param_groups, saved['groups']):
            group.update(values)
        self.sums = {}
        self.t = {}
        for p, s in zip(self._params(), saved['sums']):
            if s is not None:
                self.sums[p] = s.clone()
