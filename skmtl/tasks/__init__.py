"""Targets in, predictions out: TaskTargets, the types of tasks, layouts of containers, one-task views.

This is the one door for data from outside: ``check_fit`` and ``check_predict`` refuse, with the task, the rule and the
value, what the rooms above need not look at again. A new container touches ``_layout``, a new type ``_types``.
"""

from ._columns import distinct
from ._known import as_known, check_classes, with_classes
from ._labels import (
    Labels,
    among_all,
    check_numbers,
    groups_of,
    has_names,
    labels_of,
    read_common,
    read_like,
)
from ._layout import Layout, VectorLayout, read_targets
from ._numbers import naming, refuse_times, require_table
from ._pairing import check_lengths, check_same_rows, require_inputs, warn_of_indexes
from ._targets import TaskTargets
from ._types import CLASS_TYPES, TASK_TYPES, TaskInfo, is_number_type, warn_of_many_classes
from ._validation import (
    X_RULES,
    FitData,
    Typing,
    as_classes,
    as_declared,
    as_regression,
    check_fit,
    check_fit_around,
    check_inputs,
    check_predict,
    check_predict_around,
    require_target,
)
from ._view import (
    NOTHING,
    Lacks,
    TaskClassifier,
    TaskRegressor,
    as_log_odds,
    final_step,
    inputs_of,
    lacks_of,
    steps_before,
    task_view,
)
from ._weights import check_weights

__all__ = [
    "CLASS_TYPES",
    "NOTHING",
    "TASK_TYPES",
    "X_RULES",
    "FitData",
    "Labels",
    "Lacks",
    "Layout",
    "TaskClassifier",
    "TaskInfo",
    "TaskRegressor",
    "TaskTargets",
    "Typing",
    "VectorLayout",
    "among_all",
    "as_classes",
    "as_declared",
    "as_known",
    "as_log_odds",
    "as_regression",
    "check_classes",
    "check_fit",
    "check_fit_around",
    "check_inputs",
    "check_lengths",
    "check_numbers",
    "check_predict",
    "check_predict_around",
    "check_same_rows",
    "check_weights",
    "distinct",
    "final_step",
    "groups_of",
    "has_names",
    "inputs_of",
    "is_number_type",
    "labels_of",
    "lacks_of",
    "naming",
    "read_common",
    "read_like",
    "read_targets",
    "refuse_times",
    "require_inputs",
    "require_table",
    "require_target",
    "steps_before",
    "task_view",
    "warn_of_indexes",
    "warn_of_many_classes",
    "with_classes",
]
