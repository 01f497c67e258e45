"""Labels as the numbers of their classes."""

import numpy as np

UNKNOWN = -1


def encode(labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the positions of labels among sorted classes; UNKNOWN for missing ones and those that are no class."""
    if len(classes) and labels.dtype.kind in "biufU" and labels.dtype.kind == classes.dtype.kind:
        at = np.searchsorted(classes, labels).clip(max=len(classes) - 1)
        return np.where(classes[at] == labels, at, UNKNOWN)
    positions = {label: position for position, label in enumerate(classes.tolist())}
    return np.array([positions.get(label, UNKNOWN) for label in labels.tolist()], dtype=np.intp)
