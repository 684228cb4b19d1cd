"""The speaker's own page below the web: profile, files, what is public, reminders, erasure; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.models.events import Event
from iurc_events.models.files import StoredFile
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.queries.event_content import load_content
from iurc_events.services import (
    speaker_files,
    speaker_notices,
    speaker_pages,
    speaker_reminders,
    speakers,
    storage,
    tokens,
)
from iurc_events.services.speaker_pages import Profile, ProfileChangedError
from iurc_events.services.speakers import SpeakerDetails
from tests import uploads
from tests.factories import make_city, make_event, make_programme, make_speaker, make_user

FULL = Profile(
    name={"en": "Testina Muster", "zh": "穆斯特"},
    family_name={"en": "Muster", "zh": "穆"},
    title={"en": "Head of Tests"},
    organisation={"zh": "测试局"},
    topic={"en": "Green roofs"},
    abstract={"en": "What grows on roofs."},
    biography={"en": "Has tested for years."},
    availability="mornings",
    languages=("en", "zh"),
    published=("name", "photo", "biography"),
)


@pytest.fixture
def speaker(app: Flask) -> Speaker:
    programme = make_programme("iurc-test")
    event = make_event("2027-green-roofs", programme)
    return make_speaker(event, city=make_city("sofia", programme), email="testina@example.org", consented_at=None)


def stored_files() -> list[str]:
    folder = Path(settings().storage_url)
    return sorted(path.name for path in folder.glob("*/*"))


def reload(speaker: Speaker) -> Speaker:
    db.session.expire_all()
    return db.session.get_one(Speaker, speaker.id)


def test_save_stores_the_profile_and_changes_nothing_the_second_time(speaker: Speaker) -> None:
    speaker_pages.save(speaker.id, FULL, version=1)
    version = reload(speaker).version
    again = speaker_pages.save(speaker.id, FULL, version=1)
    assert speaker_pages.profile_of(reload(speaker)) == FULL
    assert (version, again.version, speaker.consented_at is not None) == (2, 2, True)
    assert (speaker.person.languages, speaker.person.name) == (["en", "zh"], FULL.name)


def test_save_is_refused_when_somebody_else_changed_the_speaker(speaker: Speaker) -> None:
    speaker_pages.save(speaker.id, FULL, version=1)
    with pytest.raises(ProfileChangedError):
        speaker_pages.save(speaker.id, Profile(name={"en": "Other Name"}), version=1)
    assert reload(speaker).name == FULL.name


def test_page_is_complete_when_nothing_is_missing_or_the_speaker_says_so(speaker: Speaker) -> None:
    assert page_queries.find_missing(speaker.id) == tuple(page_queries.PAGE_PARTS)
    speaker_pages.save(speaker.id, FULL)
    assert page_queries.find_missing(speaker.id) == ("photo",)
    assert [row.speaker.id for row in page_queries.list_incomplete(speaker.event_id)] == [speaker.id]
    speaker_pages.save(speaker.id, FULL, is_complete=True)
    assert page_queries.list_incomplete(speaker.event_id) == []
    speaker_pages.reopen(speaker.id)
    speaker_files.put_photo(speaker.id, uploads.picture(), "me.jpg")
    assert (page_queries.find_missing(speaker.id), page_queries.list_incomplete(speaker.event_id)) == ((), [])
    assert page_queries.count_pages(speaker.event_id) == page_queries.PageCounts(1, 1, 0)


def test_new_photo_takes_the_place_and_the_bytes_of_the_old_one(speaker: Speaker) -> None:
    first = speaker_files.put_photo(speaker.id, uploads.picture(), "C:\\me\\first.jpg")
    speaker_files.put_photo(speaker.id, uploads.picture(size=(900, 900)), "second.jpg")
    files = page_queries.list_files(speaker.id)
    assert files.photo
    assert files.small_photo
    assert (first.name, files.photo.name) == ("first.jpg", "second.jpg")
    assert stored_files() == sorted([files.photo.content_hash, files.small_photo.content_hash])
    speaker_files.remove_photo(speaker.id)
    assert (stored_files(), page_queries.list_files(speaker.id).photo) == ([], None)


def test_slides_keep_their_versions_and_an_older_one_comes_back(speaker: Speaker) -> None:
    first = speaker_files.put_slides(speaker.id, uploads.pdf(1), "first.pdf")
    speaker_files.put_slides(speaker.id, uploads.pptx(), "second.pptx")
    again = speaker_files.put_slides(speaker.id, uploads.pptx(), "second.pptx")
    names = [deck.file.name for deck in page_queries.list_files(speaker.id).decks]
    speaker_files.restore_slides(speaker.id, first.public_id)
    decks = page_queries.list_files(speaker.id).decks
    assert (names, again.version) == (["second.pptx", "first.pdf"], 2)
    assert [(deck.file.name, deck.preview is not None) for deck in decks] == [
        ("first.pdf", True),
        ("second.pptx", False),
    ]
    speaker_files.remove_slides(speaker.id, first.public_id)
    assert [deck.file.name for deck in page_queries.list_files(speaker.id).decks] == ["second.pptx"]
    assert len(stored_files()) == 1


def test_file_of_two_speakers_stays_until_the_last_of_them_is_erased(speaker: Speaker) -> None:
    other = make_speaker(db.session.get_one(Event, speaker.event_id), "Other Person")
    for each in (speaker, other):
        speaker_files.put_slides(each.id, uploads.pptx(), "same.pptx")
    assert len(stored_files()) == 1
    assert (speaker_files.forget_files_of(speaker.id), len(stored_files())) == (1, 1)
    assert (speaker_files.forget_files_of(other.id), stored_files()) == (1, [])
    assert db.session.query(StoredFile).count() == 0


def test_bytes_stay_when_the_erasure_is_not_committed(speaker: Speaker) -> None:
    speaker_files.put_photo(speaker.id, uploads.picture(), "me.jpg")
    before = stored_files()

    @in_transaction
    def fail() -> None:
        speaker_files.forget_files_of(speaker.id)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    db.session.commit()
    assert stored_files() == before
    assert len(before) == 2


def test_hourly_job_deletes_only_what_no_row_names(speaker: Speaker) -> None:
    kept = speaker_files.put_slides(speaker.id, uploads.pptx(), "kept.pptx")
    storage.put(b"left behind by a crash")
    db.session.rollback()
    later = datetime.now(UTC).timestamp() + storage.GRACE_SECONDS + 10
    assert (storage.forget_unnamed(), len(stored_files())) == (0, 2)
    assert (storage.forget_unnamed(later), stored_files()) == (1, [kept.content_hash])


def test_photo_is_public_only_with_both_consents_and_when_accepted(speaker: Speaker) -> None:
    photo = speaker_files.put_photo(speaker.id, uploads.picture(), "me.jpg")
    seen = []
    for published, state in (
        ((), "accepted"),
        (("photo",), "accepted"),
        (("name",), "accepted"),
        (("name", "photo"), "nominated"),
        (("name", "photo"), "accepted"),
    ):
        speaker_pages.save(speaker.id, Profile(name={"en": "Testina Muster"}, published=published))
        reload(speaker).state = state
        db.session.commit()
        seen.append(page_queries.is_public_photo(photo.content_hash))
    assert seen == [False, False, False, False, True]


def test_content_of_the_event_holds_what_was_agreed_and_no_more(speaker: Speaker) -> None:
    photo = speaker_files.put_photo(speaker.id, uploads.picture(), "me.jpg")
    speaker_files.put_slides(speaker.id, uploads.pptx(), "talk.pptx")
    speaker_pages.save(speaker.id, FULL)
    content = load_content(speaker.event_id)
    profiles = [(row.number, row.text, row.more) for row in content.parts["profile"]]
    files = [(row.number, row.word) for row in content.parts["file"]]
    assert profiles == [(speaker.id, FULL.biography, None)]
    assert sorted(files) == [(speaker.id, "photo"), (speaker.id, "photo-preview")]
    hashes = {row.word: row.other for row in content.parts["file"]}
    assert (hashes["photo"] == photo.content_hash, content.speakers[speaker.id].topic) == (True, None)


def test_slides_are_public_only_when_released_and_only_the_latest(speaker: Speaker) -> None:
    organiser = make_user("organiser", programme=db.session.get_one(Event, speaker.event_id).programme)
    first = speaker_files.put_slides(speaker.id, uploads.pdf(1), "first.pdf")
    second = speaker_files.put_slides(speaker.id, uploads.pdf(2), "second.pdf")
    speaker_pages.save(speaker.id, Profile(name={"en": "Testina Muster"}, published=("name", "slides")))
    before = page_queries.find_public_slides(second.public_id)
    speaker_pages.release_slides(actor=organiser, event_id=speaker.event_id, is_released=True)
    after = [page_queries.find_public_slides(each.public_id) for each in (first, second)]
    assert (before, [each.name if each else None for each in after]) == (None, [None, "second.pdf"])


def test_timed_reminders_come_weekly_three_times_and_end_when_the_page_is_complete(speaker: Speaker) -> None:
    start = db.session.get_one(Event, speaker.event_id).starts_at
    assert start
    sent = [speaker_reminders.remind_due(start - timedelta(days=days)) for days in (22, 20, 19, 13, 12, 6, 5, 1)]
    assert sent == [0, 1, 0, 1, 0, 1, 0, 0]
    messages = db.session.query(Message).all()
    assert [(each.kind, each.to_email, "/en/speaker/" in each.text) for each in messages] == [
        ("speaker-reminder", "testina@example.org", True)
    ] * 3


@pytest.mark.parametrize("ending", ["complete", "refused"])
def test_no_reminder_goes_to_who_is_complete_or_wants_none(speaker: Speaker, ending: str) -> None:
    event = db.session.get_one(Event, speaker.event_id)
    assert event.starts_at
    if ending == "complete":
        speaker_pages.save(speaker.id, Profile(name={"en": "Testina Muster"}), is_complete=True)
    else:
        speaker_pages.want_reminders(speaker.id, is_wanted=False)
    organiser = make_user("organiser", programme=event.programme)
    by_hand = speaker_reminders.remind(actor=organiser, event_id=event.id)
    assert (by_hand, speaker_reminders.remind_due(event.starts_at - timedelta(days=3))) == (0, 0)


def test_organiser_reminds_once_when_the_form_is_sent_twice(speaker: Speaker) -> None:
    organiser = make_user("organiser", programme=db.session.get_one(Event, speaker.event_id).programme)
    sent = [speaker_reminders.remind(actor=organiser, event_id=speaker.event_id) for _ in range(2)]
    assert (sent, db.session.query(Message).count()) == ([1, 0], 1)


def test_guest_is_told_in_the_own_language_with_source_rights_and_a_working_link(app: Flask) -> None:
    event = make_event("2027-green-roofs")
    organiser = make_user("organiser", programme=event.programme, name="Ola Organiser")
    guest = speakers.add_guest(
        actor=organiser,
        event_id=event.id,
        details=SpeakerDetails(name={"zh": "王小明"}, family_name={"zh": "王"}, email="wang@example.org"),
    )
    message = db.session.query(Message).one()
    token = message.text.split("/zh/speaker/")[1][:26]
    found = tokens.find_valid("speaker", token)
    assert (message.kind, message.to_email, message.language) == ("speaker-notice", "wang@example.org", "zh")
    assert found
    assert [part in message.text for part in ("Ola Organiser", "数据保护机构", "/zh/personal-data")] == [True] * 3
    opened = page_queries.find_speaker_of_link(found.id, utc_now())
    assert opened
    assert opened.id == guest.id
    speaker_notices.revoke_links(event, guest)
    db.session.commit()
    assert page_queries.find_speaker_of_link(found.id, utc_now()) is None
