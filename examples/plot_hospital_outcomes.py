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
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

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
as_texts = FunctionTransformer(lambda table: table.astype("string").fillna("missing"))
columns = make_column_transformer(
    (numbers, make_column_selector(dtype_include="number")),
    remainder=make_pipeline(as_texts, OneHotEncoder(handle_unknown="ignore")),
)
model = make_pipeline(columns, MultiTaskGLM(penalty=MeanRegularized()))

# %%
# Joint and separate models, tuned alike
# --------------------------------------
# One grid search, on training patients alone, tunes both. ``sharing=0`` means separate models, so that part of
# the grid says which strength suits each outcome best, and every separate model gets its own. The joint model has one
# strength and one sharing for all outcomes. It may therefore gain or lose for two reasons: because outcomes share,
# or because they have one strength in common, which a few labels mislead less. A third contender tells the two
# apart: separate models with one strength for all, tuned too.

GRID = {
    "multitaskglm__penalty__alpha": [10, 30, 100, 500, 3000],
    "multitaskglm__penalty__sharing": [0, 0.3, 0.6],
}
RIVALS = {
    "separate": "separate models, each with its own strength",
    "one strength": "separate models with one strength for all",
}


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
    own = {task: tried[f"mean_test_{task}"].idxmax() for task in y}
    common = tried["mean_test_mean"].idxmax()
    fitted = {}
    for rival, alpha in zip(RIVALS, [own, common]):
        penalty = MeanRegularized(alpha, sharing=0)
        fitted[rival] = clone(model).set_params(multitaskglm__penalty=penalty).fit(X, y)
    return fitted | {"joint": search.best_estimator_}


def explained(fitted, X_test):
    """Return the percentage of deviance explained in held-out patients: a row a task, a column a model."""
    return pd.DataFrame(
        {name: 100 * task_scores(y_test, one, X_test, "d2")["d2"] for name, one in fitted.items()}
    )


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
    options = {"n_resamples": 1000, "batch": 100, "method": "percentile", "random_state": 0}
    found = stats.bootstrap(samples, statistic, paired=True, **options)
    return statistic(*samples), *found.confidence_interval


def gain(deviance, joint_deviance, constant, axis=-1):
    """Return the gain in percentage points of deviance explained."""
    return 100 * (deviance - joint_deviance).mean(axis) / constant.mean(axis)


def heading(title):
    """Print an underlined title."""
    print(f"\n{title}\n{'-' * len(title)}")


def show(title, scores, gains):
    """Print scores and gains by task, and say what is found."""
    heading(title)
    print(
        "Deviance explained in held-out patients, %; gain of the joint model in points [95 % interval]"
    )
    table = scores.rename_axis(None)
    for rival, found in gains.items():
        table[f"gain on {rival}"] = ["{:+.2f} [{:+.2f}, {:+.2f}]".format(*row) for row in found]
    print(table.to_string(float_format="{:.2f}".format))
    for rival, found in gains.items():
        mean, low, high = np.transpose(found)
        shows = np.abs(mean) >= 0.005  # less than that prints as 0.00
        better = ", ".join(scores.index[(low > 0) & shows]) or "no outcome"
        worse = ", ".join(scores.index[(high < 0) & shows]) or "no outcome"
        print(f"Against {RIVALS[rival]}: {mean.mean():+.2f} points on average;")
        print(f"    clearly better for {better}; clearly worse for {worse}.")


large = fit_all(model, X_train, y_train)
best = large["joint"][-1].penalty
print(f"Chosen for the joint model: alpha={best.alpha}, sharing={best.sharing}")
lost = {name: [deviances(one, task) for task in y] for name, one in large.items()}
title = f"{len(X_train)} training patients"
gains = {title: {}}
for rival in RIVALS:
    pairs = zip(lost[rival], lost["joint"])
    gains[title][rival] = [bootstrap(gain, other, *joint) for (other, _), joint in pairs]
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


rows = []
for task, name, column in [
    ("death in hospital", "SUPPORT model", "surv2m"),
    ("death in hospital", "physicians", "prg2m"),
    ("death within 180 days", "SUPPORT model", "surv6m"),
    ("death within 180 days", "physicians", "prg6m"),
]:
    known = others[column].notna().to_numpy()
    died, other_risk = y_test[task][known], 1 - others[column][known].to_numpy()
    risk = large["joint"].predict_proba(X_test)[task][known, 1]
    mean, low, high = bootstrap(auc_gain, died, risk, other_risk)
    row = {"outcome": task, "estimate by": name, "patients": known.sum()}
    row |= {"joint": auc(died, risk), "theirs": auc(died, other_risk)}
    row["difference [95 %]"] = f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
    row["joint model is"] = (
        "ahead" if low > 0 else "behind" if high < 0 else "not clearly different"
    )
    rows.append(row)
heading("Joint model against the estimates in the data: area under the ROC curve")
print(pd.DataFrame(rows).to_string(index=False, float_format="{:.3f}".format))

# %%
# Few patients, few labels
# ------------------------
# With 300 patients one draw says little: we draw ten times, tune and fit each time, and give the mean gain with its
# 95 % interval over draws (Student's t). In the second setting, follow-up and billing reached only 45 of the 300, not
# the same ones: the others have no label for death within 180 days, or for costs, but all have what is known at
# discharge. Draws are stratified by disability, whose rarest class has 41 patients in all. Columns are prepared once a
# draw, not once a fold: no outcome takes part in it, and it halves the time.

N_DRAWS, N_PATIENTS = 10, 300
SCARCE = ["death within 180 days", "log costs"]


def draw_and_fit(seed, n_labels):
    """Return the scores of models for some training patients, of whom n_labels have each scarce label."""
    options = {"train_size": N_PATIENTS, "stratify": y_train["functional disability"].astype(str)}
    X, _, y, _ = train_test_split(X_train, y_train, random_state=seed, **options)
    rng = np.random.default_rng(seed)
    for task in SCARCE:
        has_label = rng.permutation(N_PATIENTS) < n_labels
        y[task] = np.where(has_label, y[task], np.nan)
    prepared = clone(columns).fit(X)
    fitted = fit_all(make_pipeline("passthrough", model[-1]), prepared.transform(X), y)
    return explained(fitted, prepared.transform(X_test))


for title, n_labels in {
    f"{N_PATIENTS} training patients": N_PATIENTS,
    f"{N_PATIENTS} training patients, 85 % of labels missing in two tasks": 45,
}.items():
    scores = [draw_and_fit(seed, n_labels) for seed in range(N_DRAWS)]
    gains[title] = {}
    for rival in RIVALS:
        by_draw = np.array([one["joint"] - one[rival] for one in scores])
        mean = by_draw.mean(axis=0)
        margin = stats.t.ppf(0.975, N_DRAWS - 1) * stats.sem(by_draw)
        gains[title][rival] = list(zip(mean, mean - margin, mean + margin))
    show(title, sum(scores) / N_DRAWS, gains[title])

# %%
# What a joint model brings, and costs
# ------------------------------------
# Blue right of zero: the joint model beats separate ones. Orange as well: its one strength alone does not explain it.
# Functional disability has classes of its own, so it shares with no other outcome, and only strengths can differ.
# Of thirty 95 % intervals one or two miss zero by chance: believe what is far from it. Panels differ in scale.

figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharey=True, layout="constrained")
looks = [{"color": "#0072B2", "marker": "o"}, {"color": "#D55E00", "marker": "s", "mfc": "white"}]
rows = np.arange(len(y))
for ax, (title, by_rival) in zip(axes, gains.items()):
    for shift, look, (rival, found) in zip([-0.13, 0.13], looks, by_rival.items()):
        mean, low, high = np.transpose(found)
        look = look | {"ls": "", "capsize": 3, "label": RIVALS[rival]}
        ax.errorbar(mean, rows + shift, xerr=[mean - low, high - mean], **look)
    ax.axvline(0, color="0.4", lw=1)
    ax.set_title(title.replace(", ", ",\n"), fontsize=11)
    ax.set_xlabel("gain in deviance explained\n(percentage points)")
axes[0].set_yticks(rows, list(y))
axes[0].invert_yaxis()
figure.suptitle(f"Gain of one joint model on {len(X_test)} held-out patients, with 95 % intervals")
handles, labels = axes[0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=2, title="compared with")
figure.savefig("hospital_outcomes.png", dpi=150)
print("\nFigure written to hospital_outcomes.png")
