"""Every table of the product: whoever takes the metadata from here has them all."""

from app.models.antecedents import crimes
from app.models.deployment import proposals, releases, replays, trials
from app.models.desk import charges, messages
from app.models.district import amendments
from app.models.intake import (
    apitokens,
    letterversions,
    lodgements,
    memos,
    neighbours,
    replies,
    rosters,
    webhooks,
)
from app.models.issuing import bundles, outgoing, ownpapers, sentletters
from app.models.record import emergencies
from app.models.reports import kept
from app.models.tables import (
    audit,
    cases,
    clocks,
    officers,
    offices,
    papers,
    retention,
    tallies,
    visits,
    workflow,
)
from app.models.tables.base import metadata

#: A module that makes a table stands here; a test holds the list against the folder.
MODULES = (
    amendments,
    apitokens,
    audit,
    bundles,
    cases,
    charges,
    clocks,
    emergencies,
    crimes,
    kept,
    letterversions,
    lodgements,
    messages,
    memos,
    neighbours,
    officers,
    outgoing,
    ownpapers,
    offices,
    papers,
    proposals,
    releases,
    replays,
    replies,
    retention,
    rosters,
    sentletters,
    tallies,
    trials,
    visits,
    webhooks,
    workflow,
)

__all__ = ["MODULES", "metadata"]
