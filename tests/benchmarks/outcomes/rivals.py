"""Methods that predict all outcomes of a split: probabilities of classes, and means."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor, RidgeCV
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM, MultiTaskMLP

from ..defaults import CLASS_TYPES
from .composed import COMPOSED
from .joint import Predicted, grouped, joint
from .tables import LEAST_OF_CLASS, Inputs, Split

Method = Callable[[Split], Predicted]

ALPHAS = np.logspace(-1, 4, 11)
FEW_ALPHAS = np.logspace(-3, 1, 5)  # of losses that are means over samples
CS = np.logspace(-4, 1, 6)


def varied(**params: Any) -> Method:
    """Our network, one for all tasks, with other parameters."""

    def predict(split: Split) -> Predicted:
        model = MultiTaskMLP(random_state=split.seed, **params)
        return joint(model, split.raw, split.y, split.types, **grouped(split))

    return predict


def separate(split: Split) -> Predicted:
    """Our network, one for each task and its labelled rows."""
    found = {}
    for name, kind in split.types.items():
        rows = ~np.isnan(split.y[name])
        inputs = Inputs(split.raw.train[rows], split.raw.test)
        model = MultiTaskMLP(random_state=split.seed)
        y = {name: split.y[name][rows]}
        found |= joint(model, inputs, y, {name: kind}, **grouped(split, rows))
    return found


def joint_linear(split: Split) -> Predicted:
    """Our linear model."""
    return joint(MultiTaskGLM(), split.ready, split.y, split.types)


def per_task(make: Callable[..., Any], with_gaps: bool = False) -> Method:
    """Fit one of scikit-learn's models on each task and its labelled rows."""

    def predict(split: Split) -> Predicted:
        inputs, found = split.raw if with_gaps else split.ready, {}
        for name, kind in split.types.items():
            rows = ~np.isnan(split.y[name])
            model = make(kind, split.seed, split.y[name][rows], **grouped(split, rows))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # as their defaults have it
                model.fit(inputs.train[rows], split.y[name][rows])
            is_class = kind in CLASS_TYPES
            found[name] = (model.predict_proba if is_class else model.predict)(inputs.test)
        return found

    return predict


def network(kind: str, seed: int, labels: np.ndarray, groups: np.ndarray | None = None) -> Any:
    """scikit-learn's network as it comes, with scaled targets."""
    if kind in CLASS_TYPES:
        return MLPClassifier(random_state=seed)
    if kind == "count":
        return MLPRegressor("poisson", random_state=seed)  # better here than squares
    model = MLPRegressor(random_state=seed)
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def linear(kind: str, seed: int, labels: np.ndarray, groups: np.ndarray | None = None) -> Any:
    """Linear models whose strength is chosen by cross-validation."""
    cv = PredefinedSplit(folds(labels, groups))
    if kind == "regression":
        return RidgeCV(ALPHAS, cv=None if groups is None else cv)
    if kind == "count":
        model, strengths = PoissonRegressor(max_iter=1000), {"alpha": FEW_ALPHAS}
        return GridSearchCV(model, strengths, scoring="neg_mean_poisson_deviance", cv=cv)
    model = LogisticRegression(max_iter=1000)
    return GridSearchCV(model, {"C": CS}, scoring="neg_log_loss", cv=cv)


def folds(labels: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Return the fold of each row, alike in labels, or of groups as a whole."""
    if groups is not None:
        return np.unique(groups, return_inverse=True)[1] % LEAST_OF_CLASS
    found = np.empty(len(labels), dtype=int)
    found[np.argsort(labels, kind="stable")] = np.arange(len(labels)) % LEAST_OF_CLASS
    return found


def trees(kind: str, seed: int, labels: np.ndarray, groups: np.ndarray | None = None) -> Any:
    """Gradient boosting as it comes."""
    if kind in CLASS_TYPES:
        return HistGradientBoostingClassifier(random_state=seed)
    loss = "poisson" if kind == "count" else "squared_error"
    return HistGradientBoostingRegressor(loss=loss, random_state=seed)


SHARED, SEPARATE = "shared", "separate"
METHODS: Mapping[str, Method] = {
    SHARED: varied(),
    SEPARATE: separate,
    "sklearn-mlp": per_task(network),
    "linear-cv": per_task(linear),
    "boosting": per_task(trees, with_gaps=True),
    "glm": joint_linear,
}
# Run where they are asked for by name: what the guide says of defaults and of balancing, and of models made of others.
VARIANTS: Mapping[str, Method] = {
    **COMPOSED,
    "uncertainty": varied(loss_balancing="uncertainty"),
    "dwa": varied(loss_balancing="dwa"),
    "pcgrad": varied(loss_balancing="pcgrad"),
    "mgda": varied(loss_balancing="mgda"),
    "balanced": varied(task_weight="balanced"),
    "wide": varied(hidden_layer_sizes=(128, 128)),
    "own": varied(task_hidden_layer_sizes=16),
    "single": varied(n_members=1),
    "four": varied(n_members=4),
    "dropout.25": varied(dropout=0.25),
    "alpha.01": varied(alpha=0.01),
    "alpha3": varied(alpha=3.0),
    "rate.001": varied(learning_rate_init=0.001),
    "rate.004": varied(learning_rate_init=0.004),
    "indicator": varied(add_indicator=True),
}
