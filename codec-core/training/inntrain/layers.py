"""Row layers whose trained values are exact integers at run time.

Activations are u8 on the grid 1/32; weights are integers times a power of two per output channel, so
the float arithmetic of any device is exact (see docs/ARCHITECTURE.md, "Integer-exact networks").
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from .points import KNOTS
from .quantizer import SoftClamp, round_ste

GRID = 32
STATE = {"integer": False}
"""`integer`: quantize weights and activations in the forward pass (fine-tuning and export)."""


def weight_exponent(weight: torch.Tensor) -> torch.Tensor:
    """Per output channel the largest k <= 12 with max|w| * 2**k <= 127."""
    top = weight.abs().amax(1).clamp(min=2.0**-6)
    return torch.floor(torch.log2(127.49 / top)).clamp(-4, 12)


def integer_weight(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Integers in -127..127 and their exponents k: weight ~ integers * 2**-k."""
    k = weight_exponent(weight)
    return round_ste(weight * torch.exp2(k)[:, None]).clamp(-127, 127), k


def bias_exponent(k: torch.Tensor) -> torch.Tensor:
    """Grid of the bias knots: fine, and still on the accumulator's grid after interpolation by 1/8."""
    return (k - 3).clamp(min=0)


class RowLinear(nn.Module):
    """(n, inputs) -> (n, outputs); the bias may depend on the operating point by nine knots."""

    def __init__(self, inputs: int, outputs: int, per_point: bool = False, gain: float = 1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        self.weight.data *= gain
        self.bias = nn.Parameter(torch.zeros(KNOTS if per_point else 1, outputs))
        self.held = None

    def quantized(self):
        """Weight and bias as the run time sees them, in natural units."""
        w, k = integer_weight(self.weight)
        e = bias_exponent(k)
        bias = round_ste(self.bias * GRID * torch.exp2(e)) / torch.exp2(e) / GRID
        return w / torch.exp2(k)[:, None], bias

    def effective(self):
        return self.quantized() if STATE["integer"] else (self.weight, self.bias)

    def forward(self, x: torch.Tensor, knots: torch.Tensor | None = None) -> torch.Tensor:
        weight, bias = self.held or self.effective()
        if self.bias.shape[0] == 1:
            return F.linear(x, weight, bias[0])
        return F.linear(x, weight) + knots @ bias


def hold_weights(net: nn.Module) -> None:
    """Quantizes the present weights once, for all frames of a step."""
    for layer in net.modules():
        if isinstance(layer, RowLinear):
            layer.held = layer.effective()


def activate(z: torch.Tensor) -> torch.Tensor:
    """ReLU with the ceiling of a u8, in integer mode rounded to the grid 1/32.

    Outside its range the gradient is zero: letting it through, as the heads do, pushes units that are
    rightly off and ruins a trained network within a hundred steps.
    """
    z = z.clamp(0, 255 / GRID)
    return round_ste(z * GRID) / GRID if STATE["integer"] else z


def head(z: torch.Tensor, low: float, high: float, grid: float) -> torch.Tensor:
    """Output head: clamped to [low, high] and, in integer mode, rounded to the grid."""
    if STATE["integer"]:
        z = round_ste(z * grid) / grid
    return SoftClamp.apply(z, low, high)


def beside(digests: torch.Tensor, neighbours: torch.Tensor) -> torch.Tensor:
    """(n, digest) -> (m, k * digest) those of the k neighbours (m, k) of each row; zeros for number n."""
    s = F.pad(digests, (0, 0, 0, 1))
    return s.index_select(0, neighbours.flatten()).view(len(neighbours), -1)


class Spatial(nn.Module):
    """Mix a row with a 16-channel digest of its eight neighbours (absent neighbour = zeros)."""

    DIGEST = 16

    def __init__(self, channels: int):
        super().__init__()
        self.digest = RowLinear(channels, self.DIGEST)
        self.mix = RowLinear(channels + 8 * self.DIGEST, channels)

    def forward(self, x: torch.Tensor, neighbours: torch.Tensor, rows: slice = slice(None)):
        """neighbours: (n, 8) row numbers, n for absent; rows: those to compute."""
        around = beside(activate(self.digest(x)), neighbours[rows])
        return activate(self.mix(torch.cat([x[rows], around], 1)))
