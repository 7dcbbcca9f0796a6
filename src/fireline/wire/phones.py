"""What SMS and phone calls say of themselves, whichever phone company carries them."""

from fireline.ports.channel import Description, Form

_NUMBER = r"\+[1-9]\d{6,14}"
_ADDRESS = "a phone number that begins with + and the country"
_EXAMPLE = "+15550100123"


def sms(*needs: str) -> Description:
    """Describe SMS through a company that needs these settings."""
    return _described("sms", "SMS", Form.SHORT, needs)


def voice(*needs: str) -> Description:
    """Describe phone calls through a company that needs these settings."""
    return _described("voice", "Phone call", Form.SPOKEN, needs)


def _described(name: str, title: str, form: Form, needs: tuple[str, ...]) -> Description:
    return Description(
        name=name,
        title=title,
        form=form,
        address_words=_ADDRESS,
        example=_EXAMPLE,
        address_pattern=_NUMBER,
        answers=True,
        receipts=True,
        needs=needs,
    )
