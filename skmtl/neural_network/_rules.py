"""What the parameters of MultiTaskMLP may be."""

from typing import Any

from ..model_selection import Splitting
from ..utils import (
    BELOW_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    Boolean,
    Either,
    Instance,
    Number,
    OneOf,
    PerTask,
    Rule,
    Seed,
    Several,
)
from ._activations import ACTIVATIONS
from ._adam import SCHEDULES
from ._fit import BALANCINGS

UNITS = Number(1, whole=True)
SIZES = Either(UNITS, Several(UNITS, or_none=True))
RULES: dict[str, Rule] = {
    "hidden_layer_sizes": SIZES,
    "task_hidden_layer_sizes": SIZES,
    "n_members": Number(1, whole=True),
    "activation": OneOf(*ACTIVATIONS),
    "dropout": BELOW_ONE,
    "solver": OneOf("adam", "lbfgs"),
    "alpha": NOT_NEGATIVE,
    "batch_size": Either(Number(1, whole=True), OneOf("auto")),
    "learning_rate_init": POSITIVE,
    "schedule": OneOf(*SCHEDULES),
    "max_iter": Number(1, whole=True),
    "n_iter_no_change": Number(1, whole=True),
    "tol": NOT_NEGATIVE,
    "validation_fraction": Number(0.0, 1.0, closed=False, below=True),
    "cv": Splitting(),
    "random_state": Seed(),
    "loss_balancing": OneOf(*BALANCINGS),
    "task_weight": Either(OneOf(None, "balanced"), PerTask(NOT_NEGATIVE)),
    "class_weight": Either(OneOf(None, "balanced"), Instance(dict)),
    "standardize": Boolean(),
    "add_indicator": Boolean(),
    "warm_start": Boolean(),
    "verbose": Either(Boolean(), Number(0, whole=True)),
}


def check_rules(model: Any) -> None:
    """Raise ValueError where a parameter, or two together, break a rule."""
    model.check_params()
    if model.solver == "lbfgs" and model.loss_balancing != "sum":
        raise ValueError(
            f"loss_balancing must be 'sum' with solver='lbfgs', got {model.loss_balancing!r}"
        )
