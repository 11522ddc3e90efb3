"""What the peers of tests/bench/peers get of a clip: frames and a face."""
import cv2

HAAR = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml"


def read_frames(clip):
    """Its RGB frames, and the frame rate."""
    reader = cv2.VideoCapture(clip)
    rate = reader.get(cv2.CAP_PROP_FPS)
    frames = []
    while True:
        ok, frame = reader.read()
        if not ok:
            break
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    return frames, rate


def face_box(frame):
    """x, y, width and height of the widest face; None: there is none."""
    boxes = cv2.CascadeClassifier(HAAR).detectMultiScale(frame)
    return max(boxes, key=lambda b: b[2]) if len(boxes) > 0 else None
