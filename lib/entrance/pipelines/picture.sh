# one recording as a report with pictures, for a browser or a printer
vitals-extract --emit measurement,wave clip.mp4 |
    vitals-plot --output report.html
