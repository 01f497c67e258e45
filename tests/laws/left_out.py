"""Scores of ridge regressions by refitting them without each row."""

from dataclasses import replace

import numpy as np

from .draws import Draw, setting_of
from .law import Inapplicable
from .objectives import objective
from .optimum import Uncertain, optimum
from .penalties import mean_prior


def scores_by_refitting(draw: Draw) -> dict[str, float]:
    """Return R2 of the rows left out at the first strength, without sharing, by task; scales are of all rows."""
    table = draw.table
    scales = {task.name: task.scale for task in draw.tasks}
    setting = setting_of(draw.spec)._replace(pool_intercept=False, scales=scales)
    weight = table.pair_weight
    errors = np.full(weight.shape, np.nan)
    for i in np.flatnonzero(weight.any(axis=1)):
        kept = np.where(np.arange(len(weight)) == i, 0.0, 1.0)[:, None] * weight
        if not kept.any(axis=0).all():
            raise Inapplicable("a task has one label")
        define = lambda tasks: mean_prior(
            tasks, draw.strengths.first, 0.0, np.ones(len(tasks)), pool=False, balance=False
        )
        at = objective(replace(table, weight=kept), define, setting)
        try:
            answers = optimum(at, table.X[i : i + 1]).answers
        except Uncertain as error:
            raise Inapplicable("an optimum is not certain") from error
        errors[i] = [
            column[i] - answer.raw[0, 0]
            for column, answer in zip(table.y.values(), answers, strict=True)
        ]
    return {
        name: score(column, errors[:, t], weight[:, t])
        for t, (name, column) in enumerate(table.y.items())
    }


def score(y: np.ndarray, errors: np.ndarray, s: np.ndarray) -> float:
    """Return 1 - sum s e^2 / sum s (y - mean)^2 over labels."""
    seen = s > 0
    mean = np.average(y[seen], weights=s[seen])
    return 1 - s[seen] @ errors[seen] ** 2 / (s[seen] @ (y[seen] - mean) ** 2)
