"""Contacts and languages, checked at the door. Nothing of a wrong one is repeated but its column."""

import re

import babel
import phonenumbers
from email_validator import EmailNotValidError, validate_email

DEFAULT_LANGUAGE = "en"

_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*", re.IGNORECASE)
"""BCP 47: language, script, region, variants. What comes after them concerns no text of ours."""


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
    """Give a BCP 47 tag as it is written, "en" for an empty one. Raises ValueError.

    The language has to be one that exists; a region where few speak it (pl-GB) is no mistake.
    """
    if not text:
        return DEFAULT_LANGUAGE
    tag = text.replace("_", "-")
    if not _TAG.fullmatch(tag) or not _exists(tag.partition("-")[0].lower()):
        raise ValueError(f"language {text!r}: write a tag such as en, de or pt-BR")
    return _cased(tag)


def _exists(language: str) -> bool:
    try:
        babel.Locale.parse(language)
    except (babel.UnknownLocaleError, ValueError):
        return False
    return True


def _cased(tag: str) -> str:
    """Write zh-Hant-TW, however it was typed."""
    language, *others = tag.lower().split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join((language, *(cased.get(len(part), str)(part) for part in others)))
