"""A small board for a wall: disruptions, lateness by airport, messages by state. It reads the API alone.

    pip install -r examples/requirements.txt
    export BOARD_URL=http://localhost:6066 BOARD_TOKEN=fa_...
    streamlit run examples/streamlit_board.py

A viewer's token is enough: the board shows no person.
"""

import json
import os
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Get = Callable[[str], Any]  # the JSON of an address below /api/v1; Streamlit would print a docstring here
MOST_PAGES = 20
REFRESH_SECONDS = 30


def getter(url: str, token: str) -> Get:
    """Make what asks the API."""

    def get(path: str) -> Any:  # noqa: ANN401 - JSON
        request = urllib.request.Request(f"{url.rstrip('/')}/api/v1{path}")  # noqa: S310 - the operator's own address
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - see above
            return json.load(answer)

    return get


def pages(get: Get, path: str, **query: str) -> Iterator[dict[str, Any]]:
    """Go through a list, page by page."""
    asked = {"limit": "500", **query}
    for _ in range(MOST_PAGES):
        page = get(f"{path}?{urllib.parse.urlencode(asked)}")
        yield from page["items"]
        if page["next"] is None:
            return
        asked["after"] = page["next"]


def disruptions(get: Get) -> list[dict[str, object]]:
    """Give a line for each disrupted flight with travellers of ours, the most urgent first."""
    return [
        {
            "Flight": each["flight"]["designator"],
            "Route": f"{each['flight']['departure']['airport']}-{each['flight']['arrival']['airport']}",
            "What": each["flight"]["trouble"],
            "Planned": local(each["flight"]["departure"], "base"),
            "Expected": local(each["flight"]["departure"], "expected"),
            "Travellers": each["reached"]["travellers"],
            "Told": each["reached"]["told"],
            "Whose": each["handling"]["assigned_to"] or "",
        }
        for each in pages(get, "/disruptions")
    ]


def lateness(get: Get) -> list[dict[str, object]]:
    """Give the busiest airports with the share of late departures, in percent, today and usually."""
    shares = [(each["code"], each["compared"]["share_late"]) for each in pages(get, "/punctuality/airports")]
    return [
        {"Airport": code, "Today": percent(share["today"]), "Usual": percent(share["usual"])}
        for code, share in shares
    ]


def messages(get: Get, now: datetime) -> dict[str, int]:
    """Count the messages to travellers of the last 24 hours by what became of them."""
    since = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return dict(
        Counter(each["state"] for each in pages(get, "/notifications", since=since, audience="travellers"))
    )


def local(end: Mapping[str, Any], which: str) -> str:
    """Write a time by the clock of its airport; where nobody knows its zone it is that already."""
    moment = datetime.fromisoformat(end[which])
    zone = end["zone"]
    if zone is not None and moment.tzinfo is not None and not zone.startswith(("+", "-")):
        moment = moment.astimezone(ZoneInfo(zone))
    return f"{moment:%a %H:%M}"


def percent(share: float | None) -> float | None:
    """Give percent."""
    return None if share is None else round(100 * share, 1)


def board(get: Get) -> None:
    """Draw it."""
    import streamlit as st  # noqa: PLC0415 - what the numbers need no screen for runs without it

    st.set_page_config(page_title="Disruptions", layout="wide")

    @st.fragment(run_every=REFRESH_SECONDS)
    def draw() -> None:
        system = get("/system")
        now = datetime.fromisoformat(system["business_at"])
        found, sent = disruptions(get), messages(get, now)
        st.title("Disruptions")
        st.caption(f"As of {now.astimezone(UTC):%a %d %b %H:%M} UTC")
        for problem in system["problems"]:
            st.warning(f"{problem['what']} {problem['do']}")
        tiles = st.columns(4)
        tiles[0].metric("Flights", len(found))
        tiles[1].metric("Travellers", sum(int(str(each["Travellers"])) for each in found))
        tiles[2].metric(
            "Not told yet", sum(int(str(each["Travellers"])) - int(str(each["Told"])) for each in found)
        )
        tiles[3].metric("Messages in 24 hours", sum(sent.values()))
        if found:
            st.dataframe(found, hide_index=True, width="stretch")
        else:
            st.success("Nothing is wrong.")
        left, right = st.columns(2)
        with left:
            st.subheader("Late departures, %")
            late = [each for each in lateness(get) if each["Today"] is not None or each["Usual"] is not None]
            if late:
                st.bar_chart(late, x="Airport", y=["Today", "Usual"], stack=False)
            else:
                st.info("Not known yet.")
        with right:
            st.subheader("Messages by state")
            states = [{"State": state, "Messages": number} for state, number in sorted(sent.items())]
            if states:
                st.bar_chart(states, x="State", y="Messages")
            else:
                st.info("There are none.")

    draw()


if __name__ == "__main__":
    board(getter(os.environ["BOARD_URL"], os.environ["BOARD_TOKEN"]))
