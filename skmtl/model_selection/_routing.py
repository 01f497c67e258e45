"""Routing of metadata to a model and to what makes its folds."""

from typing import Any

from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping


def routing_of(model: Any, splitter: Any) -> MetadataRouter:
    """Return who asks for which arguments of fit: the model, and what makes the folds."""
    folds = MethodMapping().add(caller="fit", callee="split")
    router = MetadataRouter(owner=type(model).__name__).add_self_request(model)
    return router.add(splitter=splitter, method_mapping=folds)


def weight_name(model: Any) -> str:
    """Return how ``fit`` of a model calls sample weights: a pipeline gives them to its last step."""
    if isinstance(model, Pipeline) and not get_config()["enable_metadata_routing"]:
        return f"{model.steps[-1][0]}__sample_weight"
    return "sample_weight"
