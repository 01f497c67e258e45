"""What an estimator takes from the data beside its coefficients: its penalty."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..penalties import Penalty
from ..tasks import FitData
from .problems import Prepared, Setup, Start


class Choice(NamedTuple):
    """A penalty, the (coef, intercept) to start from if there are any, and the attributes that say why this penalty."""

    penalty: Penalty
    start: Start | None = None
    learnt: Mapping[str, Any] = MappingProxyType({})


Choose = Callable[[FitData, Prepared, Setup], Choice]
