"""Signing in, resetting, one's own account: as a person meets them, on both databases."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import AttemptCounter, OneTimeToken, User
from iurc_events.models.messages import Message
from iurc_events.services import accounts, attempts, passwords, tokens
from iurc_events.web.accounts.sessions import safe_path
from tests.factories import make_city, make_programme, make_user, sign_in

PASSWORD = "four unrelated garden words"
HASH = passwords.hash_password(PASSWORD)


def csrf(client: FlaskClient, path: str) -> str:
    """Return the token of the first form of a page."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def post(client: FlaskClient, path: str, page: str | None = None, **fields: str):
    """Send a form as a browser does: load the page, then post with its token."""
    return client.post(path, data={"csrf_token": csrf(client, page or path), **fields})


def link_of(kind: str) -> str:
    """Return the path of the link in the newest message of a kind."""
    text = db.session.scalars(select(Message.text).where(Message.kind == kind).order_by(Message.id.desc())).first()
    assert text
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", text)
    assert found
    return found[1]


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/en/account/").status_code == 200


def test_sign_in_by_password_sends_each_role_to_its_desk(app: Flask) -> None:
    programme = make_programme()
    users = {
        "organiser": make_user("organiser", programme=programme, password_hash=HASH),
        "delegate": make_user("delegate", city=make_city(programme=programme), password_hash=HASH),
        "funder": make_user("funder", programme=programme, password_hash=HASH),
        "administrator": make_user("administrator", password_hash=HASH),
    }
    emails = {role: user.email for role, user in users.items()}
    went = {}
    for role, email in emails.items():
        client = app.test_client()
        answer = post(client, "/en/sign-in", email=email.upper(), password=PASSWORD, method="password")
        went[role] = (answer.status_code, answer.location, is_signed_in(client))
    assert went == {
        "organiser": (303, "/en/organise/", True),
        "delegate": (303, "/en/delegation/", True),
        "funder": (303, "/en/account/", True),
        "administrator": (303, "/en/organise/", True),
    }


def test_sign_in_takes_full_width_letters_in_address_and_password(sqlite_client: FlaskClient) -> None:
    user = make_user(password_hash=passwords.hash_password("Abcdef-123456"))
    typed = user.email.replace("@", "＠")
    answer = post(sqlite_client, "/zh/sign-in", email=typed, password="Ａbcdef-12345６", method="password")
    assert (answer.status_code, answer.location) == (303, "/zh/account/")


def test_sign_in_answers_alike_for_known_and_unknown_addresses(app: Flask) -> None:
    known = make_user(password_hash=HASH)
    disabled = make_user(password_hash=HASH, is_disabled=True)
    without = make_user()
    emails = [known.email, disabled.email, without.email, "nobody@example.org"]
    pages = set()
    for email in emails:
        client = app.test_client()
        answer = post(client, "/en/sign-in", email=email, password="wrong, in any case", method="password")
        page = answer.get_data(as_text=True).replace(email, "X")
        pages.add((answer.status_code, re.sub(r'value="[\w.-]{40,}"', "", page)))
    assert len(pages) == 1
    assert next(iter(pages))[0] == 422


def test_sign_in_hashes_once_for_known_and_unknown_addresses(
    sqlite_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords.warm_up()
    user = make_user(password_hash=HASH)
    known = user.email
    hashed: list[str] = []
    verify = passwords._hasher.verify
    monkeypatch.setattr(
        passwords,
        "_hasher",
        type("Counting", (), {"verify": staticmethod(lambda h, p: hashed.append(h) or verify(h, p))})(),
    )
    counts = []
    for email in (known, "nobody@example.org"):
        post(sqlite_client, "/en/sign-in", email=email, password="wrong, in any case", method="password")
        counts.append(len(hashed))
    assert counts == [1, 2]


@pytest.mark.parametrize("kind", ["sign-in", "password"])
def test_asking_for_a_link_answers_alike_and_writes_to_both(app: Flask, kind: str) -> None:
    user = make_user()
    known, path = user.email, "/en/sign-in" if kind == "sign-in" else "/en/account/password"
    answers = []
    for email in (known, "nobody@example.org"):
        answer = post(app.test_client(), path, email=email, method="link")
        answers.append((answer.status_code, answer.location, answer.data))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (303, "/en/sign-in/link-sent")
    rows = db.session.execute(select(Message.to_email, Message.is_secret, Message.state).order_by(Message.id)).all()
    assert [tuple(row) for row in rows] == [(known, True, "kept"), ("nobody@example.org", False, "kept")]


def test_sign_in_link_shows_a_button_and_works_once(app: Flask) -> None:
    user = make_user()
    post(app.test_client(), "/en/sign-in", email=user.email, method="link")
    path = link_of("sign-in-link")
    first, second = app.test_client(), app.test_client()
    assert [first.get(path).status_code, first.get(path).status_code] == [200, 200]
    assert first.get(path).headers["Referrer-Policy"] == "no-referrer"
    assert is_signed_in(first) is False
    assert post(first, path).status_code == 303
    assert is_signed_in(first) is True
    assert post(second, path).status_code == 410
    assert is_signed_in(second) is False


def test_sign_in_link_is_withdrawn_by_the_next_one_and_expires(sqlite_app: Flask) -> None:
    user = make_user()
    email = user.email
    post(sqlite_app.test_client(), "/en/sign-in", email=email, method="link")
    old = link_of("sign-in-link")
    post(sqlite_app.test_client(), "/en/sign-in", email=email, method="link")
    new = link_of("sign-in-link")
    assert post(sqlite_app.test_client(), old).status_code == 410
    db.session.execute(update(OneTimeToken).values(expires_at=utc_now() - timedelta(seconds=1)))
    db.session.commit()
    assert post(sqlite_app.test_client(), new).status_code == 410


def test_reset_sets_the_password_and_ends_other_sessions(app: Flask) -> None:
    user = make_user(password_hash=HASH)
    email = user.email
    elsewhere = sign_in(app.test_client(), user)
    assert is_signed_in(elsewhere) is True
    client = app.test_client()
    post(client, "/en/account/password", email=email)
    path = link_of("password-reset")
    weak = post(client, path, password="short")
    assert (weak.status_code, "Use at least 12 characters" in weak.get_data(as_text=True)) == (422, True)
    assert post(client, path, password="entirely new garden words").status_code == 303
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)
    assert client.get(path).status_code == 410
    statuses = [
        post(app.test_client(), "/en/sign-in", email=email, password=word, method="password").status_code
        for word in (PASSWORD, "entirely new garden words")
    ]
    assert statuses == [422, 303]


def test_sign_in_is_limited_per_account_whatever_the_network_claims(app: Flask) -> None:
    user = make_user(password_hash=HASH)
    email, client = user.email, app.test_client()
    token = csrf(client, "/en/sign-in")
    statuses = []
    for number in range(12):
        answer = client.post(
            "/en/sign-in",
            data={"csrf_token": token, "email": email, "password": "wrong", "method": "password"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        statuses.append(answer.status_code)
    assert statuses == [422] * 10 + [429] * 2
    assert post(app.test_client(), "/en/sign-in", email=email, password=PASSWORD, method="password").status_code == 429
    keys = set(db.session.scalars(select(AttemptCounter.key)))
    assert [key for key in keys if email in key or "127.0.0.1" in key] == []


def test_sign_in_is_limited_per_network(sqlite_client: FlaskClient) -> None:
    for _ in range(attempts.PASSWORD_PER_NETWORK.count):
        attempts.count(attempts.PASSWORD_PER_NETWORK, "127.0.0.1")
    answer = post(sqlite_client, "/en/sign-in", email="a@example.org", password="x", method="password")
    assert answer.status_code == 429


def test_links_beyond_the_limit_of_an_address_are_not_sent(sqlite_app: Flask) -> None:
    user = make_user()
    email = user.email
    statuses = {post(sqlite_app.test_client(), "/en/sign-in", email=email, method="link").status_code for _ in range(7)}
    assert statuses == {303}
    assert len(db.session.scalars(select(Message.id)).all()) == attempts.LINK_PER_ACCOUNT.count


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ("/en/events/?page=2#list", "/en/events/?page=2#list"),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("/en/\r\nSet-Cookie: x", None),
        ("/\t/evil.example", None),
        ("en/events", None),
        ("", None),
        (None, None),
    ],
)
def test_next_goes_only_to_a_path_of_this_site(wanted: str | None, taken: str | None) -> None:
    assert safe_path(wanted) == taken


def test_sign_in_goes_on_to_the_page_that_was_asked_for(sqlite_app: Flask) -> None:
    user = make_user("administrator", password_hash=HASH)
    email = user.email
    client = sqlite_app.test_client()
    refused = client.get("/en/organise/outbox/?state=sent")
    assert (refused.status_code, refused.location) == (303, "/en/sign-in?next=/en/organise/outbox/?state%3Dsent")
    answer = post(
        client, "/en/sign-in", refused.location, email=email, password=PASSWORD, next="/en/organise/outbox/?state=sent"
    )
    assert answer.location == "/en/organise/outbox/?state=sent"
    other = sqlite_app.test_client()
    answer = post(other, "/en/sign-in", email=email, password=PASSWORD, next="//evil.example/")
    assert answer.location == "/en/organise/"


def test_sign_in_makes_the_session_anew(sqlite_app: Flask) -> None:
    user = make_user(password_hash=HASH)
    email, client = user.email, sqlite_app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    post(client, "/en/sign-in", email=email, password=PASSWORD)
    with client.session_transaction() as session:
        assert ("planted" in session, session["_user_id"]) == (False, f"{user.public_id}.0")


def test_sign_out_ends_the_session_that_was_copied(sqlite_app: Flask) -> None:
    user = make_user()
    client, copied = sign_in(sqlite_app.test_client(), user), sign_in(sqlite_app.test_client(), user)
    assert post(client, "/en/sign-out", "/en/account/").location == "/en/sign-in"
    assert (is_signed_in(client), is_signed_in(copied)) == (False, False)


def test_sign_in_rehashes_an_old_hash(sqlite_app: Flask) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    user = make_user(password_hash=old)
    email = user.email
    post(sqlite_app.test_client(), "/en/sign-in", email=email, password=PASSWORD)
    db.session.expire_all()
    stored = db.session.scalars(select(User.password_hash)).one()
    assert stored is not None
    assert (stored == old, passwords.needs_rehash(stored), passwords.verify(stored, PASSWORD)) == (False, False, True)


def test_change_password_keeps_this_session_and_ends_the_others(app: Flask) -> None:
    user = make_user(password_hash=HASH)
    here, elsewhere = sign_in(app.test_client(), user), sign_in(app.test_client(), user)
    path = "/en/account/change-password"
    wrong = post(here, path, "/en/account/", present="not the one I had", new="entirely new garden words")
    assert (wrong.status_code, "This is not your present password" in wrong.get_data(as_text=True)) == (422, True)
    assert post(here, path, "/en/account/", present=PASSWORD, new="entirely new garden words").status_code == 303
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)


def test_account_settings_change_name_language_and_colours(sqlite_app: Flask) -> None:
    client = sign_in(sqlite_app.test_client(), make_user())
    answer = post(
        client,
        "/en/account/settings",
        "/en/account/",
        name="王芳",
        language="zh",
        theme="dark",
        role="administrator",
        is_disabled="1",
    )
    assert (answer.status_code, answer.location) == (303, "/zh/account/")
    db.session.expire_all()
    user = db.session.scalars(select(User)).one()
    assert (user.name, user.language, user.theme, user.roles, user.is_disabled) == ("王芳", "zh", "dark", [], False)
    assert 'data-theme="dark"' in client.get("/zh/account/").get_data(as_text=True)


def test_disabled_user_is_signed_out_at_once(sqlite_app: Flask) -> None:
    user = make_user()
    client = sign_in(sqlite_app.test_client(), user)
    assert is_signed_in(client) is True
    db.session.execute(update(User).values(is_disabled=True))
    db.session.commit()
    assert is_signed_in(client) is False


def test_form_sent_after_the_session_ended_comes_back_with_what_was_typed(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    headers = {"Origin": "http://localhost"}
    fields = {"csrf_token": "of another session", "name": '<b>"Long" text</b>', "password": "never shown again"}
    answer = client.post("/en/account/settings", data=fields, headers=headers)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "never shown again" in page, "<b>" in page) == (401, False, False)
    assert 'name="name" value="&lt;b&gt;&#34;Long&#34; text&lt;/b&gt;"' in page
    stranger = client.post("/en/account/settings", data=fields, headers={"Origin": "https://evil.example"})
    assert (stranger.status_code, "Long" in stranger.get_data(as_text=True)) == (400, False)


def test_demo_passwords_open_nothing_in_production(sqlite_app: Flask) -> None:
    from dataclasses import replace

    user = make_user(password_hash=HASH)
    email = user.email
    folder = settings().instance_path
    (folder / "demo-accounts.json").write_text(f'{{"{email}": "{PASSWORD}"}}')
    sqlite_app.extensions["settings"] = replace(settings(), base_url="https://events.example.org")
    with pytest.raises(accounts.SignInRefusedError):
        accounts.sign_in_by_password(email, PASSWORD, network="test")


def test_old_links_and_counters_are_deleted(app: Flask) -> None:
    user = make_user()
    tokens.issue("sign-in", user_id=user.id, lifetime=timedelta(days=-31))
    tokens.issue("sign-in", user_id=user.id)
    db.session.commit()
    attempts.count(attempts.LINK_PER_NETWORK, "x")
    accounts.forget_old_tokens()
    attempts.forget_old()
    assert len(db.session.scalars(select(OneTimeToken)).all()) == 1
    assert len(db.session.scalars(select(AttemptCounter)).all()) == 1
