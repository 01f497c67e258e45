"""
Which outcomes are related?
===========================

Before a joint model is chosen: which outcomes could lend each other strength? The correlation of their labels does not
say, since labels share noise as well as causes. Here we compare what separate models learn from disjoint halves of the
rows, and then ask whether outcomes that are related gain by a joint model.
"""

# %%
# Nineteen outcomes of 1500 adults
# --------------------------------
# NHANES 2017-2018; the other 3765 adults are kept for the end. Each outcome is fitted alone to halves of the rows, and
# what two of them predict for all rows is correlated, with the noise of the fits taken out. Medians and scales of the
# inputs know no outcome, so they are found once.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM
from skmtl.datasets import load_nhanes
from skmtl.inspection import CoefficientsDisplay, TaskSimilarityDisplay, group_tasks, task_affinity
from skmtl.metrics import task_scores
from skmtl.penalties import MeanRegularized

X, y = load_nhanes(return_X_y=True)
X = X.select_dtypes("number")
filled = SimpleImputer(strategy="median").fit_transform(X)
X = pd.DataFrame(StandardScaler().fit_transform(filled), columns=X.columns)
X, X_others, y, y_others = train_test_split(X, y, train_size=1500, random_state=0)
affinity = task_affinity(X, y, n_repeats=2, random_state=0)

# %%
# Related, and how sure that is
# -----------------------------
# Outcomes that the same things predict stand together, under the tree that joins them. Hatched: no sure signal.

display = TaskSimilarityDisplay.from_affinity(affinity)
display.figure_.set_size_inches(10, 8)

# %%
# The surest relations. ``lower`` is the lower end of a 95 % interval, not corrected for 171 pairs. ``residual`` is what
# the labels have in common beyond the inputs: a joint model does not use it.

pairs = affinity.pairs()
print(pairs.drop(columns=["to_second", "to_first"]).head(8).round(2).to_string(index=False))
print(f"{(pairs['lower'] > 0).sum()} of {len(pairs)} intervals do not hold zero")

# %%
# Who should be trained together
# ------------------------------
# Groups by average linkage; an outcome whose relations could all be none stays alone. Another sample of 1500 has the
# same large group, and other edges: it is a proposal.

groups = group_tasks(affinity)
members = pd.Series(groups).groupby(groups).groups
for number, tasks in members.items():
    print(f"group {number}: {', '.join(tasks)}")

# %%
# What a group has in common
# --------------------------
# A joint model of the largest group. Its coefficients, each outcome's divided by its largest, are the sum of a common
# vector and the outcome's own part (diabetes, with three classes, takes no part in that and is left out). What these
# outcomes share is age before all: the relation is real, and no discovery. For trouble sleeping the common vector has
# far too much of age; the outcome's own part takes that back.

together = list(max(members.values(), key=len))
model = MultiTaskGLM(MeanRegularized(alpha=100, sharing=0.75)).fit(X, y.select(together))
shown = [task for task in together if y.task_types[task] != "multiclass"]
display = CoefficientsDisplay.from_estimator(model, tasks=shown, max_features=12)
display.figure_.set_size_inches(13, 5.5)

# %%
# A relation is no promise
# ------------------------
# ``transfer`` asks what out-of-fold predictions of one outcome add to those of another, as a fraction of the variance
# of its labels. With 1500 rows it is next to nothing: below zero for most pairs, below one percent for the best of 342.

off_diagonal = ~np.eye(len(affinity.transfer), dtype=bool)
gains = affinity.transfer.to_numpy()[off_diagonal]
print(f"gain by one other outcome: median {np.median(gains):.4f}, largest {gains.max():.4f}")

# %%
# With fewer rows a joint model has more to give. Five training sets of adults who had no part in the grouping: deviance
# explained in yet other adults, mean over the outcomes of the group, in %; points gained by sharing in the group, and
# among all (standard errors over training sets). Of 30, 100 and 300, this ``alpha`` is the best for separate models.

parts = train_test_split(X_others, y_others, train_size=3000, random_state=0)
X_pool, X_test, y_pool, y_test = parts


def explained(sharing, tasks, rows):
    """Return the deviance explained in each outcome of the group, in %."""
    model = MultiTaskGLM(MeanRegularized(alpha=100, sharing=sharing))
    model.fit(X_pool.iloc[rows], y_pool[rows].select(tasks))
    return 100 * task_scores(y_test.select(tasks), model, X_test, "d2")["d2"].loc[together]


print(f"rows{'separate':>10}{'gain in the group':>20}{'gain among all':>18}")
for n_rows in (100, 300, 600):
    sets = [slice(k * n_rows, (k + 1) * n_rows) for k in range(5)]
    separate = pd.concat([explained(0.0, together, rows) for rows in sets], axis=1)
    line = f"{n_rows:>4}{separate.to_numpy().mean():>10.1f}"
    for tasks, width in ((together, 13), (list(y), 11)):
        joint = pd.concat([explained(0.75, tasks, rows) for rows in sets], axis=1)
        gain = (joint - separate).mean().to_numpy()
        line += f"{gain.mean():>+{width}.1f} ({gain.std(ddof=1) / np.sqrt(len(sets)):.1f})"
    print(line)

# %%
# Sharing gains less the more rows there are. Related outcomes are the better company, by a point at 100 rows and hardly
# at 600; at 100 both kinds of model are worse than a constant on average. With ``alpha=30``, too weak for so few rows,
# sharing among all gains as much as in the group: some of a gain may be stronger shrinkage. Tune both, then compare.

plt.show()
