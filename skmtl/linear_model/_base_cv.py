"""What joint linear models have in common that choose their penalty by rows left out."""

from typing import Any, ClassVar

from sklearn.utils.metadata_routing import UNUSED

from ..base import OutOfFoldModel
from ..metrics import Scoring
from ..model_selection import Splitting, routing_of
from ..utils import Boolean, Rule, Seed
from ._base import JointLinearModel
from ._cross_validate import splitter_of


class JointLinearModelCV(OutOfFoldModel, JointLinearModel):
    """A joint linear model that tries penalties on rows left out, and may keep what was predicted of these."""

    # Groups are for the splitter, not for the model.
    __metadata_request__fit: ClassVar[dict[str, Any]] = {"groups": UNUSED}
    _rules: ClassVar[dict[str, Rule]] = JointLinearModel._rules | {
        "cv": Splitting(),
        "scoring": Scoring(),
        "random_state": Seed(),
        "store_oof": Boolean(),
    }

    def get_metadata_routing(self) -> Any:
        """Return who asks for which arguments of ``fit``: the model, and the splitter.

        Returns
        -------
        routing : MetadataRouter
            The requests, for scikit-learn's metadata routing.
        """
        return routing_of(self, splitter_of(self))
