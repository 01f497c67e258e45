"""What inputs, columns and tasks of the joint model at the end of pipelines and searches are called."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..heads import column_names
from ..tasks import final_step, steps_before


def input_names(fitted: Any) -> list[str]:
    """Return the names of what the joint model sees; x0, x1, ... where nobody knows."""
    model = final_step(fitted)
    if "feature_names_in_" in vars(model):
        return list(model.feature_names_in_)
    names: Any = None
    for transformer in steps_before(fitted):
        try:
            names = transformer.get_feature_names_out(names)
        except (AttributeError, ValueError):  # a transformer that cannot say
            names = None
    if names is None or len(names) != model.n_features_in_:
        names = [f"x{j}" for j in range(model.n_features_in_)]
    return list(names)


def columns_of_tasks(model: Any) -> dict[Any, list[Any]]:
    """Return the names of the columns of each task: its name, with the class where it has several."""
    return {head.name: column_names((head,)) for head in model._heads}


def linear_model(fitted: Any, asked: str) -> Any:
    """Return the joint model, once it is known to be linear."""
    model = final_step(fitted)
    if not {"coef_", "task_columns_"} <= set(vars(model)):
        raise ValueError(
            f"{asked} must have coef_, as joint linear models do, got {type(model).__name__}"
        )
    return model


def chosen_tasks(tasks: Any, known: Sequence[Any]) -> list[Any]:
    """Return the tasks asked for, all by default."""
    asked = [tasks] if isinstance(tasks, str) else known if tasks is None else tasks
    names = list(dict.fromkeys(asked))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValueError(f"tasks must be among {list(known)}, got {unknown or names}")
    return names


def row_scale(coef: np.ndarray) -> np.ndarray:
    """Return the largest size in each row of coefficients, 1 where all are zero."""
    largest = np.abs(coef).max(axis=-1, initial=0.0)
    return np.where(largest > 0, largest, 1.0)
