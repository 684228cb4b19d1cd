"""Names, counts, words and pages as shown."""

from __future__ import annotations

from iurc_events.domain import vocabulary as lists
from iurc_events.web.presentation.counts import count_view, weakest_qualifier
from iurc_events.web.presentation.names import NameParts, PersonName, person_name
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.vocabulary import LABELS, label

LIU_NAME = {"en": "Liu Jiangguang", "zh": "刘江广"}
LIU_FAMILY = {"en": "Liu", "zh": "刘"}


def test_person_name_puts_the_honorific_before_a_latin_name() -> None:
    assert person_name(LIU_NAME, "en", family_name=LIU_FAMILY, honorific="mr") == PersonName(
        honorific_before="Mr",
        main=NameParts("", "Liu", " Jiangguang", "en"),
        honorific_after="",
        other=NameParts("", "刘", "江广", "zh"),
        native="",
        native_language="",
        is_incomplete=False,
        is_romanised=False,
    )


def test_person_name_puts_the_honorific_after_the_name_on_chinese_pages() -> None:
    assert person_name(LIU_NAME, "zh", family_name=LIU_FAMILY, honorific="mr").plain == "刘江广先生"
    assert person_name({"en": "Slaveya Georgieva"}, "zh", honorific="ms").plain == "Slaveya Georgieva 女士"


def test_person_name_keeps_the_order_as_written() -> None:
    name = person_name({"en": "Tina Pezdirc Nograšek"}, "en", family_name={"en": "Pezdirc Nograšek"})

    assert name.main == NameParts("Tina ", "Pezdirc Nograšek", "", "en")


def test_person_name_guesses_no_family_name_when_it_is_incomplete() -> None:
    name = person_name({"en": "Dimitrios"}, "en", name_status="incomplete")

    assert (name.main.family, name.is_incomplete) == ("", True)


def test_person_name_tells_greek_and_cyrillic_apart() -> None:
    assert person_name({"en": "N"}, "en", name_native="Νίκος").native_language == "el"
    assert person_name({"en": "S"}, "en", name_native="Славея").native_language == "und-Cyrl"


def test_count_view_carries_its_qualifier() -> None:
    assert count_view(70, "more-than", "participants", "en").plain == "more than 70 participants"
    assert count_view(2_100_000, "more-than", "游客", "zh").plain == "超过 210万 游客"


def test_count_view_states_nothing_when_there_is_no_figure() -> None:
    assert count_view(None, "exactly", "by sex", "en").is_stated is False


def test_weakest_qualifier_wins_in_sums() -> None:
    assert weakest_qualifier(["exactly", "more-than", "at-least"]) == "more-than"


def test_paging_view_keeps_the_filters_and_leaves_gaps() -> None:
    view = paging_view(page=5, per_page=10, total=125, path="/en/events/", query=[("kind", "training"), ("page", "5")])

    assert (view.first, view.last, view.total) == (41, 50, 125)
    assert [page.number if page.href else "…" for page in view.pages] == [1, "…", 3, 4, 5, 6, 7, "…", 13]
    assert view.previous_href == "/en/events/?kind=training&page=4"
    assert view.pages[0].href == "/en/events/?kind=training"


def test_paging_view_counts_from_nothing_when_the_list_is_empty() -> None:
    view = paging_view(page=1, per_page=10, total=0, path="/en/events/")

    assert (view.first, view.last, view.next_href) == (0, 0, "")


def test_labels_name_every_value_of_the_closed_lists() -> None:
    states = (
        lists.EventState, lists.DelegationState, lists.SpeakerState, lists.ParticipantState, lists.MessageState,
    )  # fmt: skip
    wanted = {
        "state": [member.value for states_ in states for member in states_],
        "kind": lists.EVENT_KINDS,
        "format": lists.EVENT_FORMATS,
        "session_kind": lists.SESSION_KINDS,
        "item_kind": lists.ITEM_KINDS,
        "speaker_role": lists.SPEAKER_ROLES,
        "honorific": lists.HONORIFICS,
        "stakeholder": lists.STAKEHOLDER_TYPES,
        "attendance": lists.ATTENDANCE_MODES,
        "document_kind": lists.DOCUMENT_KINDS,
        "count_subject": lists.COUNT_SUBJECTS,
        "city_kind": lists.CITY_KINDS,
        "side": lists.SIDES,
        "qualifier": [member.value for member in lists.Qualifier],
        "role": [member.value for member in lists.RoleName],
    }

    assert {name: [value for value in values if value not in LABELS[name]] for name, values in wanted.items()} == {
        name: [] for name in wanted
    }


def test_labels_have_chinese_words() -> None:
    untranslated = {
        (name, value) for name, words in LABELS.items() for value in words if label(name, value, "zh") == words[value]
    }

    assert untranslated == set()
