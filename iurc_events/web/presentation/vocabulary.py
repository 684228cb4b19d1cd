"""Words for all values of the product's closed lists, as pages take them; they live beside the other texts."""

from __future__ import annotations

from iurc_events.localisation.vocabulary import LABELS, choices, label

__all__ = ["LABELS", "choices", "label"]
