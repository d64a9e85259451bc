"""Shows every rule of check_floors.py a bad snippet, which it must name, and a good one."""
from check_floors import Source, check
from floors_rules import BANNED

LONG_BODY = "  f();\n" * 69
PRAGMA = "#pragma once\n"

# rule -> [({path: text}, ...)]: each alone must be objected to, by exactly this rule.
BAD = {
    "floors": [
        {"engine/base/a.cpp": '#include "engine/model/call.hpp"\n'},
        {"engine/sip/a.cpp": '#include "engine/media/rtp.hpp"\n'},
        {"engine/media/a.cpp": '#include "engine/sip/sdp.hpp"\n'},
        {"engine/log/a.cpp": '#include "engine/core/kernel.hpp"\n'},
        {"engine/core/a.cpp": '#include "sim/world.hpp"\n'},
        {"engine/host/a.cpp": '#include "replay/fold.hpp"\n'},
        {"sim/a.cpp": '#include "engine/host/shard.hpp"\n'},
        {"sim/a.cpp": '#include "replay/fold.hpp"\n'},
        {"replay/a.cpp": '#include "engine/host/shard.hpp"\n'},
        {"tools/a.cpp": '#include "tests/x.hpp"\n'},
        {"tests/sim/a.cpp": '#include "tools/x.hpp"\n'},
    ],
    "include-root": [
        {"engine/core/a.cpp": '#include "kernel.hpp"\n'},
        {"engine/core/a.cpp": '#include "../base/ids.hpp"\n'},
        {"engine/core/a.cpp": "#include <engine/base/ids.hpp>\n"},
    ],
    "layers": [
        {"engine/core/dialog.cpp": '#include "engine/core/media.hpp"\n'},
        {"engine/core/dialog_bye.cpp": '#include "engine/core/session.hpp"\n'},
        {"engine/core/client.cpp": '#include "engine/core/termination.hpp"\n'},
        {"engine/core/media.cpp": '#include "engine/core/shared.hpp"\n',
         "engine/core/shared.hpp": PRAGMA + '#include "engine/core/session.hpp"\n'},
    ],
    "threads": [{"engine/core/a.cpp": "std::jthread t;\n"}, {"sim/a.cpp": "thread_local int x;\n"}],
    "mutexes": [{"engine/core/a.cpp": "std::scoped_lock lock{m};\n"},
                {"engine/log/memory_log.cpp": "std::shared_mutex m;\n"}],
    "atomics": [{"engine/core/a.cpp": "std::atomic<int> n;\n"}],
    "clocks": [
        {"engine/core/a.cpp": "auto t = std::chrono::steady_clock::now();\n"},
        {"sim/a.cpp": "auto t = system_clock::now();\n"},
        {"engine/base/a.cpp": "auto t = time(nullptr);\n"},
        {"engine/base/a.cpp": "gettimeofday(&tv, nullptr);\n"},
    ],
    "chance": [
        {"sim/a.cpp": "int r = rand();\n"},
        {"engine/core/a.cpp": "std::mt19937_64 g;\n"},
        {"engine/core/a.cpp": "std::uniform_int_distribution<int> d;\n"},
    ],
    "environment": [{"engine/core/a.cpp": 'auto* x = std::getenv("X");\n'}],
    "io": [{"engine/core/a.cpp": "#include <fstream>\n"},
           {"engine/sip/a.cpp": "#include <sys/socket.h>\n"}],
    "pointer-order": [{"engine/core/a.cpp": "std::hash<Call*> h;\n"},
                      {"sim/a.cpp": "std::map<const Call*, int> m;\n"}],
    "unordered": [{"engine/core/a.cpp": "std::unordered_map<int, int> m;\n"},
                  {"engine/model/a.cpp": "std::unordered_set<int> m;\n"}],
    "simulated": [{"engine/core/a.cpp": "void f() { if (simulated) g(); }\n"},
                  {"engine/host/a.cpp": "void f() { if (!config.is_simulated) g(); }\n"}],
    "test-ifdef": [{"engine/core/a.cpp": "#ifdef TEST\n#endif\n"},
                   {"engine/core/a.cpp": "#if defined(LASTCALL_TESTING)\n#endif\n"}],
    "asio": [{"engine/core/a.cpp": "#include <boost/asio.hpp>\n"},
             {"sim/a.cpp": "boost::asio::io_context io;\n"}],
    "sqlite": [{"engine/core/a.cpp": "#include <sqlite3.h>\n"},
               {"engine/log/memory_log.cpp": "#include <sqlite3.h>\n"}],
    "opus": [{"engine/host/a.cpp": "#include <opus/opus.h>\n"}],
    "shared-ptr": [{"engine/log/a.cpp": "std::shared_ptr<int> p;\n"}],
    "floats": [{"engine/core/a.cpp": "double x = 0;\n"}, {"engine/base/a.cpp": "float x;\n"}],
    "macros": [{"engine/core/a.cpp": "#define MAX 3\n"}],
    "god-names": [{"engine/core/a.cpp": "class CallManager;\n"}],
    "one-release": [
        {"engine/core/a.cpp": "void f() { directory.release(id); }\n",
         "engine/core/b.cpp": "void g() { directory->release(id); }\n"},
    ],
    "pragma-once": [{"engine/core/a.hpp": "// A comment first.\n#pragma once\n"}],
    "file-length": [{"sim/a.cpp": "int x;\n" * 501}, {"tools/a.py": "x = 1\n" * 501}],
    "columns": [{"sim/a.cpp": "// " + "é" * 98 + "\n"}, {"tools/test": "#" * 101 + "\n"}],
    "function-length": [
        {"sim/a.cpp": "namespace a {\nvoid f() {\n" + LONG_BODY + "}\n}\n"},
        {"sim/a.cpp": "struct A {\n  A() : a_{1}, b_{2} {\n" + LONG_BODY + "  }\n};\n"},
        {"sim/a.cpp": "constexpr auto f = [](int x = {}) {\n" + LONG_BODY + "};\n"},
        {"tests/sim/a.cpp": "TEST(A, b) {\n" + LONG_BODY + "}\n"},
        {"sim/a.cpp": "void f(X x = {},\n  int y) const noexcept {\n" + LONG_BODY + "}\n"},
    ],
}

GOOD = [
    {"engine/log/a.cpp": '#include "engine/sip/uri.hpp"\n#include "engine/model/call.hpp"\n'},
    {"replay/a.cpp": '#include "sim/world.hpp"\n'},
    {"tests/tools/a.cpp": '#include "tools/x.hpp"\n'},
    {"engine/core/session.cpp": '#include "engine/core/termination.hpp"\n'},
    {"engine/core/termination.hpp": PRAGMA + '#include "engine/core/cleanup_tracker.hpp"\n'},
    {"engine/core/dialog_bye.cpp": '#include "engine/core/dialog.hpp"\n'},
    {"engine/core/kernel.cpp": '#include "engine/core/dialog.hpp"\n'
                               '#include "engine/core/media.hpp"\n'},
    {"engine/host/a.cpp": "#include <boost/asio.hpp>\nstd::jthread t;\n"},
    {"engine/log/sqlite_log.cpp": "#include <sqlite3.h>\nstd::mutex m;\n"},
    {"engine/base/table.hpp": PRAGMA + "std::unordered_map<int, int> m;\n"},
    {"engine/core/a.cpp": "// rand() and double are only spoken of, as in \"steady_clock\".\n"
                          'auto x = "std::mutex"; auto y = R"(double time(0))"; int n = 1\'000;\n'},
    {"engine/core/a.cpp": "X at = call.time(); void start_time(int x); X time(Instant at);\n"},
    {"engine/core/a.cpp": "void Directory::release(CallId c) {\n}\nvoid f() { d.release(c); }\n"},
    {"engine/core/a.cpp": "#define CHECK_EQUAL(a, b) a\n#define SIM_PROBE(name) \\\n  f(name)\n"},
    {"sim/a.cpp": "void f() {\n" + "  f();\n" * 68 + "}\n"},
    {"sim/a.cpp": "namespace a {\n" + "void f() { g(); }\n\n" * 60 + "}\n"},
    {"sim/a.cpp": "const std::map<int, int> kTable = {\n" + "  {1, 2},\n" * 80 + "};\n"},
    {"sim/a.cpp": "struct A {\n" + "  int x = f(1);\n" * 80 + "};\n"},
]


def rules_that_object(files):
    findings = check([Source(path, text) for path, text in files.items()])
    return {finding.split("[")[1].split("]")[0] for finding in findings}


def run():
    failures = []
    for name in (rule.name for rule in BANNED):
        if name not in BAD:
            failures.append(f"rule {name} has no bad snippet")
    for name, snippets in BAD.items():
        for files in snippets:
            if rules_that_object(files) != {name}:
                failures.append(f"{name}, not {rules_that_object(files)}, must object to {files}")
    for files in GOOD:
        if rules_that_object(files):
            failures.append(f"{rules_that_object(files)} object to good code {files}")
    print("\n".join(failures), end="\n" if failures else "")
    print(f"self-test: {sum(map(len, BAD.values()))} bad and {len(GOOD)} good snippets, "
          f"{len(failures)} failures")
    return 1 if failures else 0
