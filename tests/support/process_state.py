"""State of the whole process, which a library must not change."""

from __future__ import annotations

import asyncio
import codecs
import csv
import decimal
import faulthandler
import gc
import locale
import logging
import multiprocessing
import os
import random
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from hashlib import sha256
from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image, ImageFile

State = dict[str, object]


def state() -> State:
    """The state of this process, by name; large or opaque values as text."""
    return {
        **_interpreter(),
        **_system(),
        **_standard_library(),
        **_numeric_libraries(),
        **{f"environment {name}": value for name, value in os.environ.items()},
    }


def changes(before: State, after: State) -> list[str]:
    """The changes of the state, a line each."""
    return [
        f"{name}: {before.get(name)!r} became {after.get(name)!r}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _interpreter() -> State:
    return {
        "sys.path": list(sys.path),
        "sys.argv": list(sys.argv),
        "sys.meta_path": list(map(repr, sys.meta_path)),
        "sys.path_hooks": list(map(repr, sys.path_hooks)),
        "sys.std": (id(sys.stdin), id(sys.stdout), id(sys.stderr)),
        "sys.hooks": (id(sys.excepthook), id(sys.displayhook), id(sys.unraisablehook)),
        "threading.excepthook": id(threading.excepthook),
        "trace": (sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()),
        "recursion limit": sys.getrecursionlimit(),
        "switch interval": sys.getswitchinterval(),
        "digits of int": sys.get_int_max_str_digits(),
        "gc": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "faulthandler": faulthandler.is_enabled(),
        "stack size": threading.stack_size(),
    }


def _system() -> State:
    mask = os.umask(0)
    os.umask(mask)
    numbers = sorted(signal.valid_signals())
    return {
        "working folder": os.getcwd(),  # noqa: PTH109 - this is what is watched
        "umask": mask,
        "signals": {number: str(signal.getsignal(number)) for number in numbers},
        "signals blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "locale": locale.setlocale(locale.LC_ALL),
        "time zone": time.tzname,
        "niceness": os.getpriority(os.PRIO_PROCESS, 0),
        "processors": sorted(os.sched_getaffinity(0)),
        "limits": {
            name: resource.getrlimit(getattr(resource, name))
            for name in dir(resource)
            if name.startswith("RLIMIT_")
        },
    }


def _standard_library() -> State:
    root = logging.getLogger()
    return {
        "random": _digest(repr(random.getstate())),
        "warnings": [_filter(each) for each in warnings.filters],
        "warnings are shown by": id(warnings.showwarning),
        "root logger": (root.level, list(map(repr, root.handlers)), list(map(repr, root.filters))),
        "logging": (root.manager.disable, repr(logging.getLoggerClass()), logging.raiseExceptions),
        "decimal": repr(decimal.getcontext()),
        "csv": (csv.field_size_limit(), csv.list_dialects()),
        "socket": socket.getdefaulttimeout(),
        "multiprocessing": multiprocessing.get_start_method(),
        "asyncio": repr(asyncio.get_event_loop_policy().__class__),
        "temporary folder": tempfile.gettempdir(),
        "XML namespaces": dict(ET.register_namespace.__globals__["_namespace_map"]),
        "codecs": id(codecs.lookup_error("strict")),
    }


def _numeric_libraries() -> State:
    found: State = {
        "numpy.random": _digest(repr(np.random.get_state())),
        "numpy.errors": np.geterr(),
        "numpy.print": repr(np.get_printoptions()),
        "pixels": Image.MAX_IMAGE_PIXELS,
        "truncated": ImageFile.LOAD_TRUNCATED_IMAGES,
        "formats": (sorted(Image.OPEN), sorted(Image.SAVE), sorted(Image.EXTENSION)),
    }
    if matplotlib := sys.modules.get("matplotlib"):
        found["matplotlib"] = _digest(repr(matplotlib.rcParams))
    if torch := sys.modules.get("torch"):
        found["torch"] = {
            "random": _digest(repr(torch.get_rng_state().tolist())),
            "threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
            "type": str(torch.get_default_dtype()),
            "gradients": torch.is_grad_enabled(),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "precision": torch.get_float32_matmul_precision(),
            "tf32": (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32),
            "cudnn": (torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic),
        }
    return found


def _filter(one: tuple[object, ...]) -> str:
    """A filter of warnings; patterns by their text, since equal ones may be different objects."""
    return " ".join(str(getattr(part, "pattern", part)) for part in one)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
