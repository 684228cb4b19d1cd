"""Every page of the demo programme in a real browser: rules of access, narrow windows, no stranger asked, no error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from iurc_events.database import db
from iurc_events.domain.mailings import Audience
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.queries.events import EventFilters
from iurc_events.services import (
    background_jobs,
    delegations,
    mailings,
    opt_outs,
    people_entry,
    people_imports,
    personal_feeds,
    saved_filters,
    tokens,
)
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from tests import factories
from tests.conftest import LiveServer

EVENT = "organise/events/2022-04-29-industry-4-0-seminar"
PUBLIC = [
    "",
    "events/",
    "events/?q=nothing+is+called+so",
    "events/2022-04-29-industry-4-0-seminar",
    "events/2022-11-08-iurc-annual-conference",
    "events/2021-yangzhou-horticultural-expo",
    "cities/?programme=iurc-china",  # the whole list takes axe seconds
    "cities/barcelona",
    "pairs/",
    "pairs/chongqing--mannheim",
    "themes/",
    "themes/circular-economy",
    "events/?kind=training&kind=thematic-seminar",
    "calendars/",
    "calendars/?kind=filter&id={kept_filter}",
    "calendars/?kind=sessions&id=2022-11-08-iurc-annual-conference&titles=zh",
    "about",
    "accessibility",
    "personal-data",
    "privacy",
    "my-data",
    "confirm-address/{new_address}",
    "sign-in",
    "no-such-page",
    "events/{event}",
    "events/{event}/sign-up",
    "unsubscribe/{unsubscribe}",
]
ORGANISER = [
    "organise/",
    "organise/events/",
    "organise/events/new",
    EVENT,
    f"{EVENT}/agenda",
    f"{EVENT}/sessions/new",
    f"{EVENT}/delegations",
    f"{EVENT}/delegations/choose",
    f"{EVENT}/delegations/unused-places",
    f"{EVENT}/requests",
    f"{EVENT}/letters",
    f"{EVENT}/mail",
    f"{EVENT}/mail/new",
    f"{EVENT}/mail/history",
    f"{EVENT}/mail/standard/thanks",
    f"{EVENT}/mail/changes",
    "organise/events/{event}/mail",
    "organise/events/{event}/mail/standard/day-before",
    "organise/events/{event}/mail/{mailing}",
    "organise/events/{event}/mail/{mailing}/edit",
    f"{EVENT}/participants",
    f"{EVENT}/needs",
    f"{EVENT}/attendance-lists",
    f"{EVENT}/counts",
    f"{EVENT}/numbers",
    f"{EVENT}/numbers/people?figure=registered",
    "organise/programmes/iurc-china/numbers",
    f"{EVENT}/history",
    f"{EVENT}/life",
    f"{EVENT}/retention",
    "organise/privacy/?q=wang",
    "organise/privacy/notice/iurc-china",
    "organise/events/{event}/agenda",
    "organise/events/{event}/delegations",
    "organise/events/{event}/delegations/{delegation}",
    "organise/events/{event}/delegations/{delegation}?state=registered&page=2",
    "organise/events/{event}/delegations/{delegation}?q=nobody",
    "organise/events/{event}/delegations/{delegation}/members/{member}",
    "organise/events/{event}/letters",
    "organise/events/{event}/needs",
    "organise/programmes/iurc-china/letterhead",
    "organise/events/{event}/speakers",
    "organise/events/{event}/speakers/remind",
    "organise/events/{event}/speakers/{speaker}",
    "organise/persons/",
    "organise/persons/?q=wang&side=China",
    "organise/persons/duplicates",
    "organise/persons/{person}",
    "organise/documents/",
    "organise/reports/",
    "organise/outbox/",
    "organise/jobs/",
    "organise/jobs/{job}",
    "organise/cities/",
    "account/",
    "account/calendars/",
    "account/calendars/{calendar}",
    "account/news/",
]
DELEGATE = [
    "delegation/",
    "delegation/{delegation}",
    "delegation/{delegation}?state=registered&page=2",
    "delegation/{delegation}?q=nobody",
    "delegation/{delegation}/speakers/{speaker}",
    "delegation/{delegation}/speakers/{speaker}/replace",
    "delegation/{delegation}/hand-over",
    "delegation/{delegation}/print",
    "delegation/{delegation}/people/lists",
    "delegation/{delegation}/people/lists/{people_list}",
    "delegation/{delegation}/people/lists/{people_list}/columns",
    "delegation/{delegation}/letters",
]
PAGES = [
    pytest.param(None, PUBLIC, id="anybody"),
    pytest.param("organiser@example.org", ORGANISER, id="organiser"),
    pytest.param(
        "administrator@example.org",
        ["organise/people/", "organise/people/invite", "organise/jobs/"],
        id="administrator",
    ),
    pytest.param("delegate.mannheim@example.org", DELEGATE, id="delegate"),
]
LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}


@pytest.fixture(scope="module")
def names(live_server: LiveServer) -> Mapping[str, str]:
    """Make an event to come with an agenda, an invited city and its speaker; return what addresses call them."""
    day = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011  (a day of the calendar, far from now)
    with live_server.app.app_context():
        programme = db.session.query(Programme).filter_by(slug="iurc-china").one()
        city = db.session.query(City).filter_by(slug="mannheim").one()
        event = factories.make_event(
            "2027-pages-in-a-browser",
            programme,
            slot=factories.make_slot(f"{day}T09:00", f"{day}T11:00"),
            is_registration_open=True,
        )
        factories.make_session(event, items=2)
        invited = delegations.invite(
            actor=db.session.query(User).filter_by(email="organiser@example.org").one(),
            event_id=event.id,
            cities=[CityInvitation(city.id, (FocalPointDetails("delegate.mannheim@example.org", "Dora", "en"),))],
            quotas=[Quota("speaker", "any", 2)],
        )[0]
        speaker = factories.make_speaker(event, city=city, delegation_id=invited.id, state="nominated")
        sent = people_imports.Sent(
            text="Name,Email,Mode\nAnna Muster,anna@example.org,online\nBo,bo.example.org,phone\n"
        )
        delegate = db.session.query(User).filter_by(email="delegate.mannheim@example.org").one()
        people_list = people_imports.read_list(actor=delegate, delegation_id=invited.id, sent=sent)
        many = "Name,Email\n" + "\n".join(
            f"Probe{chr(97 + n // 26)}{chr(97 + n % 26)} Person,p{n}@example.org" for n in range(60)
        )
        long = people_imports.read_list(
            actor=delegate, delegation_id=invited.id, sent=people_imports.Sent(text=many, role="participant")
        )
        people_entry.enter(actor=delegate, import_id=long.id, choice="all")
        member = db.session.query(Participant).filter_by(delegation_id=invited.id).order_by(Participant.id).limit(1)
        new_address = tokens.issue(
            "address", event_id=event.id, payload={"participant_id": 0, "email": "new@example.org", "was": None}
        )
        db.session.commit()
        organiser = db.session.query(User).filter_by(email="organiser@example.org").one()
        job = background_jobs.ask(
            "event-report",
            {"event": event.slug, "language": "en"},
            actor=organiser,
            programme_id=programme.id,
            event_id=event.id,
        )
        mailing = mailings.write(
            actor=organiser,
            event_id=event.id,
            content=mailings.MailingContent(
                {"en": "News"}, {"en": "Dear {name},\n\nmore soon: {time}"}, Audience(("focal-points", "speakers"))
            ),
        )
        calendar, _token = personal_feeds.subscribe(organiser.id, "phone")
        return {
            "kept_filter": saved_filters.keep(EventFilters(kinds=("thematic-seminar",), query="industry")),
            "calendar": str(calendar.public_id),
            "member": str(member.one().public_id),
            "mailing": str(mailing.public_id),
            "unsubscribe": opt_outs.token_of("reader@example.org", "letters", programme.id),
            "event": event.slug,
            "new_address": new_address,
            "job": str(job.public_id),
            "delegation": str(invited.public_id),
            "speaker": str(speaker.public_id),
            "person": str(speaker.person.public_id),
            "people_list": str(people_list.public_id),
        }


def sign_in(page: Page, live_server: LiveServer, email: str) -> None:
    page.goto("/en/sign-in")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(live_server.passwords[email])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/en/(organise|delegation|account)"))


def violations(page: Page) -> list[str]:
    """Name each rule of access that the page breaks and the elements that break it."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {' | '.join(' '.join(map(str, n['target'])) for n in rule['nodes'])}" for rule in found]


class Listener:
    """What a tab asks for and complains about."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def forget(self) -> None:
        self.requests.clear()
        self.errors.clear()


def faults(page: Page, heard: Listener, path: str, language: str, site: str) -> list[str]:
    """Open a page, wide and then narrow, and say all that is wrong with it."""
    heard.forget()
    page.set_viewport_size({"width": 1440, "height": 900})
    expected = 404 if path == "no-such-page" else 200

    response = page.goto(f"/{language}/{path}")

    assert response is not None
    found = [] if response.status == expected else [f"status {response.status}"]
    found += violations(page)
    lang = page.locator("html").get_attribute("lang")
    found += [] if lang == LANGUAGE_TAGS[language] else [f"lang {lang}"]
    found += [] if page.title().strip() else ["no title"]
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    found += [] if width <= 320 else [f"{width} pixels wide in a window of 320: {', '.join(too_wide(page))}"]
    found += [f"asks another host: {url}" for url in heard.requests if not url.startswith((f"{site}/", "data:"))]
    refused = "Failed to load resource: the server responded with a status of 404"
    found += [f"console: {text}" for text in heard.errors if not (expected == 404 and text.startswith(refused))]
    return found


def too_wide(page: Page) -> Sequence[str]:
    """Name the first elements that reach beyond the window."""
    names: list[str] = page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
          .filter((e) => e.getBoundingClientRect().right > 321)
          .slice(0, 6)
          .map((e) => e.tagName.toLowerCase() + (e.classList.length ? "." + [...e.classList].join(".") : ""))"""
    )
    return names


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
@pytest.mark.parametrize(("email", "paths"), PAGES)
def test_pages_are_open_to_everybody_and_fit_a_phone(
    browser: Browser,
    live_server: LiveServer,
    names: Mapping[str, str],
    email: str | None,
    paths: list[str],
    language: str,
    scheme: Literal["light", "dark"],
) -> None:
    context = browser.new_context(base_url=live_server.url, locale="en-GB", color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(15_000)
    if email:
        sign_in(page, live_server, email)
    heard = Listener(page)

    found = {path: faults(page, heard, path.format(**names), language, live_server.url) for path in paths}

    context.close()
    assert {path: lines for path, lines in found.items() if lines} == {}, "\n" + "\n".join(
        f"{path}\n    " + "\n    ".join(lines) for path, lines in found.items() if lines
    )
