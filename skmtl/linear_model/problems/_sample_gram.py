"""The products of samples with one another, and eigenvectors of such a matrix."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from ._design import Design


@dataclass(frozen=True, eq=False)
class SampleGram:
    """S^1/2 X X' S^1/2 of centred samples with weights S: what the Gram matrix is to features."""

    gram: np.ndarray
    n_rows: float

    @classmethod
    def of(cls, design: Design, row_weight: np.ndarray | None, is_centred: bool) -> "SampleGram":
        """Multiply the samples.

        What is centred has no part in the direction of the roots of the weights. It is given the mean square of the
        others there, which changes no solution and keeps the matrix from being singular.
        """
        weight = np.ones(design.shape[0]) if row_weight is None else row_weight
        root, gram = np.sqrt(weight), design.kernel()
        if row_weight is not None:
            gram *= np.outer(root, root)
        if is_centred:
            gram += np.trace(gram) / len(gram) * np.outer(root, root) / weight.sum()
        return cls(gram, float(weight.sum()))

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.gram)

    @cached_property
    def eigen(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues and eigenvectors."""
        return eigen(self.gram)

    @property
    def has_gram(self) -> bool:
        """Whether the matrix is known already."""
        return True

    @property
    def has_eigen(self) -> bool:
        """Whether the eigenvectors are known already."""
        return "eigen" in vars(self)


def eigen(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvalues and eigenvectors of a Gram matrix."""
    driver = "evd" if len(gram) > 1 else "ev"  # SciPy 1.11 has too little room for one
    values, vectors = linalg.eigh(gram, driver=driver)
    return np.maximum(values, 0.0), vectors
