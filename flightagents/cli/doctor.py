"""`flightagents doctor`: a line for each part of the system, whether it is well, and else what to do."""

import asyncio
import logging.config

import click
from faust.cli.base import cli

from flightagents import logs
from flightagents.app import APP_ID, app, topic_plans
from flightagents.handlers.doctor import Verdict, written
from flightagents.wiring import Leave, examine_all

HELP = """\
Look at every part: a line each, ok, warning or failed, and below it what to do.

\b
settings      all can be read; what is off; variables that are no setting
Kafka         a broker answers; there are enough for the copies asked for
topics        they stand, with partitions, copies and retention as set
MongoDB       it answers, is a replica set, takes writes; version, disk
indexes       all that the workers need stand
partitioning  records are keyed as FLIGHTAGENTS_PARTITION_BY says
email, sms    the provider lets us in; the sender belongs to the account
bounces       their mailbox can be read
bookings      the watched folder can be read and written
data folder   it can be written; disk: space is left on it
time zones    those of all airports are known
web, public   the port is free or ours; the public address leads to us
users         somebody can log in to the staff page
clock         this machine's and the database's agree
feed          how the last run of the poller went
plan          calls are left, and enough for what is booked
group         nobody else reads our topics under our name
workers       what is wrong with those that run

It only looks: it sends and polls nothing, and makes and changes nothing but for the options below.
Ends with exit code 1 where something has failed. Wrong settings are told alone: correct them first.
"""
"""The mark before the table keeps its lines apart."""


@cli.command(help=HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: check, verdict, what, do.")
@click.option(
    "--fix", is_flag=True, help="Make topics and indexes that are missing, and change nothing else."
)
@click.option("--call", is_flag=True, help="Spend one call of AviationStack to see whether it takes the key.")
def doctor(as_json: bool, fix: bool, call: bool) -> None:
    """Look at every part, print what was found, and end with 1 where something has failed."""
    logging.config.dictConfig(logs.configure(app.settings.log_format))
    logging.getLogger().setLevel(logging.CRITICAL)  # what goes wrong is in the findings
    examined = examine_all(
        app.settings, app.clock, topic_plans(app.settings), Leave(fix=fix, call=call), group=APP_ID
    )
    findings = asyncio.run(examined)
    for finding in findings:
        click.echo(written(finding, as_json=as_json))
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        raise SystemExit(1)
