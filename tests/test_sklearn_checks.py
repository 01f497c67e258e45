"""scikit-learn's own checks pass, for several tasks at once and, behind adapters, for one."""

import pytest
from adapters import AsClassifier, AsRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks
from zoo import CHECKED

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.penalties import L21, Dirty, NuclearNorm

ADAPTERS = [
    AsRegressor(MultiTaskRidge()),
    AsRegressor(MultiTaskGLM(task_types="regression")),
    AsClassifier(MultiTaskLogisticRegression()),
    AsClassifier(MultiTaskGLM()),
    AsRegressor(MultiTaskGLM(NuclearNorm(), task_types="regression")),
    AsClassifier(MultiTaskGLM(L21())),
    AsClassifier(MultiTaskGLM(Dirty())),
]
ONE_CLASS = "ignore:.*one class only.*constant"  # where the type was declared, no error
CODES = (
    "ignore:.*taken as regression.*all whole"  # of scikit-learn's whole-numbered targets, rightly
)
FOLDS = "ignore:tasks were left out of folds"  # of ten samples, which some of the checks make


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
