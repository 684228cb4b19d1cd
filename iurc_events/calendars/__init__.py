"""iCalendar rendering: dataclasses in, bytes out (RFC 5545, 7986).

``entries`` says what an entry is, ``rendering`` writes entries and calendars, ``zones`` writes VTIMEZONEs, ``lint``
reads any file back and names its faults.
"""
