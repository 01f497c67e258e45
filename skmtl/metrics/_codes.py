"""Labels as the numbers of their classes."""

import numpy as np

UNKNOWN = -1


def encode(labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the positions of labels among classes; UNKNOWN for missing ones and those that are no class."""
    positions = {label: position for position, label in enumerate(classes.tolist())}
    return np.array([positions.get(label, UNKNOWN) for label in labels.tolist()], dtype=np.intp)
