"""Whose affairs a request is about: one's own, or, for who administers, somebody else's."""

from fireline.core.access.principal import LOCAL, Principal
from fireline.core.access.roles import Denied, Permission
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.entry import NotAllowed


class SayWhose(Refusal):
    """This machine's own key is nobody of the plan."""

    kind = Kind.INVALID
    code = "person.say_whose"


def whose(principal: Principal, said: str | None) -> PersonId:
    """Return the person a request is about; for others than oneself it takes an admin."""
    if not said:
        if principal.person == LOCAL:
            msg = "This machine's own key is nobody of the plan."
            raise SayWhose(msg, hint="Name somebody: --person, or `person` in the request.")
        return principal.person
    if said != principal.person:
        verdict = principal.may(Permission.ADMINISTER)
        if isinstance(verdict, Denied):
            msg = "How somebody else is told is theirs to say."
            raise NotAllowed(msg, hint="Leave the person out to see your own.")
    return PersonId(said)
