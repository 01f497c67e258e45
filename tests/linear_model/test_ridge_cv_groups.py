"""MultiTaskRidgeCV leaves out groups of rows together."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import numbers

from skmtl import MultiTaskRidgeCV, TaskTargets
from skmtl.model_selection import TaskStratifiedKFold


@pytest.fixture(scope="module")
def visits():
    """Forty patients with five visits, which a model can tell apart, but whose outcomes it cannot know."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(40), 5)
    X = rng.normal(size=(40, 60))[patient] + 0.01 * rng.normal(size=(200, 60))
    y = {t: rng.normal(size=40)[patient] + 0.1 * rng.normal(size=200) for t in "ab"}
    y["b"][::7] = np.nan
    shuffled = rng.permutation(200)
    return X[shuffled], {t: column[shuffled] for t, column in y.items()}, patient[shuffled]


def assert_same_choice(found, wanted):
    """Assert that two models saw the same scores and became the same."""
    for name, column in wanted.cv_results_.items():
        assert_array_equal(found.cv_results_[name], column)
    assert_array_equal(numbers(found), numbers(wanted))


def test_visits_do_not_leak(visits):
    """A patient's other visits say nothing of their outcome that serves new patients."""
    X, y, patient = visits
    apart = MultiTaskRidgeCV().fit(X, y).alpha_
    assert MultiTaskRidgeCV(random_state=0).fit(X, y, groups=patient).alpha_ > 100 * apart


@pytest.mark.parametrize("cv", [3, GroupKFold(4)], ids=str)
def test_folds_of_groups(visits, cv):
    """Groups given are groups carried, and those of the pairs that a splitter makes of them."""
    X, y, patient = visits
    splitter = TaskStratifiedKFold(3, shuffle=True, random_state=0) if cv == 3 else cv
    pairs = list(splitter.split(X, TaskTargets(y), patient))
    wanted = MultiTaskRidgeCV(cv=pairs).fit(X, y)
    given = MultiTaskRidgeCV(cv=cv, random_state=0).fit(X, y, groups=patient)
    carried = MultiTaskRidgeCV(cv=cv, random_state=0).fit(X, TaskTargets(y, groups=patient))
    assert_same_choice(given, wanted)
    assert_same_choice(carried, wanted)


def test_groups_in_pipelines_and_searches(visits):
    """With metadata routing groups come unasked; without, the step is named."""
    X, y, patient = visits
    model = MultiTaskRidgeCV(random_state=0)
    wanted = MultiTaskRidgeCV(random_state=0).fit(
        StandardScaler().fit_transform(X), y, groups=patient
    )
    pipe = make_pipeline(StandardScaler(), model)
    assert_same_choice(pipe.fit(X, y, multitaskridgecv__groups=patient)[-1], wanted)
    with config_context(enable_metadata_routing=True):
        assert_same_choice(pipe.fit(X, y, groups=patient)[-1], wanted)
        folds = {"cv": GroupKFold(3), "params": {"groups": patient}}
        targets = TaskTargets(y)
        outer = cross_validate(pipe, X, targets, **folds, return_estimator=True)
        search = GridSearchCV(model, {"sharings": [(0.0,), (0.5,)]}, cv=GroupKFold(3))
        assert search.fit(X, targets, groups=patient).best_score_ > -0.5
    assert all(fitted[-1].alpha_ > 1.0 for fitted in outer["estimator"])


@pytest.mark.parametrize("cv", [None, 3, GroupKFold(3)], ids=str)
def test_wrong_groups(visits, cv):
    """Groups that are missing, or of other rows, are refused."""
    X, y, patient = visits
    with pytest.raises(ValueError, match="groups"):
        MultiTaskRidgeCV(cv=cv).fit(X, y, groups=np.where(patient == 3, np.nan, patient))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        MultiTaskRidgeCV(cv=cv).fit(X, y, groups=patient[:-1])
