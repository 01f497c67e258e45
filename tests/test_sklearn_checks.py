"""scikit-learn's own checks pass, for several tasks at once and, behind adapters, for one."""

import pytest
from adapters import AsClassifier, AsRegressor
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

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
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
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


def optimum(hidden):
    """Return a network that holds nothing out and is trained to its optimum."""
    fixed = {"solver": "lbfgs", "alpha": 1.0, "tol": 1e-12, "max_iter": 3000, "random_state": 0}
    return MultiTaskMLP(hidden, n_members=1, activation="tanh", **fixed)


EXACT = IndependentTasks(AsClassifier(MultiTaskLogisticRegression()), Ridge(tol=1e-12))
CHECKED = [
    MultiTaskRidge(),
    MultiTaskRidge(sharing=0.0),
    MultiTaskRidge(sharing=1.0, signs="same", pool_intercept=True),
    MultiTaskRidge(task_weight="balanced", scale_targets=False),
    MultiTaskLogisticRegression(),
    MultiTaskLogisticRegression(sharing=1.0, pool_intercept=True),
    MultiTaskLogisticRegression(signs="same", class_weight="balanced"),
    MultiTaskGLM(),
    MultiTaskGLM(MeanRegularized(sharing=0.0)),
    MultiTaskGLM(MeanRegularized(sharing=1.0)),
    MultiTaskGLM(MeanRegularized(sharing=0.5, signs="same", pool_intercept=True)),
    MultiTaskGLM(GraphLaplacian([[0.0]])),
    MultiTaskGLM(fit_intercept=False),
    *map(
        MultiTaskGLM,
        [
            L21(l2_ratio=0.1),
            SparseGroup(),
            L1Inf(),
            NuclearNorm(),
            LearnedCovariance(),
            Clustered(),
            Dirty(),
            RobustLowRank(),
            RobustFeatures(),
            Temporal(),
            Temporal(smooth=True),
            MeanRegularized(l21=1.0),
            GraphLaplacian([[0.0]], l1=1.0),
        ],
    ),
    MultiTaskRidgeCV(),
    MultiTaskRidgeCV(pool_intercept=True, signs="same"),
    MultiTaskRidgeCV([0.1, 1.0], [0.0, 0.5], cv=3),
    MultiTaskGLMCV(alphas=5),
    MultiTaskGLMCV(alphas=[1.0, 10.0], select="1se"),
    MultiTaskLogisticRegressionCV(Cs=[0.01, 0.1, 1.0]),
    optimum(4),
    optimum(()),
    EXACT,
    NewTask(),
    IndependentTasks(),
    IndependentTasks(MultiTaskGLM(), MultiTaskGLM()),
    IndependentTasks({"y": MultiTaskGLM()}),
    GatedTasks(),
    GatedTasks(MultiTaskGLM(), EXACT, gate="choose"),
    StackedTasks(),
    StackedTasks(passthrough=False),
    StackedTasks(EXACT),
    StackedTasks(MultiTaskGLM(), EXACT, order="random", random_state=0),
]
UNPENALIZED = [
    MultiTaskRidge(alpha=0.0),
    MultiTaskLogisticRegression(C=float("inf")),
    MultiTaskGLM(MeanRegularized(alpha=0.0)),
    AsRegressor(MultiTaskRidge(alpha=0.0)),
    AsClassifier(MultiTaskLogisticRegression(C=float("inf"))),
]
IN_BATCHES = [
    MultiTaskMLP(max_iter=5),
    MultiTaskMLP(8, n_members=1, max_iter=5),
    MultiTaskMLP((), n_members=2, max_iter=5, loss_balancing="mgda"),
    MultiTaskMLP((8, 4), task_hidden_layer_sizes=3, n_members=3, max_iter=5, loss_balancing="dwa"),
]
ADAPTERS = [
    AsRegressor(MultiTaskRidge()),
    AsRegressor(MultiTaskGLM(task_types="regression")),
    AsClassifier(MultiTaskLogisticRegression()),
    AsClassifier(MultiTaskGLM()),
    AsRegressor(MultiTaskGLM(NuclearNorm(), task_types="regression")),
    AsClassifier(MultiTaskGLM(L21())),
    AsClassifier(MultiTaskGLM(Dirty())),
    AsRegressor(optimum(4).set_params(task_types="regression")),
    AsClassifier(optimum(4)),
    AsRegressor(clone(EXACT).set_params(task_types="regression")),
    AsClassifier(EXACT),
    AsRegressor(GatedTasks(MultiTaskGLM(), EXACT, task_types="regression")),
    AsClassifier(GatedTasks(MultiTaskGLM(), EXACT)),
    AsRegressor(StackedTasks(task_types="regression")),
    AsClassifier(StackedTasks()),
    AsRegressor(StackedTasks(EXACT, task_types="regression")),
    AsClassifier(StackedTasks(EXACT)),
]
ADAPTERS_IN_BATCHES = [
    AsRegressor(
        MultiTaskMLP(16, n_members=2, max_iter=40, random_state=0, task_types="regression")
    ),
    AsClassifier(MultiTaskMLP(16, n_members=2, max_iter=40, random_state=0)),
]
PER_GROUP_KINDS = (TaskPerGroupClassifier, TaskPerGroupRegressor)
PER_GROUP = [
    *(kind(group=group) for kind in PER_GROUP_KINDS for group in (None, 0)),
    TaskPerGroupRegressor(MultiTaskGLM(MeanRegularized(1.0, 0.5, signs="same")), 0),
    TaskPerGroupRegressor(MultiTaskGLM(NuclearNorm(), scale_targets=False), 0),
    TaskPerGroupClassifier(MultiTaskGLM(MeanRegularized(signs="same", pool_intercept=True)), 0),
]
ONE_CLASS = "ignore:.*one class only.*constant"  # where the type was declared, no error
CODES = (
    "ignore:.*taken as regression.*all whole"  # of scikit-learn's whole-numbered targets, rightly
)
FOLDS = "ignore:tasks were left out of folds"  # of ten samples, which some of the checks make


def apart(estimator):
    """Return what cannot hold of networks that see rows one batch, or one fold, after another."""
    why = "two copies are not in one minibatch, nor held out together, as a row of weight two is"
    name = "check_sample_weight_equivalence_on_{}_data"
    return {name.format(kind): why for kind in ("dense", "sparse")}


@pytest.mark.filterwarnings(CODES)
@pytest.mark.filterwarnings(FOLDS)
@parametrize_with_checks(CHECKED)
def test_joint(estimator, check):
    """No failure is expected, of any variant."""
    check(estimator)


@pytest.mark.filterwarnings(ONE_CLASS)
@parametrize_with_checks(ADAPTERS)
def test_one_task(estimator, check):
    """An untagged estimator meets fewer checks: as classifier and regressor it meets them all."""
    check(estimator)


@pytest.mark.filterwarnings(CODES)
@pytest.mark.filterwarnings(ONE_CLASS)
@pytest.mark.filterwarnings("ignore:.*has no finite maximum likelihood")
@parametrize_with_checks(UNPENALIZED)
def test_unpenalized(estimator, check):
    """The classes of many checks are separated, which is warned of, and nothing else."""
    check(estimator)


@parametrize_with_checks(PER_GROUP)
def test_task_per_group(estimator, check):
    """Ordinary classifiers and regressors, with one group and with a column of groups."""
    check(estimator)


@pytest.mark.filterwarnings(CODES)
@parametrize_with_checks(IN_BATCHES, expected_failed_checks=apart)
def test_joint_in_batches(estimator, check):
    """Copies of samples are the one thing that minibatches and folds cannot weigh."""
    check(estimator)


@pytest.mark.filterwarnings(ONE_CLASS)
@parametrize_with_checks(ADAPTERS_IN_BATCHES, expected_failed_checks=apart)
def test_one_task_in_batches(estimator, check):
    """The same as a classifier and as a regressor."""
    check(estimator)
