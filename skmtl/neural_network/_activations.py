"""What hidden units do with their sums."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from math import prod

import numpy as np


class Activation(ABC):
    """An elementwise function, in place, on arrays up to a size; its derivative is written in terms of its value.

    All layers of a network have one: what it keeps beside their values takes up the cache of a processor.
    """

    def __init__(self, size: int, dtype: np.dtype) -> None:
        self.size, self.dtype = size, np.dtype(dtype)

    @abstractmethod
    def forward(self, Z: np.ndarray) -> None:
        """Turn Z into the units' values."""

    @abstractmethod
    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        """Multiply G by the derivative where the values are A, which are overwritten."""


class Repeated(dict[tuple[int, ...], np.ndarray]):
    """One number in arrays of any shape, all of them views of the longest."""

    def __init__(self, longest: np.ndarray) -> None:
        super().__init__()
        self.longest = longest

    def __missing__(self, shape: tuple[int, ...]) -> np.ndarray:
        self[shape] = self.longest[: prod(shape)].reshape(shape)
        return self[shape]


class Relu(Activation):
    """max(z, 0)."""

    # NumPy is two to three times as fast with an array of zeros, or ones, as with the number.

    @cached_property
    def zeros(self) -> "Repeated":
        """Zeros."""
        return Repeated(np.zeros(self.size, dtype=self.dtype))

    @cached_property
    def ones(self) -> "Repeated":
        """Integers of one, as wide as the numbers."""
        whole = np.int32 if self.dtype == np.float32 else np.int64
        return Repeated(np.ones(self.size, dtype=whole))

    def forward(self, Z: np.ndarray) -> None:
        np.maximum(Z, self.zeros[Z.shape], out=Z)

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        # Bits of a positive number, read as an integer, are at least 1, and times 0 or 1 they stay or vanish: this is
        # twice as fast as a boolean mask.
        ones = self.ones[A.shape]
        bits, is_positive = G.view(ones.dtype), A.view(ones.dtype)
        np.minimum(is_positive, ones, out=is_positive)
        np.multiply(bits, is_positive, out=bits)


class Tanh(Activation):
    """Hyperbolic tangent."""

    def forward(self, Z: np.ndarray) -> None:
        np.tanh(Z, out=Z)

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        A *= A
        np.subtract(1.0, A, out=A)
        G *= A


class Logistic(Activation):
    """1 / (1 + e^-z), by the hyperbolic tangent, which is faster in single precision."""

    def forward(self, Z: np.ndarray) -> None:
        Z *= 0.5
        np.tanh(Z, out=Z)
        Z *= 0.5
        Z += 0.5

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        G *= A
        np.subtract(1.0, A, out=A)
        G *= A


class Identity(Activation):
    """z itself."""

    def forward(self, Z: np.ndarray) -> None:
        pass

    def backward(self, A: np.ndarray, G: np.ndarray) -> None:
        pass


ACTIVATIONS: Mapping[str, type[Activation]] = {
    "identity": Identity,
    "logistic": Logistic,
    "relu": Relu,
    "tanh": Tanh,
}
