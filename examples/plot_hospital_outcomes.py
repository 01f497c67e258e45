"""
Outcomes of hospital patients: one joint model or separate ones?
=================================================================

The SUPPORT study followed 9105 seriously ill adults in five US hospitals. From what was known by their third day we
predict five outcomes with one model: death in hospital, death within 180 days, functional disability two months later
(five classes, of which the worst is death within two months), length of stay and costs.

Does a joint model predict better than a separate one for each outcome? We ask three times: with thousands of training
patients, with 300, and with 300 of whom most lack two of the outcomes. The answer is not always yes. The joint
model is also compared with the predictions of SUPPORT's own model and of the patients' physicians.
"""

# %%
# Raw columns in, five outcomes out
# ---------------------------------
# Outcomes go into a ``TaskTargets``: a dict that scikit-learn can split. Labels may be missing: 905 patients
# have no known costs, yet they serve the other tasks. Half of the patients are held out until the end.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.datasets import load_support2
from skmtl.metrics import task_scorer, task_scores
from skmtl.model_selection import TaskStratifiedKFold
from skmtl.penalties import MeanRegularized

OUTCOMES = {
    "death in hospital": "hospdead",
    "death within 180 days": "death_180d",
    "functional disability": "sfdm2",
    "log length of stay": "log_slos",
    "log costs": "log_totcst",
}
support2 = load_support2()
y = TaskTargets(
    {task: support2.target[column] for task, column in OUTCOMES.items()},
    task_types={task: support2.task_types[column] for task, column in OUTCOMES.items()},
)
X_train, X_test, y_train, y_test, _, others = train_test_split(
    support2.data, y, support2.comparators, test_size=0.5, random_state=0
)

# Which values are missing speaks too (who could not be asked, what was not measured): add_indicator.
numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
columns = make_column_transformer(
    (numbers, make_column_selector(dtype_include="number")),
    (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
)
model = make_pipeline(columns, MultiTaskGLM(penalty=MeanRegularized()))

# %%
# Joint and separate models, tuned alike
# --------------------------------------
# One grid search, on training patients alone, tunes both. ``sharing=0`` means separate models, so that part of
# the grid says which strength suits each outcome best, and every separate model gets its own. The joint
# model has one strength and one sharing for all outcomes. It may therefore gain or lose for two reasons: because
# outcomes share, or because they have one strength in common, which is less easily misled where labels are few. A third
# contender tells the two apart: models that share nothing but the strength.

GRID = {
    "multitaskglm__penalty__alpha": [5, 20, 80, 320, 1280],
    "multitaskglm__penalty__sharing": [0, 0.25, 0.5, 0.75],
}
OWN, COMMON = "separate", "one strength"
RIVALS = {OWN: "separate models, each with its own strength", COMMON: "separate models with one strength for all"}


def fit_all(model, X, y):
    """Tune the three contenders by cross-validation, and fit them."""
    search = GridSearchCV(
        model,
        GRID,
        scoring=task_scorer(average=None),  # the deviance explained of each task, and their mean
        refit="mean",
        cv=TaskStratifiedKFold(3, shuffle=True, random_state=0),
        n_jobs=2,
    ).fit(X, y)
    tried = pd.DataFrame(search.cv_results_).set_index("param_multitaskglm__penalty__alpha")
    tried = tried[tried["param_multitaskglm__penalty__sharing"] == 0]
    alphas = {OWN: {task: tried[f"mean_test_{task}"].idxmax() for task in y}, COMMON: tried["mean_test_mean"].idxmax()}
    fitted = {}
    for name, alpha in alphas.items():
        penalty = MeanRegularized(alpha, sharing=0)
        fitted[name] = clone(model).set_params(multitaskglm__penalty=penalty).fit(X, y)
    return fitted | {"joint": search.best_estimator_}


def explained(fitted, X_test):
    """Return the percentage of deviance explained in held-out patients: a row a task, a column a model."""
    scores = {name: task_scores(y_test, one, X_test, "d2")["d2"] for name, one in fitted.items()}
    return 100 * pd.DataFrame(scores)


# %%
# Thousands of training patients
# ------------------------------
# Scores are percentages of deviance explained: of squared error for numbers (R2), of log loss for classes. All three
# models predict the same held-out patients, so their differences are bootstrapped patient by patient.


def deviances(fitted, task):
    """Return each held-out patient's deviance in a task: of a model, and of the best constant."""
    known = y_test.observed(task)
    labels = y_test[task][known]
    if task not in y_test.classes:
        residual = labels - fitted.predict(X_test)[task][known]
        return residual**2, (labels - labels.mean()) ** 2
    codes = np.searchsorted(y_test.classes[task], labels)
    probability = fitted.predict_proba(X_test)[task][known][np.arange(len(codes)), codes]
    return -np.log(probability), -np.log(np.bincount(codes)[codes] / len(codes))


def bootstrap(statistic, *samples):
    """Return a statistic of paired samples, and its 95 % bootstrap interval."""
    found = stats.bootstrap(
        samples, statistic, paired=True, batch=100, n_resamples=1000, method="percentile", random_state=0
    )
    return statistic(*samples), *found.confidence_interval


def gain(deviance, joint_deviance, constant, axis=-1):
    """Return the gain in percentage points of deviance explained."""
    return 100 * (deviance - joint_deviance).mean(axis) / constant.mean(axis)


def show(title, scores, gains):
    """Print scores and gains by task, and say what is found."""
    print(f"\n{title}\n{'-' * len(title)}\nDeviance explained in held-out patients, %; gain of the joint model, points")
    table = scores.copy()
    for rival, by_task in gains.items():
        table[f"gain on {rival}"] = [f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]" for mean, low, high in by_task]
    print(table.rename_axis(None).to_string(float_format="{:.2f}".format))
    for rival, by_task in gains.items():
        mean, low, high = np.transpose(by_task)
        better, worse = (", ".join(scores.index[clear]) or "no outcome" for clear in (low > 0, high < 0))
        print(f"Against {RIVALS[rival]}: {mean.mean():+.2f} points on average;")
        print(f"    clearly better for {better}; clearly worse for {worse}.")


gains = {}
title = f"{len(X_train)} training patients"
large = fit_all(model, X_train, y_train)
tuned = large["joint"][-1].penalty
print(f"Chosen for the joint model: alpha={tuned.alpha}, sharing={tuned.sharing}")
gains[title] = {
    rival: [bootstrap(gain, deviances(large[rival], task)[0], *deviances(large["joint"], task)) for task in y]
    for rival in RIVALS
}
show(title, explained(large, X_test), gains[title])

# %%
# Against SUPPORT's own model and the physicians
# ----------------------------------------------
# The data hold what others predicted: survival to two and to six months, by the study's model and by the patient's
# physician. We compare areas under the ROC curve, on the patients of whom there is an estimate. Six months is
# our 180 days; two months is not death in hospital, so those lines compare rankings of related risks. SUPPORT's
# model was made from some of these very patients, which flatters it, and physicians knew more than the table holds. On
# the other side, a value may be missing because the patient was too ill, which our model reads.


def auc(died, risk, axis=-1):
    """Return the area under the ROC curve, from ranks."""
    n_died = died.sum(axis)
    above = (died * stats.rankdata(risk, axis=axis)).sum(axis) - n_died * (n_died + 1) / 2
    return above / (n_died * (died.shape[axis] - n_died))


def auc_gain(died, risk, other_risk, axis=-1):
    """Return the gain in area."""
    return auc(died, risk, axis) - auc(died, other_risk, axis)


rows, probability = [], large["joint"].predict_proba(X_test)
for task, survival in {"death in hospital": ("surv2m", "prg2m"), "death within 180 days": ("surv6m", "prg6m")}.items():
    for name, column in zip(("SUPPORT model", "physicians"), survival):
        known = others[column].notna().to_numpy()
        died, risk, other_risk = y_test[task][known], probability[task][known, 1], 1 - others[column][known].to_numpy()
        difference, low, high = bootstrap(auc_gain, died, risk, other_risk)
        verdict = "ahead" if low > 0 else "behind" if high < 0 else "no clear difference"
        interval = f"{difference:+.3f} [{low:+.3f}, {high:+.3f}]"
        areas = auc(died, risk), auc(died, other_risk)
        rows.append([task, name, known.sum(), *areas, interval, verdict])
title = "Joint model against the estimates in the data: area under the ROC curve"
print(f"\n{title}\n{'-' * len(title)}")
header = ["outcome", "estimate by", "patients", "joint", "theirs", "difference [95 %]", "joint model is"]
print(pd.DataFrame(rows, columns=header).to_string(index=False, float_format="{:.3f}".format))

# %%
# Few patients, few labels
# ------------------------
# With 300 patients one draw says little: we draw ten times, tune and fit each time, and give the mean gain with its
# 95 % interval over draws (Student's t). In the second setting, follow-up and billing reached only one patient in
# seven: the other six have no label for death within 180 days, nor for costs, but all have the outcomes
# known at discharge. Draws are stratified by disability, whose rarest class has 41 patients in all.

N_DRAWS, N_PATIENTS = 10, 300
SCARCE = ["death within 180 days", "log costs"]


def repeat(share_missing):
    """Return the scores of each draw."""
    scores = []
    for draw in range(N_DRAWS):
        stage = y_train["functional disability"].astype(str)
        X, _, y, _ = train_test_split(X_train, y_train, train_size=N_PATIENTS, stratify=stage, random_state=draw)
        for number, task in enumerate(SCARCE):
            hidden = np.random.default_rng([draw, number]).permutation(N_PATIENTS) < share_missing * N_PATIENTS
            y[task] = np.where(hidden, np.nan, y[task])
        prepared = clone(columns).fit(X)  # once a draw, not once a fold: no outcome takes part, and it saves time
        linear = make_pipeline("passthrough", model[-1])
        scores.append(explained(fit_all(linear, prepared.transform(X), y), prepared.transform(X_test)))
    return scores


for title, share_missing in {
    f"{N_PATIENTS} training patients": 0,
    f"{N_PATIENTS} training patients, 85 % of labels missing in two tasks": 0.85,
}.items():
    scores = repeat(share_missing)
    gains[title] = {}
    for rival in RIVALS:
        by_draw = np.array([s["joint"] - s[rival] for s in scores])
        mean, error = by_draw.mean(axis=0), stats.sem(by_draw)
        margin = stats.t.ppf(0.975, N_DRAWS - 1) * error
        gains[title][rival] = list(zip(mean, mean - margin, mean + margin))
    show(title, sum(scores) / N_DRAWS, gains[title])

# %%
# What a joint model brings, and costs
# ------------------------------------
# Blue above zero: the joint model beats separate ones. Orange above zero: not for its one strength alone. Functional
# disability has classes of its own, which no other outcome shares, so there the strength is all that can differ.
# Of thirty 95 % intervals one or two miss zero by chance: believe what is far from it. Each panel has a scale of its own.

figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharey=True, layout="constrained")
looks = {OWN: {"color": "#0072B2", "marker": "o"}, COMMON: {"color": "#D55E00", "marker": "s", "mfc": "white"}}
for ax, (title, by_rival) in zip(axes, gains.items()):
    for shift, (rival, by_task) in zip((-0.13, 0.13), by_rival.items()):
        mean, low, high = np.transpose(by_task)
        look = looks[rival] | {"ls": "", "capsize": 3, "label": RIVALS[rival]}
        ax.errorbar(mean, np.arange(len(y)) + shift, xerr=[mean - low, high - mean], **look)
    ax.axvline(0, color="0.4", lw=1)
    ax.set_title(title.replace(", ", ",\n"), fontsize=11)
    ax.set_xlabel("gain in deviance explained\n(percentage points)")
axes[0].set_yticks(np.arange(len(y)), list(y))
axes[0].invert_yaxis()
figure.suptitle(f"Gain of one joint model for five outcomes, on {len(X_test)} held-out patients, with 95 % intervals")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, title="compared with")
figure.savefig("hospital_outcomes.png", dpi=150)
print("\nFigure: hospital_outcomes.png")
