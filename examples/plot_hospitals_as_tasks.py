"""
Hospitals as tasks
==================

One outcome, many hospitals: a model for all of them ignores how they differ, a model for each has too few patients.
``TaskPerGroupClassifier`` makes each hospital a task; they lend each other what they have in common. Which of the three
predicts best, for a hospital that was there, and for one that was not?
"""

# %%
# Patients by disease
# -------------------
# The hospitals of real data are seldom public. SUPPORT2 has eight disease groups, which differ as hospitals do: in how
# many die, and in what foretells it. The column of groups goes through the ColumnTransformer under its own name.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskLogisticRegression, TaskPerGroupClassifier
from skmtl.datasets import load_support2

X, y = load_support2(return_X_y=True)
died, group = y["death_180d"], X["dzgroup"].astype(str)
X = X.select_dtypes("number").assign(group=group)


def prepared(final):
    """Return a pipeline that scales numbers and passes the groups through."""
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    columns = make_column_transformer(
        (make_pipeline(filled, StandardScaler()), make_column_selector(dtype_include="number")),
        ("passthrough", ["group"]),
        verbose_feature_names_out=False,
    )
    return make_pipeline(columns.set_output(transform="pandas"), final)


def search(sharings):
    """Return a search over strengths, and over how much groups share."""
    joint = MultiTaskLogisticRegression(signs="same", pool_intercept=True)
    grid = {"estimator__C": [0.01, 0.03, 0.1], "estimator__sharing": sharings}
    model = TaskPerGroupClassifier(joint, group="group")
    return prepared(GridSearchCV(model, grid, scoring="neg_log_loss", cv=3))


# %%
# From 300 to 3000 patients
# -------------------------
# Hardly shared (sharing 0.02), one model for all (1), and in between; everything is chosen within the training rows.

kinds = {"hardly shared": [0.02], "one model": [1.0], "shared": [0.2, 0.5, 0.9]}
colours = dict(zip(kinds, ["#D55E00", "0.4", "#0072B2"]))
sizes, n_draws = [300, 1000, 3000], 3
losses = {name: np.empty((len(sizes), n_draws)) for name in kinds}
for position, size in enumerate(sizes):
    splits = StratifiedShuffleSplit(n_draws, train_size=size, test_size=3000, random_state=0)
    for draw, (train, test) in enumerate(splits.split(X, group)):
        for name, sharings in kinds.items():
            fitted = search(sharings).fit(X.iloc[train], died[train])
            risk = fitted.predict_proba(X.iloc[test])
            losses[name][position, draw] = log_loss(died[test], risk)

figure, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
for (name, values), marker in zip(losses.items(), "^so"):
    gain = losses["one model"] - values  # paired: the same patients
    error = gain.std(axis=1, ddof=1) / np.sqrt(n_draws)
    style = {"color": colours[name], "marker": marker, "capsize": 3, "label": name}
    ax.errorbar(sizes, 1000 * gain.mean(axis=1), 1000 * error, **style)
    print(
        f"{name:16}", *(f"{size}: {value:.3f}  " for size, value in zip(sizes, values.mean(axis=1)))
    )
ax.set_xscale("log")
ax.set_xticks(sizes, [str(size) for size in sizes])
ax.minorticks_off()
ax.set(xlabel="patients to learn from", ylabel="log loss saved on one model, thousandths")
ax.set_title("Death within 180 days, eight disease groups")
ax.legend(frameon=False)

# %%
# How much groups differ
# ----------------------
# The coefficients of each group beside the common vector, by which a group is predicted that was never seen.

found = search([0.2, 0.5, 0.9]).fit(X, died)[-1]
print(found.best_params_)
fitted = found.best_estimator_
inputs = [name for name in fitted.feature_names_in_ if name != "group"]
coef = pd.DataFrame(fitted.estimator_.coef_, fitted.groups_, inputs)
strongest = np.argsort(-np.abs(fitted.common_coef_[0]))[:8]
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for place, position in enumerate(strongest):
    ax.plot(coef.iloc[:, position], np.full(len(coef), place), "o", color="#0072B2", alpha=0.6)
    ax.plot(fitted.common_coef_[0, position], place, "D", color="black", markersize=8)
ax.plot([], [], "o", color="#0072B2", alpha=0.6, label="a group")
ax.plot([], [], "D", color="black", label="common vector")
ax.axvline(0.0, color="black", linewidth=0.8, linestyle=":")
ax.set_yticks(range(len(strongest)), [inputs[position] for position in strongest])
ax.invert_yaxis()
ax.set(
    xlabel="log-odds of death by standard deviation", title="Coefficients of eight disease groups"
)
ax.legend(frameon=False)

# %%
# A group that was not there
# --------------------------
# Leave one group out, as for a hospital that the model has never seen: ranking carries over better than levels.

for train, test in LeaveOneGroupOut().split(X, died, group):
    model = prepared(clone(fitted)).fit(X.iloc[train], died[train])
    risk = model.predict_proba(X.iloc[test])[:, 1]
    auc, observed = roc_auc_score(died[test], risk), np.mean(died[test])
    name = group.iloc[test[0]]
    print(f"{name:20} ROC AUC {auc:.3f}  died {observed:.2f}  predicted {risk.mean():.2f}")

plt.show()
