"""pyVHR (Boccignone et al., PeerJ Computer Science 2022) as a peer: see
tests/bench/peers.

Its own windows of 6 s every second, methods, band pass and Welch spectra run
here as they are, as Pipeline.run_on_video puts them together with
roi_approach "hol" and bpm_type "welch"; the rate of a clip is the median over
its windows.  Its skin comes from the landmarks of MediaPipe, which Debian does
not have: the ellipse in the box of a Haar cascade stands in for them, and what
they would take is not in the CPU.  Of what its files import (CuPy, Torch,
Plotly and so on), what is not installed is an empty module here: nothing that
runs needs it.
"""
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import types

import cv2
import numpy as np
import scipy.stats

from peers_face import face_box, read_frames

WINDOW, STRIDE = 6, 1
BAND = {"minHz": 0.65, "maxHz": 4.0}
ORDER = 6
METHODS = ("POS", "CHROM", "GREEN", "LGI", "PBV", "OMIT")
UNUSED = ("cupy", "torch", "plotly", "mediapipe", "numba", "lmfit",
          "matplotlib", "pyVHR.plot", "pyVHR.BVP.utils")


class Empty(types.ModuleType):
    """Whatever is asked of it is there, and does nothing."""
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *a, **k: a[0] if a and callable(a[0]) else Empty("")

    def __call__(self, function):
        return function


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an empty module for what is not needed."""

    def find_spec(self, name, path=None, target=None):
        if any(name == u or name.startswith(u + ".") for u in UNUSED):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Empty(spec.name)

    def exec_module(self, module):
        pass


def load(folder):
    """Its modules, without the packages' own imports of everything."""
    sys.meta_path.insert(0, Finder())
    for name in ("pyVHR", "pyVHR.BVP", "pyVHR.BPM", "pyVHR.extraction"):
        package = types.ModuleType(name)
        package.__path__ = [os.path.join(folder, *name.split("."))]
        sys.modules[name] = package
    # SciPy has removed a name that pyVHR imports but does not use here.
    scipy.stats.median_absolute_deviation = scipy.stats.median_abs_deviation
    return [importlib.import_module("pyVHR." + name) for name in (
        "BVP.methods", "BVP.filters", "BVP.BVP", "BPM.BPM", "extraction.utils")]


def skin_means(clip):
    """Mean RGB of the face in each frame, frames x 1 x 3, and the rate."""
    frames, rate = read_frames(clip)
    mask = np.full(frames[0].shape[:2], 1, dtype=np.uint8)
    box = face_box(frames[0])
    if box is not None:
        x, y, w, h = (int(v) for v in box)
        mask[:] = 0
        cv2.ellipse(mask, (x + w // 2, y + h // 2), (w // 2, h // 2), 0, 0,
                    360, 1, -1)
    means = [cv2.mean(f, mask)[:3] for f in frames]
    return np.asarray(means, dtype=np.float32)[:, None, :], rate


def measure(clip, name, modules):
    methods, filters, bvp, bpm, windows = modules
    signal, rate = skin_means(clip)
    parts, _ = windows.sig_windowing(signal, WINDOW, STRIDE, rate)
    waves = bvp.RGB_sig_to_BVP(
        parts, rate, device_type="cpu", method=getattr(methods, "cpu_" + name),
        params={"fps": "adaptive"} if name == "POS" else {})
    waves = filters.apply_filter(
        waves, filters.BPfilter, fps=rate,
        params={"fps": "adaptive", "order": ORDER, **BAND})
    found = [bpm.BPM(w, rate, **BAND).BVP_to_BPM() for w in waves]
    return float(np.median(found))


def rates(folder, clip):
    """For each method a function without arguments: its rate of ${clip}, per
    minute, decoding and all."""
    modules = load(folder)
    return {name: (lambda n=name: measure(clip, n, modules))
            for name in METHODS}
