"""A training step is thousands of small operations, which a GPU does faster than they can be asked for."""

from collections.abc import Callable

import torch

ON_GPU = torch.get_default_device().type == "cuda"


def fused(function: Callable) -> Callable:
    """A function whose element-wise operations run as few ones; compiled for every shape it gets."""
    return torch.compile(function, dynamic=False) if ON_GPU else function


class Recorded:
    """A function that is recorded with its first arguments and from then on played back with others in
    their place. It takes and gives tensors whose shapes never change, and must not ask for their values.

    On the processor it is just called.
    """

    WARM_UP = 3

    def __init__(self, function: Callable):
        self.function = function
        self.graph = None

    def __call__(self, *inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """-> the function's results, valid until the next call."""
        if not ON_GPU:
            return self.function(*inputs)
        if self.graph is None:
            self._record(inputs)
        for own, value in zip(self.inputs, inputs):
            own.copy_(value)
        self.graph.replay()
        return self.results

    def _record(self, inputs):
        self.inputs = [value.clone() for value in inputs]
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(self.WARM_UP):
                self.function(*self.inputs)
        torch.cuda.current_stream().wait_stream(aside)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.results = self.function(*self.inputs)
