"""Intervals of scores."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.metrics import task_scores


def test_of_a_mean(rng):
    """The interval of an accuracy is that of a share."""
    right = rng.random(500) < 0.8
    known = rng.integers(0, 2, 500).astype(float)
    said = np.where(right, known, 1 - known)
    table = task_scores(
        {"ill": known}, {"ill": said}, metrics="accuracy", n_bootstraps=500, random_state=0
    )
    assert list(table) == ["type", "n_labels", "accuracy", "accuracy_low", "accuracy_high"]
    share = right.mean()
    half = 1.96 * np.sqrt(share * (1 - share) / 500)
    assert_allclose(table.iloc[0, 3:].to_numpy(float), [share - half, share + half], atol=0.01)


def test_same_seed_same_intervals(rng):
    """Whatever else is scored beside."""
    y = {"a": rng.normal(size=60), "b": rng.normal(size=60)}
    said = {name: column + rng.normal(size=60) for name, column in y.items()}
    given = {"n_bootstraps": 50, "random_state": 3}
    both = task_scores(y, said, **given)
    one = task_scores({"b": y["b"]}, {"b": said["b"]}, metrics="d2", **given)
    assert_allclose(
        both.loc["b", ["d2_low", "d2_high"]].to_numpy(float),
        one.loc["b", ["d2_low", "d2_high"]].to_numpy(float),
    )


def test_groups_are_drawn_whole(rng):
    """Copies of rows make no interval narrower if they are known to be copies."""
    known, said = rng.normal(size=40), rng.normal(size=40)
    patient = np.tile(np.arange(40), 5)
    given = {"metrics": "neg_mean_absolute_error", "n_bootstraps": 400, "random_state": 0}

    def width(rows, **groups):
        table = task_scores({"days": known[rows]}, {"days": said[rows]}, **given, **groups)
        return float(table.iloc[0, 4] - table.iloc[0, 3])

    once = width(np.arange(40))
    assert_allclose(width(patient, groups=patient), once)
    assert width(patient) < 0.6 * once


def test_missing_labels_and_weights(rng):
    """A label that is missing, or weighs nothing, is in no draw."""
    known, said = rng.normal(size=50), rng.normal(size=50)
    gaps = np.where(np.arange(50) < 20, np.nan, known)
    given = {"metrics": "d2", "n_bootstraps": 60, "random_state": 0}
    missing = task_scores({"days": gaps}, {"days": said}, **given)
    weightless = task_scores(
        {"days": known}, {"days": said}, sample_weight=(np.arange(50) >= 20) * 1.0, **given
    )
    assert_allclose(missing.iloc[0, 1:].to_numpy(float), weightless.iloc[0, 1:].to_numpy(float))


def test_undefined_draws():
    """Draws of one class are left out; where they are most, there is no interval."""
    known, said = np.zeros(40), np.linspace(0.1, 0.4, 40)
    known[0] = 1.0
    given = {"metrics": "roc_auc", "n_bootstraps": 100, "random_state": 0}
    found = task_scores({"ill": known}, {"ill": said}, **given)
    assert found[["roc_auc_low", "roc_auc_high"]].notna().all(axis=None)
    known[20:] = np.nan  # three patients: the case, the others, and one without a label
    patient = np.minimum(np.arange(40), 1) + (np.arange(40) >= 20)
    few = task_scores({"ill": known}, {"ill": said}, groups=patient, **given)
    assert few[["roc_auc_low", "roc_auc_high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "given, match",
    [
        ({"n_bootstraps": -1}, "n_bootstraps must be an integer"),
        ({"n_bootstraps": 5, "confidence_level": 1.0}, "confidence_level must be a number"),
        ({"n_bootstraps": 5, "groups": [1, 2]}, "inconsistent numbers of samples"),
    ],
)
def test_errors(given, match):
    """What breaks a rule is named."""
    with pytest.raises(ValueError, match=match):
        task_scores({"days": [1.0, 2.5, 3.0]}, {"days": [1.0, 2.0, 3.0]}, **given)


@pytest.mark.slow
def test_coverage(rng):
    """Of patients with several rows, an interval over patients holds the truth; one over rows does so too rarely."""
    hits = {True: 0, False: 0}
    n_repeats, n_patients, visits = 150, 40, 6
    for _ in range(n_repeats):
        own = rng.normal(size=n_patients)
        patient = np.repeat(np.arange(n_patients), visits)
        residual = own[patient] + 0.3 * rng.normal(size=len(patient))
        truth = -(1.0 + 0.3**2)
        for by_patient in hits:
            groups = {"groups": patient} if by_patient else {}
            table = task_scores(
                {"days": residual},
                {"days": np.zeros(len(patient))},
                metrics="neg_mean_squared_error",
                n_bootstraps=200,
                random_state=0,
                **groups,
            )
            low, high = table.iloc[0, 3:].to_numpy(float)
            hits[by_patient] += low <= truth <= high
    assert hits[True] / n_repeats > 0.85
    assert hits[False] / n_repeats < 0.7
