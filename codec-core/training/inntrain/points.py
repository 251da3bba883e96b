"""Operating points: quantization index -> step, shared with codec-core/src/quant/points.ts.

qp 0 is lossless (step 1, no fraction bits). qp 1..63: step = 0.75 * 2**((qp - 1) / 8) in units of
one grey level, rounded to the lifting grid of 1/16.
"""

import torch

FRACTION = 16
KNOTS = 9


def step_units(qp: int) -> int:
    """Quantization step in units of 1/16 grey level."""
    return round(FRACTION * 0.75 * 2 ** ((qp - 1) / 8))


STEP_UNITS = torch.tensor([FRACTION] + [step_units(q) for q in range(1, 64)])


def steps(qp: torch.Tensor) -> torch.Tensor:
    """Quantization step in grey levels for every index of `qp` (int64)."""
    return STEP_UNITS[qp].float() / FRACTION


def knot_weights(qp: torch.Tensor) -> torch.Tensor:
    """(n, 9) interpolation weights over knots at qp 0, 8, .., 64; multiples of 1/8, so exact in fp32."""
    low = qp // 8
    fraction = (qp % 8).float() / 8
    out = torch.zeros(len(qp), KNOTS)
    out.scatter_(1, low[:, None], (1 - fraction)[:, None])
    out.scatter_add_(1, (low + 1)[:, None], fraction[:, None])
    return out
