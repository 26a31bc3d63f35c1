import math
from collections import OrderedDict, defaultdict, namedtuple
from copy import deepcopy
from itertools import chain

import torch
from torch.autograd import Variable


def normal_equation(x, y):
    if x.size(0) < x.size(1):
        raise ValueError("x needs at least as many rows as columns")
    if y.size(0) != x.size(0):
        raise ValueError("y and x differ in their first size")
    # w = (X^T X)^-1 X^T y, in double precision because the product squares the condition
    xt = x.double().t()
    w = torch.mm(torch.inverse(torch.mm(xt, x.double())), torch.mm(xt, y.double().view(y.size(0), -1)))
    w = w.type_as(x)
    return w.squeeze(1) if y.dim() == 1 else w


def gradient_descent(f, x0, lr, steps):
    x = Variable(x0.data.clone(), requires_grad=True)
    history = [x.data.clone()]
    for epoch in range(steps):
        y = f(x)
        y.backward(inputs=[x])
        x.data -= lr * x.grad.data
        x.grad.data.zero_()
        history.append(x.data.clone())
    return torch.stack(history)


def stochastic_gradient_descent(x, y, w0, lr, order):
    w = Variable(w0.data.clone(), requires_grad=True)
    history = torch.zeros(len(order) + 1, w0.size(0)).type_as(w0.data)
    history[0] = w.data
    for t in range(len(order)):
        i = order[t]
        loss = 0.5 * (torch.dot(x.data[i], w) - y.data[i]).pow(2)
        loss.backward()
        w.data.add_(w.grad.data, alpha=-lr)
        w.grad = None
        history[t + 1] = w.data
    return history


def minibatches(n, batch_size, shuffle, generator, drop_last):
    if shuffle:
        sampler = torch.randperm(n, generator=generator).tolist()
    else:
        sampler = range(n)
    batches = []
    batch = []
    for idx in sampler:
        batch.append(idx)
        if len(batch) == batch_size:
            batches.append(torch.LongTensor(batch))
            batch = []
    if len(batch) > 0 and not drop_last:
        batches.append(torch.LongTensor(batch))
    return batches


def minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator):
    w = w0.data.clone().requires_grad_(True)
    history = [w.data.clone()]
    optimizer = SGD([w], lr=lr)
    for epoch in range(epochs):
        for idx in minibatches(x.size(0), batch_size, True, generator, False):
            idx = idx.to(x.device)
            optimizer.zero_grad()
            loss = (x.data[idx].mv(w) - y.data[idx]).pow(2).div(2).mean()
            loss.backward()
            optimizer.step()
            history.append(w.data.clone())
    return torch.stack(history)


def escape_saddle(f, x0, lr, noise, steps, generator):
    x = x0.data.clone().requires_grad_(True)
    history = [x.data.clone()]
    for _ in range(steps):
        (g,) = torch.autograd.grad(f(x), [x])
        z = torch.zeros(x.size(), dtype=x.dtype).normal_(0, 1, generator=generator)
        x.data.sub_(lr * (g.data + noise * z.to(x.device)))
        history.append(x.data.clone())
    return torch.stack(history)


class Optimizer(object):
    r"""Base class for all optimizers."""

    def __init__(self, params, defaults):
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        param_groups = list(params)
        if len(param_groups) == 0 or not isinstance(param_groups[0], dict):
            param_groups = [{"params": param_groups}]
        for param_group in param_groups:
            self.add_param_group(dict(param_group))

    def __getstate__(self):
        return {"state": self.state, "param_groups": self.param_groups}

    def __repr__(self):
        format_string = self.__class__.__name__ + " ("
        for i, group in enumerate(self.param_groups):
            format_string += "\nParameter Group {0}\n".format(i)
            for key in sorted(group.keys()):
                if key != "params":
                    format_string += "    {0}: {1}\n".format(key, group[key])
        return format_string + ")"

    def add_param_group(self, param_group):
        params = param_group["params"]
        param_group["params"] = [params] if isinstance(params, torch.Tensor) else list(params)
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        self.param_groups.append(param_group)

    def state_dict(self):
        # Save order indices instead of Tensors
        param_mappings = {}
        start_index = 0

        def pack_group(group):
            nonlocal start_index
            packed = {k: v for k, v in group.items() if k != "params"}
            param_mappings.update({id(p): i for i, p in enumerate(group["params"], start_index)})
            packed["places"] = [param_mappings[id(p)] for p in group["params"]]
            start_index += len(packed["places"])
            return packed

        param_groups = [pack_group(g) for g in self.param_groups]
        packed_state = {param_mappings[id(p)]: v for p, v in self.state.items() if id(p) in param_mappings}
        return deepcopy({"state": packed_state, "param_groups": param_groups})

    def load_state_dict(self, state_dict):
        state_dict = deepcopy(state_dict)
        saved_groups = state_dict["param_groups"]
        id_map = dict(
            zip(
                chain.from_iterable(g["places"] for g in saved_groups),
                chain.from_iterable(g["params"] for g in self.param_groups),
            )
        )

        def cast(param, value):
            if isinstance(value, torch.Tensor):
                return value.to(param.device)
            return value

        state = defaultdict(dict)
        for k, v in state_dict["state"].items():
            param = id_map[k]
            state[param] = {name: cast(param, value) for name, value in v.items()}
        self.state = state
        for group, saved in zip(self.param_groups, saved_groups):
            saved.pop("places")
            group.update(saved)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = None


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        defaults = dict(
            lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )
        super(SGD, self).__init__(params, defaults)

    def step(self):
        for group in self.param_groups:
            weight_decay = group["weight_decay"]
            momentum = group["momentum"]
            dampening = group["dampening"]
            nesterov = group["nesterov"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                d_p = p.grad.data
                if weight_decay != 0:
                    d_p = d_p.add(p.data, alpha=weight_decay)
                if momentum != 0:
                    param_state = self.state[p]
                    if "momentum_buffer" not in param_state:
                        buf = param_state["momentum_buffer"] = torch.clone(d_p).detach()
                    else:
                        buf = param_state["momentum_buffer"]
                        buf.mul_(momentum).add_(d_p, alpha=1 - dampening)
                    if nesterov:
                        d_p = d_p.add(buf, alpha=momentum)
                    else:
                        d_p = buf
                p.data.add_(d_p, alpha=-group["lr"])


class Adagrad(Optimizer):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        defaults = dict(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        super(Adagrad, self).__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = 0
                state["sum"] = torch.full_like(p.data, group["initial_accumulator_value"])

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                state["step"] += 1
                if group["weight_decay"] != 0:
                    grad = grad.add(p, alpha=group["weight_decay"])
                clr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
                state["sum"].addcmul_(grad, grad, value=1)
                std = state["sum"].sqrt().add_(group["eps"])
                p.addcdiv_(grad, std, value=-clr)


class RMSprop(Optimizer):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        defaults = dict(
            lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered, weight_decay=weight_decay
        )
        super(RMSprop, self).__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                # State initialization
                if len(state) == 0:
                    state["step"] = 0
                    state["square_avg"] = torch.zeros_like(p)
                    state["momentum_buffer"] = torch.zeros_like(p)
                    state["grad_avg"] = torch.zeros_like(p)
                square_avg = state["square_avg"]
                alpha = group["alpha"]
                state["step"] += 1
                if group["weight_decay"] != 0:
                    grad = grad.add(p, alpha=group["weight_decay"])
                square_avg.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
                if group["centered"]:
                    grad_avg = state["grad_avg"]
                    grad_avg.mul_(alpha).add_(grad, alpha=1 - alpha)
                    avg = square_avg.addcmul(grad_avg, grad_avg, value=-1).sqrt_().add_(group["eps"])
                else:
                    avg = square_avg.sqrt().add_(group["eps"])
                if group["momentum"] > 0:
                    buf = state["momentum_buffer"]
                    buf.mul_(group["momentum"]).addcdiv_(grad, avg)
                    p.add_(buf, alpha=-group["lr"])
                else:
                    p.addcdiv_(grad, avg, value=-group["lr"])


class Adadelta(Optimizer):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        defaults = dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        super(Adadelta, self).__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["square_avg"] = torch.zeros_like(p)
                    state["acc_delta"] = torch.zeros_like(p)
                square_avg, acc_delta = state["square_avg"], state["acc_delta"]
                rho, eps = group["rho"], group["eps"]
                state["step"] += 1
                if group["weight_decay"] != 0:
                    grad = grad.add(p, alpha=group["weight_decay"])
                square_avg.mul_(rho).addcmul_(grad, grad, value=1 - rho)
                std = square_avg.add(eps).sqrt_()
                delta = acc_delta.add(eps).sqrt_().div_(std).mul_(grad)
                p.add_(delta, alpha=-group["lr"])
                acc_delta.mul_(rho).addcmul_(delta, delta, value=1 - rho)


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
        super(Adam, self).__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                # State initialization
                if len(state) == 0:
                    state["step"] = 0
                    # Exponential moving average of gradient values
                    state["exp_avg"] = torch.zeros_like(p)
                    # Exponential moving average of squared gradient values
                    state["exp_avg_sq"] = torch.zeros_like(p)
                    # Maintains max of all exp. moving avg. of sq. grad. values
                    state["max_exp_avg_sq"] = torch.zeros_like(p)
                exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
                beta1, beta2 = group["betas"]
                state["step"] += 1
                if self.decoupled:
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                elif group["weight_decay"] != 0:
                    grad = grad.add(p, alpha=group["weight_decay"])
                bias_correction1 = 1 - beta1 ** state["step"]
                bias_correction2 = 1 - beta2 ** state["step"]
                # Decay the first and second moment running average coefficient
                exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)
                exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                if group["amsgrad"]:
                    max_exp_avg_sq = state["max_exp_avg_sq"]
                    torch.max(max_exp_avg_sq, exp_avg_sq, out=max_exp_avg_sq)
                    denom = (max_exp_avg_sq.sqrt() / math.sqrt(bias_correction2)).add_(group["eps"])
                else:
                    denom = (exp_avg_sq.sqrt() / math.sqrt(bias_correction2)).add_(group["eps"])
                step_size = group["lr"] / bias_correction1
                p.addcdiv_(exp_avg, denom, value=-step_size)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super(AdamW, self).__init__(params, lr, betas, eps, weight_decay, amsgrad)


def step_lr(it, base_lr, step_size, gamma=0.1):
    return base_lr * gamma ** (it // step_size)


def cosine_lr(it, base_lr, total, warmup=0, min_lr=0.0):
    # 1) linear warmup for warmup_iters steps
    if it < warmup:
        return base_lr * it / warmup
    # 2) if it > lr_decay_iters, return min learning rate
    if it >= total:
        return min_lr
    # 3) in between, use cosine decay down to min learning rate
    decay_ratio = (it - warmup) / (total - warmup)
    coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio))  # coeff ranges 0..1
    return min_lr + coeff * (base_lr - min_lr)


class ExponentialMovingAverage:
    def __init__(self, params, decay):
        self.decay = decay
        self.params = list(params)
        self.averages = [p.clone().detach() for p in self.params]
        self.collected_params = None

    def update(self):
        one_minus_decay = 1.0 - self.decay
        with torch.no_grad():
            for s_param, param in zip(self.averages, self.params):
                s_param.sub_(one_minus_decay * (s_param - param))

    def apply(self):
        if self.collected_params is not None:
            raise RuntimeError("apply was called before")
        self.collected_params = [param.data.clone() for param in self.params]
        for s_param, param in zip(self.averages, self.params):
            param.data.copy_(s_param.data)

    def restore(self):
        if self.collected_params is None:
            raise RuntimeError("call apply first")
        for c_param, param in zip(self.collected_params, self.params):
            param.data.copy_(c_param.data)
        self.collected_params = None

    def state_dict(self):
        return {"decay": self.decay, "averages": deepcopy(self.averages)}

    def load_state_dict(self, saved):
        saved = deepcopy(saved)
        self.decay = saved["decay"]
        self.averages = [s.to(p.device) for s, p in zip(saved["averages"], self.params)]


LinearFit = namedtuple("LinearFit", "w b losses")


def fit_linear(x, y, lr, epochs, batch_size, generator):
    if y.dim() != 1 or y.size(0) != x.size(0):
        raise ValueError("y should have size (N,)")
    x, y = Variable(x.data), Variable(y.data)
    params = OrderedDict()
    params["w"] = torch.zeros(x.size(1), dtype=x.dtype, device=x.device, requires_grad=True)
    params["b"] = torch.zeros(1, dtype=x.dtype, device=x.device, requires_grad=True)
    optimizer = SGD(params.values(), lr=lr)
    losses = []
    for epoch in range(epochs):
        running_loss = 0.0
        for idx in minibatches(x.size(0), batch_size, True, generator, False):
            idx = idx.to(x.device)
            with torch.enable_grad():
                output = x[idx].matmul(params["w"]) + params["b"]
                loss = torch.nn.functional.mse_loss(output, y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * idx.size(0)
        losses.append(running_loss / x.size(0))
    return LinearFit(params["w"].data, params["b"].data[0], losses)


def check_momentum(momentum):
    """Train one linear layer twice, with theirs and with torch's, on the same batches."""
    for lr, mu in [(0.1, 0.9), (0.2, 0.3), (0.05, 0.0)]:
        torch_state = torch.random.get_rng_state()
        torch.manual_seed(0)
        mine, theirs = (torch.nn.ModuleList([torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)]).double() for _ in range(2))
        theirs.load_state_dict(mine.state_dict())
        a, b = momentum(mine.parameters(), lr, mu), torch.optim.SGD(theirs.parameters(), lr=lr, momentum=mu)
        for step in range(5):
            x, y = torch.randn(4, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
            for net in (mine, theirs):
                net.zero_grad(set_to_none=False)
                out = sum(layer(x) * (i + 1) for i, layer in enumerate(net))
                (out - y).pow(2).mean().backward()
                if step == 3:
                    net[1].bias.grad = None
            kept = [None if p.grad is None else p.grad.clone() for p in mine.parameters()]
            a.step()
            b.step()
            for p, q, g in zip(mine.parameters(), theirs.parameters(), kept):
                assert g is None or torch.equal(p.grad, g), "step changed a gradient"
                torch.testing.assert_close(p, q)
        torch.random.set_rng_state(torch_state)




Selection = namedtuple("Selection", "weights kept")


def select_features(x, y, strengths, lr, steps):
    x, y = x.detach(), y.detach()
    found = []
    for strength in strengths:
        w = torch.zeros_like(x[0], requires_grad=True)
        opt = torch.optim.SGD([w], lr=lr)
        for _ in range(steps):
            opt.zero_grad()
            (0.5 * torch.nn.functional.mse_loss(x @ w, y)).backward()
            opt.step()
            w.data = torch.nn.functional.softshrink(w.data, lr * strength)
        found.append(w.detach())
    found = torch.stack(found)
    return Selection(found, found.bool())


def ascend(f, x0, lr, steps, weight_decay=0.0):
    x = x0.detach().clone()
    points = [x]
    for _ in range(steps):
        leaf = x.detach().clone().requires_grad_(True)
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(f(leaf), leaf)
        x = x + lr * gradient - lr * weight_decay * x
        points.append(x)
    return torch.stack(points)
