"""Heads answer for themselves what others ask of a kind of task."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from zoo import MIXED, patients

from skmtl import TaskTargets
from skmtl.heads import HEADS, column_names, make_heads
from skmtl.tasks import TASK_TYPES, labels_of

TYPES = dict(
    zip(MIXED, ("regression", "binary", "multiclass", "count", "regression", "multiclass"))
)


@pytest.fixture
def tasks(rng):
    """Return the heads of tasks of every type, their labels, and raw predictions."""
    _, y = patients(1)
    targets = TaskTargets({name: y[name] for name in MIXED}, TYPES)
    labels = {name: labels_of(targets, name, None) for name in targets}
    heads = make_heads(targets, labels, frozenset(), True)
    return heads, labels, rng.normal(size=(50, heads[-1].columns.stop))


def mean_of(head, raw):
    """Return expected numbers, or probabilities."""
    return head.probability(raw) if head.has_classes else head.decode(raw)


def test_every_type_has_a_head():
    assert set(HEADS) == set(TASK_TYPES)


def test_a_prediction_is_that_of_its_mean(tasks):
    heads, _, raw = tasks
    for head in heads:
        assert_array_equal(head.from_mean(mean_of(head, raw)), head.decode(raw))


def test_the_decision_of_a_mean_is_that_of_its_raw_prediction(tasks):
    """Of several classes up to a constant in each row."""
    heads, _, raw = tasks
    for head in heads:
        found, wanted = head.raw_of_mean(mean_of(head, raw)), head.decision(raw)
        if head.width > 1:
            wanted = wanted - np.logaddexp.reduce(wanted, axis=1, keepdims=True)
        assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


def test_labels_are_means_that_are_certain(tasks):
    heads, labels, _ = tasks
    for head in heads:
        values = labels[head.name].values
        assert_array_equal(head.from_mean(head.as_mean(values)), values)


def test_the_spread_is_the_root_of_the_variance_of_means(tasks):
    heads, labels, _ = tasks
    for head in heads:
        means = head.as_mean(labels[head.name].values).astype(float)
        total = means.reshape(len(means), -1).var(axis=0).sum()
        assert_allclose(head.spread(labels[head.name]), np.sqrt(total))


def test_ordinary_estimators_get_targets_that_come_back(tasks):
    heads, labels, _ = tasks
    for head in heads:
        values = labels[head.name].values
        assert_array_equal(head.from_ordinary(head.as_ordinary(values)), values)


def test_classes_with_fractions_are_positions_to_ordinary_classifiers():
    targets = TaskTargets({"dose": [0.5, 1.5, 0.5, 2.5]}, {"dose": "multiclass"})
    labels = {"dose": labels_of(targets, "dose", None)}
    (head,) = make_heads(targets, labels, frozenset(), True)
    assert head.as_ordinary(labels["dose"].values).tolist() == [0, 1, 0, 2]
    assert head.from_ordinary(np.array([2, 0])).tolist() == [2.5, 0.5]


def test_features_are_named_and_of_one_size(tasks):
    """A standardised number, the logarithm of a count, the probability of a second class, or one a class."""
    heads, labels, raw = tasks
    for head in heads:
        mean = mean_of(head, raw)
        features = head.as_features(mean, head.centre(labels[head.name]))
        assert features.shape == (len(raw), len(head.feature_labels))
        if head.has_classes:
            assert_array_equal(features, mean if len(head.classes) > 2 else mean[:, 1:])
    (number,) = [head for head in heads if head.name == MIXED[0]]
    own = labels[number.name]
    scaled = number.as_features(own.values.astype(float), number.centre(own))
    assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-12)


def test_widened_has_a_column_for_each_class(tasks):
    heads, labels, _ = tasks
    for head in heads:
        if head.has_classes:
            wide = head.widened(np.ones((3, 1)), head.classes[-1:], -7.0)
            assert wide.shape == (3, len(head.classes))
            assert_array_equal(wide[:, -1], 1.0)
            assert_array_equal(wide[:, :-1], -7.0)
        else:
            values = np.ones(3)
            assert head.widened(values, np.empty(0), -7.0) is values


def test_each_column_has_a_name(tasks):
    heads, *_ = tasks
    names = column_names(heads)
    assert len(names) == len(set(names)) == heads[-1].columns.stop
