"""Who a role in a cloud account is to trust: fireline itself, named by its ARN."""

import re

from fireline.core.values.refusals import Kind, Refusal

# What stands in a trust policy until somebody says who fireline is. AWS takes no such ARN.
YOU = "arn:aws:iam::FIRELINES-ACCOUNT:role/FIRELINES-ROLE"
_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]{1,512})", re.ASCII)


class NotFireline(Refusal):
    """What fireline is said to be is no role or user."""

    kind = Kind.INVALID
    code = "cloud.not_an_identity"


def checked_arn(text: str) -> str:
    """Return an ARN that can be trusted, or the place for one. Raises NotFireline."""
    arn = text.strip() or YOU
    if arn == YOU or _ARN.fullmatch(arn):
        return arn
    msg = f'"{arn}" is no ARN of a role or user.'
    hint = "`aws sts get-caller-identity`, run where fireline runs, says who it is."
    raise NotFireline(msg, hint=hint)
