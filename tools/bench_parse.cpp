#include "tools/bench_parse.hpp"

#include "engine/base/check.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/session_timer.hpp"
#include "engine/sip/uri.hpp"
#include "tools/bench_messages.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace lastcall::tools {
namespace {

namespace fs = std::filesystem;

constexpr int kMessagesInRound = 10'000;

struct Arguments {
  int rounds = 15;
  std::string peer;  // empty: beside this program
  std::string format = "text";
};

// Nanoseconds per message, one for each round.
struct Times {
  std::vector<double> needed;      // what the dialog layer needs
  std::vector<double> everything;  // all headers and the session description as values
};
using AllTimes = std::array<Times, kBenchMessages.size()>;

bool is_address(std::string_view value) {
  const auto address = sip::parse_name_addr(value);
  return address && sip::parse_uri(address->uri);
}

// Whether one value of a header can be read as what it stands for; Via, From, To, Call-ID, CSeq and
// Max-Forwards were read with the message.
bool is_readable(Header kind, std::string_view value) {
  switch (kind) {
    case Header::kRoute:
    case Header::kRecordRoute:
      return is_address(value);
    case Header::kSessionExpires:
      return sip::parse_session_expires(value).has_value();
    case Header::kContentType:
      return !sip::media_type(value).empty();
    default:
      return true;
  }
}

bool read_needed(std::string_view text) { return sip::parse(std::string{text}).has_value(); }

bool read_everything(std::string_view text) {
  const auto message = sip::parse(std::string{text});
  if (!message) return false;
  bool fine = true;
  for (std::size_t i = 0; i < message->header_count(); ++i) {
    const HeaderView line = message->header_at(i);
    if (line.kind != Header::kContact) {
      fine = fine && is_readable(line.kind, line.value);
    }
  }
  sip::for_each_value(*message, Header::kContact,
                      [&](std::string_view value) { fine = fine && is_address(value); });
  fine = fine && sip::parse_uri(message->from_uri()) && sip::parse_uri(message->to_uri());
  fine = fine && sip::option_tags_of(*message, Header::kSupported).unknown.empty();
  (void)sip::allowed_by(*message);
  return fine && (message->body().empty() || sip::parse_sdp(message->body()));
}

// Nanoseconds of CPU per message.
template <class Read>
double measure(std::string_view text, Read&& read) {
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kMessagesInRound; ++i) {
    CHECK(read(text), "the messages of the benchmark are good ones");
  }
  const auto ticks = static_cast<double>(std::clock() - begin);
  return ticks / CLOCKS_PER_SEC / kMessagesInRound * 1e9;
}

void measure_us(AllTimes& times) {
  for (std::size_t i = 0; i < kBenchMessages.size(); ++i) {
    times[i].needed.push_back(measure(kBenchMessages[i].text, read_needed));
    times[i].everything.push_back(measure(kBenchMessages[i].text, read_everything));
  }
}

// libosip2's program and the messages in files for it, removed at the end.
class Peer {
 public:
  explicit Peer(const std::string& program)
      : program_(program.empty() ? beside_us() : fs::path{program}) {
    if (!is_there()) return;
    std::string name = (fs::temp_directory_path() / "lastcall-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return;
    folder_ = name;
    command_ = fmt::format("'{}' {}", program_.string(), kMessagesInRound);
    for (const BenchMessage& message : kBenchMessages) {
      const fs::path file = folder_ / message.name;
      std::ofstream{file, std::ios::binary} << message.text;
      command_ += fmt::format(" '{}'", file.string());
    }
  }
  ~Peer() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] bool is_there() const { return fs::is_regular_file(program_); }
  [[nodiscard]] const fs::path& program() const { return program_; }

  // One round; false if the program did not give its figures.
  [[nodiscard]] bool measure_into(AllTimes& times) const {
    std::FILE* pipe = popen(command_.c_str(), "r");
    if (pipe == nullptr) return false;
    bool fine = true;
    for (Times& each : times) {
      double needed = 0;
      double everything = 0;
      fine = fine && std::fscanf(pipe, "%lf %lf", &needed, &everything) == 2;
      each.needed.push_back(needed);
      each.everything.push_back(everything);
    }
    return pclose(pipe) == 0 && fine;
  }

 private:
  static fs::path beside_us() {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path() / "lastcall-peer-osip";
  }

  fs::path program_;
  fs::path folder_;
  std::string command_;
};

// From the fastest round: what another tenant of the processor does slows a round down, and not
// every parser alike.
double most_per_second(const std::vector<double>& ns) { return 1e9 / std::ranges::min(ns); }

// Messages per second, from the median of the rounds.
double per_second(std::vector<double> ns) {
  const auto middle = ns.begin() + static_cast<std::ptrdiff_t>(ns.size() / 2);
  std::nth_element(ns.begin(), middle, ns.end());
  return 1e9 / *middle;
}

void tell(std::string_view name, std::size_t size, const Times& us, const Times* peer) {
  const double needed = per_second(us.needed);
  const double everything = per_second(us.everything);
  fmt::print("{:<7} {:>4} bytes {:>12.0f} {:>12.0f}", name, size, needed, everything);
  if (peer != nullptr) {
    const double peer_needed = per_second(peer->needed);
    const double peer_everything = per_second(peer->everything);
    fmt::print(" {:>12.0f} {:>12.0f} {:>7.1f} {:>5.1f} {:>9.1f} {:>5.1f}", peer_needed,
               peer_everything, needed / peer_needed, everything / peer_everything,
               most_per_second(us.needed) / most_per_second(peer->needed),
               most_per_second(us.everything) / most_per_second(peer->everything));
  }
  fmt::print("\n");
}

void tell_all(const Arguments& arguments, const AllTimes& us, const AllTimes* peer) {
  fmt::print(
      "messages per second on one core, median of {} rounds: \"needed\" is what the dialog\n"
      "layer acts on, \"all\" every header and the session description as values\n\n"
      "{:<18} {:>12} {:>12}",
      arguments.rounds, "", "needed", "all");
  if (peer != nullptr) {
    fmt::print(" {:>12} {:>12} {:>13} {:>15}", "libosip2", "with SDP", "times faster",
               "fastest rounds");
  }
  fmt::print("\n");
  for (std::size_t i = 0; i < kBenchMessages.size(); ++i) {
    tell(kBenchMessages[i].name, kBenchMessages[i].text.size(), us[i],
         peer == nullptr ? nullptr : &(*peer)[i]);
  }
}

void tell_json(const AllTimes& us, const AllTimes* peer) {
  boost::json::array rows;
  for (std::size_t i = 0; i < kBenchMessages.size(); ++i) {
    boost::json::object row{{"message", kBenchMessages[i].name},
                            {"bytes", kBenchMessages[i].text.size()},
                            {"needed_per_second", per_second(us[i].needed)},
                            {"everything_per_second", per_second(us[i].everything)},
                            {"needed_per_second_at_most", most_per_second(us[i].needed)},
                            {"everything_per_second_at_most", most_per_second(us[i].everything)}};
    if (peer != nullptr) {
      row["libosip2_per_second"] = per_second((*peer)[i].needed);
      row["libosip2_with_sdp_per_second"] = per_second((*peer)[i].everything);
      row["libosip2_per_second_at_most"] = most_per_second((*peer)[i].needed);
      row["libosip2_with_sdp_per_second_at_most"] = most_per_second((*peer)[i].everything);
    }
    rows.push_back(std::move(row));
  }
  fmt::print("{}\n", boost::json::serialize(rows));
}

Exit run(const Arguments& arguments) {
  const Peer peer{arguments.peer};
  AllTimes us;
  AllTimes theirs;
  // Both in turn, so that what else the machine does falls on both.
  for (int round = 0; round < arguments.rounds; ++round) {
    measure_us(us);
    if (peer.is_there() && !peer.measure_into(theirs)) {
      fmt::print(stderr, "lastcall: {} failed.\n", peer.program().string());
      return Exit::kEnvironment;
    }
  }
  const AllTimes* beside = peer.is_there() ? &theirs : nullptr;
  if (arguments.format == "json") {
    tell_json(us, beside);
  } else {
    tell_all(arguments, us, beside);
  }
  if (beside == nullptr) {
    fmt::print(stderr,
               "lastcall: not compared with libosip2, because {} is not there (it is built with "
               "the tests where libosip2-dev is installed).\n",
               peer.program().string());
  }
  return Exit::kPassed;
}

}  // namespace

void add_bench_parse(CLI::App& bench, Exit& exit) {
  CLI::App* verb = bench.add_subcommand("parse", "SIP messages parsed per second, beside libosip2");
  const auto arguments = std::make_shared<Arguments>();
  verb->add_option("--rounds", arguments->rounds, "how often each is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--peer", arguments->peer, "the program that measures libosip2");
  verb->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb->callback([&exit, arguments] { exit = run(*arguments); });
}

}  // namespace lastcall::tools
