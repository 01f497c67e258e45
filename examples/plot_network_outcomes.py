"""
Nineteen outcomes from one network
==================================

Yes or no, several classes, counts and numbers: nineteen outcomes of the same adults, many labels missing because
not everybody was asked or examined. One network with shared hidden layers learns them all at once. Does it predict
better than a network for each outcome, or than linear models, and can its probabilities be believed?
"""

# %%
# Raw columns in
# --------------
# NHANES 2017-2018: 5265 US adults, their habits, measures and one day's diet. Texts become indicators; numbers keep
# their gaps, which the network fills. Missing labels are just not learnt from.
# ``n_members=4``, not 8, saves time. Linear models are tuned by cross-validation; their indicators are left unscaled.

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.base import clone
from sklearn.calibration import CalibrationDisplay
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skmtl import MultiTaskGLMCV, MultiTaskMLP, TaskTargets
from skmtl.datasets import load_nhanes
from skmtl.inspection import TrainingDisplay
from skmtl.metrics import task_scores
from skmtl.penalties import MeanRegularized

X, y = load_nhanes(return_X_y=True)
as_texts = FunctionTransformer(lambda table: table.astype("string").fillna("missing"))
texts = make_pipeline(as_texts, OneHotEncoder(handle_unknown="ignore", sparse_output=False))
are_numbers = make_column_selector(dtype_include="number")
columns = make_column_transformer((StandardScaler(), are_numbers), remainder=texts)
network = make_pipeline(columns, MultiTaskMLP(n_members=4, random_state=0))
balanced = clone(network).set_params(multitaskmlp__task_weight="balanced")


def linear(sharing):
    """Return linear models; with sharing 0 nothing ties them but the strength they have in common."""
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    mixed = make_column_transformer((scaled, are_numbers), remainder=texts)
    alphas, penalty = [10, 30, 100, 300, 1000], MeanRegularized(sharing=sharing)
    return make_pipeline(mixed, MultiTaskGLMCV(penalty, alphas=alphas, cv=3, random_state=0))


def together(model, X, y, X_test, y_test):
    """Return the deviance explained in other persons, in %, by one model of all outcomes."""
    return 100 * task_scores(y_test, clone(model).fit(X, y), X_test, "d2")["d2"]


def apart(pipeline, X, y, X_test, y_test):
    """Return the same of a model for each outcome; columns are prepared once, since they know no outcome."""
    prepared = clone(pipeline[:-1]).fit(X)
    X, X_test, found = prepared.transform(X), prepared.transform(X_test), []
    for task, kind in y.task_types.items():
        own, own_test = (TaskTargets({task: each[task]}, {task: kind}) for each in (y, y_test))
        found.append(together(pipeline[-1], X, own, X_test, own_test))
    return pd.concat(found)


# %%
# Scores by outcome
# -----------------
# Five training sets of a thousand persons, no person in two of them, each tested on all others. Differences are paired
# and their standard errors are over the five: one split, or one seed, cannot tell a gain from luck. Of 76 such
# differences a few lie two standard errors from zero by chance alone.

RIVALS = {"a network each": (apart, network), "joint linear": (together, linear(0.5))}
RIVALS |= {"linear each": (apart, linear(0)), "balanced tasks": (together, balanced)}
scores, joined = [], {"shared": (together, network)} | RIVALS
for others, thousand in KFold(5, shuffle=True, random_state=0).split(X):
    data = X.iloc[thousand], y[thousand], X.iloc[others], y[others]
    found = {name: score(model, *data) for name, (score, model) in joined.items()}
    scores.append(pd.DataFrame(found).loc[list(y)])
    scores[-1].loc["mean of all"] = scores[-1].mean()
table = (sum(scores)[["shared"]] / len(scores)).round(1)
figure, axes = plt.subplots(1, len(RIVALS), figsize=(12, 6), sharey=True, layout="constrained")
for ax, name in zip(axes, RIVALS):
    gains = pd.DataFrame([one["shared"] - one[name] for one in scores])
    found = list(zip(gains.mean(), gains.sem()))
    table[f"on {name}"] = [f"{mean:+.1f} ({error:.1f})" for mean, error in found]
    for row, (mean, error) in enumerate(found):
        color = "0.6" if abs(mean) < 2 * error else "#0072B2" if mean > 0 else "#D55E00"
        ax.errorbar(mean, row, xerr=2 * error, color=color, marker="o", ms=5, capsize=2)
    ax.axvline(0, color="0.4", lw=1, zorder=0)
    ax.set(title=f"on {name}", yticks=range(len(table)), yticklabels=table.index, xlim=(-9, 9))
axes[0].invert_yaxis()
figure.supxlabel("gain of the shared network in deviance explained (points ± 2 standard errors)")
print("Deviance explained by the shared network, %; its gain in points (standard error)")
print(table.rename_axis(None).to_string())

# %%
# One network is better than nineteen for most outcomes, most of all for heart attack and stroke, the rarest. Linear
# models, each with its own strength, do as well on average: with a thousand persons they are strong rivals. Body fat
# loses by sharing: its label is known for 43 %, and 18 other outcomes shape the layers too. If tasks count alike, not
# labels (``task_weight="balanced"``), more than half of that comes back, at a small cost to some others.
#
# Training, seen by task, with all 5265 persons. Members stop where the mean over all labels is best on the fold that
# they held out, which is late for depression (phq9).

shown = ["stroke", "arthritis", "phq9", "hba1c", "sbp", "log_lead", "log_cadmium", "body_fat_pct"]
display = TrainingDisplay.from_estimator(network.fit(X, y), tasks=shown)

# %%
# One member held out each person, so ``fit`` leaves honest predictions of everybody (left). Those of the fitted network
# for the same persons are not (right): three of four members learnt from them, and high risks come true too often.

kinds = {"held out": network[-1].oof_probability_, "learnt from": network.predict_proba(X)}
looks = {"cancer": "#009E73", "told_trouble_sleeping": "#D55E00", "arthritis": "#0072B2"}
_, axes = plt.subplots(1, 2, figsize=(9, 4.2), sharex=True, sharey=True, layout="constrained")
for ax, (kind, probability) in zip(axes, kinds.items()):
    for task, color in looks.items():
        known = y.observed(task)
        look = {"n_bins": 10, "strategy": "quantile", "color": color, "name": task, "ax": ax}
        CalibrationDisplay.from_predictions(y[task][known], probability[task][known, 1], **look)
    ax.set(xlabel="predicted probability", ylabel="share of persons", title=f"persons {kind}")
plt.show()
