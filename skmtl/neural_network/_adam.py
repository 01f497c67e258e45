"""Adam with decoupled weight decay, on one flat array of parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.linalg.blas import daxpy, saxpy

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8
AXPY = {"f": saxpy, "d": daxpy}
RANGE = 1e6  # of the powers that moments are scaled by, before they are scaled back


def constant(share: float) -> float:
    """Return the factor of the learning rate: 1."""
    return 1.0


def cosine(share: float) -> float:
    """Return the factor of the learning rate after a share of the epochs: half a wave, down to zero."""
    return 0.5 * (1.0 + np.cos(np.pi * share))


SCHEDULES: Mapping[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine}


@dataclass
class Adam:
    """Adam's moments of a flat array (Kingma & Ba 2015), with decay of the weights apart (Loshchilov & Hutter 2019).

    weights <- (1 - rate alpha) weights, then parameters <- parameters - rate m / (sqrt(v) + epsilon): m and v are the
    bias-corrected running means of the gradient and of its square. They are kept divided by FIRST^t and SECOND^t, so
    that a step adds to them without multiplying them first.
    """

    first: np.ndarray
    second: np.ndarray
    alpha: float
    n_steps: int = 0
    powers: list[float] = field(default_factory=lambda: [1.0, 1.0])

    @classmethod
    def of(cls, flat: np.ndarray, alpha: float) -> "Adam":
        """Return the state before the first step."""
        return cls(np.zeros_like(flat), np.zeros_like(flat), alpha)

    def keep(self, networks: np.ndarray) -> "Adam":
        """Return the state of some of the networks."""
        kept = (self.first[networks], self.second[networks])
        return Adam(*kept, self.alpha, self.n_steps, list(self.powers))

    def step(
        self, flat: np.ndarray, gradient: np.ndarray, rate: float, weights: Sequence[np.ndarray]
    ) -> None:
        """Move the parameters; weights are views of those that decay. The gradient is overwritten."""
        axpy = AXPY[flat.dtype.char]
        p, g = flat.reshape(-1), gradient.reshape(-1)
        first, second = self.first.reshape(-1), self.second.reshape(-1)
        self.n_steps += 1
        self.powers[0] *= FIRST
        self.powers[1] *= SECOND
        axpy(g, first, a=(1.0 - FIRST) / self.powers[0])
        np.multiply(g, g, out=g)
        axpy(g, second, a=(1.0 - SECOND) / self.powers[1])
        if self.alpha:
            for W in weights:
                W *= 1.0 - rate * self.alpha
        # sqrt(v) / sqrt(power) + epsilon, with the constants moved out of the arrays.
        root = sqrt(self.powers[1] / (1.0 - SECOND**self.n_steps))
        np.sqrt(second, out=g)
        g += EPSILON / root
        np.divide(first, g, out=g)
        axpy(g, p, a=-rate * self.powers[0] / ((1.0 - FIRST**self.n_steps) * root))
        if 1.0 / min(self.powers) > RANGE:
            self._rescale()

    def _rescale(self) -> None:
        """Multiply the moments by the powers they were divided by."""
        self.first *= self.powers[0]
        self.second *= self.powers[1]
        self.powers = [1.0, 1.0]
