"""Warnings point at the line of the user, whatever lies between it and what is warned of."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    TaskPerGroupClassifier,
    TaskTargets,
)
from skmtl.inspection import task_affinity
from skmtl.metrics import task_scorer, task_scores
from skmtl.model_selection import cross_val_predict
from skmtl.penalties import L21

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
REAL = X @ RNG.normal(size=3) + RNG.normal(size=40)
CODES = np.arange(40.0) % 4
MIXED = {"real": REAL, "ill": REAL > 0}
QUARTERS = np.arange(40).reshape(4, 10)
GROUPS = np.arange(40) // 4
HALVES = [(np.arange(k, 40, 2), np.arange(1 - k, 40, 2)) for k in (0, 1)]
FEW = {"real": REAL[:4], "ill": np.ones(4, dtype=bool)}
RARE = TaskTargets({"real": REAL, "ill": np.zeros(40)}, {"ill": "binary"})


def pairs():
    """Return inputs and targets whose rows have other labels."""
    return pd.DataFrame(X), pd.Series(REAL, index=np.arange(40)[::-1])


ENTRIES = {
    "texts of missing labels": lambda: TaskTargets({"t": ["nan", "b", "c", "b"]}),
    "many classes": lambda: TaskTargets({"t": [f"class {i}" for i in range(30)]}),
    "an array with gaps": lambda: np.asarray(TaskTargets({"a": [1.5, None], "b": [1.5, 2.5]})),
    "codes": lambda: MultiTaskGLM().fit(X, {"codes": CODES}),
    "codes in a pipeline": lambda: make_pipeline(StandardScaler(), MultiTaskGLM()).fit(
        X, {"codes": CODES}
    ),
    "codes in a part": lambda: IndependentTasks().fit(X, {"codes": CODES}),
    "codes in a mixture": lambda: GatedTasks(MultiTaskGLM()).fit(X, {"codes": CODES}),
    "a constant": lambda: MultiTaskGLM().fit(X, RARE),
    "a constant in a search": lambda: GridSearchCV(
        MultiTaskGLM(), {"penalty": [None]}, cv=2, refit=True
    ).fit(X, RARE),
    "other indexes": lambda: MultiTaskRidge().fit(*pairs()),
    "no convergence": lambda: MultiTaskGLM(L21(0.1), max_iter=1).fit(X, MIXED),
    "separated classes": lambda: MultiTaskLogisticRegression(C=np.inf).fit(X, {"ill": X[:, 0] > 0}),
    "no convergence in folds": lambda: MultiTaskGLMCV(L21(), alphas=2, cv=2, max_iter=1).fit(
        X, MIXED
    ),
    "a network's epochs": lambda: MultiTaskMLP((2,), n_members=2, max_iter=1).fit(X, MIXED),
    "L-BFGS": lambda: MultiTaskMLP((2,), n_members=1, solver="lbfgs", max_iter=1).fit(X, MIXED),
    "labels all the same": lambda: MultiTaskRidgeCV().fit(X, {"y": np.ones(40)}),
    "groups that are split": lambda: cross_val_predict(
        MultiTaskGLM(), X, MIXED, groups=GROUPS, cv=HALVES
    ),
    "folds with gaps": lambda: task_affinity(
        X, MIXED, cv=[(np.setdiff1d(np.arange(20), test), test) for test in QUARTERS]
    ),
    "a score": lambda: MultiTaskGLM().fit(X, MIXED).score(X[:4], FEW),
    "a scorer": lambda: task_scorer()(MultiTaskGLM().fit(X, MIXED), X[:4], FEW),
    "a table": lambda: task_scores({"ill": [0, 0, 0]}, {"ill": [0, 0, 0]}, metrics="roc_auc"),
    "tasks in excess": lambda: task_scores({"y": REAL}, {"y": REAL, "other": REAL}),
    "sums of probabilities": lambda: task_scores(
        {"ill": [0, 1]}, {"ill": np.array([[0.5, 0.4], [0.1, 0.9]])}, metrics="neg_log_loss"
    ),
    "groups as tasks": lambda: TaskPerGroupClassifier(group=0).fit(
        np.column_stack([GROUPS, X]), np.arange(40) % 30
    ),
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_a_warning_points_at_the_line_of_the_user(entry):
    with pytest.warns(UserWarning) as caught:
        entry()
    assert {warning.filename for warning in caught} == {__file__}
    first, last = entry.__code__.co_firstlineno, max(n for *_, n in entry.__code__.co_lines() if n)
    assert all(first <= warning.lineno <= last for warning in caught)
