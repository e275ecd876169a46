"""Every table of the product: whoever takes the metadata from here has them all."""

from app.models import (
    amendments,
    apitokens,
    audit,
    cases,
    clocks,
    crimes,
    emergencies,
    kept,
    lodgements,
    messages,
    officers,
    offices,
    papers,
    proposals,
    releases,
    replays,
    replies,
    retention,
    rosters,
    tallies,
    trials,
    visits,
    webhooks,
    workflow,
)
from app.models.base import metadata

#: A module that makes a table stands here; a test holds the list against the folder.
MODULES = (
    amendments,
    apitokens,
    audit,
    cases,
    clocks,
    emergencies,
    crimes,
    kept,
    lodgements,
    messages,
    officers,
    offices,
    papers,
    proposals,
    releases,
    replays,
    replies,
    retention,
    rosters,
    tallies,
    trials,
    visits,
    webhooks,
    workflow,
)

__all__ = ["MODULES", "metadata"]
