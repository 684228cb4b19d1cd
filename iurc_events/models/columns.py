"""Column shapes that several tables share."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import ForeignKey, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Json, UtcDateTime, utc_now
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot

Key = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[uuid.UUID, mapped_column(Uuid, unique=True, default=uuid.uuid4)]
Slug = Annotated[str, mapped_column(String(120), unique=True)]
Texts = Annotated[LanguageMap, mapped_column(Json)]
Word = Annotated[str, mapped_column(String(40))]
LongText = Annotated[str, mapped_column(Text)]
JsonList = Annotated[list[Any], mapped_column(Json, default=list)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
MadeAt = Annotated[datetime, mapped_column(UtcDateTime, default=utc_now)]


def reference(target: str, *, ondelete: str = "CASCADE", index: bool = True, **options: Any) -> Any:
    """Return a foreign key column with an index."""
    return mapped_column(ForeignKey(target, ondelete=ondelete), index=index, **options)


class SlotColumns:
    """A time slot that may be missing: what was chosen, and the instants derived from it.

    Assign :attr:`slot`, never the columns: the instants and days follow.
    """

    time_zone: Mapped[str | None] = mapped_column(String(64))
    time_precision: Mapped[str | None] = mapped_column(String(20))
    part_of_day: Mapped[str | None] = mapped_column(String(20))
    starts_wall: Mapped[str | None] = mapped_column(String(16))
    ends_wall: Mapped[str | None] = mapped_column(String(16))
    starts_fold: Mapped[int] = mapped_column(default=0)
    ends_fold: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    first_day: Mapped[str | None] = mapped_column(String(10), index=True)
    last_day: Mapped[str | None] = mapped_column(String(10), index=True)

    @property
    def slot(self) -> TimeSlot | None:
        """The time as chosen, or None where none is known."""
        if not (self.time_zone and self.time_precision and self.starts_wall and self.ends_wall):
            return None
        return TimeSlot(
            self.time_zone,
            Precision(self.time_precision),
            self.starts_wall,
            self.ends_wall,
            PartOfDay(self.part_of_day) if self.part_of_day else None,
            self.starts_fold,
            self.ends_fold,
        )

    @slot.setter
    def slot(self, slot: TimeSlot | None) -> None:
        self.time_zone = slot.zone_name if slot else self.time_zone
        self.time_precision = slot.precision.value if slot else None
        self.part_of_day = slot.part_of_day.value if slot and slot.part_of_day else None
        self.starts_wall = slot.starts if slot else None
        self.ends_wall = slot.ends if slot else None
        self.starts_fold = slot.starts_fold if slot else 0
        self.ends_fold = slot.ends_fold if slot else 0
        self.starts_at = slot.starts_at if slot else None
        self.ends_at = slot.ends_at if slot else None
        self.first_day = slot.first_day.isoformat() if slot else None
        self.last_day = slot.last_day.isoformat() if slot else None
