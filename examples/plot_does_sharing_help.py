"""
Does sharing help?
==================

Learning outcomes together can help one and hurt another, and a mean over outcomes hides both. Which of nineteen gain by
a joint model, which lose, how sure is that, and what is to be done about it?
"""

# %%
# Nineteen outcomes of 1500 adults
# --------------------------------
# NHANES 2017-2018: illnesses, laboratory values and measures of US adults, many labels missing. The joint model lets
# all outcomes share one vector of coefficients, nearly whole: more than most outcomes can want.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import GatedTasks, MultiTaskGLM
from skmtl.datasets import load_nhanes
from skmtl.inspection import SharingDisplay, compare_sharing
from skmtl.metrics import task_scores
from skmtl.penalties import MeanRegularized

X, y = load_nhanes(return_X_y=True)
X = X.select_dtypes("number")
order = np.random.default_rng(0).permutation(len(X))
few, rest = order[:1500], order[1500:]


def linear(sharing):
    """Return a pipeline of linear models that share so much."""
    model = MultiTaskGLM(MeanRegularized(30.0, sharing))
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), model)


# %%
# Joint against separate, on the same folds
# -----------------------------------------
# Five folds, drawn three times. The standard error is corrected for the overlap of training sets; a verdict takes into
# account that there are nineteen outcomes. "No evidence" is an answer: it says that the folds cannot tell.

comparison = compare_sharing(
    linear(0.9),
    X.iloc[few],
    y[few],
    separate=linear(0.0),
    train_sizes=[0.2, 0.5, 1.0],
    n_repeats=3,
    random_state=0,
)
table = comparison.frame()
largest = table[table["train_size"] == table["train_size"].max()]
columns = ["n_labels", "joint", "other", "difference", "standard_error", "folds_won", "verdict"]
print(largest[columns].round(3).to_string())

# %%
# In a figure
# -----------
# Gain or loss in the fraction of deviance explained, at all training rows.

figure, ax = plt.subplots(figsize=(7.5, 5.5), layout="constrained")
SharingDisplay.from_comparison(comparison, ax=ax)

# %%
# With fewer labels
# -----------------
# What a task gains depends on how many labels it has: the same sharing may help where they are few, and hurt later.

some = ["diabetes", "stroke", "body_fat_pct", "log_lead"]
SharingDisplay.from_comparison(comparison, kind="curve", tasks=some)

# %%
# Take of sharing what serves each task
# -------------------------------------
# GatedTasks weighs the joint model and the separate ones by their errors out of fold, task by task. On the other 3765
# adults it should be near the better of both, without being told which that is.

separate, joint = linear(0.0), linear(0.9)
gated = GatedTasks(joint, separate).fit(X.iloc[few], y[few])
scores = {
    "weight of joint": {task: gate.weight for task, gate in gated.gate_.items()},
    "joint": task_scores(y[rest], gated.joint_, X.iloc[rest], "d2")["d2"],
    "separate": task_scores(y[rest], gated.separate_, X.iloc[rest], "d2")["d2"],
    "gated": task_scores(y[rest], gated, X.iloc[rest], "d2")["d2"],
}
for task in y:
    print(f"{task:24}", *(f"{name} {column[task]:6.3f}  " for name, column in scores.items()))
means = {name: np.mean([column[task] for task in y]) for name, column in scores.items()}
print(f"{'mean':24}", *(f"{name} {value:6.3f}  " for name, value in means.items()))

# %%
# The verdicts are about these models, this many rows and this strength: more rows, or less sharing, and they change.

plt.show()
