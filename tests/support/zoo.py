"""The estimators and the data that the laws are tested on."""

from dataclasses import dataclass, field

import numpy as np
from adapters import AsClassifier, AsRegressor
from patients import assert_same_numbers as assert_same_numbers
from patients import by_column as by_column
from patients import copies as copies
from patients import cut as cut
from patients import known as known
from patients import numbers as numbers
from patients import patients as patients
from patients import probes as probes
from patients import rows_of as rows_of
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import Ridge

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


def separate():
    """Return ordinary estimators that end at their optimum, in either precision."""
    return IndependentTasks(
        AsClassifier(MultiTaskLogisticRegression(0.5)),
        Ridge(2.0, tol=1e-12),
        counter=AsRegressor(MultiTaskGLM(MeanRegularized(0.1), task_types="count")),
    )


COUNTS = {"task_types": {"visits": "count"}}


def same(**params):
    """Return a penalty under which all tasks share with the same sign."""
    return MeanRegularized(3.0, 0.5, signs="same", **params)


CASES = [
    Case("ridge", MultiTaskRidge(2.0), NUMBERS),
    Case("ridge-free", MultiTaskRidge(0.0), NUMBERS),
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

NAMED = {case.name: case for case in CASES}
