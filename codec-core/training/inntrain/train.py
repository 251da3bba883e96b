"""Train one network: `python -m inntrain.train key|predicted --data DIR --out FILE --steps N`.

Resumes from FILE when it exists; else it starts from the averaged weights of the checkpoint --start,
if there is one. The schedule is by steps, so that a resumed run equals an uninterrupted one but for
the random numbers; or, with --minutes, by the time of this run.
"""

import argparse
import copy
import math
import os
import random
import time

import torch

from .data import Sequences
from .gpu import ON_GPU, Recorded
from .layers import STATE, hold_weights
from .networks import KeyNet, PredictedNet, load_trained, multiply_adds, read_checkpoint
from .steps import key_step, predicted_step

CROP = 192


def learning_rate(base: float, progress: float, step: int) -> float:
    """Warm-up over 200 steps, flat until half, then a cosine to zero."""
    warm = min(1.0, (step + 1) / 200)
    fall = 1.0 if progress < 0.5 else 0.5 * (1 + math.cos(math.pi * (progress - 0.5) / 0.5)) + 0.003
    return base * warm * fall


def mask_share(progress: float, first: float) -> float:
    """Scheduled masking: the share of the samples falls from `first` to 4 % at the end."""
    return first * (1 - progress) + 0.04 * progress


def sample_points(batch: int) -> torch.Tensor:
    """Quantization indices, mostly in the range calls use (step 2.5 .. 80), some beyond."""
    middle = torch.randint(15, 56, (batch,))
    anywhere = torch.randint(1, 64, (batch,))
    return torch.where(torch.rand(batch) < 0.8, middle, anywhere)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["key", "predicted"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--index", help="INDEX.tsv of the clips, for the sampling weights")
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="checkpoint to start from, also of a narrower network")
    schedule = parser.add_mutually_exclusive_group(required=True)
    schedule.add_argument("--steps", type=int)
    schedule.add_argument("--minutes", type=float, help="compilation included")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--length", type=int, default=8, help="frames of a sequence (predicted)")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--integer-from", type=float, default=0.5, help="share of the schedule")
    parser.add_argument("--mask-from", type=float, default=0.25, help="masked samples at the start")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    started = time.time()
    torch.set_num_threads(args.threads)

    data = Sequences(args.data, args.index)
    net = KeyNet() if args.kind == "key" else PredictedNet()
    average = copy.deepcopy(net)
    if ON_GPU:
        net.compile(dynamic=False)
    rate = torch.tensor(args.rate)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate, betas=(0.9, 0.99), capturable=ON_GPU)
    step = 0
    if os.path.exists(args.out):
        saved = read_checkpoint(args.out)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        optimizer.param_groups[0].update(lr=rate, capturable=ON_GPU)
        step = saved["step"]
    elif args.start:
        load_trained(net, read_checkpoint(args.start)["average"])
        average.load_state_dict(net.state_dict())
    torch.manual_seed(step)
    rng = random.Random(step)
    print(f"{args.kind}: {multiply_adds(net)} MAC a row, from step {step}", flush=True)

    def save() -> None:
        state = {"kind": args.kind, "net": net.state_dict(), "average": average.state_dict(), "step": step}
        torch.save({**state, "optimizer": optimizer.state_dict()}, args.out + ".part")
        os.replace(args.out + ".part", args.out)

    def progress_now() -> float:
        return step / args.steps if args.steps else (time.time() - started) / 60 / args.minutes

    def update(cut: torch.Tensor, masked: torch.Tensor, keep: torch.Tensor) -> dict[str, torch.Tensor]:
        """A step with the crops `cut` -> loss and statistics."""
        hold_weights(net)
        qp = sample_points(args.batch)
        planes, motion = data.crops(cut, qp, length, CROP)
        if args.kind == "key":
            loss, stats = key_step(net, planes[0], qp, masked)
        else:
            loss, stats = predicted_step(net, planes, motion, qp, masked)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for a, p in zip(average.parameters(), net.parameters()):
                a.lerp_(p, 1 - keep)
        return {"loss": loss.detach(), **stats}

    length = args.length if args.kind == "predicted" else 1
    total = dict.fromkeys(("loss", "bits", "sse", "active"), 0.0)
    recorded = None
    while (progress := progress_now()) < 1:
        integer = progress >= args.integer_from
        if recorded is None or integer != STATE["integer"]:
            STATE["integer"] = integer
            recorded = Recorded(update)
        rate.fill_(learning_rate(args.rate, progress, step))
        stats = recorded(
            data.choose(args.batch, length, CROP, rng),
            torch.tensor(mask_share(progress, args.mask_from)),
            torch.tensor(min(0.999, (step + 1) / (step + 51.0))),
        )
        step += 1
        for key, value in stats.items():
            total[key] = total[key] + value
        if step % 100 == 0:
            pixels = 100 * args.batch * CROP * CROP
            print(
                f"{step} {time.time() - started:.0f} s loss {total['loss'] / 100:.4f}"
                f" bits/px {total['bits'] / pixels:.4f} sse/px {total['sse'] / pixels:.3f}"
                f" active {total['active'] / 100:.3f}",
                flush=True,
            )
            total = dict.fromkeys(total, 0.0)
        if step % 500 == 0:
            save()
    save()


if __name__ == "__main__":
    main()
