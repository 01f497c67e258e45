"""
A new outcome with few patients
===============================

A hospital begins to record an outcome that it never recorded before. Of a few dozen patients it is known; others are
known of thousands. What do they say of the new one?
"""

# %%
# What is known of many
# ---------------------
# SUPPORT2: deaths, functional stage and length of stay of 6000 patients; a linear model and a network of these. The new
# outcome is the intensity of care (TISS, the mean of days 3 to 25), of which a few other patients have labels.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM, MultiTaskMLP, NewTask
from skmtl.datasets import load_support2

X, y = load_support2(return_X_y=True)
X, new = X.select_dtypes("number"), "avtisst"
known = [task for task in y if task not in (new, "log_charges", "log_totcst")]
order = np.random.default_rng(0).permutation(len(X))
many, fresh, rest = order[:6000], order[6000:7000], order[7000:]


def prepared(model):
    """Return a pipeline that fills gaps and scales."""
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), model
    )


linear = prepared(MultiTaskGLM()).fit(X.iloc[many], y[many].select(known))
network = prepared(MultiTaskMLP(n_members=2, max_iter=40, random_state=0))
network.fit(X.iloc[many], y[many].select(known))

# %%
# From five rows to two hundred
# -----------------------------
# On top of the fitted models, and from scratch (with inputs scaled by the many); each with fifteen drawings of the few.
# Strengths are the defaults: a strength chosen on five rows is a gamble.

models = {
    "from scratch": make_pipeline(FrozenEstimator(linear[:-1]), NewTask()),
    "on top of linear models": NewTask(linear),
    "on top of a network": NewTask(network, basis="representation"),
}
sizes, labels = [5, 10, 20, 50, 100, 200], y.select([new])
labelled = fresh[y.observed(new)[fresh]]
d2 = {name: np.empty((len(sizes), 15)) for name in models}
for repeat in range(15):
    rows = np.random.default_rng(repeat).permutation(labelled)
    for name, model in models.items():
        for position, size in enumerate(sizes):
            model.fit(X.iloc[rows[:size]], labels[rows[:size]])
            d2[name][position, repeat] = model.score(X.iloc[rest], labels[rest])

# %%
# The fewer the rows, the more the others say
# -------------------------------------------
# Bars are one standard error over drawings. All share the models of what is known, so the bars say how much the few
# rows matter, not whether this outcome is typical of new ones: the user guide has a table over many.

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for (name, scores), colour, marker in zip(d2.items(), ["0.4", "#0072B2", "#D55E00"], "os^"):
    error = scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])
    style = {"color": colour, "marker": marker, "capsize": 3, "label": name}
    ax.errorbar(sizes, scores.mean(axis=1), error, **style)
    print(
        f"{name:26}",
        *(f"{size}: {value:6.3f}  " for size, value in zip(sizes, scores.mean(axis=1))),
    )
ax.axhline(0.0, color="black", linewidth=0.8, linestyle=":")
ax.set_xscale("log")
ax.set_xticks(sizes, [str(size) for size in sizes])
ax.minorticks_off()
ax.set(xlabel="patients with the new outcome", ylabel="variance explained in other patients (R2)")
ax.set_title("Intensity of care, learnt from few patients")
ax.legend(frameon=False)

# %%
# With enough rows the new outcome needs no help, and the prior begins to cost: then learn all outcomes together.

plt.show()
