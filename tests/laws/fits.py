"""A fitted estimator: what it warned of, and what it answers."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from .features import contained
from .specs import Spec
from .tables import Table

Answers = dict[str, np.ndarray]
ROUNDED = "without an intercept, that rounding may move predictions"


@dataclass
class Fitted:
    """A model, and the messages of its warnings.

    unconverged says that predictions may be off, stalled that they may be so although more iterations would help.
    """

    spec: Spec
    model: Any
    warned: list[str]
    unconverged: bool
    stalled: bool

    @property
    def linear(self) -> Any:
        """The linear model with coefficients, where there is one."""
        return self.model.estimator_ if self.spec.model == "groups" else self.model

    def answers(self, X: np.ndarray, group: np.ndarray | None = None) -> Answers:
        """Return numbers, means and probabilities by task, (n, 1) or (n, n_classes)."""
        given = contained(self.spec, inputs(X, group))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.spec.model == "groups":
                is_number = self.spec.tasks in ("r", "c")
                method = self.model.predict if is_number else self.model.predict_proba
                return {"y0": columns_of(method(given))}
            predicted = self.model.predict(given)
            probability = self.model.predict_proba(given) if self.model.classes_ else {}
        return {name: columns_of(probability.get(name, predicted[name])) for name in predicted}


def columns_of(values: Any) -> np.ndarray:
    """Return 2-D numbers; of two classes the probability of the second."""
    values = np.asarray(values, dtype=float)
    if values.ndim == 1:
        return values[:, None]
    return values[:, 1:] if values.shape[1] == 2 else values


def inputs(X: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """Return X, the groups in front where there are some."""
    return X if group is None else np.column_stack([group, X])


def fit(spec: Spec, estimator: Any, table: Table) -> Fitted:
    """Fit an estimator to a table."""
    X = contained(spec, inputs(table.X, table.group))
    y = table.y["y0"] if spec.model == "groups" else table.targets
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = estimator.fit(X, y, sample_weight=table.weight)
    doubts = [str(w.message) for w in caught if issubclass(w.category, ConvergenceWarning)]
    stalled = any(ROUNDED not in doubt for doubt in doubts)
    return Fitted(spec, model, [str(w.message) for w in caught], bool(doubts), stalled)
