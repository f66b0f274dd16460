"""Contacts and languages, checked at the door. Nothing of a wrong one is repeated but its column."""

import babel
import phonenumbers
from email_validator import EmailNotValidError, validate_email

DEFAULT_LANGUAGE = "en"


def email_address(text: str) -> str | None:
    """Give an address in lower case, None for an empty one. Raises ValueError."""
    if not text:
        return None
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError as exc:
        raise ValueError(f"email is no address: {exc}") from None


def phone_number(text: str) -> str | None:
    """Give a number as E.164, None for an empty one. Raises ValueError."""
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError("phone is no number: write it with + and the country, such as +44 20 7946 0000")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def language_tag(text: str) -> str:
    """Give a BCP 47 tag as it is written, "en" for an empty one. Raises ValueError."""
    if not text:
        return DEFAULT_LANGUAGE
    try:
        return str(babel.Locale.parse(text.replace("_", "-"), sep="-")).replace("_", "-")
    except (babel.UnknownLocaleError, ValueError):
        raise ValueError(f"language {text!r}: write a tag such as en, de or pt-BR") from None
