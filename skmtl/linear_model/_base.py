"""JointLinearModel: what all joint linear models do, but for the penalty."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..base import JointModel
from ..heads import Head, Predictions, column_names
from ..tasks import FitData, check_fit, check_predict
from ..utils import (
    Boolean,
    Either,
    Number,
    OneOf,
    PerTask,
    Rule,
    few_threads,
    gram_operations,
)
from ._choice import Choice, Choose
from .problems import Coefficients, Prepared, Setup, Start, fit_separately, prepare, solve

NON_NEGATIVE = Number(0.0)


class JointLinearModel(JointModel):
    """Linear models of several tasks, fitted at once. Final classes say what they are in ``_setup``."""

    warm_start: bool = False  # of the estimators that do not have the parameter
    _rules: ClassVar[dict[str, Rule]] = {
        "fit_intercept": Boolean(),
        "scale_targets": Boolean(),
        "task_weight": Either(OneOf(None, "balanced"), PerTask(NON_NEGATIVE)),
        "max_iter": Number(1, whole=True),
        "tol": Number(0.0, closed=False),
        "warm_start": Boolean(),
    }

    def check_params(self) -> None:
        """Raise ValueError at the first parameter that breaks its rule, those of the penalty included."""
        super().check_params()
        self._setup().penalty.check_params()

    @abstractmethod
    def _setup(self) -> Setup:
        """Return the penalty, and what the tasks are."""

    @property
    def feature_importances_(self) -> np.ndarray:
        """Importance of each feature, of shape (n_features,): the norm of its coefficients over all tasks.

        Coefficients are those of targets as the model scales them, so that with ``scale_targets=True`` importances do
        not depend on the units of targets, as norms of ``coef_`` do. Features should be on one scale.
        """
        scale = [head.scale for head in self._heads for _ in range(head.width)]
        return np.linalg.norm(self.coef_ / np.array(scale)[:, None], axis=0)

    def coef_frame(self) -> Any:
        """Return the coefficients with their names.

        Returns
        -------
        frame : pandas.DataFrame of shape (n_features, n_columns)
            A row a feature, a column a task, or a class of a task with several. Where the penalty is a sum, such blocks
            of columns stand side by side under the names "coef" and those of ``components_``. Of two classes they are
            the log-odds of the event (``TaskTargets.events``), whichever of the two it is; without one of the second.
        """
        import pandas as pd

        check_is_fitted(self)
        features = getattr(self, "feature_names_in_", np.arange(self.n_features_in_))
        signs = self._event_signs()
        blocks = {"coef": self.coef_} | getattr(self, "components_", {})
        frames = {
            name: pd.DataFrame(
                (block * signs).T,
                index=pd.Index(features, name="feature"),
                columns=column_names(self._heads),
            )
            for name, block in blocks.items()
        }
        return frames["coef"] if len(frames) == 1 else pd.concat(frames, axis=1)

    def _event_signs(self) -> np.ndarray:
        """Return -1 for each row of ``coef_`` whose log-odds are not those of the event, else 1, as a column."""
        signs = np.ones((len(self.coef_), 1))
        for name, rows in self.task_columns_.items():
            is_reversed = self._info[name].is_reversed and len(signs[rows]) == 1
            signs[rows] = -1.0 if is_reversed else 1.0
        return signs

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, choose: Choose | None = None
    ) -> "JointLinearModel":
        """Fit with the penalty of ``_setup``, or with the one that ``choose`` takes by looking at the data."""
        start = self._forget()
        self.check_params()
        setup = self._setup()
        fit_data = check_fit(self, X, y, sample_weight, setup.typing)
        with few_threads(gram_operations(fit_data.X)):
            prepared = prepare(fit_data, setup, self.task_weight, self.fit_intercept)
            setup.penalty.check_columns(prepared.columns)
            return self._solve(fit_data, prepared, setup, start, choose)

    def _solve(
        self,
        fit_data: FitData,
        prepared: Prepared,
        setup: Setup,
        start: Start | None = None,
        choose: Choose | None = None,
    ) -> "JointLinearModel":
        """Find the coefficients of a prepared fit, and become the model that has them."""
        given = Choice(setup.penalty, start)
        penalty, start, learnt = given if choose is None else choose(fit_data, prepared, setup)
        if start is not None and start[0].shape != (prepared.n_columns, fit_data.X.shape[1]):
            start = None
        separate = fit_separately(prepared, penalty, self.max_iter)
        solution = solve(prepared, penalty, self.max_iter, self.tol, start, separate)
        self.__dict__.update(learnt)
        # Last: an interrupt leaves no model that lacks something.
        self._keep(fit_data, prepared, solution)
        return self

    def _keep(self, fit_data: FitData, prepared: Prepared, solution: Coefficients) -> None:
        """Become the model that has these coefficients."""
        self.coef_ = as_precise(solution.W, fit_data.X.dtype, prepared.heads)
        self.intercept_ = as_precise(solution.intercept, fit_data.X.dtype, prepared.heads)
        if solution.shared is not None:
            self.shared_coef_ = solution.shared.astype(fit_data.X.dtype, copy=False)
            self.specific_coef_ = self.coef_ - self.shared_coef_
        if solution.components is not None:
            self.components_ = solution.components
        self.__dict__.update({f"{name}_": value for name, value in solution.learned.items()})
        self.dual_gap_, self.n_iter_ = solution.dual_gap, solution.n_iter
        self._keep_tasks(fit_data, prepared.heads)

    def _predictions(self, X: Any) -> Predictions:
        check_is_fitted(self)
        raw = check_predict(self, X) @ self.coef_.T + self.intercept_
        return Predictions.of_raw(self._info, self._heads, raw)

    def _forget(self) -> Start | None:
        """Drop what a former fit left, so that a failed one leaves nothing; return its coefficients to start from."""
        former = None
        if self.warm_start is True and "_heads" in vars(self):
            former = Start(self.coef_, self.intercept_, getattr(self, "components_", None))
        self._forget_fit()
        return former


def as_precise(values: np.ndarray, dtype: np.dtype, heads: tuple[Head, ...]) -> np.ndarray:
    """Return coefficients or intercepts in the precision of X; raise ValueError where it does not hold them."""
    with np.errstate(over="ignore"):
        made = values.astype(dtype, copy=False)
    if np.isfinite(made).all():
        return made
    lost = [head.name for head in heads if not np.isfinite(made[head.columns]).all()]
    raise ValueError(
        f"coefficients of tasks {lost} are beyond what {dtype} holds: y is too large, or X too small; scale them, "
        "or pass X as float64"
    )
