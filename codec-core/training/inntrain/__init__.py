"""Training of the codec's networks, on the processor or where the environment's DEVICE says (cuda)."""

import os

import torch

if "DEVICE" in os.environ:
    torch.set_default_device(os.environ["DEVICE"])
