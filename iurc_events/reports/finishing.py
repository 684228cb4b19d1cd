"""The last step of a PDF: what WeasyPrint leaves open for PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from zlib import compress

#: The claim of PDF/UA-1 (ISO 14289-1 §5) and the description of its schema that PDF/A asks for (ISO 19005-3 §6.6.2.3).
_UA_CLAIM: Final = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def finish(data: bytes, *, claims_ua: bool) -> bytes:
    """Rewrite a tagged PDF: metadata uncompressed, header cells with a scope, the same bytes for the same data.

    Args:
        claims_ua: Whether the document says of itself that it follows PDF/UA-1.
    """
    import pikepdf  # takes a while to load; only whoever makes a PDF needs it

    with pikepdf.open(BytesIO(data)) as pdf:
        xmp = pdf.Root.Metadata.read_bytes()
        if claims_ua:
            xmp = xmp.replace(b"</rdf:RDF>", _UA_CLAIM + b"</rdf:RDF>")
        pdf.Root.Metadata = pikepdf.Stream(pdf, xmp, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        for cell, is_column in _header_cells(pdf.Root.StructTreeRoot, is_in_head=False):
            cell.A["/Scope"] = pikepdf.Name.Column if is_column else pikepdf.Name.Row
        _mend_stream_ends(pdf)
        written = _save(pdf, pikepdf.ObjectStreamMode.generate)
        if b"\r\nendstream" in written:
            written = _save(pdf, pikepdf.ObjectStreamMode.disable)
    return written


def _save(pdf: Any, object_streams: Any) -> bytes:
    import pikepdf  # as above

    written = BytesIO()
    pdf.save(
        written,
        deterministic_id=True,
        object_stream_mode=object_streams,
        # qpdf would turn digits into compressed data again
        compress_streams=object_streams == pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return written.getvalue()


def _mend_stream_ends(pdf: Any) -> None:
    """Wrap streams whose data happens to end in a carriage return.

    With the line feed before ``endstream`` it would read as one line end that is not data, and /Length as wrong
    (ISO 19005-3 §6.1.7.1). Written as hexadecimal digits, the same data ends in ``>``.
    """
    import pikepdf  # as above

    for stream in pdf.objects:
        if not isinstance(stream, pikepdf.Stream) or stream.get("/Type") == pikepdf.Name.Metadata:
            continue
        raw = stream.read_raw_bytes()
        if "/Filter" not in stream:
            raw = compress(raw)
            stream.write(raw, filter=pikepdf.Name.FlateDecode)
        if raw.endswith(b"\r"):
            filters = stream.Filter
            inner = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
            stream.write(raw.hex().encode() + b">", filter=pikepdf.Array([pikepdf.Name.ASCIIHexDecode, *inner]))


def _header_cells(element: Any, *, is_in_head: bool) -> Iterator[tuple[Any, bool]]:
    """Yield the TH elements below an element, with whether they stand in the head of a table."""
    import pikepdf  # as above

    kids = element.get("/K", [])
    for child in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if not isinstance(child, pikepdf.Dictionary) or "/S" not in child:
            continue
        if str(child.S) == "/TH":
            yield child, is_in_head
        yield from _header_cells(child, is_in_head=is_in_head or str(child.S) == "/THead")
