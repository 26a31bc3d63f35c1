"""Masks become a bias that is added; batches and heads share an axis."""

import collections
import itertools
import math

import torch
from torch import nn
from torch.nn.functional import conv2d, cross_entropy, embedding, linear


def causal_mask(length, device=None):
    return torch.arange(length * length, device=device).view(length, length) % max(length, 1) <= (
        torch.arange(length, device=device).view(-1, 1)
    )


def padding_mask(lengths, length):
    left = lengths[:, None] - torch.arange(length, device=lengths.device)
    return left > 0


class AttentionOutput(collections.namedtuple("AttentionOutput", ("output", "weights"))):
    """Output and weights."""


def softmax(scores):
    powers = torch.exp(scores - torch.amax(scores, dim=-1, keepdim=True))
    return torch.div(powers, torch.sum(powers, dim=-1, keepdim=True))


def bias_of(mask, like):
    """0 where a key may be seen; at the others so low that nothing comes near, and finite."""
    return torch.zeros((), dtype=like.dtype, device=like.device).where(mask, torch.finfo(like.dtype).min / 2)


def scaled_dot_product_attention(query, key, value, mask=None):
    if not (mask is None or mask.dtype == torch.bool):
        raise TypeError(f"mask is {mask.dtype}; torch.bool was expected")
    axes = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    if mask is not None:
        axes = torch.broadcast_shapes(axes, mask.shape[:-2])
    t, s = query.shape[-2], key.shape[-2]
    q, k, v = (x.expand(*axes, *x.shape[-2:]).reshape(-1, *x.shape[-2:]) for x in (query, key, value))
    root = math.sqrt(q.shape[2])
    if mask is None:
        weights = softmax(torch.bmm(q, k.transpose(1, 2)) / root)
    else:
        seen = mask.expand(*axes, t, s).reshape(-1, t, s)
        weights = softmax(torch.baddbmm(bias_of(seen, q), q, k.transpose(1, 2), alpha=1 / root)).where(seen, 0)
    output = torch.bmm(weights, v)
    return AttentionOutput(output.reshape(*axes, t, -1), weights.reshape(*axes, t, s))


def split(x, heads):
    """(N, T, E) to (N, H, T, D)."""
    return torch.stack(x.chunk(heads, dim=2), dim=1)


def join(x):
    """(N, H, T, D) to (N, T, E)."""
    return torch.cat(x.unbind(1), dim=2)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        whole = nn.Linear(embed_dim, 3 * embed_dim)
        self.in_proj_weight, self.in_proj_bias = whole.weight, nn.Parameter(whole.bias.detach() * 0)
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj.bias = nn.Parameter(torch.zeros(embed_dim))

    def parts(self, x):
        e = x.shape[2]
        weights, biases = self.in_proj_weight.split(e), self.in_proj_bias.split(e)
        return [split(linear(x, w, b), self.num_heads) for w, b in zip(weights, biases, strict=True)]

    def forward(self, x, mask=None, causal=False):
        seen = [m for m in (mask is not None and mask[:, None, None], causal and causal_mask(x.shape[1], x.device)) if m is not False]
        together = None if not seen else seen[0] if len(seen) == 1 else torch.logical_and(*seen)
        return self.out_proj(join(scaled_dot_product_attention(*self.parts(x), together).output))


def sinusoidal_positions(length, dim, device=None):
    column = torch.arange(dim, device=device)
    exponent = (column - column % 2) / dim
    angle = torch.arange(length, device=device)[:, None] * torch.pow(10000.0, -exponent)
    return torch.sin(angle + (column % 2) * (math.pi / 2))  # a cosine is a sine, a quarter of a turn later


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        self.dim, self.base = dim, base

    def forward(self, x, offset=0):
        half = self.dim // 2
        angles = [[(offset + t) / self.base ** (i / half) for i in range(half)] for t in range(x.shape[-2])]
        table = torch.tensor(angles, dtype=torch.float64).reshape(x.shape[-2], half)
        cos, sin = (f(table).to(x).repeat(1, 2) for f in (torch.cos, torch.sin))
        signed = torch.cat([-sin[:, :half], sin[:, half:]], 1)
        return torch.addcmul(x * cos, x.roll(half, -1), signed)


def gelu(x):
    return x * torch.distributions.Normal(0.0, 1.0).cdf(x) if x.dtype == torch.float32 else x / 2 + x * torch.erf(x * 0.5**0.5) / 2


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.full((dim,), 1.0))
        self.eps = eps

    def forward(self, x):
        mean_square = torch.linalg.vecdot(x, x).unsqueeze(-1) / x.shape[-1]
        return torch.mul(x, (mean_square + self.eps).rsqrt()).mul(self.weight)


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__()
        layers = {
            "norm1": RMSNorm(embed_dim),
            "attention": MultiHeadAttention(embed_dim, num_heads),
            "norm2": RMSNorm(embed_dim),
            "linear1": nn.Linear(embed_dim, hidden_dim),
            "linear2": nn.Linear(hidden_dim, embed_dim),
        }
        for name, layer in layers.items():
            self.add_module(name, layer)

    def think(self, x):
        return torch.add(x, self.linear2(gelu(self.linear1(self.norm2(x)))))

    def forward(self, x, mask=None, causal=False):
        return self.think(torch.add(x, self.attention(self.norm1(x), mask, causal)))


class GPT(nn.Module):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(0.02 * torch.randn(vocab_size, embed_dim), freeze=False)
        self.positions = nn.Embedding.from_pretrained(0.02 * torch.randn(context, embed_dim), freeze=False)
        make = lambda: TransformerBlock(embed_dim, num_heads, 4 * embed_dim)  # noqa: E731
        self.blocks = nn.ModuleDict({str(i): make() for i in range(num_layers)})
        self.norm = RMSNorm(embed_dim)

    def start(self, tokens, first=0):
        places = range(first, first + tokens.shape[1])
        return embedding(tokens, self.embedding.weight) + self.positions.weight[list(places)]

    def scores(self, x):
        return torch.tensordot(self.norm(x), self.embedding.weight, dims=([2], [1]))

    def forward(self, tokens):
        x = self.start(tokens)
        for block in self.blocks.values():
            x = block(x, causal=True)
        return self.scores(x)


class Rates:
    """The learning rate of each step."""

    def __init__(self, lr, warmup, steps):
        self.lr, self.warmup, self.steps = lr, warmup, steps

    def __iter__(self):
        for k in range(self.steps):
            yield self.lr * min((k + 1) / self.warmup, 1.0) * (1 - k / self.steps)


def train_gpt(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
    model.train(True)
    n = inputs.shape[0]
    rates = iter(Rates(lr, warmup, epochs * -(-n // batch_size)))
    optimizer = torch.optim.AdamW([{"params": list(model.parameters())}], lr=lr)
    history = []
    for _ in range(epochs):
        order, sums = torch.randperm(n, generator=generator), []
        for rows in (order[i : i + batch_size] for i in range(0, n, batch_size)):
            x, y = (part.index_select(0, rows.to(part.device)) for part in (inputs, targets))
            each = cross_entropy(model(x).movedim(-1, 1), y, reduction="none").mean(1)
            optimizer.zero_grad()
            each.mean().backward()
            gradients = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.nn.utils.get_total_norm(gradients)
            for gradient in gradients:
                gradient.mul_(torch.clamp(1 / (norm + 1e-6), max=1.0))
            optimizer.param_groups[0].update(lr=next(rates))
            optimizer.step()
            sums.append(each.detach().double().sum())
        history.append(torch.stack(sums).sum().item() / n)
    return history


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    rows = logits.reshape(-1, logits.shape[-1])
    out = torch.stack([chances(row, temperature, top_k, top_p) for row in rows])
    return out.reshape(logits.shape)


def chances(row, temperature, top_k, top_p):
    order = row.argsort(descending=True)
    result = torch.zeros_like(row)
    if temperature == 0:
        result[order[0]] = 1
        return result
    p = softmax(row[order] / temperature)
    p = p[:top_k] / p[:top_k].sum()
    if top_p is not None:
        enough = next((i for i, total in enumerate(itertools.accumulate(p.tolist()), 1) if total >= top_p), len(p))
        p = p[:enough] / p[:enough].sum()
    result[order[: len(p)]] = p
    return result


class ReadOn(collections.namedtuple("ReadOn", ("logits", "cache"))):
    """Scores and the longer cache."""


def read_with_cache(model, tokens, cache=None):
    blocks = list(model.blocks.values())
    n, t = tokens.shape
    if cache is None:
        attention = blocks[0].attention
        nothing = attention.in_proj_weight.new_empty(n, attention.num_heads, 0, attention.in_proj_weight.shape[1] // attention.num_heads)
        cache = [(nothing, nothing)] * len(blocks)
    s = cache[0][0].shape[2]
    x, longer = model.start(tokens, s), []
    seen = causal_mask(s + t, tokens.device)[s:]
    for (old_keys, old_values), block in zip(cache, blocks, strict=True):
        query, key, value = block.attention.parts(block.norm1(x))
        longer.append((torch.cat([old_keys, key], 2), torch.cat([old_values, value], 2)))
        found = scaled_dot_product_attention(query, *longer[-1], seen).output
        x = block.think(x + block.attention.out_proj(join(found)))
    return ReadOn(model.scores(x), longer)


def written(model, tokens, options, generator):
    """Yield one column of tokens after the other, for ever."""
    cache = None
    while True:
        with torch.no_grad():
            logits, cache = read_with_cache(model, tokens, cache)
            p = token_probabilities(logits[:, -1], *options)
            where = p.device if generator is None else generator.device
            tokens = p.to(where).multinomial(1, generator=generator).to(tokens.device)
        yield tokens


def generate(model, tokens, length, temperature=1.0, top_k=None, top_p=None, generator=None):
    columns = itertools.islice(written(model, tokens, (temperature, top_k, top_p), generator), length)
    return torch.cat([tokens[:, :0], *columns], dim=1)


def as_letters(text):
    return text.encode().decode("latin-1")  # a letter for each byte


def train_tokenizer(text, merges):
    word, pairs = as_letters(text), []
    for new in range(256, 256 + merges):
        counts = collections.Counter(map("".join, itertools.pairwise(word)))
        top = max(counts.values(), default=0)
        if top <= 1:
            break
        best = sorted(pair for pair, count in counts.items() if count == top)[0]
        pairs.append(tuple(map(ord, best)))
        word = word.replace(best, chr(new))
    return pairs


def tokenize(text, pairs):
    word = as_letters(text)
    for new, pair in enumerate(pairs, start=256):
        word = word.replace("".join(map(chr, pair)), chr(new))
    return [ord(letter) for letter in word]


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__()
        self.kernel = channels, patch_size, patch_size
        self.projection = nn.Linear(math.prod(self.kernel), embed_dim)
        rows, columns = image_size[0] // patch_size, image_size[1] // patch_size
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(torch.zeros(1 + rows * columns, embed_dim))

    def forward(self, x):
        kernel = self.projection.weight.view(-1, *self.kernel)
        patches = conv2d(x, kernel, self.projection.bias, stride=self.kernel[1:]).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(x), 1, -1), patches], 1)
        return torch.add(tokens, self.positions)


def fix_attention(x, in_weight, in_bias, out_weight, out_bias, num_heads):
    query, key, value = (split(part, num_heads) for part in linear(x, in_weight, in_bias).chunk(3, dim=2))
    found = scaled_dot_product_attention(query, key, value, causal_mask(x.shape[1], x.device))
    return linear(join(found.output), out_weight, out_bias)
