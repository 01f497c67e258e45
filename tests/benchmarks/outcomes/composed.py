"""Models made of others, as methods of ``tests.benchmarks.outcomes``: gates, stacks, and what they are made of.

``python -m tests.benchmarks.outcomes --settings full --rows 300 --methods gated gated-choose joint alone`` asks whether
a gate keeps the better of a joint and a separate model; ``--methods stacked-trees chained-trees independent-trees``
whether trees gain by predictions of other tasks. The joint model shares much on purpose: it has to hurt somewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from skmtl import GatedTasks, IndependentTasks, MultiTaskGLM, StackedTasks
from skmtl.penalties import MeanRegularized, NuclearNorm

from ..defaults import LEAST_SCORE
from .joint import Predicted, grouped
from .joint import joint as joint_model
from .tables import Split

JOINT, ALONE, GATED = "joint", "alone", "gated"


def joint() -> MultiTaskGLM:
    """Return linear models that share nearly all."""
    return MultiTaskGLM(MeanRegularized(30.0, 0.9))


def low_rank() -> MultiTaskGLM:
    """Return linear models of few directions."""
    return MultiTaskGLM(NuclearNorm(20.0), tol=1e-6)


def alone() -> MultiTaskGLM:
    """Return linear models that share nothing."""
    return MultiTaskGLM(MeanRegularized(30.0, 0.0))


def trees() -> IndependentTasks:
    """Return gradient boosting as it comes."""
    return IndependentTasks(
        HistGradientBoostingClassifier(random_state=0),
        HistGradientBoostingRegressor(random_state=0),
        counter=HistGradientBoostingRegressor(loss="poisson", random_state=0),
    )


def method(make: Callable[[], Any], raw: bool = False, folds: bool = False) -> Callable:
    """Return a method of the benchmark; raw inputs have gaps, folds that it takes groups."""

    def predict(split: Split) -> Predicted:
        inputs = split.raw if raw else split.ready
        return joint_model(make(), inputs, split.y, split.types, **grouped(split) if folds else {})

    return predict


COMPOSED: Mapping[str, Callable] = {
    GATED: method(lambda: GatedTasks(joint(), alone()), folds=True),
    "gated-choose": method(lambda: GatedTasks(joint(), alone(), gate="choose"), folds=True),
    "gated-ten": method(lambda: GatedTasks(joint(), alone(), cv=10), folds=True),
    "gated-rank": method(lambda: GatedTasks(low_rank(), alone()), folds=True),
    "gated-mild": method(lambda: GatedTasks(MultiTaskGLM(), alone()), folds=True),
    JOINT: method(joint),
    "joint-rank": method(low_rank),
    ALONE: method(alone),
    "stacked-trees": method(lambda: StackedTasks(trees()), raw=True, folds=True),
    "stacked-only": method(
        lambda: StackedTasks(trees(), alone(), passthrough=False), raw=True, folds=True
    ),
    "chained-trees": method(
        lambda: StackedTasks(trees(), order="random", random_state=0), raw=True, folds=True
    ),
    "independent-trees": method(trees, raw=True),
}
GATES = (
    (GATED, JOINT),
    ("gated-ten", JOINT),
    ("gated-choose", JOINT),
    ("gated-rank", "joint-rank"),
)


def of_gates(frame: pd.DataFrame) -> Iterator[str]:
    """Describe each gate by table: what it loses to the better of the two models, in standard errors over splits."""
    scores = frame.assign(d2=frame["d2"].clip(lower=LEAST_SCORE))
    means = scores.groupby(["setting", "table", "rows", "split", "method"])["d2"].mean()
    wide = means.unstack("method")
    for gate, shared in GATES:
        if not {gate, shared, ALONE} <= set(wide):
            continue
        yield f"\nD2 of {gate}: - better of {shared} and {ALONE} (standard error over splits)"
        kept = 0
        rows = wide[[gate, shared, ALONE]].dropna().groupby(["setting", "table", "rows"])
        for (setting, table, n_rows), block in rows:
            better = max((shared, ALONE), key=lambda name: block[name].mean())
            loss = block[gate] - block[better]
            error = loss.std(ddof=1) / np.sqrt(len(loss))
            kept += (within := bool(loss.mean() >= -error))
            parts = (f"{name} {block[name].mean():+.3f}" for name in (shared, ALONE, gate))
            outside = "" if within else "  OUTSIDE"
            yield f"  {setting:6}{table:12}{n_rows:5}  {'  '.join(parts)}  {loss.mean():+.4f} ({error:.4f}){outside}"
        yield f"  within one standard error, or better: {kept} of {len(rows)}"
