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
_ALONE = TWILIOS_STOP | {"ALTO", "CANCELAR", "SAIR"}
"""Stops only as a whole message: beside other words these may be about the flight."""
_ANYWHERE = frozenset(
    """
    STOP STOPALL UNSUBSCRIBE OPTOUT
    STOPP STOPPEN ABMELDEN ABBESTELLEN
    ARRET ARRETE ARRETER ARRETEZ DESABONNER DESABONNEZ DESABONNEMENT DESINSCRIRE DESINSCRIPTION
    BAJA DETENER PARAR PARE DESCADASTRAR
    """.split()  # noqa: SIM905 - a line for each word is no easier to read
)
"""Stops as well among words that add nothing; Twilio knows nothing of most of them."""
_BESIDE = frozenset(
    """
    ALL IT ME MESSAGE MESSAGES MESSAGING NOTIFICATIONS NOW PLEASE PLS SENDING SMS TEXT TEXTING TEXTS
    THANK THANKS THE THESE THIS YOU
    ALLE BITTE DANKE DIE DIESE JETZT NACHRICHT NACHRICHTEN NEIN SOFORT
    CES DE DES ENVOYER LES MAINTENANT MENVOYER MERCI PLAIT SIL SVP TOUS TOUT VOUS
    AHORA DAME DAR DARME ENVIAR ENVIARME ESTOS FAVOR GRACIAS LOS MANDAR MANDARME MENSAJE MENSAJES POR TODO
    TODOS AGORA AS ESTAS ESSAS MENSAGEM MENSAGENS OBRIGADA OBRIGADO OS TODAS
    """.split()  # noqa: SIM905 - a line for each word is no easier to read
)
"""What people write around it in the languages that we write in: politeness, and what is to stop."""
_LONGEST_STOP = 6
"""Words."""
_START = frozenset({"START", "UNSTOP"})

_MARKS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['`\u2019]")


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
    """Read a whole message.

    Wrongly read as stop it costs somebody a flight, and wrongly read as words only a look by staff. So every
    word has to be known: "please don't stop", "stop over in Madrid" and "cancel my seat" are for a person,
    and so is whatever asks a question.
    """
    word = _word(text)
    if _stops(text):
        return Meaning.STOP
    if word in _START:
        return Meaning.START
    return Meaning.YES if word == "YES" else Meaning.WORDS


def twilio_answers(text: str) -> bool:
    """Tell whether Twilio itself confirms this opt-out."""
    return _word(text) in TWILIOS_STOP


def _stops(text: str) -> bool:
    plain = _plain(text)
    if "?" in plain:
        return False
    words = _MARKS.sub(" ", _APOSTROPHES.sub("", plain)).replace("OPT OUT", "OPTOUT").split()
    if len(words) <= 1 or "".join(words) in _ANYWHERE:
        return "".join(words) in _ANYWHERE | _ALONE
    known = all(word in _ANYWHERE or word in _BESIDE for word in words)
    return known and len(words) <= _LONGEST_STOP and not _ANYWHERE.isdisjoint(words)


def _word(text: str) -> str:
    """Take a message of one word without marks in and around it: "opt-out" is OPTOUT."""
    plain = _plain(text)
    return _MARKS.sub("", plain) if len(plain.split()) == 1 else ""


def _plain(text: str) -> str:
    """Write it without accents and in capitals."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(each for each in letters if not unicodedata.combining(each)).upper()
