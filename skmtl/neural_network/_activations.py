"""What hidden units do with their sums."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np


class Activation(ABC):
    """An elementwise function, in place; its derivative is written in terms of its value."""

    gain: float = 1.0  # variance of the first weights, times the number of inputs

    @abstractmethod
    def forward(self, Z: np.ndarray) -> None:
        """Turn Z into the units' values."""

    @abstractmethod
    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        """Multiply G by the derivative where the values are A."""


class Relu(Activation):
    """max(z, 0)."""

    gain = 2.0

    def forward(self, Z: np.ndarray) -> None:
        np.maximum(Z, 0.0, out=Z)

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        # Bits of a positive number, read as an integer, are at least 1, and times 0 or 1 they stay or vanish: this is
        # twice as fast as a boolean mask.
        whole = np.int32 if A.dtype == np.float32 else np.int64
        bits = G.view(whole)
        np.multiply(bits, np.minimum(A.view(whole), 1), out=bits)


class Tanh(Activation):
    """Hyperbolic tangent."""

    def forward(self, Z: np.ndarray) -> None:
        np.tanh(Z, out=Z)

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        G *= 1.0 - A * A


class Logistic(Activation):
    """1 / (1 + e^-z), by the hyperbolic tangent, which is faster in single precision."""

    def forward(self, Z: np.ndarray) -> None:
        Z *= 0.5
        np.tanh(Z, out=Z)
        Z *= 0.5
        Z += 0.5

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        G *= A * (1.0 - A)


class Identity(Activation):
    """z itself."""

    def forward(self, Z: np.ndarray) -> None:
        pass

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        pass


ACTIVATIONS: Mapping[str, Activation] = {
    "identity": Identity(),
    "logistic": Logistic(),
    "relu": Relu(),
    "tanh": Tanh(),
}
