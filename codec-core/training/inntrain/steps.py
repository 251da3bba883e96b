"""One training step of each network: batch in, loss out."""

import torch
import torch.nn.functional as F

from .loopfilter import LoopFilter, rounded
from .motion import carry_state, compensate
from .networks import CHANNELS, STATE_CHANNELS
from .perception import prices
from .points import knot_weights, steps
from .quantizer import LAMBDA, compress
from .rows import NEIGHBOURS, Rows
from .transform import GROUPS, mixing, to_planes, to_rows, unmixing

T = mixing()
T_INVERSE = unmixing()
# Low ACs predicted from decoded DCs of the neighbours: (channel of a plane, weights over the 3x3
# neighbourhood), least squares on the training clips, in 1/256.
DC_GRADIENTS = {
    "luma": [
        (1, {"w": 38, "e": -38}),
        (2, {"n": 38, "s": -38}),
        (3, {"w": 16, "e": 16, "c": -32}),
        (4, {"nw": 8, "se": 8, "ne": -8, "sw": -8}),
        (5, {"n": 16, "s": 16, "c": -32}),
    ],
    "chroma": [
        (1, {"w": 42, "e": -42}),
        (2, {"n": 42, "s": -42}),
        (3, {"w": 15, "e": 15, "c": -30}),
        (4, {"nw": 8, "se": 8, "ne": -8, "sw": -8}),
        (5, {"n": 15, "s": 15, "c": -30}),
    ],
}
RATE_EXPONENT = 0.75
KEY_FILTER, PREDICTED_FILTER = LoopFilter(key=True), LoopFilter(key=False)


def per_channel(values) -> torch.Tensor:
    """(96,) one value for each frequency group's channels, in row order of this module."""
    out = torch.zeros(96)
    for channels, value in zip(GROUPS, values):
        out[channels] = value
    return out


# The encoder's model of what coding a block is worth (kernels/assembly/activity/gains.ts).
PRICES = per_channel([3 / LAMBDA, 4 / LAMBDA, 5 / LAMBDA, 6.5 / LAMBDA])
COSTS = per_channel([1.63, 2.51, 2.98, 2.96])
LEFT_OUT = per_channel([2.49, 1.45, -0.48, -1.69])
WORTH = 6.04
OVERHEAD = 6.3
"""Bits of coding a block, with a flag of usual cost."""


def activity(residual: torch.Tensor, price: torch.Tensor) -> torch.Tensor:
    """(n, 96) residual in steps, prices of bits -> worth coding?"""
    square = residual**2 / price
    saved = square - (residual - torch.round(residual)) ** 2 / price
    counted = WORTH * saved - COSTS
    return torch.where(saved > PRICES, counted, LEFT_OUT * square).sum(1) > OVERHEAD


def sample_weight(step: torch.Tensor) -> torch.Tensor:
    """Evens out how much each operating point counts: bits fall about as step**-1."""
    return (step / 16) ** RATE_EXPONENT


def kept_groups(batch: int, mask_share: float) -> torch.Tensor:
    """Scheduled masking: for a share of the samples only the first 1..3 of the four groups are kept."""
    masked = torch.rand(batch) < mask_share
    return torch.where(masked, torch.randint(1, len(GROUPS), (batch,)), len(GROUPS))


def picture_of(samples, batch, bh, bw):
    """(n, 96) samples minus 128 of all blocks -> planes of 8 bits."""
    return rounded(to_planes(samples, batch, bh, bw))


def every_block(batch: int, bh: int, bw: int) -> torch.Tensor:
    """(batch * bh * bw, 3) picture, row and column of all blocks."""
    return torch.cartesian_prod(torch.arange(batch), torch.arange(bh), torch.arange(bw))


def rough_key(planes, qp):
    """Stand-in reference for the first frame: dead-zone quantization at about the step of what a
    reference consists of (key frames are finer than predicted ones), filtered."""
    batch, h, w = planes[0].shape
    bh, bw = h // 8, w // 8
    finer = torch.randint(1, 11, (batch,))
    qp = (qp - finer).clamp(min=1)[torch.arange(batch).repeat_interleave(bh * bw)]
    step = steps(qp)
    x = to_rows(*planes) @ T.t() / step[:, None]
    q = torch.sign(x) * torch.floor(x.abs() + 0.4)
    samples = q * step[:, None] @ T_INVERSE
    picture = picture_of(samples, batch, bh, bw)
    return picture_of(KEY_FILTER(samples, picture, every_block(batch, bh, bw), qp, step), batch, bh, bw)


def counted_error(samples, source, step, price):
    """(n, 96) samples and those of the source -> (n,) squared error in steps, by coefficient and price."""
    return (((samples - source) @ T.t() / step[:, None]) ** 2 / price).sum(1)


@torch.no_grad()
def statistics(bits, filtered, source, qp):
    """Bits and squared error of rows at indices of the middle range."""
    middle = (qp >= 25) & (qp <= 45)
    return {
        "bits": (bits.sum(1) * middle).sum(),
        "sse": (((filtered - source) ** 2).sum(1) * middle).sum(),
    }


def predicted_step(net, planes, motion, qp, mask_share, random_active=0.1):
    """Unrolled predicted frames after a rough key frame -> (loss, statistics as tensors)."""
    batch, h, w = planes[0][0].shape
    bh, bw = h // 8, w // 8
    step = steps(qp)
    with torch.no_grad():
        reference = rough_key(planes[0], qp)
    state = torch.zeros(batch, bh, bw, STATE_CHANNELS)
    knots_all = knot_weights(qp)
    kept = kept_groups(batch, mask_share)
    total = 0.0
    stats = {"bits": 0.0, "sse": 0.0, "active": 0.0}
    for t in range(1, len(planes)):
        with torch.no_grad():
            source = to_rows(*planes[t])
            predicted = to_rows(*compensate(reference, motion[t]))
            x, p = source @ T.t(), predicted @ T.t()
            owner = torch.arange(batch).repeat_interleave(bh * bw)
            per_row = step[owner][:, None]
            price = prices(source)
            on = activity((x - p) / per_row, price) | (torch.rand(len(x)) < random_active)
            rows = Rows(on.view(batch, bh, bw))
            x, p, per_row, source, price = (rows.take(of_all) for of_all in (x, p, per_row, source, price))
            owner = rows.blocks[:, 0]
        carried = carry_state(state, motion[t]).flatten(0, 2)
        decoded, bits, new_state = net(
            x / per_row,
            p / per_row,
            rows.take(carried),
            knots_all[owner],
            rows.neighbours,
            rows.half,
            kept[owner],
            price,
        )
        samples = decoded * per_row @ T_INVERSE
        picture = picture_of(rows.put(predicted, samples), batch, bh, bw)
        filtered = PREDICTED_FILTER(samples, picture, rows.blocks, qp[owner], step[owner])
        error = counted_error(filtered, source, step[owner], price)
        cost = (bits.sum(1) + LAMBDA * error) * sample_weight(step)[owner] * rows.present
        total = total + cost.sum() / (batch * h * w)
        state = rows.put(carried, new_state).view(batch, bh, bw, -1)
        with torch.no_grad():
            reference = picture_of(rows.put(predicted, filtered), batch, bh, bw)
            share = on.float().mean() / (len(planes) - 1)
            frame = {**statistics(bits, filtered, source, torch.where(rows.present > 0, qp[owner], 0)), "active": share}
            stats = {key: value + frame[key] for key, value in stats.items()}
    return total, stats


def dc_field(dc: torch.Tensor) -> torch.Tensor:
    """Decoded DCs (B, bh, bw, 3) in steps -> (n, 40) compressed differences to neighbours.

    24 luma differences over 5x5 (rows first), then 8 of U and 8 of V over 3x3; edges replicate.
    """
    padded = F.pad(dc.permute(0, 3, 1, 2), (2, 2, 2, 2), mode="replicate")
    bh, bw = dc.shape[1:3]

    def difference(plane, dy, dx):
        shifted = padded[:, plane, 2 + dy : 2 + dy + bh, 2 + dx : 2 + dx + bw]
        return (shifted - dc[..., plane]).flatten()

    inputs = [difference(0, dy, dx) for dy in range(-2, 3) for dx in range(-2, 3) if dy or dx]
    for plane in (1, 2):
        inputs += [difference(plane, dy, dx) for dy, dx in NEIGHBOURS]
    return compress(torch.stack(inputs, 1))


def dc_base(dc: torch.Tensor) -> torch.Tensor:
    """(B, bh, bw, 3) decoded DCs in steps -> (n, 96): the DCs and the low ACs they suggest."""
    padded = F.pad(dc.permute(0, 3, 1, 2), (1, 1, 1, 1), mode="replicate")
    bh, bw = dc.shape[1:3]
    place = {"nw": (0, 0), "n": (0, 1), "ne": (0, 2), "w": (1, 0), "c": (1, 1), "e": (1, 2), "sw": (2, 0), "s": (2, 1), "se": (2, 2)}
    side = {k: padded[:, :, y : y + bh, x : x + bw] for k, (y, x) in place.items()}
    base = torch.zeros(dc[..., 0].numel(), 96)
    for plane, (start, kind) in enumerate(((0, "luma"), (64, "chroma"), (80, "chroma"))):
        base[:, start] = dc[..., plane].flatten()
        for channel, weights in DC_GRADIENTS[kind]:
            base[:, start + channel] = sum(side[k][:, plane].flatten() * w for k, w in weights.items()) / 256
    return base


def key_step(net, planes, qp, mask_share):
    """One key frame per crop; planes: (y, u, v) -> (loss, statistics as tensors)."""
    batch, h, w = planes[0].shape
    bh, bw = h // 8, w // 8
    with torch.no_grad():
        everywhere = to_rows(*planes)
        rows = Rows(torch.ones(batch, bh, bw, dtype=torch.bool), room=1.0)
        owner = rows.blocks[:, 0]
        step = steps(qp)
        of_all = everywhere @ T.t() / step.repeat_interleave(bh * bw)[:, None]
        dc = torch.round(of_all.index_select(1, CHANNELS[0])).view(batch, bh, bw, 3)
        source, target, base, field = (rows.take(x) for x in (everywhere, of_all, dc_base(dc), dc_field(dc)))
        price = prices(source)
    kept = kept_groups(batch, mask_share)
    decoded, bits = net(
        target, base, field, knot_weights(qp)[owner], rows.neighbours, rows.half, kept[owner], price
    )
    samples = decoded * step[owner, None] @ T_INVERSE
    picture = picture_of(rows.put(everywhere, samples), batch, bh, bw)
    filtered = KEY_FILTER(samples, picture, rows.blocks, qp[owner], step[owner])
    error = counted_error(filtered, source, step[owner], price)
    loss = ((bits.sum(1) + LAMBDA * error) * sample_weight(step)[owner]).sum() / (batch * h * w)
    return loss, {**statistics(bits, filtered, source, qp[owner]), "active": torch.ones(())}
