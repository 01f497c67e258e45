"""
One outcome over time
=====================

Death or recurrence within one year of an operation, within two years, and so on to eight: one outcome at eight
horizons, eight tasks. Neighbouring horizons have nearly the same weights, and the later the horizon, the fewer
patients have been followed that long. Does it help to tie neighbours, and is it seen how weights change?
"""

# %%
# Patients with a follow-up that ends
# -----------------------------------
# They are simulated, so that the truth is known. Of twelve features three act on the risk in each year: one at
# first and then less, one later, one always. Patients entered the study at different times, 1 to 9 years ago. A
# label is used only where the time since entry reaches the horizon, also of those who had the event before: to keep
# the labels of these and not of the others would make the event look more frequent than it is.

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import expit

from skmtl import MultiTaskGLM, MultiTaskGLMCV, TaskTargets
from skmtl.metrics import task_scores
from skmtl.penalties import L21, MeanRegularized, Temporal

N_FEATURES, N_PATIENTS, N_SEEDS = 12, 300, 6
year = np.arange(8)
effects = np.zeros((N_FEATURES, len(year)))
effects[0], effects[1], effects[2] = np.exp(-year / 1.5), 1 - np.exp(-year / 3), 0.6
NAMES = {"early": "#D55E00", "late": "#0072B2", "lasting": "#009E73"}


def simulate(n, rng):
    """Return features, the labels that are known, and all labels."""
    X = rng.standard_normal((n, N_FEATURES))
    events = rng.uniform(size=(n, len(year))) < expit(-2.5 + X @ effects)
    labels = np.maximum.accumulate(events, axis=1).astype(float)
    years_since_entry = rng.integers(1, 10, size=n)
    known = np.where(years_since_entry[:, None] > year, labels, np.nan)
    tasks = [f"year {k + 1}" for k in year]
    return X, *[
        TaskTargets(dict(zip(tasks, array.T)), task_types="binary") for array in (known, labels)
    ]


# %%
# The weights to be found are those of a fit to 50 000 patients with all labels and almost no penalty. Strengths are
# chosen by cross-validation on 300 other patients.

PENALTIES = {
    "separate ridge": MeanRegularized(sharing=0),
    "L21": L21(),
    "Temporal": Temporal(),
    "Temporal, smooth": Temporal(smooth=True, fusion=10),
}
X_test, _, y_test = simulate(50_000, np.random.default_rng(1000))
truth = MultiTaskGLM(MeanRegularized(alpha=0.01, sharing=0)).fit(X_test, y_test).coef_

scores, errors = {name: [] for name in PENALTIES}, {name: [] for name in PENALTIES}
for seed in range(N_SEEDS):
    X, y, _ = simulate(N_PATIENTS, np.random.default_rng(seed))
    models = {
        name: MultiTaskGLMCV(penalty, alphas=12, eps=0.003, cv=3, random_state=0, tol=1e-5).fit(
            X, y
        )
        for name, penalty in PENALTIES.items()
    }
    for name, model in models.items():
        scores[name].append(task_scores(y_test, model, X_test, "d2")["d2"])
        errors[name].append(np.sqrt(np.mean((model.coef_ - truth) ** 2)))


def mean_and_error(values):
    """Return the mean over seeds as text, with its standard error."""
    return f"{np.mean(values):.3f} ({np.std(values, ddof=1) / np.sqrt(N_SEEDS):.3f})"


print(f"Patients with a label, by year: {[int(y.observed(task).sum()) for task in y]}")
print(f"Deviance explained in new patients: mean of {N_SEEDS} seeds (standard error)")
print("{:<18}{:<18}{:<18}{}".format("", "all years", "year 8", "error of the weights"))
for name in PENALTIES:
    by_year = np.array(scores[name])
    cells = [by_year.mean(axis=1), by_year[:, -1], errors[name]]
    print(f"{name:<18}" + "".join(f"{mean_and_error(cell):<18}" for cell in cells))
for name, rival in [("L21", "separate ridge"), ("Temporal", "separate ridge"), ("Temporal", "L21")]:
    gain = np.subtract(scores[name], scores[rival])
    print(
        f"{name} gains on {rival}: {mean_and_error(gain.mean(axis=1))}, year 8 {mean_and_error(gain[:, -1])}"
    )

# %%
# How weights change
# ------------------
# The last data set. Dashed are the weights to be found; grey are features that do nothing. That neighbours are tied
# tells little that is new where they share most of their labels, and more at the late horizons, which have few.

figure, axes = plt.subplots(1, 4, figsize=(13, 4.2), sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, models.items()):
    ax.plot(year + 1, model.coef_[:, len(NAMES) :], color="0.75", lw=1)
    for j, (feature, color) in enumerate(NAMES.items()):
        ax.plot(year + 1, truth[:, j], color=color, ls="--", lw=1.2)
        ax.plot(year + 1, model.coef_[:, j], color=color, marker="o", ms=4, label=feature)
    ax.set(title=name, xlabel="years")
axes[0].set_ylabel("log odds ratio of a standard deviation")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()
