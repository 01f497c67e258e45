"""
Which tasks belong together?
============================

Twelve tasks of three kinds, and nobody says which task is of which kind, nor that some tasks run opposite to others
of their kind. Two penalties learn it with the weights: ``Clustered``, which is told a number of clusters, and
``LearnedCovariance``, which is not. Do they find the kinds, and do they predict better for it?
"""

# %%
# Tasks of three kinds
# --------------------
# Forty samples, thirty features, and noise as large as the signal. The weights of two tasks of one kind have
# correlation 0.9 or -0.9, of two kinds none. Strengths are chosen by cross-validation.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from skmtl import MultiTaskGLMCV
from skmtl.datasets import make_structured
from skmtl.penalties import Clustered, LearnedCovariance, MeanRegularized, NuclearNorm

N_SEEDS = 10
DATA = {"n_tasks": 12, "structure": "clusters", "n_clusters": 3, "signs": "random"}
PENALTIES = {
    "separate ridge": MeanRegularized(sharing=0),
    "MeanRegularized": MeanRegularized(sharing=0.5),
    "NuclearNorm": NuclearNorm(),
    "LearnedCovariance": LearnedCovariance(),
    **{f"Clustered, {n}": Clustered(n_clusters=n) for n in (2, 3, 4)},
}


def fit(penalty, X, y):
    """Fit with the strength that cross-validation chooses."""
    return MultiTaskGLMCV(penalty, alphas=10, cv=3, random_state=0, tol=1e-6).fit(X, y)


def error(model, truth):
    """Return the squared error of predictions on new samples beyond noise: features have variance one."""
    of_slopes = np.sum((model.coef_ - truth.coef) ** 2, axis=1)
    return np.mean(of_slopes + (model.intercept_ - truth.intercept) ** 2)


# %%
# Kinds found, and errors
# -----------------------
# ``task_clusters_`` are compared with the kinds by the adjusted Rand index: 1 where they are the same, 0 on average
# for clusters drawn at random. Other fits have no clusters; their weights are
# clustered in the same way, and into three.


def clusters(model):
    """Return a cluster for each task: as learnt, or three by average linkage of 1 - abs(cosine) of the weights."""
    if isinstance(model.penalty, Clustered):
        return list(model.task_clusters_.values())
    unit = model.coef_ / np.linalg.norm(model.coef_, axis=1, keepdims=True)
    tree = AgglomerativeClustering(3, metric="precomputed", linkage="average")
    return tree.fit_predict(1 - np.abs(unit @ unit.T))


errors, agreement, scores = ({name: [] for name in PENALTIES} for _ in range(3))
for seed in range(N_SEEDS):
    X, y, truth = make_structured(40, **DATA, random_state=seed, return_truth=True)
    kinds = list(truth.clusters.values())
    models = {name: fit(penalty, X, y) for name, penalty in PENALTIES.items()}
    for name, model in models.items():
        errors[name].append(error(model, truth))
        agreement[name].append(adjusted_rand_score(kinds, clusters(model)))
        scores[name].append(model.best_score_)


def mean_and_error(values):
    """Return the mean over seeds, and its standard error."""
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(N_SEEDS)


print(f"Mean of {N_SEEDS} seeds (standard error)")
print(f"{'':<18}{'error, % of separate':>22}{'adjusted Rand':>20}")
for name in PENALTIES:
    relative = 100 * np.divide(errors[name], errors["separate ridge"])
    cells = mean_and_error(relative) + mean_and_error(agreement[name])
    print("{:<18}{:>15.1f} ({:.1f}){:>14.2f} ({:.2f})".format(name, *cells))
chosen = np.argmax([scores[name] for name in list(PENALTIES)[-3:]], axis=0)
wins = dict(zip(list(PENALTIES)[-3:], np.bincount(chosen, minlength=3).tolist()))
print(f"Data sets in which cross-validation prefers it: {wins}")

# %%
# What is learnt beside the truth
# -------------------------------
# The last of these data sets, its tasks sorted by kind. Black squares are the kinds. Separate fits show them as well,
# so the gain is in the errors. Nor does cross-validation tell how many kinds there are: it asks what predicts.

order = np.argsort(kinds, kind="stable")
names = np.array(list(y))[order]


def correlation(C):
    """Return the correlation matrix of a covariance matrix, in the order of the kinds."""
    scale = np.sqrt(np.diag(C))
    return (C / np.outer(scale, scale))[np.ix_(order, order)]


separate, learned = models["separate ridge"].coef_, models["LearnedCovariance"].task_covariance_
panels = {
    "true weights": correlation(truth.coef @ truth.coef.T),
    "weights of separate fits": correlation(separate @ separate.T),
    "task_covariance_": correlation(learned),
}
figure, axes = plt.subplots(1, 3, figsize=(12, 4.6), layout="constrained")
for ax, (title, matrix) in zip(axes, panels.items()):
    image = ax.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    ax.set(title=title, yticks=range(12), yticklabels=names)
    ax.set_xticks(range(12), names, rotation=90)
    for start in (-0.5, 3.5, 7.5):
        ax.add_patch(plt.Rectangle((start, start), 4, 4, fill=False, lw=2))
figure.colorbar(image, ax=axes, label="correlation between tasks", shrink=0.8)
plt.show()
