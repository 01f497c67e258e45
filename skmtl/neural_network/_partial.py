"""partial_fit: the first rows settle what the tasks are, and all rows are gone through once."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from ..heads import open_heads
from ..tasks import FitData, Typing, as_declared, as_known, check_classes, check_fit, with_classes
from ..utils import few_threads
from ._ensemble import Ensemble
from ._fit import new_networks, require_finite, seed_of, trainer_of
from ._prepare import PreparedNetwork, prepare, prepare_more
from ._samples import Samples

OF_WHOLE_FITS = ("n_iter_by_member_", "task_loss_curve_", "_oof_raw")


def takes_parts(model: Any) -> bool:
    """Whether the solver can go on with more rows."""
    return bool(model.solver == "adam")


def begin(model: Any, X: Any, y: Any, classes: Any, sample_weight: Any) -> None:
    """Make the networks, and learn from the first rows."""
    typing = with_classes(classes, as_declared(model.task_types))
    fit_data = read(model, X, y, sample_weight, typing, classes is not None)
    fit_data = fit_data._replace(inferred=frozenset())
    with warnings.catch_warnings():
        # Heads are opened, and learn from later rows.
        warnings.filterwarnings("ignore", message=".*its prediction is a constant")
        prepared = prepare(
            fit_data, model.class_weight, model.task_weight, model.standardize, open_heads
        )
    rows = fit_data.X[prepared.rows]
    null_raw, random = np.zeros(prepared.loss.n_columns), np.random.default_rng(seed_of(model))
    trainer, ensemble = new_networks(model, rows, prepared, null_raw, random, takes_more=True)
    learn(trainer, rows, ensemble, prepared)
    require_finite(trainer.flat)
    model._trainer, model._ensemble, model.n_iter_ = trainer, ensemble, 1
    model._keep_tasks(fit_data, prepared.heads)


def read(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Any,
    typing: Typing,
    are_known: bool,
    reset: bool = True,
) -> FitData:
    """Check the arguments; where classes are known, that a few rows have many is no surprise."""
    with warnings.catch_warnings():
        if are_known:
            warnings.filterwarnings("ignore", message="The number of unique classes")
        return check_fit(model, X, y, sample_weight, typing, reset)


def go_on(model: Any, X: Any, y: Any, classes: Any, sample_weight: Any) -> None:
    """Learn from more rows, of the classes that are known."""
    check_classes(classes, model.classes_, model.tasks_)
    typing = as_known(model._info)
    fit_data = read(model, X, y, sample_weight, typing, True, reset=False)
    former = model._ensemble
    prepared = prepare_more(
        fit_data,
        model.class_weight,
        model.task_weight,
        model.standardize,
        model._heads,
        former.loss,
    )
    rows = fit_data.X[prepared.rows]
    if "_trainer" not in vars(model):
        random = np.random.default_rng(seed_of(model))
        model._trainer = trainer_of(model, former.architecture, former.flat, random)
    former.inputs.update(rows, prepared.row_weight)
    learn(model._trainer, rows, former, prepared)
    flat = model._trainer.flat
    if not np.isfinite(flat).all():
        model._forget()
    require_finite(flat)
    model._ensemble = replace(former, flat=flat)
    model.n_iter_ += 1
    for name in OF_WHOLE_FITS:
        vars(model).pop(name, None)


def learn(trainer: Any, X: Any, ensemble: Ensemble, prepared: PreparedNetwork) -> None:
    """Go once through rows, with all networks."""
    if not X.shape[0]:
        return
    n_networks = len(trainer.flat)
    n_rows = trainer.settings.rows_of_batch(X.shape[0])
    dtype = trainer.flat.dtype
    samples = Samples.of(X, ensemble.inputs, prepared.loss, (), n_networks, dtype, n_rows)
    with few_threads(trainer.architecture.operations(n_rows)):
        trainer.epoch(samples, np.arange(n_networks), trainer.settings.learning_rate_init)
