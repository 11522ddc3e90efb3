# a camera, live in a browser
ffmpeg -loglevel error -i "${CAMERA:-/dev/video0}" -c:v copy -f nut - |
    vitals-extract --live --emit sample,wave - |
    vitals-event --session s-81 |
    vitals-stream --listen "${LISTEN:-127.0.0.1:8080}"
