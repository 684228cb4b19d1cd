"""Where personal data lives: one map of all tables, column by column.

Every column of every table is in exactly one of three lists, or the tests fail: ``personal`` is about the person whose
row it is, and goes with an erasure; ``mentions`` is text about something else in which somebody may be named, and is
searched for the name; everything else says nothing about anybody, or is a number that outlives the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

#: Stands where a name was taken out of a text.
REMOVED: Final = "[…]"


@dataclass(frozen=True, slots=True)
class TableMap:
    """What the columns of a table say about people."""

    personal: frozenset[str]
    mentions: frozenset[str]
    other: frozenset[str]


def _table(*, personal: str = "", mentions: str = "", other: str = "") -> TableMap:
    return TableMap(frozenset(personal.split()), frozenset(mentions.split()), frozenset(other.split()))


_SLOT = (
    "time_zone time_precision part_of_day starts_wall ends_wall starts_fold ends_fold starts_at ends_at first_day "
    "last_day"
)

TABLES: Final[Mapping[str, TableMap]] = {
    # rows that are somebody's own
    "persons": _table(
        personal="slug name family_name name_native sort_keys email protocol_rank languages search_text",
        other="id public_id merged_into_id erased_at created_at",
    ),
    "speakers": _table(
        personal="name family_name name_native name_status honorific title organisation note email topic abstract "
        "language_spoken biography availability technical_needs interpretation published_parts decision_note "
        "consented_at profile_confirmed_at profile_reminded_at profile_reminders reminders_refused_at profile_saved_at",
        other="id public_id event_id person_id position is_imported city_id states_city roles stakeholder_type mode "
        "gender waiting_since substitute_for_id state delegation_id version created_at",
    ),
    "participants": _table(
        personal="name name_other email title organisation language token_hash",
        other="id public_id event_id person_id delegation_id state role gender city_id stakeholder_type mode "
        "consented_at transfer_consented_at created_at waiting_since confirmed_at cancelled_at wants_invitation "
        "version",
    ),
    "special_needs": _table(
        personal="dietary accessibility visa", other="id event_id participant_id speaker_id is_own delete_after_on"
    ),
    "users": _table(
        personal="email name password_hash language theme signed_in_at",
        other="id public_id session_epoch is_disabled created_at",
    ),
    "calendar_subscriptions": _table(
        personal="name token_hash last_four last_used_on", other="id public_id user_id parts created_at revoked_at"
    ),
    "focal_points": _table(
        personal="email name language", other="id public_id delegation_id user_id opened_at created_at"
    ),
    "attendance_lines": _table(
        personal="name email candidates",
        other="id public_id list_id number connections minutes state matched_by participant_id speaker_id",
    ),
    "change_requests": _table(
        personal="details reason decision_note",
        other="id public_id delegation_id speaker_id participant_id kind seen_version state asked_by_id asked_at "
        "decided_by_id decided_at",
    ),
    "people_import_rows": _table(personal="cells problems likely entered", other="id import_id number plan outcome"),
    "stored_files": _table(
        personal="name content_hash",
        other="id public_id kind event_id speaker_id preview_of_id version content_type size made_at",
    ),
    "letters": _table(
        personal="contents",
        other="id public_id programme_id event_id delegation_id speaker_id participant_id kind number issued_on "
        "made_by_id made_at",
    ),
    "messages": _table(
        personal="to_email to_domain to_name subject text html headers calendar last_error",
        other="id public_id kind programme_id event_id delegation_id focal_point_id participant_id user_id language "
        "message_id mailing_id topic calendar_method is_secret state is_in_doubt attempts due_at created_at "
        "sending_since sent_at bounced_at",
    ),
    "meeting_invitations": _table(
        personal="email language content_hash reply",
        other="id public_id participant_id event_id method sequence sent_at replied_at",
    ),
    "one_time_tokens": _table(
        personal="payload token_hash",
        other="id purpose user_id event_id delegation_id focal_point_id participant_id created_at expires_at used_at "
        "revoked_at",
    ),
    "privacy_requests": _table(
        personal="email answer",
        other="id public_id kind state language person_id asked_at proved_at done_at done_by_id",
    ),
    # copies
    "revisions": _table(
        personal="snapshot", other="id event_id number made_at actor_id action changed_fields is_visible"
    ),
    "import_records": _table(personal="document", mentions="header", other="id event_id imported_at"),
    "event_search_texts": _table(personal="text", other="event_id"),
    "calendar_entries": _table(
        personal="body", other="event_id language zone format_version starts_at ends_at revised_at leaves_at"
    ),
    # texts about something else, in which somebody may be named
    "events": _table(
        personal="contact_name contact_email",
        mentions="title summary status_note venue_name venue_address organisers notes sources",
        other="id public_id slug calendar_uid programme_id state title_translated kind format rescheduled_from "
        "time_estimate published_times venue_city_id sdgs working_languages stated_empty capacity seats_taken "
        "registration_opens_on registration_closes_on is_registration_open waiting_rule asks_for retention_days "
        "names_erased_at slides_released_at version sequence visible_revised_at created_at first_published_at "
        f"unpublished_at deleted_at copied_from_id {_SLOT}",
    ),
    "event_sessions": _table(
        mentions="title note room",
        other=f"id public_id event_id slug position kind parallel_group capacity format chair_id stated_empty {_SLOT}",
    ),
    "agenda_items": _table(
        mentions="title topic note", other=f"id public_id session_id position kind duration_min stated_empty {_SLOT}"
    ),
    "outcomes": _table(mentions="text", other="id event_id position"),
    "documents": _table(
        mentions="title url", other="id public_id event_id position kind images session_slug is_available"
    ),
    "awards": _table(mentions="name category giver", other="id event_id position level recipient_id"),
    "event_moves": _table(
        mentions="reason", other="id event_id moved_at kind from_starts from_ends from_zone moved_by_id"
    ),
    "join_links": _table(mentions="label", other="id event_id position address meeting_number passcode"),
    "delegations": _table(
        mentions="decline_reason note",
        other="id public_id event_id city_id state deadline_on version invited_at opened_at submitted_at reminded_at",
    ),
    "people_imports": _table(
        mentions="file_name headings failure",
        other="id public_id delegation_id made_by_id made_at mapping state choice row_count done_count outcome "
        "finished_at",
    ),
    "attendance_lists": _table(
        mentions="file_name",
        other="id public_id event_id session_id program content_hash made_at made_by_id recorded_at",
    ),
    "head_counts": _table(
        mentions="as_printed source",
        other="id event_id subject city_id position value qualifier is_imported recorded_at recorded_by_id",
    ),
    "mailings": _table(
        mentions="subject body",
        other="id public_id event_id kind audience timing days at_wall due_at state recipient_count version made_by_id "
        "made_at sent_at",
    ),
    "programmes": _table(
        mentions="contact_name contact_email letterhead privacy_notice",
        other="id slug position name period_from period_to has_period languages reference_zones office_hours "
        "funding_line letter_prefix retention_days",
    ),
    # nothing about anybody
    "agenda_item_cities": _table(other="item_id city_id position"),
    "attempt_counters": _table(other="id key window_starts_at count"),
    "attendances": _table(
        other="id event_id participant_id speaker_id scope session_id mode source minutes recorded_at recorded_by_id"
    ),
    "audit_entries": _table(other="id at actor_user_id programme_id action object_kind object_id fields was_refused"),
    "background_jobs": _table(
        other="id public_id name arguments programme_id event_id made_by_id state attempts done_steps all_steps "
        "result_name result_type result_hash error created_at started_at seen_at finished_at"
    ),
    "cities": _table(
        other="id slug position name aliases country kind side part_of_id lat lon coordinates_of coordinate_precision "
        "time_zone sources note sort_keys search_text"
    ),
    "city_pairs": _table(other="id slug position topic sources extra"),
    "city_programmes": _table(other="city_id programme_id position"),
    "column_mappings": _table(other="id city_id headings_hash mapping used_at"),
    "contributions": _table(other="id item_id speaker_id role position"),
    "delegation_quotas": _table(other="id delegation_id role mode places"),
    "digest_subscriptions": _table(other="user_id programme_id period last_sent_at created_at"),
    "erasures": _table(other="id object_kind object_id email_hash reason erased_at"),
    "event_cities": _table(other="event_id city_id position"),
    "event_frameworks": _table(other="event_id framework_id position"),
    "event_memberships": _table(other="event_id subject_kind subject_id"),
    "event_pairs": _table(other="event_id pair_id position"),
    "event_programmes": _table(other="event_id programme_id position"),
    "event_themes": _table(other="event_id theme_id position"),
    "feed_versions": _table(other="feed version revised_at"),
    "followed_events": _table(other="user_id event_id followed_at"),
    "former_slugs": _table(other="id slug event_id"),
    "frameworks": _table(other="id slug position name"),
    "letter_counters": _table(other="programme_id year last_number"),
    "mail_opt_outs": _table(other="id address_hash topic programme_id created_at"),
    "milestones": _table(other="id pair_id position date kind text extra"),
    "pair_cities": _table(other="pair_id city_id position"),
    "pair_programmes": _table(other="pair_id programme_id position"),
    "person_distinctions": _table(other="one_id other_id said_by_id said_at"),
    "person_keys": _table(personal="kind key_hash", other="id person_id"),
    "person_merges": _table(other="id public_id kept_id merged_id moved taken_over made_by_id made_at undone_at"),
    "roles": _table(other="id user_id name programme_id city_id created_at"),
    "saved_filters": _table(other="id short_id conditions conditions_hash created_at"),
    "themes": _table(other="id slug position name"),
    "timed_runs": _table(other="name turn_starts_at started_at finished_at has_failed error"),
}

#: Never given out, not even to the person: what proves who somebody is.
SECRETS: Final = frozenset({"password_hash", "token_hash", "content_hash", "key_hash"})


def personal_columns(table: str) -> frozenset[str]:
    """Return the columns of a table that go with an erasure."""
    return TABLES[table].personal


def is_findable(name: str) -> bool:
    """Tell whether a name is long enough to be taken out of running text: "Li" would take "Limerick" along."""
    if any("㐀" <= character <= "鿿" for character in name):
        return len(name) >= 2
    return len(name) >= 6 or (" " in name and len(name) >= 5)


class Eraser:
    """Takes names and addresses out of texts, whatever is around them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(sorted({word for word in words if word and is_findable(word)}, key=len, reverse=True))
        #: The words as they stand in plain text and in HTML.
        self.forms = tuple(
            form
            for word in self.words
            for form in dict.fromkeys((word, escape(word), escape(word).replace("&#x27;", "&#39;")))
        )
        self._pattern = re.compile("|".join(map(_bounded, self.forms)), re.IGNORECASE) if self.forms else None

    def text(self, text: str) -> str:
        """Return a text without the words."""
        return self._pattern.sub(REMOVED, text) if self._pattern else text

    def value(self, value: Any) -> Any:
        """Return a value as it comes from a column, at any depth, without the words; keys of objects stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        return value


def _bounded(word: str) -> str:
    """Return a pattern that finds a word, but no Latin one inside a longer word."""
    pattern = re.escape(word)
    if word[0].isascii() and word[0].isalnum():
        pattern = rf"(?<![A-Za-z0-9]){pattern}"
    if word[-1].isascii() and word[-1].isalnum():
        pattern = rf"{pattern}(?![A-Za-z0-9])"
    return pattern
