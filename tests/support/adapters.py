"""A joint model as a scikit-learn classifier or regressor, so that it meets the checks of these too."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_is_fitted, column_or_1d


class OneTask(BaseEstimator):
    """A joint model behind an interface for one 1-D target; the two kinds below are its final forms."""

    def __init__(self, model=None, cv=None):
        self.model = model
        self.cv = cv  # of models that have folds: the checks of weights give some

    def fit(self, X, y, sample_weight=None):
        """Fit the model."""
        if y is not None:
            y = column_or_1d(y, warn=True)
            assert_all_finite(y, input_name="y")
            self._look(y)
        model = self._joint(y)
        if "cv" in model.get_params() and self.cv is not None:
            model.set_params(cv=self.cv)
        self.model_ = model.fit(X, y, sample_weight)
        for name in ("n_features_in_", "n_iter_", "feature_names_in_"):
            if hasattr(self.model_, name):
                setattr(self, name, getattr(self.model_, name))
        return self

    def predict(self, X):
        """Predict the task."""
        check_is_fitted(self)
        return self.model_.predict(X)

    def _look(self, y):
        """Refuse targets of another kind."""

    def _joint(self, y):
        return clone(self.model)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self.model).input_tags.sparse
        tags.input_tags.allow_nan = get_tags(self.model).input_tags.allow_nan
        return tags


class AsRegressor(RegressorMixin, OneTask):
    """A joint model as a regressor."""


class AsClassifier(ClassifierMixin, OneTask):
    """A joint model as a classifier: a GLM has its task declared as classes."""

    def _look(self, y):
        check_classification_targets(y)
        self.classes_ = np.unique(y)

    def _joint(self, y):
        model = clone(self.model)
        if "task_types" in model.get_params() and y is not None:
            model.task_types = "binary" if len(self.classes_) <= 2 else "multiclass"
        return model

    def predict_proba(self, X):
        """Return the probabilities of the classes."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)

    def decision_function(self, X):
        """Return the linear predictors."""
        check_is_fitted(self)
        return self.model_.decision_function(X)
