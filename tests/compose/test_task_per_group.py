"""Groups of rows as tasks, behind the interface of ordinary estimators."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV, GroupKFold, LeaveOneGroupOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import (
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
from skmtl.penalties import L21, MeanRegularized

SAME = {"signs": "same", "pool_intercept": True}


def wards(rng, n=120, n_wards=4):
    """Return inputs, the ward of each row, a number and a class."""
    X, ward = rng.normal(size=(n, 3)), rng.integers(0, n_wards, n)
    slopes = np.array([1.0, -1.0, 0.5]) + 0.3 * rng.normal(size=(n_wards, 3))
    score = (X * slopes[ward]).sum(axis=1) + rng.normal(size=n_wards)[ward]
    return X, ward, score + 0.3 * rng.normal(size=n), score > rng.normal(size=n)


def with_ward(X, ward):
    """Return a table whose second column is the ward."""
    return np.column_stack([X[:, :1], ward, X[:, 1:]])


def masked(values, ward):
    """Return a dict of targets, one a ward."""
    return {f"ward {k}": np.where(ward == k, values, np.nan) for k in range(ward.max() + 1)}


@pytest.mark.parametrize("sharing", [0.0, 0.5, 1.0])
def test_same_as_a_column_a_group(rng, sharing):
    """The objective is that of the joint model whose targets are mostly missing."""
    X, ward, y, died = wards(rng)
    joint = MultiTaskRidge(2.0, sharing, scale_targets=False, **SAME)
    found = TaskPerGroupRegressor(joint, group=1).fit(with_ward(X, ward), y)
    wanted = joint.fit(X, masked(y, ward))
    assert_allclose(found.estimator_.coef_, wanted.coef_, rtol=1e-6)
    rows = wanted.predict(X)
    assert_allclose(
        found.predict(with_ward(X, ward)), [rows[f"ward {k}"][i] for i, k in enumerate(ward)]
    )
    joint = MultiTaskLogisticRegression(0.5, sharing, **SAME)
    found = TaskPerGroupClassifier(joint, group=1).fit(with_ward(X, ward), died)
    wanted = joint.fit(X, masked(died.astype(float), ward))
    assert_allclose(found.estimator_.coef_, wanted.coef_, rtol=1e-5, atol=1e-7)


def test_one_scale_for_all_groups(rng):
    """Another unit of the outcome is another unit of predictions, and groups are not scaled apart."""
    X, ward, y, _ = wards(rng)
    table = with_ward(X, ward)
    one, other = (TaskPerGroupRegressor(group=1).fit(table, k * y) for k in (1.0, 1000.0))
    assert_allclose(other.predict(table), 1000.0 * one.predict(table))
    joint = MultiTaskRidge(30.0, 0.9, scale_targets=False, **SAME)
    scaled = TaskPerGroupRegressor(joint, group=1).fit(table, y / y.std())
    assert_allclose(scaled.predict(table) * y.std(), one.predict(table))


def test_unseen_groups(rng):
    """They have the common vector, and at the mean of the inputs the groups' mean prediction."""
    X, ward, y, _ = wards(rng)
    joint = MultiTaskRidge(2.0, 0.6, **SAME)
    model = TaskPerGroupRegressor(joint, group=1).fit(with_ward(X, ward), y)
    assert_allclose(
        model.common_coef_[0], 0.6 / (0.4 + 0.6 * 4) * model.estimator_.coef_.sum(axis=0)
    )
    new = model.predict(with_ward(X, np.full(len(X), 9)))
    assert_allclose(new, X @ model.common_coef_[0] + model.common_intercept_[0])
    centre = X.mean(axis=0, keepdims=True)
    known = [model.predict(with_ward(centre, [k]))[0] for k in range(4)]
    assert_allclose(model.predict(with_ward(centre, [9]))[0], np.mean(known))


def test_a_group_with_one_class(rng):
    """It is fitted like any other where intercepts are pooled, and else it is a constant, with a warning."""
    X, ward, _, died = wards(rng)
    died = died | (ward == 2)
    table = with_ward(X, ward)
    risk = TaskPerGroupClassifier(group=1).fit(table, died).predict_proba(table)[ward == 2, 1]
    assert 0.5 < risk.mean() < 1.0 and np.ptp(risk) > 0.2
    free = TaskPerGroupClassifier(MultiTaskLogisticRegression(0.5, 0.5, signs="same"), group=1)
    with pytest.warns(UserWarning, match="one class only"):
        free.fit(table, died)
    assert_array_equal(free.predict_proba(table)[ward == 2, 1], 1.0)


def test_other_penalties(rng):
    """Without a common vector a new group has the mean of the groups' coefficients."""
    X, ward, y, _ = wards(rng)
    model = TaskPerGroupRegressor(MultiTaskGLM(L21(1.0)), group=1).fit(with_ward(X, ward), y)
    assert_allclose(model.common_coef_[0], model.estimator_.coef_.mean(axis=0))


def test_counts(rng):
    """Mean counts, where the joint model says that y is a count."""
    X, ward, y, _ = wards(rng)
    visits = rng.poisson(np.exp(np.clip(y / 2, -2, 2)))
    joint = MultiTaskGLM(MeanRegularized(2.0, 0.5, **SAME), task_types="count")
    model = TaskPerGroupRegressor(joint, group=1).fit(with_ward(X, ward), visits)
    assert model.predict(with_ward(X, ward)).min() > 0.0
    assert model.score(with_ward(X, ward), visits) > 0.2


def test_several_classes(rng):
    """A column of coefficients a class and group."""
    X, ward, y, _ = wards(rng, 300)
    stage = np.array(["I", "II", "III"])[np.digitize(y, np.quantile(y, [0.3, 0.7]))]
    table = with_ward(X, ward)
    model = TaskPerGroupClassifier(group=1).fit(table, stage)
    assert model.predict_proba(table).shape == (300, 3)
    assert model.score(table, stage) > 0.6
    joint = MultiTaskLogisticRegression(0.3, 0.5, **SAME)
    columns = {f"ward {k}": np.where(ward == k, stage, None) for k in range(4)}
    wanted = joint.fit(X, columns).predict_proba(X)
    own = [wanted[f"ward {k}"][i] for i, k in enumerate(ward)]
    assert_allclose(model.predict_proba(table), own, atol=1e-6)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_named_column(rng, library):
    """The column of a frame, by name or position; strings are groups as good as numbers."""
    frames = pytest.importorskip(library)
    X, ward, y, died = wards(rng)
    wanted = TaskPerGroupRegressor(group=1).fit(with_ward(X, ward), y).predict(with_ward(X, ward))
    names = np.array(["north", "south", "up", "west"])[ward]
    table = frames.DataFrame({"a": X[:, 0], "ward": names, "b": X[:, 1], "c": X[:, 2]})
    for group in ("ward", 1):
        model = TaskPerGroupRegressor(group=group).fit(table, y)
        assert_allclose(model.predict(table), wanted)
        assert model.groups_.tolist() == ["north", "south", "up", "west"]
    with pytest.raises(ValueError, match="group must name a column of X, got 'unit'"):
        TaskPerGroupRegressor(group="unit").fit(table, y)
    gap = frames.DataFrame({"a": X[:, 0], "ward": [None, *names[1:]], "b": X[:, 1], "c": X[:, 2]})
    with pytest.raises(ValueError, match="group must be known of each row"):
        TaskPerGroupRegressor(group="ward").fit(gap, y)


def test_tools_of_scikit_learn(rng):
    """Column transformers, searches, splitters and scores are those of anyone."""
    pd = pytest.importorskip("pandas")
    X, ward, _, died = wards(rng)
    table = pd.DataFrame(X, columns=list("abc")).assign(ward=np.array(list("nsuw"))[ward])
    ready = make_column_transformer(
        (StandardScaler(), list("abc")), ("passthrough", ["ward"]), verbose_feature_names_out=False
    ).set_output(transform="pandas")
    joint = MultiTaskLogisticRegression(**SAME)
    model = make_pipeline(ready, TaskPerGroupClassifier(joint, group="ward"))
    grid = {"taskpergroupclassifier__estimator__sharing": [0.2, 0.5, 1.0]}
    search = GridSearchCV(model, grid, scoring="roc_auc").fit(table, died)
    assert search.best_score_ > 0.7
    for cv in (LeaveOneGroupOut(), GroupKFold(2)):
        scores = cross_val_score(model, table, died, groups=ward, cv=cv, scoring="roc_auc")
        assert scores.min() > 0.6


def test_sparse(rng):
    """The column of groups may be one of a sparse matrix."""
    X, ward, y, _ = wards(rng)
    X = np.where(np.abs(X) < 0.5, 0.0, X)
    table = with_ward(X, ward)
    found = TaskPerGroupRegressor(group=1).fit(sparse.csr_array(table), y)
    wanted = TaskPerGroupRegressor(group=1).fit(table, y).predict(table)
    assert_allclose(found.predict(sparse.csr_array(table)), wanted, rtol=1e-6)


def test_class_weight(rng):
    """Balanced over all rows, not in each group."""
    X, ward, y, _ = wards(rng)
    ill, table = y > np.quantile(y, 0.85), with_ward(X, ward)
    joint = MultiTaskLogisticRegression(0.3, 0.5, class_weight="balanced", **SAME)
    found = TaskPerGroupClassifier(joint, group=1).fit(table, ill)
    weight = np.where(ill, 0.5 / ill.mean(), 0.5 / (1 - ill.mean()))
    wanted = TaskPerGroupClassifier(group=1).fit(table, ill, weight)
    assert_allclose(found.predict_proba(table), wanted.predict_proba(table))


def test_memory_follows_the_rows(rng):
    """Not rows times groups."""
    n, n_wards = 20_000, 1000
    table = np.column_stack([rng.integers(0, n_wards, n), rng.normal(size=(n, 3))])
    y = rng.normal(size=n)
    tracemalloc.start()
    TaskPerGroupRegressor(group=0).fit(table, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.6 * 8 * n * n_wards


@pytest.mark.parametrize(
    "model, match",
    [
        (TaskPerGroupRegressor(MultiTaskRidgeCV(), 1), "without cross-validation of its own"),
        (TaskPerGroupRegressor(group=4), r"group must be a position in \[0, n_features\), got 4"),
        (TaskPerGroupRegressor(group="ward"), "group must be the position of a column"),
        (TaskPerGroupRegressor(group=1.5), "group of TaskPerGroupRegressor must be None"),
        (TaskPerGroupClassifier(MultiTaskRidge(), 1), "estimator must be for classes"),
    ],
)
def test_errors(rng, model, match):
    """What breaks a rule is named."""
    X, ward, _, died = wards(rng)
    with pytest.raises(ValueError, match=match):
        model.fit(with_ward(X, ward), died.astype(float))


def test_missing_group(rng):
    """In a matrix it is a missing number like any other."""
    X, ward, y, _ = wards(rng)
    table = with_ward(X, ward.astype(float))
    model = TaskPerGroupRegressor(group=1).fit(table, y)
    table[3, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        model.predict(table)
    pd = pytest.importorskip("pandas")
    named = pd.DataFrame(X).assign(ward=pd.array(["a", None, *"b" * (len(X) - 2)], dtype="string"))
    named.columns = ["x", "y", "z", "ward"]
    with pytest.raises(ValueError, match="group must be known of each row"):
        TaskPerGroupRegressor(group="ward").fit(named, y)


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_sparse_entries_given_twice(rng, dtype):
    """The group too: what ``toarray`` makes of them."""
    X, ward, y, _ = wards(rng, n_wards=2)
    table = with_ward((X > 0).astype(int), ward).astype(dtype)
    one = table if dtype is bool else (table // 2).astype(dtype)
    other = table if dtype is bool else table - one
    n, d = table.shape
    values = np.stack([one, other], axis=2).ravel()
    columns = np.tile(np.repeat(np.arange(d), 2), n)
    pieces = sparse.csr_array((values, columns, np.arange(n + 1) * 2 * d), shape=(n, d))
    found = TaskPerGroupRegressor(group=1).fit(pieces, y)
    wanted = TaskPerGroupRegressor(group=1).fit(table.astype(float), y)
    assert_array_equal(found.groups_, wanted.groups_)
    assert_allclose(found.predict(pieces), wanted.predict(table.astype(float)), rtol=1e-5)


def test_groups_are_of_the_type_they_were_in_fit(rng):
    """Wards "0" and 0 are not the same: all of a call would be predicted as never seen."""
    X, ward, days, _ = wards(rng)
    frame = pd.DataFrame(X, columns=list("abc"))
    model = TaskPerGroupRegressor(group="ward").fit(frame.assign(ward=ward.astype(str)), days)
    with pytest.raises(ValueError, match=r"group must be of the type it was in fit.*'0', got \d"):
        model.predict(frame.assign(ward=ward))
    numbered = TaskPerGroupRegressor(group="ward").fit(frame.assign(ward=ward), days)
    with pytest.raises(ValueError, match=r"group must be of the type it was in fit.*0, got '\d'"):
        numbered.predict(frame.assign(ward=ward.astype(str)))
    assert_allclose(
        numbered.predict(frame.assign(ward=ward.astype(float))),
        numbered.predict(frame.assign(ward=ward)),
    )
    assert np.isfinite(model.predict(frame.assign(ward="new"))).all()
