"""Faust's web server with its built-in pages moved aside: `/` is the staff page, `/stats` Faust's statistics.

The gate stands before these pages as well: nobody has said anything about them, so they need a login.
"""

import faust
from faust.types import AppT
from faust.web.apps.stats import Assignment, Stats
from faust.web.drivers.aiohttp import Web

from flightagents.web.connections import BoundedRunner

stats = faust.web.Blueprint("statistics")
stats.route("/stats", name="index")(Stats)
stats.route("/stats/assignment", name="assignment")(Assignment)


class StaffWeb(Web):
    """Places Faust's pages; which of them are on is still for Faust's settings to say."""

    # Its router tells which worker has a key of a table: nobody is led by that here.
    default_blueprints = (("/faust/table", "faust.web.apps.tables.blueprint"),)
    debug_blueprints = (("/faust/graph", "faust.web.apps.graph:blueprint"), ("", stats))
    production_blueprints = ()
    optional_blueprints = (("/faust/performance", "faust.web.apps.metrics:blueprint"),)

    def __init__(self, app: AppT) -> None:
        super().__init__(app)
        self._runner = BoundedRunner(self.web_app)
