"""Reports as PDF: one dataclass per document in, bytes out."""
