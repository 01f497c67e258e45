"""The estimators and the data that the laws are tested on."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskLogisticRegressionCV,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    StackedTasks,
)
from skmtl.penalties import (
    L21,
    Clustered,
    Dirty,
    GraphLaplacian,
    L1Inf,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
    RobustFeatures,
    RobustLowRank,
    SparseGroup,
    Temporal,
)

NUMBERS = ("days", "cost", "lab")
LABELS = ("died", "stage", "grade", "cured")
SORTED = ("cost", "died", "grade", "visits", "days", "stage")  # as networks take them, by name
MIXED = ("days", "died", "stage", "visits", "cost", "grade")
GRAPH = np.array(
    [
        [0, 1, 0, -2, 0.5, 0],
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 3],
        [-2, 0, 0, 0, 0, 0],
        [0.5, 0, 0, 0, 0, 0],
        [0, 0, 3, 0, 0, 0],
    ]
)


TUNED = {"warm_start": "what is chosen by cross-validation starts along its own path"}

ORDERED = {"tasks": "the order of the tasks is their order in time"}
# Of networks. Their folds are not equivariant: of equal classes and quantiles the first is dealt out first.
BY_UNIT = {
    "features": "weights are drawn for the features in their order",
    "warm_start": "a network that goes on from another ends in another optimum",
}
BY_BATCH = BY_UNIT | {
    "rows": "folds and minibatches are drawn of the rows in their order",
    "copies": "two copies are not always in the same minibatch, nor held out together",
}
COMPOSED = {
    "warm_start": "what is made of other models has no start of its own",
    "shift": "ordinary estimators do not centre their inputs",
}
BY_ROW = TUNED | {"copies": "one of two copies left out is not a row of weight two left out"}


@dataclass(frozen=True)
class Case:
    """A model, the tasks it is tried on, and what the laws need to know of it: excepted are laws, and why."""

    name: str
    model: object
    tasks: tuple[str, ...]
    equivariant: bool = True
    excepted: dict[str, str] = field(default_factory=dict)

    def __str__(self):
        return self.name

    @property
    def is_linear(self):
        """Whether there are coefficients."""
        return not self.is_composed and not isinstance(self.model, MultiTaskMLP)

    @property
    def is_composed(self):
        """Whether it is made of other models."""
        return isinstance(self.model, IndependentTasks | GatedTasks | StackedTasks)

    @property
    def wrong(self):
        """A parameter, a value that breaks its rule, and one that keeps it."""
        if self.is_composed:
            return "n_jobs", "two", None
        return "tol", -1.0, 1e-16

    @property
    def has_intercept(self):
        """Whether a shift of the features or of a target is taken up."""
        return not self.is_linear or self.model.fit_intercept

    def new(self, **params):
        """Return a new model."""
        return clone(self.model).set_params(**params)

    def data(self, seed=0, **settings):
        """Return X and a dict of targets."""
        X, y = patients(seed, **settings)
        return X, {name: y[name] for name in self.tasks}


@dataclass(frozen=True)
class ByContent:
    """Folds that hang on what is in a row: copies stay together, in whatever order rows and columns come."""

    n_splits: int = 2

    def split(self, X, y=None, groups=None):
        """Give the rows of each training and test set."""
        X = X.toarray() if sparse.issparse(X) else np.asarray(X)
        fold = np.floor(20 * np.ptp(X, axis=1)) % self.n_splits
        for number in range(self.n_splits):
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of folds."""
        return self.n_splits


def glm(penalty, **params):
    """Return the model of the mixed tasks."""
    return MultiTaskGLM(penalty, task_types={"visits": "count"}, **params)


def network(hidden, **params):
    """Return a small network of the mixed tasks, that learns a lot from few rows."""
    fixed = {"task_types": {"visits": "count"}, "random_state": 0, "learning_rate_init": 0.005}
    return MultiTaskMLP(hidden, **fixed | params)


def separate(**params):
    """Return ordinary estimators that end at their optimum."""
    exact = {"solver": "newton-cholesky", "tol": 1e-6}
    classifier = LogisticRegression(**exact, **params)
    return IndependentTasks(
        classifier, Ridge(2.0, tol=1e-12), counter=PoissonRegressor(alpha=0.1, **exact)
    )


COUNTS = {"task_types": {"visits": "count"}}


def same(**params):
    """Return a penalty under which all tasks share with the same sign."""
    return MeanRegularized(3.0, 0.5, signs="same", **params)


CASES = [
    Case("ridge", MultiTaskRidge(2.0), NUMBERS),
    Case("ridge-one", MultiTaskRidge(2.0, 1.0), NUMBERS),
    Case("ridge-same", MultiTaskRidge(2.0, 0.5, signs="same"), NUMBERS, False),
    Case("ridge-pooled", MultiTaskRidge(2.0, 0.5, pool_intercept=True), NUMBERS),
    Case("ridge-balanced", MultiTaskRidge(2.0, 0.5, task_weight="balanced"), NUMBERS),
    Case("logistic", MultiTaskLogisticRegression(0.5), LABELS),
    Case("logistic-same", MultiTaskLogisticRegression(0.5, 0.6, signs="same"), LABELS, False),
    Case("logistic-balanced", MultiTaskLogisticRegression(0.5, class_weight="balanced"), LABELS),
    Case("glm", glm(None), MIXED),
    Case("glm-half", glm(MeanRegularized(3.0, 0.5)), MIXED),
    Case("glm-separate", glm(MeanRegularized(3.0, 0.0)), MIXED),
    Case("glm-one", glm(MeanRegularized(3.0, 1.0)), MIXED),
    Case("glm-pooled", glm(MeanRegularized(3.0, 0.5, pool_intercept=True)), MIXED),
    Case("glm-same", glm(same()), MIXED, False),
    Case("glm-no-intercept", glm(MeanRegularized(3.0, 0.5), fit_intercept=False), MIXED),
    Case("glm-weighted", glm(None, class_weight="balanced", task_weight="balanced"), MIXED),
    Case("glm-graph", glm(GraphLaplacian(GRAPH, 2.0)), MIXED, False),
    Case("glm-l21", glm(L21(4.0, 0.1)), MIXED),
    Case("glm-sparse-group", glm(SparseGroup(4.0, 0.6)), MIXED),
    Case("glm-l1-inf", glm(L1Inf(6.0)), MIXED),
    Case("glm-nuclear", glm(NuclearNorm(5.0)), MIXED),
    Case("glm-covariance", glm(LearnedCovariance(0.5)), MIXED),
    Case("glm-clustered", glm(Clustered(2.0)), MIXED),
    Case("glm-dirty", glm(Dirty(6.0, 4.0)), MIXED),
    Case("glm-dirty-rows", glm(Dirty(6.0, 4.0, "l21"), fit_intercept=False), MIXED),
    Case("glm-robust-rank", glm(RobustLowRank(6.0, 4.5)), MIXED),
    Case("glm-robust-features", glm(RobustFeatures(5.0, 5.0)), MIXED),
    Case("temporal", MultiTaskGLM(Temporal(2.0, l1=0.5)), NUMBERS, False, ORDERED),
    Case("temporal-smooth", glm(Temporal(2.0, l2=0.1, smooth=True)), MIXED, False, ORDERED),
    Case("glm-half-sparse", glm(MeanRegularized(3.0, 0.5, l1=1.0, l21=2.0)), MIXED),
    Case("glm-pooled-sparse", glm(same(pool_intercept=True, l21=2.0)), MIXED, False),
    Case("glm-graph-sparse", glm(GraphLaplacian(GRAPH, 2.0, l1=2.0)), MIXED, False),
    Case("numbers-l21", MultiTaskGLM(L21(4.0)), NUMBERS),
    Case("numbers-nuclear", MultiTaskGLM(NuclearNorm(5.0), task_weight="balanced"), NUMBERS),
    Case(
        "ridge-cv",
        MultiTaskRidgeCV([1.0, 10.0], [0.0, 0.5], cv=ByContent()),
        NUMBERS,
        excepted=TUNED,
    ),
    Case("ridge-by-row", MultiTaskRidgeCV(), NUMBERS, excepted=BY_ROW),
    Case(
        "glm-cv",
        MultiTaskGLMCV(alphas=4, cv=ByContent(), task_types={"visits": "count"}),
        MIXED,
        excepted=TUNED,
    ),
    Case(
        "logistic-cv",
        MultiTaskLogisticRegressionCV([0.01, 0.5], (0.0, 0.5), cv=ByContent()),
        LABELS,
        excepted=TUNED,
    ),
    Case("mlp", network(8, n_members=2, max_iter=15), SORTED, False, BY_BATCH),
    Case(
        "mlp-one",
        network(
            8,
            task_hidden_layer_sizes=4,
            n_members=1,
            validation_fraction=0.3,
            activation="tanh",
            max_iter=15,
            class_weight="balanced",
            task_weight="balanced",
        ),
        SORTED,
        False,
        BY_BATCH,
    ),
    Case(
        "mlp-lbfgs",
        network(
            4, n_members=1, activation="tanh", solver="lbfgs", alpha=3.0, tol=1e-11, max_iter=5000
        ),
        SORTED,
        excepted=BY_UNIT,
    ),
    Case("independent", separate().set_params(**COUNTS), MIXED, excepted=COMPOSED),
    Case(
        "independent-joint",
        IndependentTasks(MultiTaskGLM(), MultiTaskGLM(), counter=MultiTaskGLM(), **COUNTS),
        MIXED,
        excepted=COMPOSED,
    ),
    Case(
        "gated",
        GatedTasks(MultiTaskGLM(same()), separate(), cv=ByContent(), **COUNTS),
        MIXED,
        False,
        COMPOSED,
    ),
    Case(
        "gated-choose",
        GatedTasks(
            MultiTaskGLM(MeanRegularized(9.0, 0.8)), cv=ByContent(), gate="choose", **COUNTS
        ),
        MIXED,
        excepted=COMPOSED,
    ),
    Case("stacked", StackedTasks(separate(), cv=ByContent(), **COUNTS), MIXED, excepted=COMPOSED),
    Case(
        "stacked-alone",
        StackedTasks(MultiTaskGLM(), separate(), cv=ByContent(), passthrough=False, **COUNTS),
        MIXED,
        excepted=COMPOSED,
    ),
    Case(
        "chain",
        StackedTasks(
            MultiTaskRidge(2.0),
            cv=ByContent(),
            order="random",
            random_state=3,
        ),
        NUMBERS,
        excepted=COMPOSED | {"tasks": "the random order is one of places"},
    ),
]


def patients(seed=0, n=70, d=5, missing=0.3):
    """Return X and targets of eight related tasks, in very different units; missing is a share."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + np.linspace(-1, 1, d)
    w = rng.normal(size=d) / np.sqrt(d)

    def score(sign=1.0, noise=0.5):
        return X @ (sign * w + 0.25 * rng.normal(size=d) / np.sqrt(d)) + noise * rng.normal(size=n)

    y = {
        "days": 4.0 - 3.0 * score(),
        "cost": 2e4 + 9e3 * score(),
        "lab": 0.01 * score() + 1.0,
        "died": cut(score(), ("no", "yes")),
        "cured": cut(score(-1.0), ("ill", "well")),
        "stage": cut(score(noise=1.0), ("I", "II", "III")),
        "grade": cut(score(noise=1.0), ("I", "II", "III")),
        "visits": rng.poisson(np.exp(np.clip(0.5 * score(), -3, 2))).astype(float),
    }
    for column in y.values():
        column[rng.random(n) < missing] = None if column.dtype == object else np.nan
    return X, y


def cut(score, labels):
    """Return labels by quantiles of a score."""
    at = {2: [0.6], 3: [0.3, 0.7]}[len(labels)]
    return np.array(labels, dtype=object)[np.searchsorted(np.quantile(score, at), score)]


def known(column):
    """Return the mask of the labels that are there, without asking the package."""
    return np.array([not (value is None or value != value) for value in column])


def numbers(fitted):
    """Return what a fitted model is in one array, a row a raw column.

    Of a linear model: coefficients and intercepts. Of a network: raw predictions at fixed points.
    """
    if hasattr(fitted, "coef_"):
        return np.column_stack([fitted.coef_, fitted.intercept_])
    return by_column(fitted.decision_function(probes(fitted)))


def by_column(decision):
    """Return the raw predictions of all tasks in one array, a row a column."""
    return np.column_stack(list(decision.values())).T


def probes(fitted):
    """Return some points that a fitted model can be asked about, in a frame where it knows names."""
    points = np.random.default_rng(5).normal(size=(20, fitted.n_features_in_))
    names = getattr(fitted, "feature_names_in_", None)
    return (
        points if names is None else pytest.importorskip("pandas").DataFrame(points, columns=names)
    )


def assert_same_numbers(found, wanted, tolerance=1e-6):
    """Assert that each column of coefficients is the same, against its largest."""
    size = np.abs(wanted).max(axis=1, keepdims=True)
    assert_allclose(found / size, wanted / size, rtol=0, atol=tolerance)


def rows_of(y, rows):
    """Return rows of a plain dict of targets."""
    return {name: column[rows] for name, column in y.items()}


def copies(X, y, counts):
    """Return X and y with each (sample, task) pair repeated; counts is (n_samples, n_tasks)."""
    parts = []
    for k in range(int(counts.max())):
        part = {}
        for t, (name, column) in enumerate(y.items()):
            part[name] = column.copy()
            part[name][counts[:, t] <= k] = None if column.dtype == object else np.nan
        parts.append(part)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in y}
    stack = sparse.vstack if sparse.issparse(X) else np.vstack
    return stack([X] * len(parts)), joined
