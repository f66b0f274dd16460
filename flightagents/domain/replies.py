"""What a traveller's SMS to us means: stop, start again, or words for a person."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What is to be done about it."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    """Start again, from somebody who had said stop; else the answer to something."""
    WORDS = "words"


TWILIOS_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Twilio takes these as opt-out by itself, and says so to whoever wrote them."""
_STOP = TWILIOS_STOP | {
    "STOPP",
    "ABMELDEN",
    "ABBESTELLEN",
    "ARRET",
    "ARRETER",
    "DESABONNER",
    "ALTO",
    "BAJA",
    "PARAR",
    "SAIR",
}
"""And these people write in the languages that we write in; Twilio knows nothing of them."""
_START = frozenset({"START", "UNSTOP"})

_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class InboundSms:
    """An SMS to our number; `sid` is Twilio's id of it and `sender` E.164."""

    sid: str
    sender: str
    text: str


class Answer(StrEnum):
    """What is said at once, without a person."""

    NOBODY_READS = "nobody_reads"
    """Staff see it, but not at once: whoever is in a hurry calls."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, in the language of their booking."""

    answer: Answer
    language: str


def meaning(text: str) -> Meaning:
    """Read a whole message; a word among others ("please don't cancel") is a word to a person."""
    word = _word(text)
    if word in _STOP:
        return Meaning.STOP
    if word in _START:
        return Meaning.START
    return Meaning.YES if word == "YES" else Meaning.WORDS


def twilio_answers(text: str) -> bool:
    """Tell whether Twilio itself confirms this opt-out."""
    return _word(text) in TWILIOS_STOP


def _word(text: str) -> str:
    """Take a message without accents, case, and marks around it: "Arrêt!" is ARRET, "opt-out" OPTOUT."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    words = plain.split()
    return _MARKS.sub("", plain).upper() if len(words) == 1 else ""
