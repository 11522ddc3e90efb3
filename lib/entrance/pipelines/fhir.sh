# a recording as FHIR resources, checked
vitals-extract clip.mp4 |
    vitals-event --session s-81 |
    vitals-fhir --bundle transaction >bundle.ndjson
vitals-fhir --check bundle.ndjson >/dev/null && echo valid
