"""rPPG-Toolbox (Liu et al., NeurIPS 2023) as a peer: see tests/bench/peers.

Its own files unsupervised_methods/methods/*.py and evaluation/post_process.py
run here as they are, fed as its loaders feed them: the frames by OpenCV, the
box of a Haar cascade in the first of them made 1.5 times as large, 72 x 72
pixels, the rate by its FFT over the whole clip.
"""
import importlib
import os
import sys

import cv2
import numpy as np

from peers_face import face_box, read_frames

BOX = 1.5
SIDE = 72

# For each method: its module, its function, and whether it takes the frame rate.
METHODS = {
    "POS": ("POS_WANG", "POS_WANG", True),
    "CHROM": ("CHROME_DEHAAN", "CHROME_DEHAAN", True),
    "ICA": ("ICA_POH", "ICA_POH", True),
    "GREEN": ("GREEN", "GREEN", False),
    "LGI": ("LGI", "LGI", False),
    "PBV": ("PBV", "PBV", False),
    "OMIT": ("OMIT", "OMIT", False),
}


def small_faces(clip):
    """RGB frames of the face, 72 x 72, and the frame rate."""
    frames, rate = read_frames(clip)
    box = face_box(frames[0])
    if box is not None:
        x, y, w, h = box
        x = max(0, int(x - (BOX - 1) / 2 * w))
        y = max(0, int(y - (BOX - 1) / 2 * h))
        w, h = int(BOX * w), int(BOX * h)
        frames = [f[y:y + h, x:x + w] for f in frames]
    small = [cv2.resize(f, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
             for f in frames]
    return np.asarray(small, dtype=np.float64), rate


def measure(clip, method, takes_rate, post):
    frames, rate = small_faces(clip)
    wave = method(frames, rate) if takes_rate else method(frames)
    wave = np.asarray(wave, dtype=np.float64)
    return post.calculate_metric_per_video(
        wave, wave, fs=rate, diff_flag=False)[1]


def rates(folder, clip):
    """For each method that the checkout has, a function without arguments:
    its rate of ${clip}, per minute, decoding and all."""
    sys.path.insert(0, folder)
    post = importlib.import_module("evaluation.post_process")
    found = {}
    for name, (module, function, takes_rate) in METHODS.items():
        path = f"unsupervised_methods/methods/{module}.py"
        if os.path.exists(os.path.join(folder, path)):
            module = importlib.import_module(path[:-3].replace("/", "."))
            method = getattr(module, function)
            found[name] = (lambda m=method, t=takes_rate:
                           measure(clip, m, t, post))
    return found
