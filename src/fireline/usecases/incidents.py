"""The front desk of the incident room: everything people do to an incident, by one name."""

from fireline.usecases.checklists import NewTask, add_task, answer_item, tick_task
from fireline.usecases.deadlines import pass_deadline
from fireline.usecases.declaring import declare, join_alert, set_category, suspect
from fireline.usecases.incident_desk import number_of
from fireline.usecases.incident_shapes import IncidentFilter, IncidentLine, IncidentView
from fireline.usecases.incident_views import find_incident, list_incidents
from fireline.usecases.moving import (
    accept_risk,
    merge,
    name_vector,
    propose_dismissal,
    transition,
    why_not,
)
from fireline.usecases.priorities import set_frame, set_priority
from fireline.usecases.roles import leave_role, take_role
from fireline.usecases.updates import note, post_update

__all__ = [
    "IncidentFilter",
    "IncidentLine",
    "IncidentView",
    "NewTask",
    "accept_risk",
    "add_task",
    "answer_item",
    "declare",
    "find_incident",
    "join_alert",
    "leave_role",
    "list_incidents",
    "merge",
    "name_vector",
    "note",
    "number_of",
    "pass_deadline",
    "post_update",
    "propose_dismissal",
    "set_category",
    "set_frame",
    "set_priority",
    "suspect",
    "take_role",
    "tick_task",
    "transition",
    "why_not",
]
