"""What stands at the foot of every page: the programme, accessibility, personal data; and what robots may read."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.queries import cities as city_queries
from iurc_events.queries import home as home_queries
from iurc_events.services.privacy_notices import PARTS
from iurc_events.web.access import public
from iurc_events.web.presentation.places import period_words

blueprint = Blueprint("about", __name__)

_ROBOTS = """User-agent: *
Allow: /calendar/
Disallow: /*/organise/
Disallow: /*/delegation/
Disallow: /*/account/
Disallow: /*/sign-in
Disallow: /*/my/
Disallow: /*/speaker/
Disallow: /*/invitation/
Disallow: /*/preview/
Disallow: /*/events/?
"""


@blueprint.get("/robots.txt")
@public
def show_robots() -> ResponseReturnValue:
    """Tell robots what is public: pages and feeds."""
    return Response(_ROBOTS, mimetype="text/plain", headers={"Cache-Control": "public, max-age=86400"})


@blueprint.get("/<any(en,zh):lang>/about")
@public
def show_about() -> ResponseReturnValue:
    """Say what the programme is, and whom to ask."""
    programme = home_queries.find_main_programme(utc_now())
    return render_template(
        "about/programme.html",
        programme=programme,
        phases=[
            (phase.name, period_words(phase.period, g.language), phase.city_count)
            for phase in city_queries.list_programmes()
        ],
    )


@blueprint.get("/<any(en,zh):lang>/accessibility")
@public
def show_accessibility() -> ResponseReturnValue:
    """Say how far everybody can use the site, and whom to tell where not."""
    return render_template("about/accessibility.html", programme=home_queries.find_main_programme(utc_now()))


@blueprint.get("/<any(en,zh):lang>/personal-data")
@public
def show_personal_data() -> ResponseReturnValue:
    """Say what is kept of people, why and for how long."""
    return render_template("about/personal_data.html", programme=home_queries.find_main_programme(utc_now()))


@blueprint.get("/<any(en,zh):lang>/privacy")
@public
def show_privacy() -> ResponseReturnValue:
    """Say who is responsible for personal data, on which grounds, and which rights people have on either side."""
    programme = home_queries.find_main_programme(utc_now())
    return render_template(
        "privacy/notice.html",
        programme=programme,
        parts=PARTS,
        notice=programme.privacy_notice if programme else {},
    )
