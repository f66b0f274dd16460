"""`flightagents doctor`: a line for each part of the system, whether it is well, and else what to do."""

import asyncio
import logging.config

import click
from faust.cli.base import cli

from flightagents import logs
from flightagents.app import app, topic_plans
from flightagents.handlers.doctor import Verdict, written
from flightagents.wiring import examine_all


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """Look at settings, Kafka, MongoDB, email, SMS, the clock and the workers. Sends and polls nothing.

    Ends with exit code 1 where something has failed.
    """
    logging.config.dictConfig(logs.configure(app.settings.log_format))
    logging.getLogger().setLevel(logging.CRITICAL)  # what goes wrong is in the findings
    findings = asyncio.run(examine_all(app.settings, app.clock, topic_plans(app.settings)))
    for finding in findings:
        click.echo(written(finding, as_json=as_json))
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        raise SystemExit(1)
