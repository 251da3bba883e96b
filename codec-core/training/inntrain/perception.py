"""What a squared error is worth to the eye: the encoder's prices (kernels/assembly/quant/perception.ts).

A price is how much dearer than usual a bit is, by block and channel: squared errors count by its inverse.
"""

import torch

from .transform import zigzag

FLOOR = 15.0
ANCHOR = 58.0
BLOCK_EXPONENT = 0.2
FREQUENCY_SLOPE = 0.105
NEUTRAL_FREQUENCY = 5.0
CHROMA_PRICE = 1.1

PLACES = torch.tensor(zigzag(8))
SHARES = torch.exp(FREQUENCY_SLOPE * (torch.hypot((PLACES % 8).float(), (PLACES // 8).float()) - NEUTRAL_FREQUENCY))


def prices(samples: torch.Tensor) -> torch.Tensor:
    """(n, 96) samples of blocks to code -> (n, 96) prices of a bit of their coefficients."""
    variance = samples[:, :64].var(1, unbiased=False)
    of_block = ((variance + FLOOR) / ANCHOR) ** BLOCK_EXPONENT
    chroma = torch.full((len(samples), 32), CHROMA_PRICE)
    return torch.cat([of_block[:, None] * SHARES, chroma], 1)
