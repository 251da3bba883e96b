"""Hard quantization with exact code lengths and straight-through gradients."""

import math

import torch

LAMBDA = 7.5
"""Bits that a squared error of step**2 is worth: J = bits + LAMBDA * sse / step**2, where errors count
by the inverse of the price of a bit (perception.py)."""
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


@torch.no_grad()
def rate_distortion_round(r: torch.Tensor, log_b: torch.Tensor, price: torch.Tensor) -> torch.Tensor:
    """Integer among {round, round - 1, 0} that minimises (r - q)**2 + price * bits(q) / LAMBDA."""
    a = r.abs()
    best = torch.round(a)
    of_bit = price / LAMBDA
    cost = (a - best) ** 2 + laplace_bits(best, log_b) * of_bit
    for q in ((best - 1).clamp(min=0), torch.zeros_like(a)):
        c = (a - q) ** 2 + laplace_bits(q, log_b) * of_bit
        best = torch.where(c < cost, q, best)
        cost = torch.minimum(c, cost)
    return torch.sign(r) * best


class StraightThroughRound(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad):
        return grad


class Quantize(torch.autograd.Function):
    """`rate_distortion_round` whose gradient passes to r unchanged."""

    @staticmethod
    def forward(ctx, r, log_b, price):
        return rate_distortion_round(r, log_b, price)

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
