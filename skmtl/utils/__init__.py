"""Rules for constructor parameters, tables, rows, warnings, and the seams to other libraries.

It knows nothing of tasks. What differs between pandas and polars, or between releases of scikit-learn, is here and
nowhere else; a helper that two rooms need belongs here only if it could serve another package.
"""

from ._callbacks import CallbackSupport, Unwatched, with_callbacks
from ._frames import (
    EXACT,
    FrameTemplate,
    as_series,
    check_unique_columns,
    is_frame,
    is_index,
    is_series,
    read_frame,
    read_series,
    refuse_lazy,
    row_index,
    series_values,
)
from ._groups import exact_ids, group_codes, read_groups
from ._missing import CAST_TEXTS, is_missing
from ._order import is_estimator, refuse_estimator, require_estimator
from ._order_statistics import order_statistics
from ._params import (
    BELOW_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    POSITIVE_OR_INFINITE,
    Boolean,
    Configurable,
    Either,
    Instance,
    Jobs,
    Number,
    OneOf,
    PerTask,
    Rule,
    Seed,
    Several,
    require,
)
from ._rows import append_columns, n_rows, sum_duplicates, take_rows
from ._scale import binary_unit
from ._threads import few_threads, gram_operations
from ._warn import warn

__all__ = [
    "BELOW_ONE",
    "CAST_TEXTS",
    "EXACT",
    "NOT_NEGATIVE",
    "POSITIVE",
    "POSITIVE_OR_INFINITE",
    "Boolean",
    "CallbackSupport",
    "Configurable",
    "Either",
    "FrameTemplate",
    "Instance",
    "Jobs",
    "Number",
    "OneOf",
    "PerTask",
    "Rule",
    "Seed",
    "Several",
    "Unwatched",
    "append_columns",
    "as_series",
    "binary_unit",
    "check_unique_columns",
    "exact_ids",
    "few_threads",
    "gram_operations",
    "group_codes",
    "is_estimator",
    "is_frame",
    "is_index",
    "is_missing",
    "is_series",
    "n_rows",
    "order_statistics",
    "read_frame",
    "read_groups",
    "read_series",
    "refuse_estimator",
    "refuse_lazy",
    "require",
    "require_estimator",
    "row_index",
    "series_values",
    "sum_duplicates",
    "take_rows",
    "warn",
    "with_callbacks",
]
