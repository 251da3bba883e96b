"""The key-frame and predicted-frame networks (conditional additive couplings in four groups)."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from .layers import GRID, RowLinear, Spatial, activate, beside, head
from .quantizer import (
    MEAN_GRID,
    SCALE_LEVELS,
    Quantize,
    compress,
    expand_mean,
    hidden_signs,
    laplace_bits,
    log_scale,
)
from .transform import GROUP_SIZES, GROUPS

STATE_CHANNELS = 16
KEY_FIELD_INPUTS = 40
ADJACENT = torch.tensor([1, 3, 4, 6])
"""Of the eight neighbours those that share an edge: the other checkerboard colour."""


class CodeHead(nn.Module):
    """Mean and scale of the latents of one group."""

    def __init__(self, channels: int, size: int, start: float):
        super().__init__()
        self.size = size
        self.out = RowLinear(channels, 2 * size, gain=0.1)
        self.out.bias.data[:, size:] = start / GRID

    def forward(self, x):
        """-> mean in steps, scale index 0..63 (both real-valued with straight-through rounding)."""
        z = self.out(x)
        mean = head(z[:, : self.size], -127 / MEAN_GRID, 127 / MEAN_GRID, MEAN_GRID)
        scale = head(z[:, self.size :] * GRID, 0.0, SCALE_LEVELS - 1.0, 1.0)
        return expand_mean(mean), scale


CHANNELS = [torch.tensor(group) for group in GROUPS]
DCS = torch.zeros(96, dtype=torch.bool).index_fill(0, CHANNELS[0], True)
"""True at the three DC channels, whose absolute level says nothing to a network."""


def code(residual, mean, scale, sent, price):
    """Quantize one group -> decoded residual in steps, bits per latent.

    sent: (n, 1) 1 where the group is in the stream, 0 where it is masked and decodes as its mean;
    price: that of a bit of every latent.
    """
    log_b = log_scale(scale)
    q = Quantize.apply(residual - mean, log_b, price)
    bits = laplace_bits(q, log_b) - hidden_signs(q) * (q != 0)
    return q * sent + mean, bits * sent


class Refinement(nn.Module):
    """Correction of every coefficient from the decoded ones, within one step."""

    def __init__(self, channels: int, field: int, layers: int, state: bool):
        super().__init__()
        self.enter = RowLinear(field + 96, channels, per_point=True)
        self.body = nn.ModuleList([Spatial(channels) for _ in range(layers)])
        self.out = RowLinear(channels, 96, gain=0.02)
        self.state = RowLinear(channels, STATE_CHANNELS) if state else None

    def forward(self, field, decoded, knots, neighbours):
        t = activate(self.enter(torch.cat([field, compress(decoded)], 1), knots))
        for layer in self.body:
            t = layer(t, neighbours)
        correction = head(self.out(t), -127 / 128, 127 / 128, 128)
        return correction, (activate(self.state(t)) if self.state is not None else None)


class SecondPass(nn.Module):
    """Mean and scale of one group on the odd rows, which see the decoded latents of the even ones.

    It starts as the identity followed by a copy of the first pass's head, so a network of one pass
    becomes one of two without a loss.
    """

    DIGEST = 16

    def __init__(self, channels: int, size: int):
        super().__init__()
        self.digest = RowLinear(channels + size, self.DIGEST)
        self.mix = RowLinear(channels + len(ADJACENT) * self.DIGEST, channels)
        self.mix.weight.data *= 0.02
        self.mix.weight.data[:, :channels] = torch.eye(channels)
        self.head = CodeHead(channels, size, 26.0)

    def forward(self, field, first, neighbours):
        """field (n, channels), even rows first; first (half, size) decoded residuals of those in steps."""
        half = len(first)
        s = activate(self.digest(torch.cat([field[:half], compress(first)], 1)))
        # Neighbours across an edge are even, or absent.
        around = beside(s, neighbours[half:].index_select(1, ADJACENT).clamp(max=half))
        return self.head(activate(self.mix(torch.cat([field[half:], around], 1))))


class PredictedNet(nn.Module):
    """Couplings of a predicted frame, on its active rows; two checkerboard passes a group.

    Inputs are in steps: `base` (n, 96) the mixed prediction, `state` (n, 16) carried along motion.
    """

    def __init__(self, channels: int = 96):
        super().__init__()
        n = channels
        self.enter = RowLinear(96 + STATE_CHANNELS, n, per_point=True)
        self.body = nn.ModuleList([Spatial(n), Spatial(n)])
        self.gate = RowLinear(n, 96, gain=0.1)
        self.gate.bias.data += 4 / GRID
        sizes = GROUP_SIZES
        self.heads = nn.ModuleList([CodeHead(n, s, 26.0) for s in sizes])
        self.second = nn.ModuleList([SecondPass(n, s) for s in sizes])
        self.context = nn.ModuleList([RowLinear(n + sizes[g], n, per_point=True) for g in range(3)])
        self.spatial = nn.ModuleList([Spatial(n) for _ in range(3)])
        self.refine = Refinement(n, n, 2, state=True)

    def forward(self, target, base, state, knots, neighbours, half, kept, price):
        """The rows of one checkerboard colour, `half` of them, come first; price (n, 96) of a bit.

        -> decoded coefficients in steps, bits (n, 96) in channel order, new state.
        """
        f = activate(self.enter(torch.cat([compress(base), state], 1), knots))
        for layer in self.body:
            f = layer(f, neighbours)
        gate = head(self.gate(f) * GRID, 0.0, 255.0, 1.0)
        gated = base * (1 - gate / 256)
        change = torch.zeros_like(base)
        bits = torch.zeros_like(base)
        for g, channels in enumerate(CHANNELS):
            if g:
                f = activate(self.context[g - 1](torch.cat([f, compress(part)], 1), knots))
                f = self.spatial[g - 1](f, neighbours)
            residual = target[:, channels] - gated[:, channels]
            sent = (kept > g).float()[:, None]
            of_bit = price[:, channels]
            mean, scale = self.heads[g](f[:half])
            first, first_cost = code(residual[:half], mean, scale, sent[:half], of_bit[:half])
            mean, scale = self.second[g](f, first, neighbours)
            second, second_cost = code(residual[half:], mean, scale, sent[half:], of_bit[half:])
            part = torch.cat([first, second])
            bits = bits.index_copy(1, channels, torch.cat([first_cost, second_cost]))
            change = change.index_copy(1, channels, part)
        decoded = gated + change
        seen = torch.where(DCS, change, decoded)
        correction, new_state = self.refine(f, seen, knots, neighbours)
        return decoded + correction, bits, new_state


class KeyNet(nn.Module):
    """Couplings of a key frame given its decoded DCs; two checkerboard passes a group."""

    def __init__(self, channels: int = 96):
        super().__init__()
        n = channels
        self.enter = RowLinear(KEY_FIELD_INPUTS, n, per_point=True)
        self.body = nn.ModuleList([Spatial(n), Spatial(n)])
        sizes = GROUP_SIZES[1:]
        self.context = nn.ModuleList()
        self.spatial = nn.ModuleList()
        self.heads = nn.ModuleList()
        previous = 0
        for size in sizes:
            for inputs in (previous, size):
                self.context.append(RowLinear(n + inputs, n, per_point=True))
                self.spatial.append(Spatial(n))
                self.heads.append(CodeHead(n, size, 26.0))
            previous = size
        self.refine = Refinement(n, n, 2, state=False)

    def forward(self, target, base, field, knots, neighbours, half, kept, price):
        """target, base (n, 96) in steps (base: linear prediction of low ACs from DCs; DC channels
        of both hold the decoded DCs); field (n, 40) compressed differences of neighbouring DCs. The
        rows of one checkerboard colour, `half` of them, come first; price (n, 96) of a bit.
        """
        f = activate(self.enter(field, knots))
        for layer in self.body:
            f = layer(f, neighbours)
        decoded = base
        bits = torch.zeros_like(base)
        previous = None
        for k, channels in enumerate(CHANNELS[1:]):
            residual = target[:, channels] - base[:, channels]
            sent = (kept > k + 1).float()[:, None]
            of_bit = price[:, channels]
            values, costs = [], []
            inputs = f if previous is None else torch.cat([f, compress(previous)], 1)
            for j, rows in ((2 * k, slice(half)), (2 * k + 1, slice(half, None))):
                f = activate(self.context[j](inputs, knots))
                mean, scale = self.heads[j](self.spatial[j](f, neighbours, rows))
                value, cost = code(residual[rows], mean, scale, sent[rows], of_bit[rows])
                values.append(value)
                costs.append(cost)
                # The second pass sees the first; the next group sees both.
                previous = F.pad(torch.cat(values), (0, 0, 0, len(f) - sum(map(len, values))))
                inputs = torch.cat([f, compress(previous)], 1)
            decoded = decoded.index_copy(1, channels, base[:, channels] + previous)
            bits = bits.index_copy(1, channels, torch.cat(costs))
        correction, _ = self.refine(f, decoded.masked_fill(DCS, 0), knots, neighbours)
        return decoded + correction, bits


def read_checkpoint(path: str) -> dict:
    """What `train` saved, where the networks run; committed checkpoints hold only `average` and `step`."""
    return torch.load(path, weights_only=True, map_location=torch.get_default_device())


def load_trained(net: nn.Module, trained: dict[str, torch.Tensor]) -> None:
    """Loads weights, if they are of a narrower network as the first of its channels: it starts with the
    same outputs, since nobody listens to the new channels yet."""
    state = net.state_dict()
    width = len(state["enter.weight"])
    more = width - len(trained["enter.weight"])
    for name, value in trained.items():
        own = state[name]
        if name.endswith("bias"):
            own[:, : value.shape[1]] = value
            continue
        outputs, inputs = value.shape
        # A layer that sees the field sees it first.
        if own.shape[1] > inputs:
            own[:outputs, width - more : width] = 0
            own[:outputs, : width - more] = value[:, : width - more]
            own[:outputs, width:] = value[:, width - more :]
        else:
            own[:outputs] = value
    net.load_state_dict(state)


def multiply_adds(net: nn.Module) -> int:
    """Multiply-adds per row when every layer runs on every row (an upper bound for checkerboards)."""
    return sum(m.weight.numel() for m in net.modules() if isinstance(m, RowLinear))
