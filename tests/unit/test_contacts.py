"""Addresses and languages are checked at the door, and nothing of a wrong one is repeated."""

import pytest

from flightagents.handlers.contacts import email_address, language_tag, phone_number


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("anna@example.com", "anna@example.com"),
        ("Anna.Mueller+fly@Example.COM", "anna.mueller+fly@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("anna@müller.example.com", "anna@müller.example.com"),
        ("", None),
    ],
)
def test_an_address_is_written_in_lower_case(written: str, address: str | None) -> None:
    assert email_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "secret",
        "secret@",
        "@secret.example.com",
        "secret@secret",
        "secret name@example.com",
        "secret,ben@example.com",
        "<secret@example.com>",
        "Secret <secret@example.com>",
        "secret@example.com\r\nBcc: ben@example.com",
        "secret\x00@example.com",
        "sécret@example.com",
        "secret@example..com",
        "secret@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(ValueError, match="email is no address") as refused:
        email_address(written)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+442079460000", "+442079460000"),
        ("+44 20 7946 0000", "+442079460000"),
        ("+44 (0)20-7946.0000", "+442079460000"),
        ("+1 202 555 0123", "+12025550123"),
        ("", None),
    ],
)
def test_a_number_is_written_as_e164(written: str, number: str | None) -> None:
    assert phone_number(written) == number


@pytest.mark.parametrize(
    "written", ["020 7946 0000", "0044 20 7946 0000", "+33", "+1 23", "anna", "+999123456789"]
)
def test_a_number_without_its_country_or_of_no_country_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="phone is no number") as refused:
        phone_number(written)
    assert written not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("", "en"),
        ("de", "de"),
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("de_AT", "de-AT"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("zh-hans", "zh-Hans"),
        ("es-419", "es-419"),
        ("pl-GB", "pl-GB"),
        ("de-CH-1996", "de-CH-1996"),
        ("ca-valencia", "ca-valencia"),
        ("no", "no"),
    ],
)
def test_a_language_is_a_bcp_47_tag(written: str, tag: str) -> None:
    assert language_tag(written) == tag


@pytest.mark.parametrize(
    "written", ["english", "e", "xx", "en-", "-", "en GB", "de-DEU!", "../../etc", "en-GB.UTF-8"]
)
def test_what_is_no_language_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write a tag such as en, de or pt-BR"):
        language_tag(written)
