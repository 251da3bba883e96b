"""Which blocks of a batch of pictures are coded, as rows of the networks."""

import torch
import torch.nn.functional as F

from .gpu import ON_GPU

NEIGHBOURS = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]
ROOM = 0.55
"""On a GPU, which would have to be asked for their number, the rows are as many as this share of all
blocks; those left over stand for no block, and active blocks beyond them are not coded."""


class Rows:
    """Rows of the active blocks, those of one checkerboard colour first.

    half: rows of the first colour; numbers (n,): of blocks in raster order, `total` where a row stands
    for no block; present (n,): 0 there, else 1; blocks (n, 3): picture, row and column, of some block
    there; neighbours (n, 8): row numbers, n for absent.
    """

    def __init__(self, active: torch.Tensor, room: float = ROOM):
        """active (B, bh, bw) bool."""
        batch, bh, bw = active.shape
        self.total = active.numel()
        everyone = torch.arange(self.total)
        colour = (everyone // bw % bh + everyone % bw) % 2
        halves = []
        for first in (0, 1):
            chosen = active.flatten() & (colour == first)
            length = int(self.total * room / 2) if ON_GPU else int(chosen.sum())
            # Whoever has no place goes to the one after the last.
            place = torch.where(chosen, chosen.cumsum(0) - 1, length).clamp(max=length)
            numbers = torch.full((length + 1,), self.total)
            halves.append(numbers.scatter(0, place, everyone)[:length])
        self.half = len(halves[0])
        self.numbers = torch.cat(halves)
        self.present = (self.numbers < self.total).float()
        self._some = self.numbers.clamp(max=self.total - 1)
        y, x = self._some // bw % bh, self._some % bw
        self.blocks = torch.stack([self._some // (bh * bw), y, x], 1)
        self.neighbours = self._neighbours(batch, bh, bw)

    def _neighbours(self, batch, bh, bw):
        n = len(self.numbers)
        rows = torch.full((self.total + 1,), n).scatter(0, self.numbers, torch.arange(n))
        grid = F.pad(rows[:-1].view(batch, bh, bw), (1, 1, 1, 1), value=n)
        picture, y, x = self.blocks.unbind(1)
        return torch.stack([grid[picture, y + 1 + dy, x + 1 + dx] for dy, dx in NEIGHBOURS], 1)

    def take(self, values: torch.Tensor) -> torch.Tensor:
        """(total, ...) values of all blocks -> (n, ...)."""
        return values.index_select(0, self._some)

    def put(self, into: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        """(total, ...) with the values (n, ...) of the rows in their places."""
        spare = torch.cat([into, into[:1]])
        return spare.index_copy(0, self.numbers, values)[:-1]
