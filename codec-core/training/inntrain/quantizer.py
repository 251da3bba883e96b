"""Hard quantization with exact code lengths and straight-through gradients."""

import math

import torch

LAMBDA = 7.5
"""Bits that a squared error of step**2 is worth: J = bits + LAMBDA * sse / step**2, where errors count
by the inverse of the price of a bit (perception.py)."""
FAR = 4.0
"""A choice that costs so many bits more than the best never hides a sign."""
TURNING = 9.0
"""Of the cheapest code for symbols of a scale of 0.5 steps (5 to 14 for scales from 4 to 0.2)."""
SCALE_LEVELS = 64
LOG_SCALE_MIN = -3.2
LOG_SCALE_STEP = 0.165
MEAN_GRID = 32


def log_scale(index: torch.Tensor) -> torch.Tensor:
    """Natural logarithm of the Laplace scale (in steps) of a scale index 0..63."""
    return LOG_SCALE_MIN + LOG_SCALE_STEP * index


def laplace_bits(symbol: torch.Tensor, log_b: torch.Tensor) -> torch.Tensor:
    """Code length of integer symbols under a zero-mean Laplace law integrated over unit bins."""
    b = torch.exp(log_b)
    a = symbol.abs()
    zero = torch.log1p(-torch.exp(-0.5 / b) + 1e-9)
    other = -(a - 0.5) / b + torch.log1p(-torch.exp(-1 / b) + 1e-9) - math.log(2)
    return (-torch.where(a < 0.5, zero, other) / math.log(2)).clamp(max=60)


def hidden_signs(symbols: torch.Tensor) -> torch.Tensor:
    """1 where the sign of a symbol is hidden, of the rows of a pass (n, k)."""
    rows, channels = (torch.arange(count) for count in symbols.shape)
    return ((rows[:, None] + channels) & 1).float()


@torch.no_grad()
def hidden_sign_round(r: torch.Tensor, log_b: torch.Tensor, price: torch.Tensor) -> torch.Tensor:
    """Integers that minimise (r - q)**2 + price * bits(q) / LAMBDA, but for magnitudes turned to hide signs.

    Stands for the encoder's trellis (kernels/assembly/quant/signTrellis.ts): a magnitude turns to the best of the
    other parity, which costs d more, with the probability 1 / (1 + exp(d * TURNING)) that the cheapest code has.
    """
    hidden = hidden_signs(r)
    a = r.abs()
    of_bit = price / LAMBDA
    one = laplace_bits(torch.ones_like(a), log_b) - hidden
    more = torch.exp(-log_b) / math.log(2)

    def cost(q):
        return (a - q) ** 2 + of_bit * (one + more * (q - 1))

    low = torch.floor(a - 0.5 * of_bit * more).clamp(min=1)
    low_is_odd = low % 2 == 1
    odd = torch.where(low_is_odd, low, low + 1)
    even = torch.where(low_is_odd, low + 1, low)
    zero_cost = a**2 + of_bit * laplace_bits(torch.zeros_like(a), log_b)
    even_cost = torch.minimum(zero_cost, cost(even))
    even = torch.where(zero_cost < cost(even), 0, even)
    further = cost(odd) - even_cost
    p = torch.sigmoid(-TURNING * further.abs()) * (further.abs() < FAR / LAMBDA)
    turned = torch.rand_like(a) < p
    return torch.sign(r) * torch.where((further < 0) ^ turned, odd, even)


class StraightThroughRound(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad):
        return grad


class Quantize(torch.autograd.Function):
    """`hidden_sign_round` whose gradient passes to r unchanged."""

    @staticmethod
    def forward(ctx, r, log_b, price):
        return hidden_sign_round(r, log_b, price)

    @staticmethod
    def backward(ctx, grad):
        return grad, None, None


class SoftClamp(torch.autograd.Function):
    """Clamp whose gradient still lets values outside move back inside."""

    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward(x)
        ctx.limits = (low, high)
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        low, high = ctx.limits
        blocked = ((x < low) & (grad > 0)) | ((x > high) & (grad < 0))
        return grad.masked_fill(blocked, 0), None, None


def round_ste(x):
    return StraightThroughRound.apply(x)


def expand_mean(z: torch.Tensor) -> torch.Tensor:
    """Head value z (grid 1/32, |z| <= 4) to a mean in steps: z + z**3 / 2.

    Fine near zero, and wide enough (36 steps) for small steps.
    """
    return z + 0.5 * z**3


def compress(x: torch.Tensor) -> torch.Tensor:
    """Coefficient in steps to a signed network input on the grid 1/32 within (-4, 4)."""
    return (round_ste(64 * x / (1 + x.abs() / 2)) / 32).clamp(-127 / 32, 127 / 32)
