"""People and roles, and the outbox, at the desk: what each may see and change (sec-1, sec-2)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from iurc_events.config import settings
from iurc_events.database import db, in_transaction
from iurc_events.mail import MessageText
from iurc_events.models.accounts import Role, User
from iurc_events.models.messages import Message
from iurc_events.services import outbox, passwords
from tests.factories import make_city, make_programme, make_user, sign_in

PEOPLE = "/en/organise/people/"


def token_of(client: FlaskClient, path: str) -> str:
    """Return the token of the first form of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found
    return found[1]


def invite(client: FlaskClient, **fields: Any) -> int:
    path = f"{PEOPLE}invite"
    values = {"email": "new@example.org", "name": "New", "language": "zh", "programme": 0, "city": 0, **fields}
    return client.post(path, data={"csrf_token": token_of(client, path), **values}).status_code


def roles_of(email: str) -> list[tuple[str, int | None, int | None]]:
    db.session.expire_all()
    rows = db.session.execute(
        select(Role.name, Role.programme_id, Role.city_id)
        .join(User, User.id == Role.user_id)
        .where(User.email == email)
    )
    return sorted(tuple(row) for row in rows)  # type: ignore[misc]  # three columns


def test_organiser_invites_within_own_programmes_only(app: Flask) -> None:
    own, other = make_programme(), make_programme()
    own_city, other_city = make_city(programme=own), make_city(programme=other)
    keys = own.id, other.id, own_city.id, other_city.id
    client = sign_in(app.test_client(), make_user("organiser", programme=own))
    statuses = [
        invite(client, role="organiser", programme=keys[0]),
        invite(client, role="delegate", city=keys[2]),
        invite(client, role="funder", programme=keys[1]),
        invite(client, role="delegate", city=keys[3]),
        invite(client, role="delegate"),
        invite(client, role="administrator"),
    ]
    assert statuses == [303, 303, 422, 422, 422, 422]
    assert roles_of("new@example.org") == [("delegate", None, keys[2]), ("organiser", keys[0], None)]


def test_invitation_sent_twice_makes_one_user_and_one_mail(app: Flask) -> None:
    client = sign_in(app.test_client(), make_user("administrator"))
    assert [invite(client, role="administrator") for _ in range(2)] == [303, 303]
    messages = db.session.scalars(select(Message)).all()
    assert [(message.kind, message.is_secret, message.language) for message in messages] == [
        ("account-invitation", True, "zh")
    ]
    assert roles_of("new@example.org") == [("administrator", None, None)]
    path = re.search(r"http://127\.0\.0\.1:8000(/\S+)", messages[0].text)
    assert path
    visitor = app.test_client()
    form = {"csrf_token": token_of(visitor, path[1]), "password": "four unrelated garden words"}
    assert visitor.post(path[1], data=form).location == "/zh/organise/"


def test_organiser_sees_people_of_own_programmes_only(app: Flask) -> None:
    own, other = make_programme(), make_programme()
    mine = make_user("delegate", city=make_city(programme=own))
    stranger = make_user("funder", programme=other)
    stranger_id, mine_id, stranger_email = stranger.public_id, mine.public_id, stranger.email
    client = sign_in(app.test_client(), make_user("organiser", programme=own))
    page = client.get(PEOPLE).get_data(as_text=True)
    assert (mine.email in page, stranger_email in page) == (True, False)
    token = token_of(client, PEOPLE)
    statuses = [
        client.post(f"{PEOPLE}{key}/{action}", data={"csrf_token": token}).status_code
        for key in (mine_id, stranger_id)
        for action in ("disable", "enable", "invite-again")
    ]
    assert statuses == [303, 303, 303, 404, 404, 404]


def test_organiser_does_not_disable_somebody_of_another_programme_too(sqlite_app: Flask) -> None:
    own, other = make_programme(), make_programme()
    both = make_user("organiser", programme=own)
    both.roles.append(Role(name="organiser", programme_id=other.id))
    db.session.commit()
    key, email = both.public_id, both.email
    client = sign_in(sqlite_app.test_client(), make_user("organiser", programme=own))
    token = token_of(client, PEOPLE)
    assert client.post(f"{PEOPLE}{key}/disable", data={"csrf_token": token}).status_code == 403
    foreign = db.session.scalars(select(Role.id).where(Role.programme_id == other.id)).one()
    assert client.post(f"{PEOPLE}{key}/roles/{foreign}/take", data={"csrf_token": token}).status_code == 404
    assert len(roles_of(email)) == 2


def test_delegates_and_funders_have_no_people_and_no_outbox(sqlite_app: Flask) -> None:
    programme = make_programme()
    statuses = []
    for user in (make_user("funder", programme=programme), make_user("delegate", city=make_city())):
        client = sign_in(sqlite_app.test_client(), user)
        statuses += [client.get(path).status_code for path in (PEOPLE, "/en/organise/outbox/")]
    assert statuses == [404] * 4


@in_transaction
def put(subject: str, programme_id: int | None, *, is_secret: bool = False) -> Message:
    """Put a message into the outbox."""
    text = MessageText(subject, f"Text of {subject} {{{{ 7*7 }}}}\n", f"<p><script>{subject}</script></p>\n")
    return outbox.queue(
        "test", "ana@example.org", "<b>Ana</b>", "en", text, programme_id=programme_id, is_secret=is_secret
    )


def test_outbox_shows_the_mail_of_own_programmes(app: Flask) -> None:
    own, other = make_programme(), make_programme()
    client = sign_in(app.test_client(), make_user("organiser", programme=own))
    mine, secret = put("Mine", own.id).public_id, put("Secret", own.id, is_secret=True).public_id
    theirs, nobodys = put("Theirs", other.id).public_id, put("Nobodys", None).public_id
    page = client.get("/en/organise/outbox/").get_data(as_text=True)
    assert [word in page for word in ("Mine", "Secret", "Theirs", "Nobodys")] == [True, True, False, False]
    pages = [client.get(f"/en/organise/outbox/{key}") for key in (mine, secret, theirs, nobodys)]
    assert [answer.status_code for answer in pages] == [200, 200, 404, 404]
    texts = [answer.get_data(as_text=True) for answer in pages]
    assert ["Text of" in text for text in texts[:2]] == [True, False]
    assert ("<script>Mine" in texts[0], "<b>Ana" in texts[0], "{{ 7*7 }}" in texts[0]) == (False, False, True)


def test_secret_mail_is_read_by_administrators_of_a_demo_alone(sqlite_app: Flask) -> None:
    key = put("Secret", None, is_secret=True).public_id
    client = sign_in(sqlite_app.test_client(), make_user("administrator"))
    demo = settings()
    seen = {}
    for name, changed in {
        "demo": demo,
        "with mail server": replace(demo, smtp_url="smtp://127.0.0.1:9"),
        "production": replace(demo, base_url="https://events.example.org"),
    }.items():
        sqlite_app.extensions["settings"] = changed
        seen[name] = "Text of Secret" in client.get(f"/en/organise/outbox/{key}").get_data(as_text=True)
    assert seen == {"demo": True, "with mail server": False, "production": False}


def test_failed_message_can_be_sent_again_by_its_organiser(sqlite_app: Flask) -> None:
    own = make_programme()
    client = sign_in(sqlite_app.test_client(), make_user("organiser", programme=own))
    sqlite_app.extensions["settings"] = replace(settings(), smtp_url="smtp://127.0.0.1:9")
    message = put("Mine", own.id)
    key, message.state = message.public_id, "failed"
    db.session.commit()
    path = f"/en/organise/outbox/{key}"
    answer = client.post(f"{path}/send-again", data={"csrf_token": token_of(client, path)})
    db.session.expire_all()
    assert (answer.status_code, answer.location) == (303, path)
    assert db.session.scalars(select(Message.state)).one() == "queued"


def test_passwords_that_are_easily_guessed_are_refused() -> None:
    weak = ["short", "aaaaaaaaaaaaaaa", "password12345", "ana.muster-2026!"]
    refused = []
    for word in weak:
        try:
            passwords.check_strength(word, email="ana.muster@example.org")
        except passwords.WeakPasswordError:
            refused.append(word)
    assert refused == weak
