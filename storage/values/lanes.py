"""Lanes: the priority classes of the outbox."""

from enum import IntEnum


class Lane(IntEnum):
    """Priority class of a message. Lower numbers are sent first."""

    REPLY = 0  # an answer to a person
    ALERT = 1  # an alert or its all-clear
    NEWS = 2
    EDIT = 3
    DIGEST = 4
    ANNOUNCEMENT = 5
