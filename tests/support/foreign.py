"""Messages on `flight-topic` that are not ours, each with the reason for which it is refused."""

import json

from flightagents.records import encode
from tests.support.rows import row, run_of

(RECORD,) = run_of([row("BA7", delay=20)])


def altered(path: str, value: object) -> bytes:
    """Give our record with one field as a stranger might write it; "-" takes it away."""
    fields = json.loads(encode(RECORD))
    *parents, name = path.split(".")
    part = fields
    for parent in parents:
        part = part[parent]
    if value == "-":
        del part[name]
    else:
        part[name] = value
    return json.dumps(fields).encode()


FOREIGN: dict[str, tuple[bytes | None, str]] = {
    "nothing": (None, "not_json"),
    "empty": (b"", "not_json"),
    "not JSON": (b"BA117 is late", "not_json"),
    "cut off": (encode(RECORD)[:-1], "not_json"),
    "not UTF-8": (b'{"flight": "\xff\xfe"}', "not_json"),
    "half a surrogate pair": (altered("airline", "?").replace(b"?", b"\\ud800"), "not_json"),
    "a list": (b"[]", "wrong_shape"),
    "an object of others": (b'{"temperature": 21.5}', "wrong_shape"),
    "wrong types": (altered("flight", 117), "wrong_shape"),
    "a field missing": (altered("run", "-"), "wrong_shape"),
    "2 MB": (b'{"x": "' + b"x" * 2_000_000 + b'"}', "wrong_shape"),
    "an integer beyond 64 bits": (altered("live", {"altitude": 2**64}), "not_storable"),
    "such an integer deep inside": (altered("live", {"a": [{"b": -(2**70)}]}), "not_storable"),
    "nested 10,000 deep": (b'{"unknown": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, "not_json"),
    "nested 300 deep": (
        encode(RECORD).replace(b'"unknown":{}', b'"unknown":' + b'{"a":' * 300 + b"1" + b"}" * 300),
        "not_storable",
    ),
    "NaN": (altered("timestamp", float("nan")), "not_json"),
    "a number beyond all": (altered("timestamp", "?").replace(b'"?"', b"1e999"), "wrong_shape"),
    "a naive time with a zone": (altered("departure.scheduled", "2026-11-22T14:35:00"), "wrong_shape"),
    "an aware time without a zone": (altered("departure.zone", None), "wrong_shape"),
    "a time of another century": (altered("arrival.scheduled", "1026-11-22T14:35:00Z"), "wrong_shape"),
    "a naive poll time": (altered("polled_at", "2026-11-22T12:00:00"), "wrong_shape"),
    "an unknown zone": (altered("departure.zone", "Europe/Camelot"), "wrong_shape"),
    "a zone that is a path": (altered("departure.zone", "../../passwd"), "wrong_shape"),
    "a delay of ages": (altered("departure.delay", 10**6), "wrong_shape"),
    "a run before the first": (altered("run", -1), "wrong_shape"),
    "an unknown phase": (altered("phase", "taxiing"), "wrong_shape"),
    "an identity of three parts": (altered("flight", "BA117|2026-11-22|LHR"), "wrong_shape"),
    "an identity of five parts": (altered("flight", "BA117|2026-11-22|LHR|JFK|MAD"), "wrong_shape"),
    "an identity without a date": (altered("flight", "BA117|tomorrow|LHR|JFK"), "wrong_shape"),
    "a key with a NUL": (altered("unknown", {"a\0b": 1}), "not_storable"),
}
