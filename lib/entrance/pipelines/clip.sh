# one recording: what was the pulse?
vitals-extract clip.mp4 | vitals-table
