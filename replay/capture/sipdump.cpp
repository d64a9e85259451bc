// Kamailio's sipdump: a line of '=', lines of "name: value", a line of '~', the message, '|'.

#include "engine/sip/scan.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/lookahead.hpp"
#include "replay/capture/start_line.hpp"
#include "replay/capture/trace_words.hpp"
#include "replay/capture/traces.hpp"

#include <map>
#include <string>

namespace lastcall::replay::capture {
namespace {

constexpr std::string_view kBegin = "====================";
constexpr std::string_view kMiddle = "~~~~~~~~~~~~~~~~~~~~";
constexpr std::string_view kEnd = "||||||||||||||||||||\n";
constexpr std::size_t kNamesMax = 32;

using Names = std::map<std::string, std::string>;

// The lines before the message; nothing if the message does not follow.
std::optional<Names> names_of(Lookahead& file) {
  Names names;
  while (const auto line = file.line()) {
    if (line->starts_with(kMiddle)) return names;
    const std::size_t colon = line->find(": ");
    if (colon == line->npos || names.size() == kNamesMax) return std::nullopt;
    names.emplace(line->substr(0, colon), line->substr(colon + 2));
  }
  return std::nullopt;
}

// "1795356100.455599", its fraction in microseconds.
std::int64_t instant(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto seconds = sip::parse_number(text.substr(0, dot), 9'000'000'000);
  const auto micros =
      dot == text.npos ? std::nullopt : sip::parse_number(text.substr(dot + 1), 999'999);
  return static_cast<std::int64_t>(seconds.value_or(0) * 1'000'000 + micros.value_or(0)) * 1'000;
}

Endpoint endpoint(Names& names, const std::string& which) {
  Endpoint found;
  std::string_view host = names[which + "ip"];
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  found.host = host;
  const auto port = sip::parse_number(names[which + "port"], 65'535);
  found.port = static_cast<std::uint16_t>(port.value_or(0));
  found.transport = read_transport(names["proto"]).value_or(Transport::kUdp);
  return found;
}

void tell(Lookahead& file, Names& names, std::uint64_t number, Collector& collector) {
  const Bytes window = file.ahead(limits::kRecordBytesMax);
  const std::size_t end = window.find(kEnd);
  const Bytes bytes = window.substr(0, end);
  if (start_line(bytes)) {
    collector.message({.mark = {number, instant(names["time"])},
                       .first_packet = number,
                       .source = endpoint(names, "src"),
                       .destination = endpoint(names, "dst"),
                       .is_cut = end == window.npos,
                       .bytes = bytes});
  } else {
    collector.problem(number, kNoMessage);
  }
  file.skip(bytes.size());
}

}  // namespace

bool is_sipdump(Bytes beginning) {
  return beginning.starts_with(kBegin) && beginning.find("\ntag: ") == kBegin.size();
}

void read_sipdump(std::FILE* stream, Collector& collector) {
  Lookahead file{stream};
  while (const auto line = file.line()) {
    if (*line != kBegin) continue;
    const std::uint64_t number = ++collector.report().packets;
    if (auto names = names_of(file)) {
      tell(file, *names, number, collector);
    } else {
      collector.problem(number, kNoMessage);
    }
  }
}

}  // namespace lastcall::replay::capture
