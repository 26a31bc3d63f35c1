"""Attention."""

import math
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class AttentionOutput(NamedTuple):
    """What `scaled_dot_product_attention` returns."""

    output: Tensor  # (*, T, E), a mixture of values for each query
    weights: Tensor  # (*, T, S), how much of each value is in it


class ReadOn(NamedTuple):
    """What `read_with_cache` returns."""

    logits: Tensor  # (N, T, V), the scores of what follows each new token
    cache: list[tuple[Tensor, Tensor]]  # for each block keys and values of all tokens, (N, H, S + T, D) each


def causal_mask(length: int, device: torch.device | str | None = None) -> Tensor:
    mask = torch.zeros((length, length), dtype=torch.bool, device=device)
    rows, columns = torch.tril_indices(length, length, device=device)
    mask[rows, columns] = True
    return mask


def padding_mask(lengths: Tensor, length: int) -> Tensor:
    ones = torch.ones(len(lengths), length, dtype=torch.int64, device=lengths.device)
    return ones.cumsum(dim=1).le(lengths.unsqueeze(-1))


def _check(mask: Tensor | None) -> None:
    if mask is not None and mask.dtype is not torch.bool:
        raise TypeError(f"mask: expected a boolean tensor, got {mask.dtype}")


def _masked_softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    if mask is None:
        return scores.softmax(dim=-1)
    sees_something = mask.any(dim=-1, keepdim=True)
    # a row that sees nothing is treated as one that sees everything, and multiplied with 0
    opened = mask | ~sees_something
    return scores.masked_fill(opened.logical_not(), float("-inf")).softmax(dim=-1) * sees_something


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> AttentionOutput:
    _check(mask)
    scale = query.size(-1) ** -0.5
    scores = torch.matmul(query * scale, key.transpose(-1, -2))
    weights = _masked_softmax(scores, mask)
    return AttentionOutput(output=torch.matmul(weights, value), weights=weights)


class _Heads:
    """Cuts a width into heads and puts them together again."""

    def __init__(self, count: int) -> None:
        self.count = count

    def cut(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.count, -1)).transpose(-3, -2)

    def join(self, x: Tensor) -> Tensor:
        return x.transpose(-3, -2).flatten(-2)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int) -> None:
        super().__init__()
        self.heads = _Heads(num_heads)
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.normal_(self.in_proj_weight, std=0.02)
        nn.init.normal_(self.out_proj.weight, std=0.02)
        nn.init.zeros_(self.in_proj_bias)
        nn.init.zeros_(self.out_proj.bias)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        parts = functional.linear(x, self.in_proj_weight, self.in_proj_bias).tensor_split(3, dim=-1)
        query, key, value = (self.heads.cut(part) for part in parts)
        return query, key, value

    def finish(self, heads: Tensor) -> Tensor:
        return self.out_proj(self.heads.join(heads))

    @staticmethod
    def visible(x: Tensor, mask: Tensor | None, causal: bool) -> Tensor | None:
        parts = []
        if mask is not None:
            parts.append(mask.unsqueeze(1).unsqueeze(1))
        if causal:
            parts.append(causal_mask(x.shape[1], x.device))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else torch.logical_and(*parts)

    def forward(self, x: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        query, key, value = self.project(x)
        found = scaled_dot_product_attention(query, key, value, self.visible(x, mask, causal))
        return self.finish(found.output)


def sinusoidal_positions(length: int, dim: int, device: torch.device | str | None = None) -> Tensor:
    table = torch.empty(length, dim, device=device, dtype=torch.float32)
    t = torch.arange(length, device=device).unsqueeze(1)
    rate = torch.exp(torch.arange(0, dim, 2, device=device) * (-math.log(10000.0) / dim))
    table[:, 0::2] = torch.sin(t * rate)
    table[:, 1::2] = torch.cos(t * rate)
    return table


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.register_buffer("rates", 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim)), persistent=False)

    @staticmethod
    def rotate_half(x: Tensor) -> Tensor:
        first, second = x.chunk(2, dim=-1)
        return torch.cat((-second, first), dim=-1)

    def forward(self, x: Tensor, offset: int = 0) -> Tensor:
        place = torch.arange(x.shape[-2], device=x.device) + offset
        angle = torch.outer(place.to(torch.float32), self.rates.to(x.device, torch.float32))
        angle = torch.cat((angle, angle), dim=-1)
        return x * angle.cos().to(x.dtype) + self.rotate_half(x) * angle.sin().to(x.dtype)


def gelu(x: Tensor) -> Tensor:
    normal = torch.distributions.Normal(torch.zeros((), dtype=x.dtype, device=x.device), 1.0, validate_args=False)
    return x * normal.cdf(x)


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True).add(self.eps)))


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, hidden_dim: int) -> None:
        super().__init__()
        self.norm1 = RMSNorm(embed_dim)
        self.norm2 = RMSNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.linear1 = nn.Linear(embed_dim, hidden_dim)
        self.linear2 = nn.Linear(hidden_dim, embed_dim)

    def think(self, x: Tensor) -> Tensor:
        return self.linear2(gelu(self.linear1(self.norm2(x))))

    def forward(self, x: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        looked = x + self.attention(self.norm1(x), mask=mask, causal=causal)
        return looked + self.think(looked)

    def read(self, x: Tensor, past: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """As forward with causal=True, for tokens after those whose keys and values are in the past."""
        query, key, value = self.attention.project(self.norm1(x))
        if past is not None:
            key, value = torch.cat((past[0], key), dim=-2), torch.cat((past[1], value), dim=-2)
        new = x.shape[1]
        seen = causal_mask(key.shape[-2], x.device)[-new:]
        found = scaled_dot_product_attention(query, key, value, seen).output
        x = x + self.attention.finish(found)
        return x + self.think(x), (key, value)


class GPT(nn.Module):
    def __init__(self, vocab_size: int, context: int, embed_dim: int, num_heads: int, num_layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        blocks = [TransformerBlock(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = RMSNorm(embed_dim)
        for table in (self.embedding, self.positions):
            nn.init.normal_(table.weight, mean=0.0, std=0.02)

    def embed(self, tokens: Tensor, first: int = 0) -> Tensor:
        places = torch.arange(first, first + tokens.shape[1], device=tokens.device)
        return self.embedding(tokens) + self.positions(places)

    def score(self, x: Tensor) -> Tensor:
        return functional.linear(self.norm(x), self.embedding.weight)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x, causal=True)
        return self.score(x)


class _Schedule:
    def __init__(self, lr: float, warmup: int, steps: int) -> None:
        self.lr, self.warmup, self.steps, self.k = lr, warmup, steps, 0

    def set(self, optimizer: torch.optim.Optimizer) -> None:
        rise = min(1, (self.k + 1) / self.warmup)
        fall = 1 - self.k / self.steps
        optimizer.param_groups[0]["lr"] = self.lr * rise * fall
        self.k += 1


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
    model = model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    schedule = _Schedule(lr, warmup, epochs * ((len(inputs) + batch_size - 1) // batch_size))
    return [_epoch(model, inputs, targets, generator, batch_size, optimizer, schedule) for _ in range(epochs)]


def _epoch(model, inputs, targets, generator, batch_size, optimizer, schedule) -> float:
    losses = torch.zeros(len(inputs))
    for rows in torch.randperm(len(inputs), generator=generator).split(batch_size):
        there = rows.to(inputs.device)
        logits = model(inputs[there])
        each = functional.cross_entropy(logits.movedim(-1, 1), targets[there], reduction="none").mean(1)
        optimizer.zero_grad(set_to_none=True)
        each.mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        schedule.set(optimizer)
        optimizer.step()
        losses[rows] = each.detach().cpu().float()
    return losses.mean().item()


def token_probabilities(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    if temperature == 0:
        return functional.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    scores = logits / temperature
    rank = logits.argsort(dim=-1, descending=True).argsort(dim=-1)
    if top_k is not None:
        scores = scores.masked_fill(rank >= top_k, float("-inf"))
    probs = functional.softmax(scores, dim=-1)
    if top_p is not None:
        ordered = probs.gather(-1, logits.argsort(dim=-1, descending=True))
        reached = ordered.cumsum(-1) >= top_p
        last = torch.where(reached.any(-1), reached.int().argmax(-1), ordered.shape[-1] - 1)
        probs = functional.softmax(scores.masked_fill(rank > last.unsqueeze(-1), float("-inf")), dim=-1)
    return probs


def read_with_cache(
    model: nn.Module, tokens: Tensor, cache: list[tuple[Tensor, Tensor]] | None = None
) -> ReadOn:
    past = cache if cache is not None else [None] * len(model.blocks)
    x = model.embed(tokens, 0 if cache is None else cache[0][0].size(-2))
    kept = []
    for block, old in zip(model.blocks, past, strict=True):
        x, new = block.read(x, old)
        kept.append(new)
    return ReadOn(model.score(x), kept)


class _Writer:
    def __init__(self, model: nn.Module, generator: torch.Generator | None, **options) -> None:
        self.model, self.generator, self.options = model, generator, options

    def draw(self, logits: Tensor) -> Tensor:
        probs = token_probabilities(logits[:, -1, :], **self.options)
        place = self.generator.device if self.generator is not None else probs.device
        return torch.multinomial(probs.to(place), 1, generator=self.generator).to(logits.device)

    def write(self, tokens: Tensor, length: int) -> Tensor:
        written = [tokens[:, :0]]
        read = read_with_cache(self.model, tokens)
        while len(written) <= length:
            written.append(self.draw(read.logits))
            if len(written) <= length:
                read = read_with_cache(self.model, written[-1], read.cache)
        return torch.cat(written, dim=1)


def generate(
    model: nn.Module,
    tokens: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    with torch.inference_mode(False), torch.no_grad():
        writer = _Writer(model, generator, temperature=temperature, top_k=top_k, top_p=top_p)
        return writer.write(tokens, length)


def _merged(tokens: list[int], pair: tuple[int, int], new: int) -> list[int]:
    out: list[int] = []
    rest = iter(range(len(tokens)))
    for i in rest:
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            out.append(new)
            next(rest)
        else:
            out.append(tokens[i])
    return out


def train_tokenizer(text: str, merges: int) -> list[tuple[int, int]]:
    tokens, pairs = list(text.encode("utf8")), []
    while len(pairs) < merges:
        ranked = sorted((-count, pair) for pair, count in Counter(pairwise(tokens)).items())
        if not ranked or ranked[0][0] > -2:
            break
        pairs.append(ranked[0][1])
        tokens = _merged(tokens, pairs[-1], 255 + len(pairs))
    return pairs


def tokenize(text: str, pairs: list[tuple[int, int]]) -> list[int]:
    tokens = list(text.encode("utf8"))
    for new, pair in enumerate(pairs, 256):
        tokens = _merged(tokens, pair, new)
    return tokens


class PatchEmbedding(nn.Module):
    def __init__(self, image_size: tuple[int, int], patch_size: int, channels: int, embed_dim: int) -> None:
        super().__init__()
        self.patch_size = patch_size
        rows, columns = (side // patch_size for side in image_size)
        self.projection = nn.Linear(channels * patch_size * patch_size, embed_dim)
        self.class_token = nn.Parameter(torch.randn(embed_dim) * 0.02)
        self.positions = nn.Parameter(torch.zeros(rows * columns + 1, embed_dim))

    def forward(self, x: Tensor) -> Tensor:
        patches = functional.unfold(x, self.patch_size, stride=self.patch_size).transpose(1, 2)
        tokens = self.projection(patches)
        front = self.class_token.repeat(len(x), 1, 1)
        return torch.cat((front, tokens), dim=1) + self.positions


def fix_attention(
    x: Tensor, in_weight: Tensor, in_bias: Tensor, out_weight: Tensor, out_bias: Tensor, num_heads: int
) -> Tensor:
    cutter = _Heads(num_heads)
    query, key, value = (cutter.cut(part) for part in functional.linear(x, in_weight, in_bias).chunk(3, -1))
    seen = causal_mask(x.shape[1], x.device)
    heads = scaled_dot_product_attention(query, key, value, seen).output
    return functional.linear(cutter.join(heads), out_weight, out_bias)
