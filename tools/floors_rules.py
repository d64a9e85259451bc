"""The rules of check_floors.py as data: the floors, the layers of the core, the banned names."""
import re
from dataclasses import dataclass
from typing import Callable

# Folder -> (floor's name, height). A floor includes itself and what is lower.
FLOORS = {
    "engine/base": ("base", 0),
    "engine/model": ("model", 1),
    "engine/sip": ("sip", 2),
    "engine/media": ("media", 2),
    "engine/log": ("log", 3),
    "engine/core": ("core", 4),
    "engine/host": ("host", 5),
    "sim": ("sim", 5),
    "replay": ("replay", 5),
    "tools": ("tools", 6),
    "tests": ("tests", 6),
}
HEIGHTS = dict(FLOORS.values())

# Layers of engine/core that never include each other: `dialog` owns dialog.hpp and dialog_*.cpp.
LAYERS = ("transaction", "dialog", "session", "media", "client", "registration")
# Parts of the session layer with names of their own; no other layer may include them.
SESSION_PARTS = ("termination", "cleanup_tracker")


def floor_of(path):
    for folder, (name, _) in FLOORS.items():
        if path.startswith(folder + "/"):
            return name
    return None


def may_include(path, name):
    upper, lower = floor_of(path), floor_of(name)
    if upper == lower or HEIGHTS[upper] > HEIGHTS[lower]:
        return True
    if (upper, lower) == ("replay", "sim"):  # a rerun happens in the simulation's world
        return True
    return path.startswith("tests/tools/") and lower == "tools"


@dataclass(frozen=True)
class Banned:
    name: str
    pattern: re.Pattern
    applies: Callable[[str, str], bool]  # (path, floor)
    instead: str
    in_includes: bool = False  # look at #include lines too (and into strings)


def on(*floors):
    return lambda path, floor: floor in floors


def sqlite_log(path):
    return path.startswith("engine/log/sqlite_log")


def pure(path, floor):
    """No clock, thread or chance: all but the host, the SQLite log, tools and tests."""
    return floor not in ("host", "tools", "tests") and not sqlite_log(path)


def engine_pure(path, floor):
    return path.startswith("engine/") and pure(path, floor)


def banned(name, pattern, applies, instead, in_includes=False):
    return Banned(name, re.compile(pattern, re.M), applies, instead, in_includes)


def include_of(names):
    return rf'^[ \t]*#[ \t]*include[ \t]*[<"](?:{names})[>"]'


BANNED = (
    banned("threads", r"\bstd::(?:jthread|thread|this_thread|async|future|promise|packaged_task)\b"
           r"|\bpthread_\w+|\bthread_local\b", pure,
           "the core has one thread and does not know it: threads belong to engine/host."),
    banned("mutexes", r"\bstd::(?:\w*mutex|lock_guard|unique_lock|shared_lock|scoped_lock"
           r"|condition_variable\w*|latch|barrier|\w+_semaphore|call_once|once_flag)\b", pure,
           "ownership by shard replaces locks."),
    banned("atomics", r"\bstd::(?:atomic\w*|memory_order\w*)\b", pure,
           "nothing here is shared between threads: use a plain value."),
    banned("clocks", r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock)\b"
           r"|\b(?:gettimeofday|clock_gettime)\b|\bstd::(?:time|clock)\s*\("
           r"|(?<![\w.>:])(?:time|clock)\s*\((?!\s*\w+[\s&]+\w)", pure,
           "time enters as the parameter `now` (engine/base/time.hpp)."),
    banned("chance", r"\bstd::(?:rand|srand|random_device|mt19937\w*|minstd_rand\w*|\w+_engine"
           r"|\w+_distribution|random_shuffle|shuffle)\b|(?<![\w.>:])s?rand\s*\(|\barc4random\w*",
           pure, "draw from the run's seed (core/draws.hpp), so that the run can be repeated."),
    banned("environment", r"\b(?:secure_)?getenv\b", pure,
           "settings come in as parameters."),
    banned("io", include_of(r"fstream|iostream|filesystem|unistd\.h|poll\.h|sys/\w+\.h"
                            r"|netinet/\w+\.h|arpa/inet\.h|netdb\.h"), engine_pure,
           "no IO below the host: ask for an Output, or take bytes as a parameter.", True),
    banned("pointer-order", r"\bstd::hash\s*<[^<>]*\*\s*>|\b(?:map|set)\s*<\s*(?:const\s+)?[\w:]+"
           r"(?:\s+const)?\s*\*\s*[,>]", pure,
           "addresses differ from run to run: use an id as key."),
    banned("unordered", r"\bunordered_(?:multi)?(?:map|set)\b",
           lambda path, floor: floor in ("base", "model", "core")
           and path != "engine/base/table.hpp",
           "use Table (engine/base/table.hpp), which cannot be iterated, or std::map."),
    banned("simulated", r"\bif\s*(?:constexpr\s*)?\(\s*!?\s*(?:\w+(?:\.|->|::))*(?:k?[Ii]s_?)?"
           r"[Ss]imulat(?:ed|ing|ion)\b", lambda path, floor: path.startswith("engine/"),
           "both worlds run the same code: put the difference behind Mail or Output."),
    banned("test-ifdef", r"^[ \t]*#[ \t]*(?:el)?if(?:n?def)?\b.*\b\w*(?:TEST|SIMULAT)\w*",
           lambda path, floor: floor != "tests",
           "tests run the very program: replace an entry of the kernel's table instead."),
    banned("asio", include_of(r"boost/(?:asio|beast)[\w/.]*|sys/epoll\.h|linux/io_uring\.h")
           + r"|\bboost::(?:asio|beast)\b",
           lambda path, floor: floor not in ("host", "tools") and
           not path.startswith(("tests/engine/host/", "tests/tools/")),
           "sockets and event loops belong to engine/host.", True),
    banned("sqlite", include_of(r"sqlite3\.h"),
           lambda path, floor: not sqlite_log(path) and not path.startswith("tests/engine/log/"),
           "go through EventLog; SQL belongs to engine/log/sqlite_log.", True),
    banned("opus", include_of(r"opus/?\w*\.h|opus/opus\w*\.h"),
           lambda path, floor: floor != "media" and not path.startswith("tests/engine/media/"),
           "codecs belong to engine/media.", True),
    banned("shared-ptr", r"\b(?:std::)?(?:shared_ptr|make_shared|weak_ptr)\b",
           on("base", "model", "sip", "media", "log"),
           "say who owns it: a value, or std::unique_ptr."),
    banned("floats", r"\b(?:float|double)\b", on("base", "model", "core"),
           "use integers with a unit (ns, per mille): they are the same on every machine."),
    banned("macros", r"^[ \t]*#[ \t]*define[ \t]+(?!CHECK(?:_\w+)?\b|SIM_PROBE\b)\w+",
           lambda path, floor: floor != "tests",
           "use a constant or a function; the only macros are CHECK* and SIM_PROBE."),
    banned("god-names", r"\b(?:class|struct)\s+\w*(?:Manager|Coordinator|Helper|Util)s?\b",
           lambda path, floor: True, "say which noun it owns, or split it."),
)
