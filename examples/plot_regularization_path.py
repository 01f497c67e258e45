"""
Which features come first, and how few are enough?
==================================================

A path fits one penalty at every strength, from the one at which all coefficients are zero down. Here three metals in
the blood of US adults, and HDL cholesterol, are predicted from 37 numbers about how they live. With ``L21`` a feature
comes in for all four outcomes at once. In which order do they come, does that order depend on who was asked, and how
many are worth having?
"""

# %%
# Metals in the blood
# -------------------
# Blood was not drawn from everyone: a few hundred adults lack these labels. 1500 others are fitted here.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLMCV
from skmtl.datasets import load_nhanes
from skmtl.linear_model import regularization_path
from skmtl.penalties import L21

OUTCOMES = {"log_lead": "lead", "log_cadmium": "cadmium", "log_mercury": "mercury", "hdl": "HDL"}
table, outcomes = load_nhanes(return_X_y=True)
table, outcomes = table.select_dtypes("number"), outcomes.select(list(OUTCOMES))


def split(seed, n_train):
    """Return standardised inputs and outcomes of adults to fit, and of others to test."""
    X, X_test, y, y_test = train_test_split(table, outcomes, train_size=n_train, random_state=seed)
    prepare = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit(X)
    return prepare.transform(X), y, prepare.transform(X_test), y_test


X, y, X_test, y_test = split(seed=0, n_train=1500)
path = regularization_path(X, y, L21(), alphas=40, eps=0.01)
chosen = MultiTaskGLMCV(L21(), random_state=0, tol=1e-6).fit(X, y)

# %%
# Coefficients along the path
# ---------------------------
# A panel an outcome, in standard deviations of the outcome for one of the feature. From left to right the penalty
# gets weaker. The dashed line is the strength that cross-validation chooses.

NAMES = {
    "AgeInYearsAtScreening": ("age", "#000000"),
    "UsedAnyTobaccoProductLast5Days": ("tobacco, last 5 days", "#D55E00"),
    "SmokedAtLeast100CigarettesInLife": ("ever a smoker", "#E69F00"),
    "TunaEatenDuringPast30Days": ("meals with tuna", "#0072B2"),
    "WaistCircumferenceCm": ("waist", "#009E73"),
    "StandingHeightCm": ("height", "#CC79A7"),
}
relative = path.alphas / path.alphas[0]
figure, axes = plt.subplots(1, 4, figsize=(13, 4.4), sharey=True, layout="constrained")
for ax, (column, outcome) in zip(axes, OUTCOMES.items()):
    coef = path.coef[:, path.task_columns[column].start] / np.nanstd(y[column])
    for j, feature in enumerate(table.columns):
        label, color = NAMES.get(feature, (None, "0.75"))
        order = 2 if label else 1
        ax.plot(relative, coef[:, j], color=color, label=label, zorder=order, lw=1 + 0.8 * order)
    ax.axvline(chosen.alpha_ / path.alphas[0], color="0.3", ls="--", lw=1)
    ax.set(xscale="log", xlim=(1, 0.01), title=outcome, xlabel="strength / largest strength")
axes[0].set_ylabel("standardised coefficient")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
plt.show()

# %%
# Who comes first, and how few are enough
# ---------------------------------------
# The same for ten draws of 500 adults. At which strength, relative to the largest, does a feature come in? And how
# well does the path predict the adults not drawn, on its way? We stop at the last point with at most so many
# features; where they are few the penalty is strong, and shrinks their coefficients as well.

N_DRAWS, SIZES = 10, [2, 4, 8, 16, 37]


def explained(path, X, y):
    """Return R2 at each point of a path, the mean of the outcomes."""
    predicted = X @ path.coef.transpose(0, 2, 1) + path.intercept[:, None]
    r2 = []
    for k, target in enumerate(y.values()):
        squares = np.nanmean((target - predicted[:, :, k]) ** 2, axis=1)
        r2.append(1 - squares / np.nanvar(target))
    return np.mean(r2, axis=0)


entered, scores = [], []
for seed in range(N_DRAWS):
    X, y, X_test, y_test = split(seed, n_train=500)
    path = regularization_path(X, y, L21(), alphas=40, eps=0.01, tol=1e-6)
    is_in = path.coef.any(axis=1)  # (n_alphas, n_features)
    relative = path.alphas / path.alphas[0]
    entered.append(np.where(is_in.any(axis=0), relative[is_in.argmax(axis=0)], 0))
    last = [np.flatnonzero(is_in.sum(axis=1) <= size)[-1] for size in SIZES]
    scores.append(explained(path, X_test, y_test)[last])


def mean_and_error(values):
    """Return the mean over draws, and its standard error."""
    return np.mean(values, axis=0), np.std(values, axis=0, ddof=1) / np.sqrt(N_DRAWS)


mean, error = mean_and_error(entered)
print(f"Relative strength at which a feature comes in: mean of {N_DRAWS} draws (standard error)")
for j in np.argsort(-mean)[:10]:
    print(f"  {table.columns[j]:<36}{mean[j]:.2f} ({error[j]:.2f})")
print("R2 in adults not drawn, mean of the outcomes, with at most so many features")
for size, mean, error in zip(SIZES, *mean_and_error(scores)):
    print(f"  {size:>2}  {mean:.3f} ({error:.3f})")

# %%
# Tobacco and age come in first. Features that matter for one outcome alone, such as tuna for mercury, come in later,
# and bring small coefficients for the others with them: that is what ``L21`` assumes, and ``SparseGroup`` may leave
# out.
