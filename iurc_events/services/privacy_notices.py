"""What a programme says of personal data: only what its organisers stated, nothing invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap, cleaned
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.programmes import Programme
from iurc_events.services import audit

#: Parts of the notice that the installation fills in, with their labels.
PARTS: Final[Mapping[str, str]] = {
    "controller": noop("Who is responsible (controller, personal information handler)"),
    "protection_officer": noop("Data protection officer"),
    "china_contact": noop("Contact in China (PIPL article 53)"),
    "legal_bases": noop("Further legal bases"),
    "recipients": noop("Who else receives data"),
    "transfers": noop("How transfers abroad are safeguarded"),
    "authority": noop("Authority for complaints"),
}


@in_transaction
def set_notice(programme_slug: str, *, texts: Mapping[str, LanguageMap], actor: User) -> None:
    """Say what the page on personal data shows of a programme.

    Raises:
        NotFoundError: If the programme is not the actor's.
    """
    programme = get_own_programme(actor, programme_slug)
    notice = {name: text for name in PARTS if (text := cleaned(texts.get(name, {})))}
    if notice == (programme.privacy_notice or {}):
        return
    programme.privacy_notice = notice or None
    audit.record(
        "privacy notice changed", "programme", programme.slug, actor_id=actor.id, programme_id=programme.id,
        fields=["privacy_notice"],
    )  # fmt: skip


def get_own_programme(actor: User, slug: str) -> Programme:
    """Return a programme that an actor organises.

    Raises:
        NotFoundError: If it is not the actor's.
    """
    query = select(Programme).where(Programme.slug == slug)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        query = query.where(Programme.id.in_(actor.programme_ids(RoleName.ORGANISER)))
    programme = db.session.scalars(query).one_or_none()
    if programme is None:
        raise NotFoundError(noop("There is no such programme among yours"))
    return programme
