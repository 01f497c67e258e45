"""One fit of MultiTaskMLP: from checked data to fitted networks and out-of-fold predictions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from ..model_selection import check_folds
from ..tasks import FitData, groups_of
from ..utils import few_threads, take_rows
from ._activations import ACTIVATIONS
from ._ensemble import Ensemble
from ._holdout import held_out, held_out_by
from ._inputs import Inputs
from ._layers import Architecture
from ._lbfgs import train_by_lbfgs
from ._out_of_fold import out_of_fold
from ._prepare import PreparedNetwork, prepare
from ._samples import Samples
from ._training import Settings, Trained, Trainer, train
from .balancing import (
    Balancing,
    DynamicWeightAverage,
    MultipleGradientDescent,
    ProjectedGradients,
    Sum,
    Uncertainty,
)

BALANCINGS: Mapping[str, type[Balancing]] = {
    "dwa": DynamicWeightAverage,
    "mgda": MultipleGradientDescent,
    "pcgrad": ProjectedGradients,
    "sum": Sum,
    "uncertainty": Uncertainty,
}


class FittedNetworks(NamedTuple):
    """What a fit leaves; oof are raw predictions of the rows by the members that held them out."""

    ensemble: Ensemble
    prepared: PreparedNetwork
    trained: Trained
    oof: np.ndarray | None


def dtype_of(solver: str) -> Any:
    """Return the precision to train in."""
    return np.float64 if solver == "lbfgs" else np.float32


def settings_of(model: Any) -> Settings:
    """Return how to train, from the parameters of the model."""
    return Settings(
        model.batch_size,
        model.learning_rate_init,
        model.schedule,
        model.alpha,
        model.dropout,
        model.max_iter,
        model.n_iter_no_change,
        model.tol,
    )


def architecture_of(model: Any, inputs: Inputs, prepared: PreparedNetwork) -> Architecture:
    """Return the numbers of units."""
    return Architecture(
        inputs.n_columns,
        units_of(model.hidden_layer_sizes),
        units_of(model.task_hidden_layer_sizes),
        tuple(prepared.loss.task_of_column.tolist()),
    )


def units_of(sizes: Any) -> tuple[int, ...]:
    """Return the numbers of hidden units of each layer."""
    return (int(sizes),) if np.ndim(sizes) == 0 else tuple(int(size) for size in sizes)


def trainer_of(
    model: Any, architecture: Architecture, start: np.ndarray, random: np.random.Generator
) -> Trainer:
    """Return the networks before they are trained."""
    balancing = BALANCINGS[model.loss_balancing](len(start), architecture.n_tasks, random)
    flat = start.astype(dtype_of(model.solver))
    activation = ACTIVATIONS[model.activation]
    return Trainer(architecture, activation, flat, settings_of(model), balancing, random)


def seed_of(model: Any) -> int:
    """Return a seed drawn from the model's random_state."""
    return int(check_random_state(model.random_state).randint(np.iinfo(np.int32).max))


def new_networks(
    model: Any,
    X: Any,
    prepared: PreparedNetwork,
    null_raw: np.ndarray,
    random: np.random.Generator,
    former: Ensemble | None = None,
    takes_more: bool = False,
) -> tuple[Trainer, Ensemble]:
    """Return networks before they are trained, or those of a former fit that fit, and what predicts with them."""
    inputs = Inputs(model.standardize, model.add_indicator, takes_more)
    inputs.fit(X, prepared.row_weight)
    architecture = architecture_of(model, inputs, prepared)
    start = architecture.initial(model.n_members, null_raw, random)
    if former is not None and former.architecture == architecture:
        start = former.flat if former.flat.shape == start.shape else start
    trainer = trainer_of(model, architecture, start, random)
    plan = Ensemble.of(trainer.flat, architecture, trainer.activation, inputs, prepared)
    return trainer, plan


def fit(
    model: Any, fit_data: FitData, groups: Any, former: Ensemble | None, watcher: Any
) -> FittedNetworks:
    """Fit networks with the parameters of the model; former are those of the last fit, to start from."""
    groups = groups_of(fit_data.targets, groups)
    prepared = prepare(fit_data, model.class_weight, model.task_weight, model.standardize)
    seed = seed_of(model)
    random = np.random.default_rng(seed)
    held = rows_held_out(model, fit_data, groups, prepared, seed)
    X = fit_data.X if len(prepared.rows) == fit_data.X.shape[0] else fit_data.X[prepared.rows]
    trainer, plan = new_networks(model, X, prepared, prepared.loss.null_raw(), random, former)
    n_rows = X.shape[0]
    if model.solver == "adam":
        n_rows = trainer.settings.rows_of_batch(n_rows)
    dtype = trainer.flat.dtype
    samples = Samples.of(
        X,
        plan.inputs,
        prepared.loss,
        held,
        model.n_members,
        dtype,
        n_rows,
        prepared.weight_unit,
    )
    run = train if model.solver == "adam" else train_by_lbfgs
    with few_threads(plan.architecture.operations(n_rows)):
        trained = run(trainer, samples, held, watcher.of(plan, prepared))
    require_finite(trained.flat)
    ensemble = replace(plan, flat=trained.flat)
    oof = out_of_fold(ensemble, fit_data.X, prepared, held) if model.n_members > 1 else None
    return FittedNetworks(ensemble, prepared, trained, oof)


def require_finite(flat: np.ndarray) -> None:
    """Raise ValueError where training has led to parameters that are no numbers."""
    if not np.isfinite(flat).all():
        raise ValueError(
            "training must end with finite weights, and ended with infinite ones or NaN: lower learning_rate_init or "
            "alpha, or bring X and the tasks to one scale (standardize=True)"
        )


def rows_held_out(
    model: Any, fit_data: FitData, groups: Any, prepared: PreparedNetwork, seed: int
) -> list[np.ndarray]:
    """Return the rows, of those with labels, that each network holds out; none where it goes to the optimum."""
    if model.n_members == 1 and model.solver == "lbfgs":
        return []
    if model.cv is not None:
        splitter = check_folds(model.cv, shuffle=True, random_state=seed)
        return held_out_by(
            splitter, fit_data.X, fit_data.targets, groups, model.n_members, prepared.rows
        )
    row_groups = None if groups is None else take_rows(groups, prepared.rows)
    return held_out(prepared.targets, row_groups, model.n_members, model.validation_fraction, seed)
