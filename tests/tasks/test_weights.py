"""Weights by sample, or by sample and task: which are taken, and which refused."""

import numpy as np
import pytest
from zoo import assert_same_numbers, numbers, patients

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskTargets

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


@pytest.fixture
def data(rng):
    """Return X, targets of three kinds, and weights of each pair."""
    X, y = patients()
    y = {name: y[name] for name in ("days", "died", "stage")}
    return X, y, rng.uniform(0.2, 3, (len(X), 3))


def test_kinds(data):
    """Array, frame, TaskTargets, dict, list: by name where there are names."""
    X, y, weight = data
    wanted = numbers(MultiTaskGLM().fit(X, y, weight))
    by_name = dict(zip(y, weight.T, strict=True))
    backwards = {name: by_name[name] for name in reversed(by_name)}
    for other in (
        weight.tolist(),
        by_name,
        backwards,
        TaskTargets(backwards),
        pd.DataFrame(backwards),
        pl.DataFrame(backwards),
    ):
        assert_same_numbers(numbers(MultiTaskGLM().fit(X, y, other)), wanted)
    rows = numbers(MultiTaskGLM().fit(X, y, weight[:, 0]))
    for other in (
        weight[:, 0].tolist(),
        pd.Series(weight[:, 0]),
        np.repeat(weight[:, :1], 3, axis=1),
    ):
        assert_same_numbers(numbers(MultiTaskGLM().fit(X, y, other)), rows)


def test_scalar_multiples(data):
    """All weights doubled is all of the data twice: ridge of half the strength."""
    X, y, weight = data
    y = {name: y[name] for name in ("days",)}
    found = MultiTaskRidge(2.0).fit(X, y, 2 * weight[:, :1])
    assert_same_numbers(numbers(found), numbers(MultiTaskRidge(1.0).fit(X, y, weight[:, :1])))


def wrong(weight):
    """Return weights that are refused, and words of the message."""
    by_name = {"days": weight[:, 0], "died": weight[:, 1], "stage": weight[:, 2]}
    nan, negative = weight.copy(), weight.copy()
    nan[3, 1], negative[3, 1] = np.nan, -0.5
    return {
        "all zero": (np.zeros(len(weight)), "weight.*zero|zero.*weight"),
        "all zero pairs": (np.zeros(weight.shape), "weight.*zero|zero.*weight"),
        "negative": (negative, "sample_weight.*-0.5"),
        "NaN": (nan, "sample_weight"),
        "too short": (weight[1:, 0], "sample_weight.*shape"),
        "too few columns": (weight[:, :2], "sample_weight.*shape"),
        "transposed": (weight.T, "sample_weight.*shape"),
        "three dimensions": (weight[:, :, None], "sample_weight"),
        "unsliced dict": ({k: np.append(v, 1.0) for k, v in by_name.items()}, "'days'"),
        "one unsliced": (by_name | {"died": np.ones(3)}, "'died'"),
        "a task missing": ({k: by_name[k] for k in ("days", "died")}, "stage"),
        "a task too many": (by_name | {"lived": weight[:, 0]}, "lived"),
        "strings": (np.full(len(weight), "heavy"), "sample_weight|heavy"),
    }


@pytest.mark.parametrize("kind", wrong(np.ones((5, 3))))
def test_wrong(data, kind):
    """The message says what is wrong, and the model is not fitted."""
    X, y, weight = data
    bad, message = wrong(weight)[kind]
    with pytest.raises(ValueError, match=message):
        MultiTaskGLM().fit(X, y, bad)
    model = MultiTaskGLM().fit(X, y)
    with pytest.raises(ValueError, match=message):
        model.score(X, y, bad)


def test_dict_of_weights_in_a_search(data):
    """scikit-learn's splitters pass a plain dict unsliced and in silence: an error, not a wrong fit."""
    from sklearn.model_selection import cross_val_score

    X, y, weight = data
    by_name = dict(zip(y, weight.T, strict=True))
    with pytest.raises(ValueError, match="sample_weight"):
        cross_val_score(
            MultiTaskGLM(),
            X,
            TaskTargets(y),
            params={"sample_weight": by_name},
            error_score="raise",
        )


WRONG_PARAMS = [
    (MultiTaskGLM(task_weight={"lived": 1.0}), "task_weight.*lived"),
    (MultiTaskGLM(task_weight={"days": -1.0}), "task_weight"),
    (MultiTaskGLM(task_weight="even"), "task_weight.*'even'"),
    (MultiTaskGLM(task_weight=2.0), "task_weight.*2.0"),
    (MultiTaskGLM(task_weight={"days": 0.0}), "'days'"),
    (MultiTaskGLM(class_weight={"days": {1: 2.0}}), "class_weight.*days"),
    (MultiTaskGLM(class_weight={"lived": "balanced"}), "class_weight.*lived"),
    (MultiTaskGLM(class_weight={"died": {"maybe": 2.0}}), "class_weight.*'died'.*maybe"),
    (MultiTaskGLM(class_weight="even"), "class_weight"),
    (MultiTaskGLM(class_weight={"died": "even"}), "class_weight.*'died'"),
    (MultiTaskGLM(class_weight={"died": {"yes": -1.0}}), "class_weight.*'died'"),
    (MultiTaskGLM(class_weight={"died": {"yes": np.nan}}), "class_weight.*'died'"),
    (MultiTaskGLM(class_weight={"died": 3.0}), "class_weight.*'died'"),
]


@pytest.mark.parametrize("model, message", WRONG_PARAMS, ids=str)
def test_wrong_params(data, model, message):
    """Class and task weights that name what is not there, or are none."""
    X, y, _ = data
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)


def test_class_weight_zero(data):
    """A class of weight zero in a task: its labels are not there."""
    X, y, _ = data
    labels = TaskTargets({"stage": y["stage"], "died": y["died"]})
    model = MultiTaskLogisticRegression(class_weight={"stage": {"III": 0.0}})
    found = model.fit(X, labels).predict_proba(X)
    weight = np.column_stack([labels["stage"] != "III", np.ones(len(X))])
    wanted = MultiTaskLogisticRegression().fit(X, labels, weight).predict_proba(X)
    for name in labels:
        np.testing.assert_allclose(found[name], wanted[name], atol=1e-6)


def test_weights_that_are_missing_with_the_label():
    """They are ignored where the label is missing too, in any container; elsewhere the task is named."""
    pa = pytest.importorskip("pyarrow")
    rng = np.random.default_rng(0)
    X, days = rng.normal(size=(40, 2)), rng.normal(size=40)
    died = np.where(np.arange(40) % 3 == 0, np.nan, X[:, 0] + days > 0)
    y = {"died": died, "days": days}
    weights = {"died": np.where(np.isnan(died), np.nan, 2.0), "days": np.ones(40)}
    wanted = MultiTaskGLM().fit(X, y, sample_weight=pd.DataFrame(weights).fillna(0.0)).coef_
    frame = pd.DataFrame(weights)
    for given in (frame, frame.to_numpy(), frame.astype("Float64"), pa.table(frame)):
        found = MultiTaskGLM().fit(X, y, sample_weight=given).coef_
        np.testing.assert_allclose(found, wanted)
    weights["days"][3] = np.nan
    with pytest.raises(ValueError, match="sample_weight contains NaN.*'days'.*1 label"):
        MultiTaskGLM().fit(X, y, sample_weight=weights)


def test_class_weights_of_numbers():
    """None for a task without classes is accepted, weights are refused with its type."""
    X, days = np.arange(40.0)[:, None], np.sin(np.arange(40.0))
    y = {"died": days > 0, "days": days}
    plain = MultiTaskGLM(class_weight={"died": {True: 9}}).fit(X, y).coef_
    both = MultiTaskGLM(class_weight={"died": {True: 9}, "days": None}).fit(X, y).coef_
    np.testing.assert_array_equal(both, plain)
    with pytest.raises(ValueError, match="'days'.*'regression' and has no classes"):
        MultiTaskGLM(class_weight={"days": {1: 2}}).fit(X, y)
