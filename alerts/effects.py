"""Effects: the transitions of an incident, each with the incident in its new state."""

from dataclasses import dataclass

from storage.inbound.incidents import Incident


@dataclass(frozen=True)
class Opened:
    """Effect: the first report of an alert."""

    incident: Incident


@dataclass(frozen=True)
class Reopened:
    """Effect: an official source still shows an alert that was closed."""

    incident: Incident


@dataclass(frozen=True)
class Changed:
    """Effect: another level or other threats."""

    incident: Incident
    is_escalation: bool  # more severe than before


@dataclass(frozen=True)
class Confirmed:
    """Effect: the first report of a further source."""

    incident: Incident
    source: str  # the source's name


@dataclass(frozen=True)
class Closed:
    """Effect: the alert is over.

    The incident may be new: an all-clear that overtook its alert is stored as a closed incident.
    """

    incident: Incident


@dataclass(frozen=True)
class BecameUnknown:
    """Effect: no live source can tell any more whether the alert is active."""

    incident: Incident  # in its last known state


@dataclass(frozen=True)
class KnownAgain:
    """Effect: a source shows that an alert in the unknown state is active."""

    incident: Incident


@dataclass(frozen=True)
class Expired:
    """Effect: closed without a notification after UNKNOWN_TIMEOUT."""

    incident: Incident


@dataclass(frozen=True)
class Unchanged:
    """Effect: no transition that anybody is notified of. Bookkeeping may have changed.

    The incident may be closed: a source still shows it, or has stopped showing it.
    """

    incident: Incident


Effect = (
    Opened
    | Reopened
    | Changed
    | Confirmed
    | Closed
    | BecameUnknown
    | KnownAgain
    | Expired
    | Unchanged
)
