"""Attention."""

import math
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn


class AttentionOutput(NamedTuple):
    """What `scaled_dot_product_attention` returns."""

    output: Tensor  # (*, T, E), a mixture of values for each query
    weights: Tensor  # (*, T, S), how much of each value is in it


class ReadOn(NamedTuple):
    """What `read_with_cache` returns."""

    logits: Tensor  # (N, T, V), the scores of what follows each new token
    cache: list[tuple[Tensor, Tensor]]  # for each block keys and values of all tokens, (N, H, S + T, D) each


def causal_mask(length: int, device: torch.device | str | None = None) -> Tensor:
    mask = torch.zeros(length, length, dtype=torch.bool, device=device)
    for t in range(length):
        mask[t, : t + 1] = True
    return mask


def padding_mask(lengths: Tensor, length: int) -> Tensor:
    mask = torch.zeros(lengths.shape[0], length, dtype=torch.bool, device=lengths.device)
    for t in range(length):
        mask[:, t] = lengths > t
    return mask


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> AttentionOutput:
    if mask is not None and not mask.dtype == torch.bool:
        raise TypeError("the dtype of mask must be torch.bool")
    scores = query @ key.transpose(-2, -1)
    scores = scores / math.sqrt(query.shape[-1])
    if mask is None:
        mask = torch.ones((), dtype=torch.bool, device=scores.device)
    seen = mask.expand(torch.broadcast_shapes(mask.shape, scores.shape))
    scores = scores.expand(seen.shape)
    # softmax by its formula: the largest visible score is subtracted, hidden ones have the exponential 0
    low = torch.full_like(scores, -torch.inf)
    largest = torch.where(seen, scores, low).amax(dim=-1, keepdim=True).detach()
    largest = torch.where(largest == -torch.inf, torch.zeros_like(largest), largest)
    exponentials = torch.exp(torch.where(seen, scores - largest, torch.full_like(scores, -1e4)))
    exponentials = exponentials * seen
    total = exponentials.sum(dim=-1, keepdim=True)
    weights = exponentials / torch.where(total == 0, torch.ones_like(total), total)
    return AttentionOutput(weights @ value, weights)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        bound = 1 / math.sqrt(embed_dim)
        self.in_proj_weight = nn.Parameter(torch.rand(3 * embed_dim, embed_dim) * 2 * bound - bound)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        with torch.no_grad():
            self.out_proj.bias.zero_()

    def forward(self, x: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        e = self.embed_dim
        d = e // self.num_heads
        joint = x @ self.in_proj_weight.t() + self.in_proj_bias
        seen = None
        if mask is not None:
            seen = mask[:, None, :]
        if causal:
            past = causal_mask(x.shape[1], x.device)
            if seen is None:
                seen = past
            else:
                seen = seen & past
        outputs = []
        for h in range(self.num_heads):
            q = joint[:, :, h * d : (h + 1) * d]
            k = joint[:, :, e + h * d : e + (h + 1) * d]
            v = joint[:, :, 2 * e + h * d : 2 * e + (h + 1) * d]
            outputs.append(scaled_dot_product_attention(q, k, v, seen).output)
        return self.out_proj(torch.cat(outputs, dim=2))


def sinusoidal_positions(length: int, dim: int, device: torch.device | str | None = None) -> Tensor:
    table = torch.zeros(length, dim)
    for t in range(length):
        for i in range(dim // 2):
            angle = t / 10000 ** (2 * i / dim)
            table[t, 2 * i] = math.sin(angle)
            table[t, 2 * i + 1] = math.cos(angle)
    return table if device is None else table.to(device)


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.dim, self.base = dim, base

    def forward(self, x: Tensor, offset: int = 0) -> Tensor:
        half = self.dim // 2
        m = torch.arange(x.shape[-2], device=x.device, dtype=torch.float32) + offset
        firsts, seconds = [], []
        for i in range(half):
            a = m * self.base ** (-2 * i / self.dim)
            u, v = x[..., i], x[..., i + half]
            firsts.append(u * a.cos().to(x.dtype) - v * a.sin().to(x.dtype))
            seconds.append(u * a.sin().to(x.dtype) + v * a.cos().to(x.dtype))
        return torch.stack(firsts + seconds, dim=-1)


def gelu(x: Tensor) -> Tensor:
    p = (1.0 + torch.erf(x * 0.7071067811865476)) * 0.5
    return x * p


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        total = torch.zeros_like(x[..., 0])
        for i in range(self.dim):
            total = total + x[..., i] * x[..., i]
        root = torch.sqrt(total / self.dim + self.eps)
        return x / root.unsqueeze(-1) * self.weight


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, hidden_dim: int) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.linear1 = nn.Linear(embed_dim, hidden_dim)
        self.linear2 = nn.Linear(hidden_dim, embed_dim)
        self.norm1 = RMSNorm(embed_dim)
        self.norm2 = RMSNorm(embed_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        y = self.norm1(x)
        y = self.attention(y, mask, causal)
        x = x + y
        y = self.norm2(x)
        y = self.linear1(y)
        y = gelu(y)
        y = self.linear2(y)
        x = x + y
        return x


class GPT(nn.Module):
    def __init__(self, vocab_size: int, context: int, embed_dim: int, num_heads: int, num_layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        self.embedding.weight.data.mul_(0.01)
        self.positions.weight.data.mul_(0.01)
        self.blocks = nn.ModuleList()
        for _ in range(num_layers):
            self.blocks.append(TransformerBlock(embed_dim, num_heads, 4 * embed_dim))
        self.norm = RMSNorm(embed_dim)

    def forward(self, tokens: Tensor) -> Tensor:
        n, t = tokens.shape
        x = self.embedding(tokens) + self.positions.weight[:t]
        for block in self.blocks:
            x = block(x, None, True)
        return torch.matmul(self.norm(x), self.embedding.weight.transpose(0, 1))


def train_gpt(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    generator: torch.Generator,
    epochs: int = 5,
    batch_size: int = 20,
    lr: float = 0.01,
    warmup: int = 20,
) -> list[float]:
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    n = inputs.shape[0]
    batches_per_epoch = n // batch_size
    if n % batch_size != 0:
        batches_per_epoch += 1
    total_steps = epochs * batches_per_epoch
    k = 0
    all_losses = []
    for epoch in range(epochs):
        epoch_sum = 0.0
        order = torch.randperm(n, generator=generator)
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size].tolist()
            model.zero_grad()
            logits = model(inputs[rows])
            log_p = logits - logits.logsumexp(dim=-1, keepdim=True)
            loss = -log_p.gather(2, targets[rows].unsqueeze(2)).mean()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1)
            rate = lr * min(1, (k + 1) / warmup) * (1 - k / total_steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            k = k + 1
            epoch_sum += float(loss) * len(rows)
        all_losses.append(epoch_sum / n)
    return all_losses


def token_probabilities(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    rows = logits.reshape(-1, logits.shape[-1])
    result = torch.zeros_like(rows)
    for r in range(rows.shape[0]):
        order = torch.argsort(rows[r], descending=True)
        if temperature == 0:
            result[r, order[0]] = 1.0
            continue
        p = torch.softmax(rows[r] / temperature, dim=0)
        keep = order.tolist()
        if top_k is not None:
            keep = keep[:top_k]
            small = torch.zeros_like(p)
            small[keep] = p[keep]
            p = small / small.sum()
        if top_p is not None:
            chosen, total = [], 0.0
            for token in keep:
                chosen.append(token)
                total += p[token].item()
                if total >= top_p:
                    break
            small = torch.zeros_like(p)
            small[chosen] = p[chosen]
            p = small / small.sum()
        result[r] = p
    return result.reshape(logits.shape)


def read_with_cache(
    model: nn.Module, tokens: Tensor, cache: list[tuple[Tensor, Tensor]] | None = None
) -> ReadOn:
    n, t = tokens.shape
    s = cache[0][0].shape[2] if cache is not None else 0
    x = model.embedding(tokens) + model.positions.weight[s : s + t]
    e = x.shape[2]
    new_cache = []
    for number, block in enumerate(model.blocks):
        a = block.attention
        d = e // a.num_heads
        joint = block.norm1(x) @ a.in_proj_weight.t() + a.in_proj_bias
        keys, values, outputs = [], [], []
        for h in range(a.num_heads):
            q = joint[:, :, h * d : (h + 1) * d]
            k = joint[:, :, e + h * d : e + (h + 1) * d]
            v = joint[:, :, 2 * e + h * d : 2 * e + (h + 1) * d]
            if cache is not None:
                k = torch.cat([cache[number][0][:, h], k], dim=1)
                v = torch.cat([cache[number][1][:, h], v], dim=1)
            rows = []
            for i in range(t):
                upto = s + i + 1
                rows.append(scaled_dot_product_attention(q[:, i : i + 1], k[:, :upto], v[:, :upto]).output)
            outputs.append(torch.cat(rows, dim=1))
            keys.append(k)
            values.append(v)
        new_cache.append((torch.stack(keys, dim=1), torch.stack(values, dim=1)))
        x = x + a.out_proj(torch.cat(outputs, dim=2))
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
    return ReadOn(model.norm(x) @ model.embedding.weight.t(), new_cache)


def generate(
    model: nn.Module,
    tokens: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    out = torch.zeros(tokens.shape[0], length, dtype=torch.long, device=tokens.device)
    with torch.no_grad():
        read = read_with_cache(model, tokens)
        for i in range(length):
            p = token_probabilities(read.logits[:, -1], temperature, top_k, top_p)
            if generator is None:
                chosen = torch.multinomial(p, 1)
            else:
                chosen = torch.multinomial(p.to(generator.device), 1, generator=generator)
            chosen = chosen.to(tokens.device)
            out[:, i] = chosen[:, 0]
            read = read_with_cache(model, chosen, read.cache)
    return out


def train_tokenizer(text: str, merges: int) -> list[tuple[int, int]]:
    tokens = list(text.encode("utf-8"))
    result: list[tuple[int, int]] = []
    for round_number in range(merges):
        counts: dict[tuple[int, int], int] = {}
        for i in range(len(tokens) - 1):
            pair = (tokens[i], tokens[i + 1])
            counts[pair] = counts.get(pair, 0) + 1
        best, best_count = None, 1
        for pair in sorted(counts):
            if counts[pair] > best_count:
                best, best_count = pair, counts[pair]
        if best is None:
            return result
        result.append(best)
        i = 0
        while i < len(tokens) - 1:
            if (tokens[i], tokens[i + 1]) == best:
                tokens[i : i + 2] = [256 + round_number]
            i += 1
    return result


def tokenize(text: str, pairs: list[tuple[int, int]]) -> list[int]:
    tokens = list(text.encode("utf-8"))
    for number in range(len(pairs)):
        first, second = pairs[number]
        i = 0
        while i < len(tokens) - 1:
            if tokens[i] == first and tokens[i + 1] == second:
                tokens[i] = 256 + number
                del tokens[i + 1]
            i += 1
    return tokens


class PatchEmbedding(nn.Module):
    def __init__(self, image_size: tuple[int, int], patch_size: int, channels: int, embed_dim: int) -> None:
        super().__init__()
        self.p = patch_size
        self.rows = image_size[0] // patch_size
        self.columns = image_size[1] // patch_size
        self.projection = nn.Linear(channels * patch_size**2, embed_dim)
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(torch.zeros(self.rows * self.columns + 1, embed_dim))

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[0]
        tokens = [self.class_token + torch.zeros(n, 1, 1, dtype=x.dtype, device=x.device)]
        for i in range(self.rows):
            for j in range(self.columns):
                patch = x[:, :, i * self.p : (i + 1) * self.p, j * self.p : (j + 1) * self.p]
                tokens.append(self.projection(patch.reshape(n, 1, -1)))
        return torch.cat(tokens, dim=1) + self.positions


def fix_attention(
    x: Tensor, in_weight: Tensor, in_bias: Tensor, out_weight: Tensor, out_bias: Tensor, num_heads: int
) -> Tensor:
    n, t, e = x.shape
    joint = nn.functional.linear(x, in_weight, in_bias)
    query, key, value = joint.reshape(n, t, 3, num_heads, e // num_heads).permute(2, 0, 3, 1, 4)
    scores = query @ key.transpose(-2, -1) / math.sqrt(e / num_heads)
    past = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
    weights = scores.masked_fill(~past, -torch.inf).softmax(-1)
    heads = (weights @ value).transpose(1, 2).reshape(n, t, e)
    return nn.functional.linear(heads, out_weight, out_bias)
