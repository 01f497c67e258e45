"""Adam with decoupled weight decay, on one flat array of parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg.blas import get_blas_funcs

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8
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

    theta <- theta - rate alpha theta; theta <- theta - rate m / (sqrt(v) + epsilon), where m and v are the
    bias-corrected running means of the gradient and of its square. They are kept divided by FIRST^t and SECOND^t, so
    that a step adds to them without multiplying them first.
    """

    first: np.ndarray
    second: np.ndarray
    scratch: np.ndarray
    decay: np.ndarray | None
    n_steps: int = 0
    powers: list[float] = field(default_factory=lambda: [1.0, 1.0])

    @classmethod
    def of(cls, flat: np.ndarray, alpha: float, decayed: np.ndarray) -> "Adam":
        """Return the state before the first step; decayed marks the parameters that decay."""
        decay = np.tile(alpha * decayed, (len(flat), 1)).astype(flat.dtype) if alpha else None
        return cls(np.zeros_like(flat), np.zeros_like(flat), np.empty_like(flat), decay)

    def keep(self, networks: np.ndarray) -> "Adam":
        """Return the state of some of the networks."""
        decay = None if self.decay is None else self.decay[networks]
        return Adam(
            self.first[networks],
            self.second[networks],
            self.scratch[networks],
            decay,
            self.n_steps,
            list(self.powers),
        )

    def step(self, flat: np.ndarray, gradient: np.ndarray, rate: float) -> None:
        """Move the parameters."""
        axpy = get_blas_funcs("axpy", (flat,))
        p, g, scratch = flat.ravel(), gradient.ravel(), self.scratch.ravel()
        first, second = self.first.ravel(), self.second.ravel()
        self.n_steps += 1
        self.powers[0] *= FIRST
        self.powers[1] *= SECOND
        axpy(g, first, a=(1.0 - FIRST) / self.powers[0])
        np.multiply(g, g, out=scratch)
        axpy(scratch, second, a=(1.0 - SECOND) / self.powers[1])
        if self.decay is not None:
            np.multiply(self.decay.ravel(), p, out=scratch)
            axpy(scratch, p, a=-rate)
        # sqrt(v) / sqrt(power) + eps, with the constants moved out of the arrays.
        root = np.sqrt(self.powers[1] / (1.0 - SECOND**self.n_steps))
        np.sqrt(second, out=scratch)
        scratch += EPSILON / root
        np.divide(first, scratch, out=scratch)
        axpy(scratch, p, a=-rate * self.powers[0] / ((1.0 - FIRST**self.n_steps) * root))
        if 1.0 / min(self.powers) > RANGE:
            self._rescale()

    def _rescale(self) -> None:
        """Multiply the moments by the powers they were divided by."""
        self.first *= self.powers[0]
        self.second *= self.powers[1]
        self.powers = [1.0, 1.0]
