"""Rules for constructor parameters, and the seams to other libraries."""

from ._callbacks import CallbackSupport, Unwatched, with_callbacks
from ._frames import (
    EXACT,
    FrameTemplate,
    as_series,
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
from ._params import (
    BELOW_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    Boolean,
    Configurable,
    Either,
    Instance,
    Number,
    OneOf,
    PerTask,
    Rule,
    Several,
    require,
)
from ._rows import append_columns, n_rows, sum_duplicates, take_rows
from ._scale import binary_unit

__all__ = [
    "BELOW_ONE",
    "CAST_TEXTS",
    "EXACT",
    "NOT_NEGATIVE",
    "POSITIVE",
    "Boolean",
    "CallbackSupport",
    "Configurable",
    "Either",
    "FrameTemplate",
    "Instance",
    "Number",
    "OneOf",
    "PerTask",
    "Rule",
    "Several",
    "Unwatched",
    "append_columns",
    "as_series",
    "binary_unit",
    "exact_ids",
    "group_codes",
    "is_estimator",
    "is_frame",
    "is_index",
    "is_missing",
    "is_series",
    "n_rows",
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
    "with_callbacks",
]
