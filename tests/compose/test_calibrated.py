"""All tasks of a joint model calibrated at once: views of it, calibrated, in IndependentTasks."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from zoo import patients

from skmtl import IndependentTasks, MultiTaskGLM, TaskTargets, task_view
from skmtl.metrics import task_scores

TASKS = ("died", "stage", "days")


def test_views_of_a_joint_model():
    """Each task is calibrated on its labels among rows that the model has not seen; numbers stay."""
    X, y = patients(n=900)
    y = TaskTargets({t: y[t] for t in TASKS}, events={"died": "yes"})
    model = MultiTaskGLM(class_weight={"died": {"yes": 9.0}}).fit(X[:300], y[:300])
    views = {t: FrozenEstimator(task_view(model, t)) for t in y}
    parts = {t: CalibratedClassifierCV(v) if t in y.classes else v for t, v in views.items()}
    calibrated = IndependentTasks(parts).fit(X[300:600], y[300:600])
    asked = {"died": ["calibration_intercept"], "stage": ["neg_log_loss"]}
    before, after = (task_scores(y[600:], m, X[600:], asked) for m in (model, calibrated))
    intercepts = [table.loc["died", "calibration_intercept"] for table in (before, after)]
    assert abs(intercepts[1]) < 0.5 * abs(intercepts[0])
    assert_allclose(calibrated.predict(X)["days"], model.predict(X)["days"])
    held, known = slice(300, 600), y[300:600].observed("died")
    alone = CalibratedClassifierCV(views["died"]).fit(X[held][known], y[held]["died"][known])
    assert_allclose(calibrated.predict_proba(X)["died"], alone.predict_proba(X))


def test_separate_models():
    """Folds of the training rows calibrate separate classifiers."""
    X, y = patients(n=120)
    model = IndependentTasks(CalibratedClassifierCV(LogisticRegression(), cv=3))
    probability = model.fit(X, {t: y[t] for t in ("died", "stage")}).predict_proba(X)
    assert np.allclose(probability["stage"].sum(axis=1), 1.0)
