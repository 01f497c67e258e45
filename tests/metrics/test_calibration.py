"""Calibration of predicted risks and numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.special import expit, logit

from skmtl import MultiTaskGLM
from skmtl.metrics import task_scorer, task_scores

METRICS = ["calibration_slope", "calibration_intercept", "expected_calibration_error"]


def risks(rng, n=400, a=0.0, b=1.0):
    """Return outcomes, and predicted risks that are off by a and b on the scale of log-odds."""
    z = rng.normal(size=n) - 0.5
    return (rng.random(n) < expit(a + b * z)).astype(float), expit(z)


def scores(known, p, **weights):
    """Return the three numbers of one binary task."""
    table = task_scores({"ill": known}, {"ill": p}, metrics=METRICS, **weights)
    return table.loc["ill", METRICS].to_numpy(float)


def test_logistic_recalibration(rng):
    """Slope and intercept minimise the log loss of a + b logit(p), with weights."""
    known, p = risks(rng)
    weight = rng.uniform(0.5, 2.0, len(p))

    def loss(a, b):
        raw = a + b * logit(p)
        return weight @ (np.logaddexp(0.0, raw) - known * raw)

    both = minimize(lambda v: loss(*v), [0.0, 1.0], tol=1e-12).x
    large = minimize(lambda v: loss(v[0], 1.0), [0.0], tol=1e-12).x
    slope, intercept, _ = scores(known, p, sample_weight=weight)
    assert_allclose([slope, intercept], [both[1], large[0]], atol=1e-5)


def test_what_it_finds(rng):
    """Risks that are too low have an intercept above zero, those that are too extreme a slope below one."""
    low, extreme = scores(*risks(rng, 20_000, a=0.7)), scores(*risks(rng, 20_000, b=0.5))
    right = scores(*risks(rng, 20_000))
    assert_allclose(low[:2], [1.0, 0.7], atol=0.1)
    assert_allclose(extreme[0], 0.5, atol=0.05)
    assert_allclose(right, [1.0, 0.0, 0.0], atol=0.05)
    assert right[2] < 0.5 * min(low[2], extreme[2])


def test_expected_error_by_hand():
    """Ten bins of two: differences of shares and mean probabilities."""
    p = np.repeat(np.linspace(0.05, 0.95, 10), 2)
    known = np.tile([0.0, 1.0], 10)
    assert_allclose(scores(known, p)[2], np.abs(p - 0.5).mean())
    doubled = scores(known, p, sample_weight=np.full(20, 2.0))[2]
    assert_allclose(doubled, np.abs(p - 0.5).mean())


def test_several_classes(rng):
    """The mean over classes; a slope there is none."""
    p = rng.dirichlet(np.ones(3), size=300)
    known = np.array(list("abc"))[[rng.choice(3, p=row) for row in p]]
    table = task_scores({"stage": known}, {"stage": p}, metrics="expected_calibration_error")
    by_class = []
    for code, label in enumerate("abc"):
        one = task_scores({"ill": 1.0 * (known == label)}, {"ill": p[:, code]}, metrics=METRICS[2])
        by_class.append(one.iloc[0, -1])
    assert_allclose(table.iloc[0, -1], np.mean(by_class))
    with pytest.raises(
        ValueError, match="calibration_slope.*does not fit task 'stage'.*'multiclass'"
    ):
        task_scores({"stage": known}, {"stage": p}, metrics="calibration_slope")


def test_numbers(rng):
    """The slope of labels on predictions, and the mean residual, in the target's units."""
    said = rng.normal(size=50)
    known = 3.0 + 2.0 * said + rng.normal(size=50)
    table = task_scores({"days": known}, {"days": said}, metrics=METRICS[:2])
    assert_allclose(table[METRICS[0]], np.polyfit(said, known, 1)[0])
    assert_allclose(table[METRICS[1]], (known - said).mean())


@pytest.mark.parametrize(
    "p, undefined",
    [
        ([0.1, 0.2, 0.8, 0.9], ["slope"]),
        ([0.3, 0.3, 0.3, 0.3], ["slope"]),
        ([0.0, 1.0, 0.5, 1.0], []),
    ],
)
def test_no_number_is_the_best(p, undefined):
    """Where predictions separate the labels, or are all the same; and risks of 0 and 1 are none of that."""
    known = [0.0, 0.0, 1.0, 1.0]
    if undefined:
        with pytest.warns(UserWarning, match="calibration_slope of 'ill'"):
            found = scores(known, p)
        assert np.isnan(found[0]) and np.isfinite(found[1:]).all()
    else:
        assert np.isfinite(scores(known, p)).all()


def test_one_class_alone():
    """Slope and intercept need both."""
    with pytest.warns(UserWarning, match="one value only"):
        found = task_scores(
            {"ill": [0.0, 1.0, 0.0]},
            {"ill": [0.2, 0.8, 0.1]},
            metrics=METRICS,
            sample_weight=[1.0, 0.0, 1.0],
        )
    assert found.loc["ill", METRICS].isna().tolist() == [True, True, False]


def test_no_score_to_choose_by(rng):
    """A scorer refuses them."""
    X = rng.normal(size=(30, 2))
    model = MultiTaskGLM().fit(X, {"ill": X[:, 0] > 0})
    with pytest.raises(ValueError, match="calibration_slope.*no score to choose by"):
        task_scorer("calibration_slope")(model, X, {"ill": X[:, 0] > 0})
