"""Choose a penalty by cross-validation: warm-started paths over a grid of penalties in folds, and one on all rows."""

import copy
import warnings
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from ..base import mean_over_folds
from ..metrics import TaskScorer
from ..model_selection import Fold as Split
from ..model_selection import check_folds, split_rows
from ..penalties import Penalty
from ..tasks import FitData
from ..utils import warn
from ._choice import Choice
from ._folds import Fold, Tested
from ._scores import Scores, check_names
from ._warm_path import SCORED, warm_path
from .problems import Coefficients, Prepared, Setup, Start

CONSTANT = ".*its prediction is a constant"


class Grid(NamedTuple):
    """Penalties to choose from, the strongest in the first row; params, by name, have the shape of the grid."""

    penalties: list[list[Penalty]]
    params: Mapping[str, np.ndarray]


class Selection(NamedTuple):
    """The result of cross-validation: the grid, its scores, and the point (row, column) that was selected."""

    grid: Grid
    scores: Scores
    point: tuple[int, int]

    @property
    def penalty(self) -> Penalty:
        """The penalty that was selected."""
        row, other = self.point
        return self.grid.penalties[row][other]

    def param(self, name: str) -> float:
        """Return a parameter at the selected point."""
        return float(self.grid.params[name][self.point])

    def attributes(self) -> dict[str, Any]:
        """Return what all estimators with cross-validation say of it."""
        shape = self.scores.values.shape[1:3]
        return {
            "cv_results_": self.scores.table(self.grid.params),
            "best_index_": int(np.ravel_multi_index(self.point, shape)),
            "best_score_": float(self.scores.mean()[self.point]),
            "best_by_task_": self.scores.best_by_task(self.grid.params),
            "penalty_": self.penalty,
        }


@dataclass(frozen=True)
class Tuning:
    """How an estimator chooses its penalty by cross-validation.

    model has the parameters cv, scoring, select, n_jobs, verbose and random_state; given are the arguments of its fit,
    as the user gave them. grid makes what is tried; report makes the attributes that this estimator alone has.
    """

    model: Any
    context: Any
    given: Mapping[str, Any]
    grid: Callable[[Prepared, Setup], Grid]
    report: Callable[[Selection], dict[str, Any]]

    def fit(self) -> Any:
        """Fit the model, and tell callbacks when that begins and ends."""
        data = self._callback_data()
        self.context.call_on_fit_task_begin(estimator=self.model, **data)
        given = (self.given["X"], self.given["y"], self.given["sample_weight"])
        self.model._fit(*given, self.choose)
        self.context.call_on_fit_task_end(
            estimator=self.model, **data, reconstruction_attributes={}
        )
        return self.model

    def choose(self, fit_data: FitData, prepared: Prepared, setup: Setup) -> Choice:
        """Choose by cross-validation, and fit all rows along the path to the neighbour of what was chosen."""
        check_names(fit_data.targets)
        metrics = TaskScorer.of(self.model.scoring).by_task(fit_data.targets.task_types, "scoring")
        splits = self._split(fit_data)  # before the grid, which may need fits
        grid = self.grid(prepared, setup)
        tested = self._test(fit_data, setup, grid, metrics, splits)
        scores = Scores.of(tuple(metrics), np.stack([fold.scores for fold in tested]))
        if scores.left_out:
            warn(
                f"tasks were left out of folds in which they cannot be fitted or scored, {{task: folds}}: "
                f"{scores.left_out}"
            )
        point = scores.best() if self.model.select == "best" else scores.within_one_error()
        selection = Selection(grid, scores, point)
        start = self._approach(fit_data, prepared, selection)
        learnt = selection.attributes() | self.report(selection)
        if self.model.store_oof:
            place = learnt["best_index_"]
            parts = [(fold.rows, fold.raw[place]) for fold in tested]
            shape = (fit_data.X.shape[0], prepared.n_columns)
            learnt["_oof_raw"] = mean_over_folds(parts, shape)
        return Choice(selection.penalty, start, learnt)

    def _split(self, fit_data: FitData) -> list[Split]:
        """Return the training and test rows of each fold."""
        if fit_data.X.shape[0] < 2:
            raise ValueError("cross-validation needs at least 2 samples, got n_samples = 1")
        splitter = splitter_of(self.model)
        return split_rows(splitter, fit_data.X, fit_data.targets, groups=self.given["groups"])

    def _test(
        self,
        fit_data: FitData,
        setup: Setup,
        grid: Grid,
        metrics: Mapping[Hashable, Any],
        splits: list[Split],
    ) -> list[Tested]:
        """Fit and score every point in each fold."""
        context = self.context.subcontext(
            task_name="folds", max_subtasks=len(splits), sequential_subtasks=False
        )
        context.call_on_fit_task_begin(estimator=self.model)
        n_points = sum(map(len, grid.penalties))
        # Without the function that types targets, which some back ends cannot send.
        common = (self.model, fit_data, setup._replace(typing=None), grid.penalties, metrics)
        folds = []
        for k, (train, test) in enumerate(splits):
            fold_context = context.subcontext(task_name="fold", task_id=k, max_subtasks=n_points)
            label = f"[{type(self.model).__name__}] fold {k + 1} of {len(splits)}:"
            folds.append(Fold(*common, train, test, fold_context, label))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=CONSTANT, category=UserWarning)
            tested = Parallel(n_jobs=self.model.n_jobs)(delayed(fold.run)() for fold in folds)
        context.call_on_fit_task_end(estimator=self.model)
        return tested

    def _approach(
        self, fit_data: FitData, prepared: Prepared, selection: Selection
    ) -> Start | None:
        """Fit all rows from the strongest penalty to the one before the selected; return the last solution."""
        row, other = selection.point
        steps = [[penalties[other]] for penalties in selection.grid.penalties[:row]]
        context = self.context.subcontext(task_name="all rows", max_subtasks=len(steps))
        data = self._callback_data()
        context.call_on_fit_task_begin(estimator=self.model, **data)
        path = warm_path(prepared, steps, self.model.max_iter, self.model.tol, loosest=SCORED)
        start = None
        for _ in steps:
            step = context.subcontext(task_name="strength")
            step.call_on_fit_task_begin(estimator=self.model, **data)
            one = next(path)
            start = one.start
            learnt = partial(attributes_at, self.model, fit_data, prepared, one)
            step.call_on_fit_task_end(
                estimator=self.model, **data, reconstruction_attributes=learnt
            )
        context.call_on_fit_task_end(estimator=self.model, **data)
        return start

    def _callback_data(self) -> dict[str, Any]:
        """Return what callbacks may know of the data."""
        weight = self.given["sample_weight"]
        metadata = None if weight is None else {"sample_weight": weight}
        return {"X": self.given["X"], "y": self.given["y"], "metadata": metadata}


def attributes_at(
    model: Any, fit_data: FitData, prepared: Prepared, solution: Coefficients
) -> dict[str, Any]:
    """Return the attributes that the model would have if fit stopped here."""
    stopped = copy.copy(model)
    stopped._keep(fit_data, prepared, solution)
    return {name: value for name, value in vars(stopped).items() if name not in vars(model)}


def splitter_of(model: Any) -> Any:
    """Return what makes the folds: ours, shuffled, where at most their number is given."""
    return check_folds(model.cv, shuffle=True, random_state=model.random_state)
