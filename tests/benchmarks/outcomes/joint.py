"""How a joint model predicts a split: what all methods that use one have in common."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from skmtl import TaskTargets

from ..defaults import CLASS_TYPES
from .tables import Inputs, Split

Predicted = dict[str, np.ndarray]


def joint(model: Any, inputs: Inputs, y: Mapping, types: Mapping, **options: Any) -> Predicted:
    """Predict the tasks in y by one model."""
    model.fit(inputs.train, TaskTargets(y, task_types=types), **options)
    means, probability = model.predict(inputs.test), {}
    if any(kind in CLASS_TYPES for kind in types.values()):
        probability = model.predict_proba(inputs.test)
    return {name: probability.get(name, means[name]) for name in types}


def grouped(split: Split, rows: Any = slice(None)) -> dict[str, np.ndarray]:
    """Return the groups of some rows as an argument of fit, where there are any."""
    return {} if split.groups is None else {"groups": split.groups[rows]}
