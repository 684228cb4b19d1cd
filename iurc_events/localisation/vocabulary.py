"""Words for all values of the product's closed lists."""

from __future__ import annotations

from typing import Final

from iurc_events.localisation import noop, translate

#: Words that stand before a Latin name and after a Chinese one; ``none`` has none.
HONORIFIC_WORDS: Final = {
    "en": {"mr": "Mr", "ms": "Ms", "dr": "Dr", "prof": "Prof"},
    "zh": {"mr": "先生", "ms": "女士", "dr": "博士", "prof": "教授"},
}

LABELS: Final[dict[str, dict[str, str]]] = {
    # States of events, delegations, speakers, participants and messages share one list: each value has one word.
    "state": {
        "draft": noop("Draft"),
        "announced": noop("Announced"),
        "published": noop("Published"),
        "held": noop("Held"),
        "postponed": noop("Postponed"),
        "new-date": noop("New date"),
        "cancelled": noop("Cancelled"),
        "changed": noop("Changed"),
        "past": noop("Past"),
        "under-way": noop("Under way"),
        "registration-open": noop("Registration open"),
        "registration-closed": noop("Registration closed"),
        "full": noop("Full, waiting list"),
        "unconfirmed": noop("Took place? Confirm"),
        "invited": noop("Invited"),
        "opened": noop("Opened"),
        "nominating": noop("Being filled in"),
        "submitted": noop("Answered"),
        "declined": noop("Declined"),
        "overdue": noop("Overdue"),
        "to-be-named": noop("To be named"),
        "incomplete": noop("Incomplete"),
        "complete": noop("Complete"),
        "confirmed": noop("Confirmed"),
        "nominated": noop("Nominated"),
        "accepted": noop("Accepted"),
        "refused": noop("Not accepted"),
        "withdrawn": noop("Withdrawn"),
        "registered": noop("Registered"),
        "waiting": noop("Waiting"),
        "asked": noop("Waits for a decision"),
        "taken-back": noop("Taken back"),
        "attended": noop("Attended"),
        "queued": noop("Queued"),
        "sending": noop("Being sent"),
        "sent": noop("Sent"),
        "failed": noop("Not sent"),
        "bounced": noop("Not delivered"),
        "not-delivered": noop("Not delivered"),
        "kept": noop("Kept in the outbox"),
        "translated": noop("Translated"),
        "english-only": noop("English only"),
        "not-stated": noop("Not stated"),
    },
    "kind": {
        "workshop": noop("Workshop"),
        "thematic-seminar": noop("Thematic seminar"),
        "exchange-meeting": noop("Exchange meeting"),
        "annual-conference": noop("Annual conference"),
        "exposition": noop("Exposition"),
        "training": noop("Training"),
        "kick-off": noop("Kick-off"),
        "networking-event": noop("Networking event"),
        "regional-workshop": noop("Regional workshop"),
        "study-visit": noop("Study visit"),
        "working-session": noop("Working session"),
        "high-level-seminar": noop("High-level seminar"),
    },
    "format": {"online": noop("Online"), "onsite": noop("On site"), "hybrid": noop("On site and online")},
    "session_kind": {
        "opening": noop("Opening"),
        "keynote": noop("Keynote speech"),
        "plenary": noop("Plenary"),
        "panel": noop("Panel"),
        "roundtable": noop("Round table"),
        "breakout": noop("Break-out session"),
        "discussion": noop("Discussion"),
        "side-session": noop("Side session"),
        "exhibition": noop("Exhibition"),
        "ceremony": noop("Ceremony"),
        "training": noop("Training"),
        "closing": noop("Closing"),
    },
    "item_kind": {
        "welcome": noop("Welcome address"),
        "remarks": noop("Remarks"),
        "keynote": noop("Keynote speech"),
        "talk": noop("Talk"),
        "presentation": noop("Presentation"),
        "discussion": noop("Discussion"),
        "qa": noop("Questions and answers"),
        "award": noop("Award"),
        "written-contribution": noop("Written contribution"),
        "video": noop("Video"),
        "performance": noop("Performance"),
        "break": noop("Break"),
        "introduction": noop("Introduction"),
        "summary": noop("Summary of results"),
    },
    "speaker_role": {
        "moderator": noop("Moderator"),
        "welcome": noop("Welcome address"),
        "opening": noop("Opening speech"),
        "keynote": noop("Keynote speaker"),
        "speaker": noop("Speaker"),
        "panellist": noop("Panellist"),
        "closing": noop("Closing speech"),
        "performer": noop("Performer"),
        "rapporteur": noop("Rapporteur"),
        "participant": noop("Participant"),
        "observer": noop("Observer"),
    },
    "honorific": {
        "mr": noop("Mr"),
        "ms": noop("Ms"),
        "dr": noop("Dr"),
        "prof": noop("Prof"),
        "none": noop("None"),
    },
    "stakeholder": {
        "government": noop("Government"),
        "academia": noop("Academia"),
        "business": noop("Business"),
        "civil-society": noop("Civil society"),
        "other": noop("Other"),
    },
    "attendance": {"onsite": noop("On site"), "online": noop("Online")},
    "document_kind": {
        "agenda": noop("Agenda"),
        "slides": noop("Slides"),
        "image-gallery": noop("Picture gallery"),
        "image": noop("Picture"),
        "video": noop("Video"),
        "report": noop("Report"),
        "social-post": noop("Post"),
    },
    "count_subject": {
        "participants": noop("participants"),
        "cities": noop("cities and regions"),
        "city_speakers": noop("city speakers"),
        "visitors": noop("visitors"),
        "pairings_presented": noop("pairings presented"),
        "countries": noop("countries or regions"),
    },
    "city_kind": {
        "city": noop("City"),
        "metropolitan-area": noop("Metropolitan area"),
        "municipality-association": noop("Association of municipalities"),
        "county": noop("County"),
        "region": noop("Region"),
        "new-area": noop("New area"),
        "development-zone": noop("Development zone"),
    },
    "side": {"EU": noop("European side"), "China": noop("Chinese side"), "other": noop("Elsewhere")},
    "qualifier": {
        "exactly": noop("exactly"),
        "at-least": noop("at least"),
        "more-than": noop("more than"),
        "about": noop("about"),
    },
    "precision": {
        "minute": noop("Exact hours"),
        "part-of-day": noop("Part of the day"),
        "day": noop("Day only"),
        "month": noop("Month only"),
    },
    "language": {"en": noop("English"), "zh": noop("Chinese")},
    "move": {"postponed": noop("Postponed from"), "rescheduled": noop("Moved from")},
    "part_of_day": {"morning": noop("Morning"), "afternoon": noop("Afternoon"), "evening": noop("Evening")},
    "member_role": {
        "speaker": noop("Speaker"),
        "participant": noop("Participant"),
        "observer": noop("Observer"),
    },
    "gender": {"female": noop("Female"), "male": noop("Male"), "other": noop("Other")},
    "role": {
        "administrator": noop("Administrator"),
        "organiser": noop("Organiser"),
        "delegate": noop("Delegate"),
        "funder": noop("Funder"),
        "check-in": noop("Check-in at the door"),
    },
    "sdg": {
        "1": noop("Ending poverty"),
        "2": noop("Food for everyone"),
        "3": noop("Health at every age"),
        "4": noop("Good schooling"),
        "5": noop("Equal rights for women"),
        "6": noop("Clean water"),
        "7": noop("Clean energy"),
        "8": noop("Decent work"),
        "9": noop("Industry and innovation"),
        "10": noop("Less inequality"),
        "11": noop("Sustainable cities"),
        "12": noop("Sparing consumption and production"),
        "13": noop("Climate action"),
        "14": noop("Life in the sea"),
        "15": noop("Life on land"),
        "16": noop("Peace and sound institutions"),
        "17": noop("Partnerships for the goals"),
    },
    "change-kind": {
        "register": noop("Register somebody"),
        "change": noop("Change details"),
        "withdraw": noop("Withdraw somebody"),
        "substitute": noop("Replace by somebody else"),
    },
    "waiting-rule": {
        "first-come": noop("Who waits longest"),
        "fewest-first": noop("The city with the fewest people"),
        "own-only": noop("Places of a delegation stay its own"),
    },
    # The same for those who wait.
    "waiting-sentence": {
        "first-come": noop("Free places go to those who have waited longest."),
        "fewest-first": noop(
            "Free places go first to the city with the fewest people at this event, then to those who have waited "
            "longest. So your number can also rise."
        ),
        "own-only": noop(
            "Free places go to those who have waited longest; places of a delegation stay with its own people."
        ),
    },
    "reply": {
        "ACCEPTED": noop("comes"),
        "DECLINED": noop("does not come"),
        "TENTATIVE": noop("comes perhaps"),
        "DELEGATED": noop("sends somebody else"),
    },
}


def label(vocabulary: str, value: str, language: str) -> str:
    """Return the word for a value.

    Raises:
        KeyError: If the vocabulary or the value is unknown.
    """
    return translate(LABELS[vocabulary][value], language)


def choices(vocabulary: str, language: str, values: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
    """Return value and word of a vocabulary in its order, for select fields and filters."""
    return [(value, label(vocabulary, value, language)) for value in (values or tuple(LABELS[vocabulary]))]
