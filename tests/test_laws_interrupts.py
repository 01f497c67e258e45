"""Laws of interrupts: at whatever line they come, a model is not fitted, or lacks nothing."""

import sys
import warnings

import numpy as np
import pytest

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskMLP,
    MultiTaskRidgeCV,
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
)

MODELS = {
    "MultiTaskGLM": MultiTaskGLM(),
    "MultiTaskRidgeCV": MultiTaskRidgeCV([1.0, 2.0]),
    "MultiTaskGLMCV": MultiTaskGLMCV(alphas=2, cv=2),
    "MultiTaskMLP": MultiTaskMLP(2, n_members=2, max_iter=3, random_state=0),
    "MultiTaskMLP, one member": MultiTaskMLP(2, n_members=1, max_iter=3, random_state=0),
    "MultiTaskMLP, lbfgs": MultiTaskMLP(2, n_members=2, solver="lbfgs", max_iter=4, random_state=0),
    "MultiTaskMLP, one lbfgs": MultiTaskMLP(
        2, n_members=1, solver="lbfgs", max_iter=4, random_state=0
    ),
    "IndependentTasks": IndependentTasks(),
    "StackedTasks": StackedTasks(cv=2),
    "GatedTasks": GatedTasks(cv=2),
    "NewTask": NewTask(),
    "TaskPerGroupClassifier": TaskPerGroupClassifier(),
}
# What decides what a fit leaves, outermost first: the functions in which interrupts come.
PLACES = {
    *("_keep", "_keep_tasks", "_solve", "_fit_groups", "fit"),
    *("__call__", "see", "write", "result", "train", "train_by_lbfgs", "by_task", "add"),
}
ROOMS = ("_mlp", "_lbfgs", "_training", "_curves", "_base", "_joint_model", "_independent")
ROOMS += ("_stacked", "_gated", "_new_task", "_task_per_group")


class Interrupt:
    """Raises KeyboardInterrupt before the n-th line of the places; counts their lines."""

    def __init__(self, number):
        self.number, self.n_lines = number, 0

    def __call__(self, frame, event, arg):
        code = frame.f_code
        file = code.co_filename.rsplit("/", 1)[-1].removesuffix(".py")
        if "skmtl" not in code.co_filename or code.co_name not in PLACES or file not in ROOMS:
            return None
        return self.at_line

    def at_line(self, frame, event, arg):
        if event == "line":
            self.n_lines += 1
            if self.n_lines == self.number:
                raise KeyboardInterrupt
        return self.at_line


def fit(model, X, y, number):
    """Fit with an interrupt at a line of the places; return whether fit came back, and how many lines there were."""
    interrupt, before = Interrupt(number), sys.gettrace()
    sys.settrace(interrupt)
    try:
        model.fit(X, y)
        return True, interrupt.n_lines
    except KeyboardInterrupt:
        return False, interrupt.n_lines
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("name", MODELS)
def test_an_interrupted_model_is_not_fitted_or_whole(name):
    model = MODELS[name]
    rng = np.random.default_rng(0)
    X = rng.normal(size=(24, 2))
    ill = (X[:, 0] + rng.normal(size=24) > 0).astype(int)
    y = ill if "Group" in name else {"a": X[:, 1] + rng.normal(size=24), "ill": ill}
    y = {"a": y["a"], "b": y["a"] + ill} if "Ridge" in name else y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, n_lines = fit(model, X, y, 0)
        whole = {key for key in vars(model) if key.endswith("_")}
        step = max(1, n_lines // 50)
        for number in [*range(1, n_lines - 30, step), *range(max(1, n_lines - 30), n_lines + 1)]:
            came_back, _ = fit(model, X, y, number)
            if came_back or model.__sklearn_is_fitted__():
                assert whole <= set(vars(model)), f"line {number} of {n_lines}"
                model.predict(X)
