"""Pictures as SVG text: the schematic map, bars and QR codes. Plain data in, text out."""
