"""
Which outcomes are related?
===========================

Before a joint model is chosen: which outcomes could lend each other strength? The correlation of their labels does not
say, since labels share noise as well as causes. Here the fits of separate models are compared, on disjoint halves.
"""

# %%
# Nineteen outcomes of 1500 adults
# --------------------------------
# NHANES 2017-2018. Each outcome is fitted alone to halves of the rows; what two of them predict for all rows is
# correlated, and corrected for the noise of the fits.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM
from skmtl.datasets import load_nhanes
from skmtl.inspection import CoefficientsDisplay, TaskSimilarityDisplay, group_tasks, task_affinity
from skmtl.penalties import MeanRegularized

X, y = load_nhanes(return_X_y=True)
rows = np.random.default_rng(0).permutation(len(X))[:1500]
X, y = X.select_dtypes("number").iloc[rows], y[rows]
filled = SimpleImputer(strategy="median").fit_transform(X)
X = pd.DataFrame(StandardScaler().fit_transform(filled), columns=X.columns)
affinity = task_affinity(X, y, n_repeats=3, random_state=0)

# %%
# Related, and how sure that is
# -----------------------------
# Outcomes that are predicted by the same things stand together, with the tree that joins them. Hatched: no signal that
# is sure enough to be compared with others.

display = TaskSimilarityDisplay.from_affinity(affinity)
display.figure_.set_size_inches(10, 8)

# %%
# The strongest relations, with standard errors.

pairs = affinity.pairs()
print(pairs.head(8).round(2).to_string())

# %%
# Who should be trained together
# ------------------------------
# Groups by average linkage; an outcome whose relations could be none stays alone.

groups = group_tasks(affinity)
for number in sorted(set(groups.values())):
    print(number, [task for task, group in groups.items() if group == number])

# %%
# What a group has in common
# --------------------------
# A joint model of the largest group: its coefficients, and the share of the common vector in them.

largest = max(set(groups.values()), key=list(groups.values()).count)
together = [task for task, group in groups.items() if group == largest]
model = MultiTaskGLM(MeanRegularized(30.0, 0.75)).fit(X, y.select(together))
display = CoefficientsDisplay.from_estimator(model, max_features=15)
display.figure_.set_size_inches(13, 6)

# %%
# A relation is no promise
# ------------------------
# ``transfer`` asks more: what do out-of-fold predictions of another outcome add to an outcome's own, in explained
# variance of its labels? With 1500 rows, next to nothing: each outcome knows its coefficients already. Related outcomes
# *can* share; whether they gain is for ``compare_sharing`` to say.

own = affinity.transfer.to_numpy(copy=True)
np.fill_diagonal(own, np.nan)
print(f"largest gain by one other outcome: {np.nanmax(own):.4f}, median {np.nanmedian(own):.4f}")

plt.show()
