"""What is asked of a refusal: who raises, what the message names, and what is left behind."""

import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

VALIDATORS = ("/sklearn/utils/", "/sklearn/base.py", "/sklearn/model_selection/_split.py")
"""Where scikit-learn checks arguments: check_array and its like, feature names, splitters."""

TAKEN = "it is taken"
SEEN = {"n_features_in_", "feature_names_in_"}  # what scikit-learn's validate_data leaves behind
WORK = (
    "skmtl.linear_model._base.solve",
    "skmtl.linear_model._warm_path.solve",
    "skmtl.linear_model._warm_path.fit_separately",
    "skmtl.linear_model._ridge_cv.leave_one_out_errors",
    "skmtl.linear_model._ridge_cv.fold_errors",
    "skmtl.neural_network._fit.train",
    "skmtl.neural_network._fit.train_by_lbfgs",
)
"""Where the work of a fit begins: a bad input never gets there."""


@dataclass
class WorkDone:
    """How often work was begun."""

    count: int = 0

    def counted(self, function: Callable) -> Callable:
        """Return a function that counts how often it is called."""

        def begin(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return function(*args, **kwargs)

        return begin


def faults_of(call: Callable[[], Any], match: str, errors: tuple[type, ...]) -> Iterator[str]:
    """Call with a bad input, and give what is wrong with the refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except errors as error:
        yield from faults_of_error(error, match)
    except Exception as error:
        yield f"{type(error).__name__} is raised: {error}"
    else:
        yield TAKEN


def faults_of_error(error: Exception, match: str) -> Iterator[str]:
    """Give what is wrong with an error: where it comes from, or what it says."""
    innermost = traceback.extract_tb(error.__traceback__)[-1].filename.replace("\\", "/")
    if "/skmtl/" not in innermost and not any(part in innermost for part in VALIDATORS):
        yield f"it comes from {innermost}: {error}"
    if not re.search(match, str(error), re.DOTALL):
        yield f"{match!r} is not in the message: {error}"


def left_behind(model: Any) -> Iterator[str]:
    """Give what a failed fit has left."""
    try:
        check_is_fitted(model)
    except NotFittedError:
        pass
    else:
        yield "it passes for fitted"
    left = {name for name in vars(model) if name.endswith("_") and not name.startswith("_")} - SEEN
    if left:
        yield f"{sorted(left)} are left behind"
