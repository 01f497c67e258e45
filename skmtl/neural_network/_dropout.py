"""Masks that drop hidden units at random."""

from math import prod

import numpy as np

SPARE = 1 << 16


class Dropout:
    """Masks of zeros and 1 / (1 - rate), cut at random places from a supply that is drawn anew each epoch.

    To draw each mask would take as long as the products it is for.
    """

    def __init__(
        self,
        rate: float,
        shapes: list[tuple[int, ...]],
        dtype: np.dtype,
        random: np.random.Generator,
    ) -> None:
        self.rate, self.random = rate, random
        self.shapes = [(shape, prod(shape)) for shape in shapes]
        size = max((size for _, size in self.shapes), default=0)
        self.supply = np.empty(2 * size + SPARE, dtype=dtype)

    def refill(self) -> None:
        """Draw the supply."""
        if not self.rate or not self.shapes:
            return
        kept = self.random.random(len(self.supply), dtype=np.float32) >= self.rate
        np.multiply(kept, 1.0 / (1.0 - self.rate), out=self.supply, casting="unsafe")

    def draw(self) -> list[np.ndarray]:
        """Return a mask for each layer; none where nothing is dropped."""
        if not self.rate:
            return []
        masks = []
        for shape, size in self.shapes:
            start = int(self.random.integers(len(self.supply) - size))
            masks.append(self.supply[start : start + size].reshape(shape))
        return masks
